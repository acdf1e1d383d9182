import * as fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import type { BotDeps } from '../../../bot/deps.ts'
import { classify } from '../../../bot/members/classify.ts'
import { importItems } from '../../../bot/members/import/import-items.ts'
import { runTagRules } from '../../../bot/members/run-tag-rules.ts'
import { settleStages } from '../../../bot/members/settle-stages.ts'
import { addDays } from '../../../domain/business-day.ts'
import type { Stage } from '../../../domain/words.ts'
import { aCustomer, aTag, aTagRule, someStats } from '../../support/chain.ts'
import { emptyDatabase, useDatabase } from '../../support/database.ts'
import { createTestClock, createTestDeps } from '../../support/test-deps.ts'

const db = useDatabase()
const DAY = '2026-11-22'
const AT = { day: DAY, zone: 'Asia/Shanghai' }
let deps: BotDeps

beforeEach(async () => {
  await emptyDatabase(db)
  deps = createTestDeps(db, { clock: createTestClock(`${DAY}T01:00:00Z`) })
})

const ago = (days: number) => addDays(DAY, -days)
const classOf = (customerId: bigint) =>
  db.prisma.customerClass.findUnique({ where: { customerId } })
const nightSaid = (customerId: bigint, stage: Stage) =>
  db.prisma.customerClass.create({ data: { customerId, stage, asOf: new Date(ago(1)) } })

describe('the stage of a customer whose orders changed', () => {
  // joined, purchase days, last purchase, own rhythm, what the night had said → what is told at once
  it.each<[number, number, number | null, number | null, Stage, Stage]>([
    [30, 1, 0, null, 'prospect', 'new'],
    [31, 1, 0, null, 'prospect', 'active'],
    [30, 2, 0, null, 'new', 'active'],
    [31, 0, null, null, 'active', 'prospect'],
    [900, 4, 30, 20, 'lost', 'active'],
    [900, 4, 31, 20, 'lost', 'sleeping'],
    // three months before 22 November are 22 August, 92 days
    [900, 4, 91, 45, 'active', 'sleeping'],
    [900, 4, 92, 45, 'active', 'at_risk'],
    [900, 4, 92, 50, 'active', 'sleeping'],
    [900, 4, 365, 20, 'active', 'at_risk'],
    [900, 4, 366, 20, 'active', 'lost'],
    // nobody has a rhythm
    [900, 2, 1, null, 'sleeping', 'active'],
    [900, 2, 0, null, 'lost', 'active'],
    [900, 2, 366, null, 'sleeping', 'lost'],
  ])(
    'joined %i days ago, %i purchase days, last %s days ago, rhythm %s, %s by night: %s',
    async (joined, purchaseDays, last, cycleDays, was, stage) => {
      const { id } = await aCustomer(db, { joinedAt: new Date(`${ago(joined)}T02:00:00Z`) })
      await someStats(
        db,
        { id },
        {
          purchaseDays,
          cycleDays,
          ...(last !== null && { lastPurchaseDay: ago(last) }),
        },
      )
      await nightSaid(id, was)

      await settleStages(db.prisma, [id], AT)
      await settleStages(db.prisma, [id], AT)

      expect(await classOf(id)).toMatchObject({ stage })
      const changes = await db.prisma.classChange.findMany()
      expect(changes.map(({ before, after }) => [before, after])).toEqual(
        was === stage ? [] : [[was, stage]],
      )
    },
  )

  it.each([
    [1, 'at_risk'],
    [0, 'active'],
  ])('while reviews take the tier, bought %i days before the last: %s', async (before, stage) => {
    const { id } = await aCustomer(db)
    await someStats(db, { id }, { purchaseDays: 9, cycleDays: 9, lastPurchaseDay: ago(before) })
    await db.prisma.customerTier.create({
      data: { customerId: id, tier: 'bronze', fallingReviews: 2, reviewedOn: new Date(DAY) },
    })
    await nightSaid(id, 'sleeping')

    await settleStages(db.prisma, [id], AT)

    expect(await classOf(id)).toMatchObject({ stage })
  })

  it('waits for the night where a history is imported of a customer no night has seen', async () => {
    const { id } = await aCustomer(db, { joinedAt: new Date('2024-01-01T00:00:00Z') })
    await someStats(db, { id }, { purchaseDays: 9, cycleDays: 9, lastPurchaseDay: ago(3) })

    await settleStages(db.prisma, [id], AT)

    expect(await classOf(id)).toBeNull()
  })
})

