import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { AssignmentView, PressAnswer } from '../../server/api/assignments/schema.ts'
import { startJourney, until, type Journey } from '../support/e2e-world.ts'

let journey: Journey

beforeAll(async () => {
  journey = await startJourney()
})
afterAll(async () => {
  await journey.close()
})

/** Asks the API as the person whose page is open in the client's window. */
async function ask<T>(page: Page, method: string, address: string, body?: object): Promise<T> {
  const frame = await until(async () =>
    page.frames().find((one) => /^http:\/\/[^/]+\/console/.test(one.url())),
  )
  const answer = await frame.evaluate(
    async ([verb, to, payload]) => {
      const response = await fetch(to, {
        method: verb,
        ...(payload && { body: payload, headers: { 'content-type': 'application/json' } }),
      })
      return await response.text()
    },
    [method, address, body ? JSON.stringify(body) : ''] as const,
  )
  return JSON.parse(answer) as T
}

describe('an assignment', () => {
  it('goes from the manager to the guides’ cards; a pressed task is on top of the list', async () => {
    const manager = await journey.open('/client?as=xuhui.dianzhang')
    await manager.getByTestId('rail-workbench').click()
    await manager.getByTestId('workbench-console').click()
    const made = await ask<AssignmentView>(manager, 'POST', '/api/assignments', {
      title: '冬季新品',
      instruction: '新品到店，请告诉老客户',
      filter: { reachable: true },
      words: '{称呼}，我是{门店}的{导购}，新品到店了',
      dueAt: '2026-11-25T20:00:00+08:00',
      assign: 'owner',
    })
    expect(made.dispatch.total).toBeGreaterThanOrEqual(30)
    const open = await until(async () => {
      const view = await ask<AssignmentView>(manager, 'GET', `/api/assignments/${made.id}`)
      return view.state === 'open' && view
    })
    expect(open.totals.tasks).toBeGreaterThanOrEqual(30)
    const busiest = open.byGuide[0]
    if (!busiest) throw new Error('no guide got a task')

    const guide = await journey.open(`/client?as=${busiest.userid}`)
    const card = guide.locator('[data-testid^="message-card-"]').filter({ hasText: '给你派了' })
    await card.waitFor()
    expect(await card.textContent()).toContain('新品到店，请告诉老客户')

    const mine = await journey.world.deps.db.prisma.task.findMany({
      where: { kind: 'follow_up', assignee: { userid: busiest.userid }, state: 'open' },
      orderBy: [{ priority: 'asc' }, { id: 'desc' }],
    })
    const last = String(mine[0]?.id)
    const pressed = await ask<PressAnswer>(manager, 'POST', `/api/assignments/${made.id}/press`, {
      taskIds: [last],
    })
    expect(pressed).toEqual({ pressed: 1, guides: 1, tooSoon: [] })
    await guide.locator('[data-testid^="message-card-"]').filter({ hasText: '催办' }).waitFor()
    await card.getByText('打开我的任务').click()
    const desk = guide.frameLocator('[data-testid="panel-frame"]')
    const first = desk.locator('button.row').first()
    await first.waitFor()
    expect(await first.textContent()).toContain('加急')
    expect(await first.textContent()).toContain('安排：新品到店，请告诉老客户')
  })
})
