import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sidebarOf, startJourney, until, type Journey } from '../support/e2e-world.ts'

let journey: Journey

beforeAll(async () => {
  journey = await startJourney()
})
afterAll(async () => {
  await journey.close()
})

const prisma = () => journey.world.deps.db.prisma

describe('a morning', () => {
  it('leads from the clock to a card, a chat, the sent words, a done task and the manager’s figures', async () => {
    const page = await journey.open('/client?as=liujing')
    await page.getByTestId('clock-next-nine').click()
    const card = page
      .locator('[data-testid^="message-card-"]')
      .filter({ hasText: '去聊天' })
      .first()
    await card.waitFor()

    await card.getByText('去聊天').click()
    const desk = page.frameLocator('[data-testid="panel-frame"]')
    await desk.getByRole('button', { name: '去聊天' }).first().click()
    const sidebar = sidebarOf(page)
    await sidebar.getByText('为什么现在').waitFor()
    const words = await sidebar.locator('textarea').first().inputValue()
    await sidebar.getByRole('button', { name: '发送' }).click()
    await page
      .locator('[data-testid^="message-"]')
      .filter({ hasText: words.slice(0, 20) })
      .first()
      .waitFor()
    await sidebar.getByRole('button', { name: '回复了' }).click()
    const done = await until(() =>
      prisma().task.findFirst({
        where: { state: 'done' },
        include: { customer: true, assignee: true },
      }),
    )

    expect(done.outcome).toBe('replied')
    expect(done.assignee.userid).toBe('liujing')
    expect(words).toContain('刘静')
    const touches = await prisma().touch.findMany({ where: { taskId: done.id } })
    expect(touches.map((touch) => [touch.result, touch.text])).toEqual([['sent', words]])
    await page.getByTestId('chat-item-app').click()
    await page.getByTestId('card-replaced').filter({ hasText: '已完成' }).waitFor()

    const manager = await journey.open('/client?as=xuhui.dianzhang')
    await manager.getByTestId('rail-workbench').click()
    await manager.getByTestId('workbench-console').click()
    const consolePage = manager.frameLocator('[data-testid="panel-frame"]')
    const row = consolePage.getByRole('row').filter({ hasText: '刘静' }).first()
    await row.waitFor()
    expect(await row.textContent()).toMatch(/1/)
  })

  it('gives each guide a digest once, however often the clock ticks', async () => {
    await Promise.all([journey.world.tick(), journey.world.tick(), journey.world.tick()])

    const digests = await prisma().outbox.findMany({
      where: { dedupeKey: { startsWith: 'digest:' } },
    })

    expect(digests.length).toBeGreaterThan(5)
    expect(new Set(digests.map((row) => row.recipient)).size).toBe(digests.length)
  })
})