describe('a tag rule that asks for a stage', () => {
  it('tags a new member, and lets a lost one go who buys, in the transaction that brings them', async () => {
    const [fresh, lost] = [await aTag(db, '新客'), await aTag(db, '已流失')]
    await aTagRule(db, 'new', fresh, { stage: ['new'] })
    await aTagRule(db, 'lost', lost, { stage: ['lost'] })
    const old = await aCustomer(db, { memberNo: 'OLD', joinedAt: new Date('2024-01-01T00:00:00Z') })
    await someStats(db, old, { purchaseDays: 3, cycleDays: 9, lastPurchaseDay: ago(400) })
    await nightSaid(old.id, 'lost')
    await runTagRules(deps, DAY)
    const on = async () =>
      (await db.prisma.customerTag.findMany({ where: { removedAt: null } })).map(
        ({ tagId, customerId }) => [tagId, customerId],
      )
    expect(await on()).toEqual([[lost, old.id]])

    await importItems(deps, 'members', [{ memberNo: 'NEW', joinedAt: `${DAY}T00:10:00Z` }])
    await importItems(deps, 'orders', [anOrder('O1', 'OLD', 0)])

    const { id } = await db.prisma.customer.findUniqueOrThrow({ where: { memberNo: 'NEW' } })
    expect(await on()).toEqual([[fresh, id]])
  })

  it('finds with today’s orders what the night makes of everybody from scratch', async () => {
    const stages: Stage[] = ['new', 'active', 'sleeping', 'at_risk', 'lost', 'prospect']
    const event = fc.record({
      who: fc.nat(2),
      refund: fc.boolean(),
      // with a rhythm of their own each stage is told at once
      daysAgo: fc.constantFrom(0, 0, 29, 31, 91, 92, 93, 365, 366),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(event, { minLength: 1, maxLength: 8 }), async (events) => {
        await emptyDatabase(db)
        for (const stage of stages)
          await aTagRule(db, stage, await aTag(db, stage), { stage: [stage] })
        for (const [n, joined] of [900, 31, 30].entries()) {
          await aCustomer(db, {
            memberNo: `P${n}`,
            joinedAt: new Date(`${ago(joined)}T02:00:00Z`),
          })
          const rhythm = [460, 440, 420, 400].map((days, k) => anOrder(`H${n}-${k}`, `P${n}`, days))
          await importItems(deps, 'orders', rhythm)
        }
        await classify(deps, DAY)
        await runTagRules(deps, DAY)
        for (const [n, { who, refund, daysAgo }] of events.entries()) {
          const order = anOrder(`E${n}`, `P${who}`, daysAgo)
          await importItems(deps, 'orders', [order])
          if (refund)
            await importItems(deps, 'orders', [{ ...order, status: 'refunded', refundedFen: 1000 }])
        }
        const before = await held()

        await classify(deps, DAY)

        expect((await runTagRules(deps, DAY)).changed).toBe(0)
        expect(await held()).toEqual(before)
      }),
      { numRuns: 8 },
    )
  })
})

const held = async () => ({
  stages: await db.prisma.customerClass.findMany({
    select: { customerId: true, stage: true },
    orderBy: { customerId: 'asc' },
  }),
  tags: await db.prisma.customerTag.findMany({
    orderBy: [{ customerId: 'asc' }, { tagId: 'asc' }],
  }),
})

function anOrder(orderNo: string, memberNo: string, daysAgo: number) {
  return {
    orderNo,
    memberNo,
    paidAt: `${ago(daysAgo)}T08:00:00+08:00`,
    amountFen: 1000,
    status: 'paid',
  }
}
