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

it('a manager hands a guide’s customers over: a day later the taker has them with their tasks, but for who refused', async () => {
  const { clock } = journey.world.sandbox
  clock.set(new Date('2026-11-22T09:05:00+08:00'))
  const task = await until(() =>
    prisma().task.findFirst({
      where: {
        state: 'open',
        diesAt: { gt: new Date('2026-11-25T00:00:00Z') },
        assignee: { storeNo: 'S01', role: 'guide' },
        customer: { externalUserid: { not: null } },
      },
      include: { assignee: true, customer: true },
    }),
  )
  const { assignee: giver } = task
  const relations = await prisma().relation.findMany({
    where: { employeeId: giver.id, endedAt: null, half: false },
    include: { customer: true },
  })
  const refuser = relations.find(({ customerId }) => customerId !== task.customerId)?.customer

  const manager = await journey.open('/client?as=xuhui.dianzhang')
  await manager.getByTestId('rail-workbench').click()
  await manager.getByTestId('workbench-console').click()
  const page = manager.frameLocator('[data-testid="panel-frame"]')
  await page.getByRole('link', { name: '交接' }).click()
  await page.getByRole('link', { name: '新的交接' }).click()
  await page.getByRole('combobox').first().fill(giver.name)
  await page.getByRole('option', { name: giver.name }).first().click()
  await page.getByText(`${relations.length} 位客户`).first().waitFor()
  await page.getByRole('button', { name: `交接 ${relations.length} 位客户` }).click()
  await page.getByRole('heading', { name: `${giver.name}的交接` }).waitFor()
  await until(async () => {
    const asked = await prisma().handoverCustomer.count({ where: { state: 'asked' } })
    return asked === relations.length
  })
  await page.getByText('等客户 24 小时').first().waitFor()

  await fetch(`${journey.world.sandboxUrl}/sandbox/ui/transfer-refuse`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ externalUserid: refuser?.externalUserid }),
  })
  await until(() => prisma().handoverCustomer.findFirst({ where: { state: 'refused' } }))
  clock.set(new Date('2026-11-23T09:30:00+08:00'))

  const handover = await until(async () => {
    const found = await prisma().handover.findFirst({ include: { rows: true } })
    return found?.stage === 'over' && found
  }, 60)
  expect(handover.rows.filter(({ state }) => state === 'done')).toHaveLength(relations.length - 1)
  const row = handover.rows.find(({ customerId }) => customerId === task.customerId)
  expect(row).toMatchObject({ state: 'done' })
  expect(
    await prisma().relation.count({
      where: { customerId: task.customerId, employeeId: row?.toId ?? 0n, endedAt: null },
    }),
  ).toBe(1)
  expect(await prisma().task.findUniqueOrThrow({ where: { id: task.id } })).toMatchObject({
    assigneeId: row?.toId,
    state: 'open',
  })
  expect(
    await prisma().relation.count({ where: { employeeId: giver.id, endedAt: null, half: false } }),
  ).toBe(1)

  const taker = await prisma().employee.findUniqueOrThrow({ where: { id: row?.toId ?? 0n } })
  const desk = await journey.open(`/client?as=${taker.userid}`)
  await desk
    .locator('[data-testid^="message-card-"]')
    .filter({ hasText: `${giver.name}的` })
    .first()
    .waitFor()
  await page.getByText('客户选择留在原来的导购这里').waitFor({ timeout: 40_000 })
}, 180_000)
