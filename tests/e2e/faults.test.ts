import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startJourney, until, type Journey } from '../support/e2e-world.ts'

let journey: Journey

beforeAll(async () => {
  journey = await startJourney()
})
afterAll(async () => {
  await journey.close()
})

describe('a WeCom that fails in every way it can', () => {
  it('loses nothing and doubles nothing', async () => {
    const { sandbox, deps } = journey.world
    const { prisma } = deps.db
    sandbox.addFault({ path: 'message/send', errcode: -1, times: 2 })
    sandbox.addFault({ path: 'message/send', status: 502, times: 1 })
    sandbox.addFault({ path: 'message/send', errcode: 42001, times: 1 })
    sandbox.addFault({ path: 'message/send', reset: true, times: 1 })
    sandbox.addFault({ path: 'message/send', reset: true, when: 'after', times: 2 })
    sandbox.addFault({ path: 'externalcontact/get', status: 500, times: 3 })

    const before = sandbox.clock.now()
    sandbox.clock.set(new Date('2026-11-22T09:00:00+08:00'))
    const added = await fetch(`${journey.world.sandboxUrl}/sandbox/ui/new-customer`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name: '新来的客人', userid: 'wangxiaoming' }),
    })
    const rows = await until(async () => {
      const all = await prisma.outbox.findMany({ where: { kind: 'app_message' } })
      return all.length > 0 && all.every((row) => row.state === 'sent') && all
    }, 75)

    expect(before < sandbox.clock.now()).toBe(true)
    expect(added.ok).toBe(true)
    for (const guide of new Set(rows.map((row) => row.recipient))) {
      const answer = await fetch(
        `${journey.world.sandboxUrl}/sandbox/ui/messages?as=${guide}&with=app`,
      )
      const shown = ((await answer.json()) as { items: unknown[] }).items
      expect([guide, shown.length]).toEqual([
        guide,
        rows.filter((row) => row.recipient === guide).length,
      ])
    }
    const customer = await until(() =>
      prisma.customer.findFirst({
        where: { wecomName: '新来的客人' },
        include: { relations: true },
      }),
    )
    expect(customer.relations).toHaveLength(1)
    const welcomes = await prisma.outbox.findMany({ where: { kind: 'welcome' } })
    expect(welcomes.map((row) => row.state)).toEqual(['sent'])
    expect(await prisma.inbox.count({ where: { processedAt: null } })).toBe(0)
  })
})
