import { beforeEach, describe, expect, it } from 'vitest'
import { applySavedRule } from '../../bot/members/apply-saved-rule.ts'
import { guessDimension } from '../../bot/members/sync-tags.ts'
import { runScan } from '../../bot/tasks/scan.ts'
import { rollWindows } from '../../bot/members/stats.ts'
import { SUGGESTED_TAG_RULES } from '../../domain/suggested-tag-rules.ts'
import { AUTOMATIC_TAGS } from '../../prisma/seed/catalogue.ts'
import { makeChain } from '../../prisma/seed/chain.ts'
import { assignSomething } from '../../scripts/support/demo-assignments.ts'
import { turnOnTagRules } from '../../scripts/support/demo-tag-rules.ts'
import { liveNights } from '../../scripts/support/live-nights.ts'
import { loadChain } from '../../scripts/support/world.ts'
import { emptyDatabase, useDatabase } from '../support/database.ts'
import { turnRules } from '../support/scan.ts'
import { buildTestApp } from '../support/test-app.ts'
import { createTestClock, createTestDeps } from '../support/test-deps.ts'

const db = useDatabase()
const DAY = '2026-11-22'

beforeEach(() => emptyDatabase(db))

describe('the demo’s chain', () => {
  it('has a customer for every rule that is on, on the first morning', async () => {
    const deps = createTestDeps(db, { clock: createTestClock('2026-11-22T00:30:00Z') })
    await loadChain(deps, makeChain({ today: DAY, customers: 120 }), () => undefined)
    await liveNights(deps, DAY)
    await rollWindows(db, DAY)

    // WeCom has not been read: everybody found waits for a relation
    const { heldBack } = await runScan(deps, { day: DAY, collect: true })

    expect([...new Set(heldBack.map(({ kind }) => kind))]).toEqual(
      expect.arrayContaining([
        'birthday',
        'coupon_expiring',
        'first_purchase_thanks',
        'new_member',
        'repurchase_overdue',
        'tier_keep',
        'tier_up',
        'vip_care',
      ]),
    )
    // the recall, for whoever the overdue task and the birthday's did not bring back
    await turnRules(db, ['repurchase_overdue', 'birthday'], false)
    await runScan(deps, { day: DAY, kinds: ['churn_warning'] })
    const steps = await db.prisma.heldBack.findMany({ where: { kind: 'churn_warning' } })
    expect(new Set(steps.map(({ occurrence }) => occurrence.split(':')[1]))).toEqual(
      new Set(['warning', 'leaning', 'lost']),
    )
  })

  it('has customers with each of the suggested automatic tags, and none without a rule', async () => {
    const deps = createTestDeps(db, { clock: createTestClock('2026-11-22T00:30:00Z') })
    const chain = makeChain({ today: DAY, customers: 240 })
    await loadChain(deps, chain, () => undefined)
    for (const { name, tags } of chain.wecom.tagGroups)
      await db.prisma.tagGroup.create({
        data: {
          name,
          dimension: guessDimension(name),
          tags: { create: tags.map((tag) => ({ name: tag.name, wecomId: tag.id })) },
        },
      })
    await liveNights(deps, DAY)
    expect(await db.prisma.customerTag.count()).toBe(0)

    expect(await turnOnTagRules(deps)).toBe(SUGGESTED_TAG_RULES.length)
    // as the jobs run: all at once
    await Promise.all(SUGGESTED_TAG_RULES.map(({ key }) => applySavedRule(deps, key)))

    const tags = await db.prisma.customerTag.groupBy({
      by: ['originBy'],
      where: { origin: 'rule', removedAt: null },
      _count: true,
    })
    expect(new Set(tags.map(({ originBy }) => originBy))).toEqual(
      new Set(SUGGESTED_TAG_RULES.map(({ key }) => `${key}@1`)),
    )
    // a tag says something of a customer only where others don't have it
    expect(tags.filter(({ _count }) => _count >= 120)).toEqual([])
    // what hands put on in WeCom is never one of them
    const automatic = new Set(Object.values(AUTOMATIC_TAGS).flat())
    const byHand = new Set(chain.wecom.relations.flatMap(({ tagIds }) => tagIds))
    const named = chain.wecom.tagGroups.flatMap((group) => group.tags)
    expect(named.filter(({ id, name }) => byHand.has(id) && automatic.has(name))).toEqual([])
  })

  it('has an assignment under way and one that waits, of two managers', async () => {
    const test = await buildTestApp(db, { clock: createTestClock('2026-11-22T00:30:00Z') })
    const { deps } = test
    await loadChain(deps, makeChain({ today: DAY, customers: 240 }), () => undefined)
    await liveNights(deps, DAY)

    expect(await assignSomething(deps)).toBe(2)
    await test.close()

    const made = await db.prisma.assignment.findMany({ orderBy: { id: 'asc' } })
    expect(made.map(({ customers }) => customers > 0)).toEqual([true, true])
    expect(made.map(({ dispatchAt }) => dispatchAt.toISOString())).toEqual([
      '2026-11-22T00:30:00.000Z',
      '2026-11-23T02:00:00.000Z',
    ])
  })
})
