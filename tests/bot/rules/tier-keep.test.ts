import * as fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import { settleTiers } from '../../../bot/members/settle-tiers.ts'
import { rebuildStats } from '../../../bot/members/stats.ts'
import { ordersArrived } from '../../../bot/tasks/on-orders.ts'
import { addDays, type BusinessDay } from '../../../domain/business-day.ts'
import { fallReview, keepGap } from '../../../domain/tier.ts'
import { DEFAULT_TIER_TABLE } from '../../../domain/tier-table.ts'
import type { Tier } from '../../../domain/words.ts'
import { aCustomer, aGuide } from '../../support/chain.ts'
import { emptyDatabase, useDatabase } from '../../support/database.ts'
import { scanDay } from '../../support/scan.ts'
import { tiersWith, useTiers } from '../../support/tiers.ts'
import { createTestClock, createTestDeps } from '../../support/test-deps.ts'

const db = useDatabase()
const kinds = ['tier_keep'] as const

beforeEach(() => emptyDatabase(db))

let serial = 0

interface Bought {
  day: BusinessDay
  spendFen: number
  orders: number
}

async function buys(customer: { id: bigint }, days: readonly Bought[]): Promise<void> {
  await db.prisma.order.createMany({
    data: days.flatMap(({ day, spendFen, orders }) =>
      Array.from({ length: orders }, (_, n) => ({
        orderNo: `K${(serial += 1)}`,
        memberNo: String(customer.id),
        customerId: customer.id,
        paidAt: new Date(`${day}T04:00:00Z`),
        paidDay: new Date(day),
        amountFen: BigInt(n === 0 ? spendFen : 0),
        status: 'paid' as const,
      })),
    ),
  })
}

/** A guide's customer who holds a tier and was warned. */
async function aWarned(tier: Tier, warnedOn: BusinessDay, days: readonly Bought[]) {
  const customer = await aCustomer(db, {}, [await aGuide(db)])
  await buys(customer, days)
  await db.prisma.customerTier.create({
    data: { customerId: customer.id, tier, warnedOn: new Date(warnedOn) },
  })
  return customer
}

/** A day's scan: the nights up to the one before have looked at everybody. */
async function scan(day: BusinessDay) {
  const reviewedOn = new Date(`${addDays(day, -1).slice(0, 8)}01`)
  await db.prisma.customerTier.updateMany({ data: { reviewedOn } })
  await rebuildStats(db, day)
  return await scanDay(db, { day, kinds })
}

const theTask = () => db.prisma.task.findFirst({ orderBy: { id: 'desc' } })

/** Silver at the review of December but for ¥320 and 2 purchases: 3 purchases of ¥400 leave the window before it. */
const ALMOST: Bought[] = [
  { day: '2025-11-28', spendFen: 40_000, orders: 3 },
  { day: '2026-06-01', spendFen: 168_000, orders: 19 },
]

