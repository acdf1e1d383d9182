import { afterAll, beforeAll, expect, it } from 'vitest'
import { startJourney, until, type Journey } from '../support/e2e-world.ts'

let journey: Journey

beforeAll(async () => {
  journey = await startJourney()
})
afterAll(async () => {
  await journey.close()
})

const prisma = () => journey.world.deps.db.prisma

it('leads from a manager’s conditions to cards of the guides, and 催办 puts a task on top', async () => {
  const manager = await journey.open('/client?as=xuhui.dianzhang')
  await manager.getByTestId('rail-workbench').click()
  await manager.getByTestId('workbench-console').click()
  const page = manager.frameLocator('[data-testid="panel-frame"]')
  await page.getByRole('link', { name: '派单' }).click()
  await page.getByRole('link', { name: '新建派单' }).click()
  await page.getByRole('combobox', { name: '加一个条件' }).selectOption('lastPurchase')
  await page.getByLabel('上次购买 从').fill('10')
  await page.locator('.result .count').waitFor()
  await page.locator('[name="title"]').fill('换季邀约')
  await page.locator('[name="instruction"]').fill('请她周末来试大衣')
  await page.locator('[name="words"]').fill('{称呼}，周末来{门店}坐坐？')
  const previewed = await page.locator('.bubble').textContent()
  await page.getByRole('button', { name: '派出', exact: true }).click()
  await page.getByRole('heading', { name: '换季邀约' }).waitFor()
  const task = await until(() =>
    prisma().task.findFirst({
      where: { kind: 'follow_up' },
      include: { assignee: true, customer: true },
    }),
  )

  expect(previewed).not.toContain('{')
  const guide = await journey.open(`/client?as=${task.assignee.userid}`)
  await guide
    .locator('[data-testid^="message-card-"]')
    .filter({ hasText: '换季邀约' })
    .first()
    .waitFor()
  await page.getByRole('button', { name: `催办 ${task.assignee.name}` }).click()
  await until(() => prisma().task.findFirst({ where: { id: task.id, urgent: true } }))
  await page.getByRole('button', { name: '可再催' }).first().waitFor()

  const desk = await journey.open(`/client?as=${task.assignee.userid}`)
  await desk.getByTestId('rail-workbench').click()
  await desk.getByTestId('workbench-desk').click()
  const first = desk.frameLocator('[data-testid="panel-frame"]').locator('button.row').first()
  await first.filter({ hasText: '加急' }).filter({ hasText: '请她周末来试大衣' }).waitFor()
})