describe('tier_keep', () => {
  it('says how far the review is and what is short, and dies the day before it', async () => {
    await aWarned('silver', '2026-11-01', ALMOST)

    const { created } = await scan('2026-11-19')

    expect(created).toMatchObject([
      {
        reason: '12 天后银卡可能降级，还差 ¥320 和 2 次购买。',
        facts: { reviewDay: '2026-12-01', spendFen: 32_000, orders: 2, purchaseDays: 0 },
        dueAt: '2026-11-21T23:59:59+08:00',
      },
    ])
    expect(await theTask()).toMatchObject({
      occurrence: '2026-12-01',
      diesAt: new Date('2026-11-30T15:59:59Z'),
    })
  })

  it('asks for what the chain’s own table asks for, points too', async () => {
    const asks = { spendFen: 200_000, orders: 10, purchaseDays: 0, referrals: 0, points: 500 }
    await useTiers(db, tiersWith({ silver: { asks, name: { 'zh-CN': '尊享', en: 'Noble' } } }))
    const { id } = await aWarned('silver', '2026-11-01', ALMOST)
    for (const [entryNo, day, points] of [
      ['P1', '2025-12-01', 400],
      ['P2', '2025-12-02', 200],
    ] as const) {
      const occurredAt = new Date(`${day}T04:00:00Z`)
      await db.prisma.pointsEntry.create({
        data: { entryNo, memberNo: 'M', customerId: id, kind: 'earn', points, occurredAt },
      })
    }

    const { created } = await scan('2026-11-19')

    expect(created).toMatchObject([
      {
        reason: '12 天后尊享卡可能降级，还差 ¥320 和 300 积分。',
        facts: { orders: 0, points: 300 },
      },
    ])
  })

  it.each([
    // 30 days after the warning is the 1st of December
    ['2026-11-01', '2026-11-01', '2026-12-01'],
    ['2026-11-01', '2026-11-30', '2026-12-01'],
    // warned on the 2nd, the tier falls in January, and the 2nd of December is 30 days before that
    ['2026-11-02', '2026-12-01', null],
    ['2026-11-02', '2026-12-02', '2027-01-01'],
    // February is too short for a warning of its own
    ['2027-02-01', '2027-03-01', null],
    ['2027-02-01', '2027-03-02', '2027-04-01'],
    // on the day of the review nothing can be done any more
    ['2026-11-01', '2026-12-01', null],
  ])(
    'of a warning on %s, scanned on %s, is about the review of %j',
    async (warned, day, review) => {
      await aWarned('silver', warned, [])

      await scan(day)

      expect((await theTask())?.occurrence ?? null).toBe(review)
    },
  )

  it('is one task for each review, also when it was declined', async () => {
    await aWarned('silver', '2026-11-01', ALMOST)
    await scan('2026-11-10')
    await db.prisma.task.updateMany({ data: { state: 'dismissed' } })

    expect(await scan('2026-11-11')).toMatchObject({ created: [], existing: 1 })
  })

  it('follows the night that warns', async () => {
    const customer = await aCustomer(db, {}, [await aGuide(db)])
    await buys(customer, [
      { day: '2025-11-10', spendFen: 210_000, orders: 11 },
      { day: '2026-05-10', spendFen: 10_000, orders: 11 },
    ])
    for (const day of ['2026-10-31', '2026-11-01']) {
      await rebuildStats(db, day)
      await settleTiers(createTestDeps(db), day)
    }

    expect((await scan('2026-11-02')).created).toMatchObject([
      { facts: { tier: 'silver', spendFen: 190_000, orders: 10 } },
    ])
  })

  it('counts what keeps gold: purchase days, and referrals whose first order holds', async () => {
    const gold = await aWarned('gold', '2026-11-01', [
      { day: '2026-06-01', spendFen: 100, orders: 5 },
    ])
    const friend = await aCustomer(db, { referrerMemberNo: gold.memberNo })
    await buys(friend, [{ day: '2026-06-02', spendFen: 100, orders: 1 }])

    const { created } = await scan('2026-11-19')

    expect(created).toMatchObject([
      { reason: '12 天后金卡可能降级，还差 1 个购买日。', facts: { referrals: 0 } },
    ])
  })

  it('counts nobody as their own referral', async () => {
    const gold = await aWarned('gold', '2026-11-01', [
      { day: '2026-06-01', spendFen: 100, orders: 1 },
      { day: '2026-06-02', spendFen: 100, orders: 1 },
    ])
    await db.prisma.customer.update({
      where: { id: gold.id },
      data: { referrerMemberNo: gold.memberNo },
    })

    const { created } = await scan('2026-11-19')

    expect(created).toMatchObject([{ facts: { referrals: 1 } }])
  })

  it('is what keepGap and fallReview say, whatever was bought', async () => {
    const today = '2026-11-19'
    const bought = fc.array(
      fc.record({
        day: fc.integer({ min: 0, max: 420 }).map((days) => addDays(today, -days)),
        spendFen: fc.integer({ min: 0, max: 60_000 }),
        orders: fc.integer({ min: 1, max: 6 }),
      }),
      { maxLength: 8 },
    )
    const member = fc.record({
      bought,
      tier: fc.constantFrom('bronze' as const, 'silver' as const),
      warned: fc.integer({ min: 0, max: 70 }).map((days) => addDays(today, -days)),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(member, { minLength: 1, maxLength: 12 }), async (members) => {
        await emptyDatabase(db)
        const wanted: object[] = []
        for (const { bought: days, tier, warned } of members) {
          const customer = await aWarned(tier, warned, days)
          const review = fallReview(warned, today)
          const gap = keepGap(DEFAULT_TIER_TABLE, tier, days, { referrals: 0 }, review)
          if (!gap || review > addDays(today, 30)) continue
          const { code, ...short } = gap
          const tierName = DEFAULT_TIER_TABLE.tiers.find((row) => row.code === tier)?.name
          wanted.push({ memberNo: customer.memberNo, facts: { tier: code, tierName, ...short } })
        }

        const { created } = await scan(today)

        const found = created.map(({ memberNo, facts }) => ({ memberNo, facts }))
        expect(new Set(found)).toEqual(new Set(wanted))
      }),
      { numRuns: 6 },
    )
  })
})

describe('a night’s tiers', () => {
  it.each([
    // the next review is 30 days off, or fewer: its task would be made
    ['2026-10-02', '2026-11-01', true],
    ['2026-10-03', '2026-11-01', false],
    ['2027-01-02', '2027-02-01', true],
    ['2027-03-02', '2027-04-01', true],
    ['2027-05-02', '2027-06-01', true],
    ['2027-08-02', '2027-09-01', true],
    // the night of the review was missed, this one makes up for it
    ['2026-10-02', '2026-11-02', true],
  ])(
    'of a warning on %s, on %s: who falls then (%j) was given no task about it in the morning',
    async (warned, day, falls) => {
      const { id } = await aWarned('silver', warned, [])
      const reviewedOn = new Date(`${warned.slice(0, 8)}01`)
      await db.prisma.customerTier.updateMany({ data: { reviewedOn } })
      await rebuildStats(db, day)

      await scanDay(db, { day, kinds })
      await settleTiers(createTestDeps(db), day)

      const kept = await db.prisma.customerTier.findUnique({ where: { customerId: id } })
      expect(kept?.tier).toBe(falls ? 'bronze' : 'silver')
      expect(await db.prisma.task.count()).toBe(falls ? 0 : 1)
    },
  )

  it('end the task about a tier that a referral has made safe', async () => {
    const gold = await aWarned('gold', '2026-11-01', [
      { day: '2026-06-01', spendFen: 100, orders: 1 },
      { day: '2026-06-02', spendFen: 100, orders: 1 },
    ])
    await scan('2026-11-19')
    expect(await theTask()).toMatchObject({ state: 'open', facts: { referrals: 1 } })
    await settleTiers(createTestDeps(db), '2026-11-19')
    expect(await theTask()).toMatchObject({ state: 'open' })

    const friend = await aCustomer(db, { referrerMemberNo: gold.memberNo })
    await buys(friend, [{ day: '2026-11-19', spendFen: 100, orders: 1 }])
    await rebuildStats(db, '2026-11-19')
    await settleTiers(createTestDeps(db), '2026-11-19')

    expect(await theTask()).toMatchObject({ state: 'cancelled', closeReason: 'tier_safe' })
  })
})

describe('an order of somebody who may lose a tier', () => {
  const deps = createTestDeps(db, { clock: createTestClock('2026-11-20T04:00:00Z') })

  const pays = async (customer: { id: bigint }, spendFen: number, orders: number) => {
    await buys(customer, [{ day: '2026-11-20', spendFen, orders }])
    await arrived(customer)
  }
  const arrived = async (customer: { id: bigint }) => {
    await rebuildStats(db, '2026-11-20')
    await ordersArrived(db.prisma, deps, [customer.id], deps.clock.now())
  }

  it('makes the gap less, and ends the task once it is closed', async () => {
    const customer = await aWarned('silver', '2026-11-01', ALMOST)
    await scan('2026-11-19')

    await pays(customer, 30_000, 1)
    expect(await theTask()).toMatchObject({ state: 'open', facts: { spendFen: 2_000, orders: 1 } })

    await pays(customer, 2_000, 1)
    expect(await theTask()).toMatchObject({
      state: 'cancelled',
      closeReason: 'order_arrived',
      facts: { spendFen: 0, orders: 0 },
    })
    expect((await scan('2026-11-20')).created).toEqual([])
  })

  it('proves the task of a guide who had begun it', async () => {
    const customer = await aWarned('silver', '2026-11-01', ALMOST)
    await scan('2026-11-19')
    const task = await theTask()
    await db.prisma.task.updateMany({ data: { state: 'in_progress' } })
    await db.prisma.taskEvent.create({
      data: {
        taskId: task?.id ?? 0n,
        at: new Date('2026-11-19T03:00:00Z'),
        actor: 'g',
        via: 'card',
        toState: 'in_progress',
      },
    })

    await pays(customer, 32_000, 2)

    expect(await theTask()).toMatchObject({
      state: 'done',
      closing: 'proven',
      outcome: 'purchased',
    })
  })

  it('that is refunded opens the task again, with what is short then', async () => {
    const customer = await aWarned('silver', '2026-11-01', ALMOST)
    await scan('2026-11-19')
    await pays(customer, 32_000, 2)

    await db.prisma.order.updateMany({
      where: { paidDay: new Date('2026-11-20'), amountFen: 32_000n },
      data: { refundedFen: 32_000n, status: 'refunded' },
    })
    await arrived(customer)

    expect(await theTask()).toMatchObject({ state: 'open', facts: { spendFen: 32_000, orders: 1 } })
  })
})
