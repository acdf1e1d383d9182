import * as fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import { settleTiers } from '../../../bot/members/settle-tiers.ts'
import { rebuildStats } from '../../../bot/members/stats.ts'
import { addDays, type BusinessDay } from '../../../domain/business-day.ts'
import { tierOf } from '../../../domain/tier.ts'
import type { TierRow, TierTable } from '../../../domain/tier-table.ts'
import { aCustomer } from '../../support/chain.ts'
import { emptyDatabase, useDatabase } from '../../support/database.ts'
import { createTestDeps } from '../../support/test-deps.ts'
import { tiersWith, useTiers } from '../../support/tiers.ts'

const db = useDatabase()
const NOTHING = { spendFen: 0, orders: 0, purchaseDays: 0, referrals: 0, points: 0 }
let serial = 0

beforeEach(() => emptyDatabase(db))

async function buys(id: bigint, day: BusinessDay, n: number, amountFen: number): Promise<void> {
  await db.prisma.order.createMany({
    data: Array.from({ length: n }, () => ({
      orderNo: `T${(serial += 1)}`,
      memberNo: String(id),
      customerId: id,
      paidAt: new Date(`${day}T04:00:00Z`),
      paidDay: new Date(day),
      amountFen: BigInt(amountFen),
      status: 'paid' as const,
    })),
  })
}

async function earns(
  id: bigint,
  day: BusinessDay,
  points: number,
  kind: 'earn' | 'adjust' | 'spend',
) {
  await db.prisma.pointsEntry.create({
    data: {
      entryNo: `P${(serial += 1)}`,
      memberNo: String(id),
      customerId: id,
      kind,
      points,
      occurredAt: new Date(`${day}T04:00:00Z`),
    },
  })
}

async function night(day: BusinessDay) {
  await rebuildStats(db, day)
  return await settleTiers(createTestDeps(db), day)
}

/** A customer whose figures make silver, on one day. */
async function aSilver(day: BusinessDay): Promise<bigint> {
  const { id } = await aCustomer(db)
  await buys(id, day, 21, 10_000)
  return id
}

const tier = async (id: bigint) =>
  (await db.prisma.customerTier.findUniqueOrThrow({ where: { customerId: id } })).tier
const changes = async () =>
  (await db.prisma.tierChange.findMany({ orderBy: { id: 'asc' } })).map(
    ({ day, before, after, reason }) => [day.toISOString().slice(0, 10), before, after, reason],
  )

describe('a changed tier table', () => {
  it('is gone by on the next night, of everybody, and writes nothing twice', async () => {
    const { id } = await aCustomer(db)
    await buys(id, '2026-11-10', 1, 100_000)
    await night('2026-11-18')
    await night('2026-11-19')
    expect(await tier(id)).toBe('iron')
    await useTiers(db, tiersWith({ bronze: { asks: { ...NOTHING, spendFen: 100_000 } } }))

    // its figures are those of the night before: only the table is new
    expect(await settleTiers(createTestDeps(db), '2026-11-20')).toMatchObject({ upgraded: 1 })

    expect(await changes()).toEqual([['2026-11-20', 'iron', 'bronze', 'upgrade']])
    const rows = await db.prisma.customerTier.findMany()
    expect(await settleTiers(createTestDeps(db), '2026-11-20')).toMatchObject({ upgraded: 0 })
    expect(await db.prisma.customerTier.findMany()).toEqual(rows)
  })

  it('that has a tier no more gives its customers what their figures say, and says so', async () => {
    const id = await aSilver('2026-11-10')
    await night('2026-11-19')
    const table = tiersWith({})
    await useTiers(db, { tiers: table.tiers.filter(({ code }) => code !== 'silver') })

    expect(await night('2026-11-20')).toMatchObject({ moved: 1, upgraded: 0, downgraded: 0 })

    expect(await tier(id)).toBe('bronze')
    expect(await changes()).toEqual([['2026-11-20', 'silver', 'bronze', 'table']])
    expect(await night('2026-11-21')).toMatchObject({ moved: 0 })
  })

  it('that asks for more takes a tier only at a review, after the warning', async () => {
    const id = await aSilver('2026-11-10')
    await night('2026-11-19')
    await useTiers(
      db,
      tiersWith({ silver: { asks: { ...NOTHING, spendFen: 900_000, orders: 21 } } }),
    )

    await night('2026-11-20')
    await night('2026-12-01')
    expect(await changes()).toEqual([])
    await night('2027-01-01')

    expect(await changes()).toEqual([['2027-01-01', 'silver', 'bronze', 'review']])
    expect(await tier(id)).toBe('bronze')
  })
})

describe('a tier that is valid for months', () => {
  it('is not taken, and nobody is warned of it, at a review before they are over', async () => {
    await useTiers(db, tiersWith({ silver: { keepMonths: 3 } }))
    const { id } = await aCustomer(db)
    await night('2026-10-14')
    // leaves the window on 15 October 2026
    await buys(id, '2025-10-15', 21, 10_000)
    await rebuildStats(db, '2026-10-14')
    await settleTiers(createTestDeps(db), '2026-10-14')
    expect(await changes()).toEqual([['2026-10-14', 'iron', 'silver', 'upgrade']])

    for (const day of ['2026-10-15', '2026-11-01', '2026-12-01', '2027-01-01']) await night(day)
    expect(await tier(id)).toBe('silver')
    const warnedOn = async () =>
      (await db.prisma.customerTier.findUnique({ where: { customerId: id } }))?.warnedOn
    expect(await warnedOn()).toBeNull()
    await night('2027-01-02')
    expect(await warnedOn()).toEqual(new Date('2027-01-02'))

    await night('2027-02-01')

    expect((await changes()).slice(1)).toEqual([['2027-02-01', 'silver', 'bronze', 'review']])
  })
})

describe('a membership that ends after 90 days without a purchase', () => {
  it.each([
    ['2026-11-19', 'silver'],
    ['2026-11-20', 'iron'],
    ['2026-11-21', 'iron'],
  ] as const)('at once, is on %s %s', async (day, holds) => {
    const ends = { afterDays: 90, when: 'at_once' as const }
    await useTiers(db, tiersWith({ bronze: { ends }, silver: { ends } }))
    const id = await aSilver('2026-08-22')
    await night('2026-11-01')

    await night(day)

    expect(await tier(id)).toBe(holds)
    expect(await changes()).toEqual(holds === 'iron' ? [[day, 'silver', 'iron', 'end']] : [])
  })

  it('at the review, stays until there, without a warning, and begins anew with a purchase', async () => {
    const ends = { afterDays: 90, when: 'review' as const }
    await useTiers(db, tiersWith({ bronze: { ends }, silver: { ends } }))
    const id = await aSilver('2026-08-22')
    await night('2026-11-19')
    await night('2026-11-30')
    expect(await tier(id)).toBe('silver')

    await night('2026-12-01')
    expect(await changes()).toEqual([['2026-12-01', 'silver', 'iron', 'end']])
    await night('2026-12-02')
    expect(await tier(id)).toBe('iron')

    await buys(id, '2026-12-03', 1, 100)
    await night('2026-12-03')
    expect(await tier(id)).toBe('silver')
  })
})

describe('a membership that ends at a review', () => {
  it('does not end between two, also of somebody whom no review has had to look at', async () => {
    const ends = { afterDays: 90, when: 'review' as const }
    // valid for months: nobody is warned, so nothing is written of them
    await useTiers(db, tiersWith({ bronze: { ends }, silver: { ends, keepMonths: 6 } }))
    const { id } = await aCustomer(db)
    await night('2026-08-21')
    await buys(id, '2026-08-22', 21, 10_000)
    for (const day of ['2026-08-22', '2026-09-01', '2026-10-01', '2026-11-01']) await night(day)

    // the days are over on the 20th
    for (const day of ['2026-11-19', '2026-11-20', '2026-11-21', '2026-11-30']) {
      await settleTiers(createTestDeps(db), day, { everybody: true })
      expect(await tier(id)).toBe('silver')
    }

    await night('2026-12-01')
    expect((await changes()).slice(1)).toEqual([['2026-12-01', 'silver', 'iron', 'end']])
  })

  it.each([
    // 90 days before the review of December: the day before, the day, the day after
    ['2026-09-01', true],
    ['2026-09-02', true],
    ['2026-09-03', false],
  ])(
    'of somebody who last came on %s has ended (%j) where the next night makes up for it',
    async (last, isOver) => {
      const ends = { afterDays: 90, when: 'review' as const }
      await useTiers(db, tiersWith({ bronze: { ends }, silver: { ends } }))
      const id = await aSilver(last)
      await night('2026-11-30')

      await night('2026-12-02')

      expect(await tier(id)).toBe(isOver ? 'iron' : 'silver')
    },
  )
})

describe('a tier for points', () => {
  it('counts those earned within 365 days, less corrections, and not what was spent', async () => {
    await useTiers(
      db,
      tiersWith({ silver: { asks: { ...NOTHING, points: 1000 }, kind: 'special' } }),
    )
    const { id } = await aCustomer(db)
    await earns(id, '2025-11-21', 1000, 'earn')
    await earns(id, '2026-11-01', 1200, 'earn')
    await earns(id, '2026-11-02', -1100, 'spend')
    await earns(id, '2026-11-03', -201, 'adjust')
    await night('2026-11-20')
    expect(await tier(id)).toBe('silver')

    const other = await aCustomer(db)
    await earns(other.id, '2025-11-20', 1000, 'earn')
    await earns(other.id, '2026-11-03', 999, 'earn')
    await night('2026-11-20')

    expect(await tier(other.id)).toBe('iron')
  })
})

describe('tiers of any table', () => {
  it('are in SQL what domain rules say, one by one', async () => {
    const day = '2026-11-20'
    const asks = fc.record({
      spendFen: fc.constantFrom(0, 10_000, 20_000),
      orders: fc.integer({ min: 0, max: 3 }),
      purchaseDays: fc.integer({ min: 0, max: 3 }),
      referrals: fc.integer({ min: 0, max: 1 }),
      points: fc.constantFrom(0, 0, 100),
    })
    const row = fc.record({
      asks,
      ends: fc.option(fc.constant({ afterDays: 3, when: 'at_once' as const })),
      requires: fc.constantFrom(null, 't1'),
    })
    const someone = fc.record({
      days: fc.array(fc.integer({ min: 0, max: 6 }), { maxLength: 4 }),
      amountFen: fc.constantFrom(5_000, 10_000),
      friend: fc.boolean(),
      points: fc.constantFrom(0, 99, 100),
    })
    await fc.assert(
      fc.asyncProperty(
        fc.array(row, { minLength: 1, maxLength: 4 }),
        fc.array(someone, { minLength: 1, maxLength: 5 }),
        async (above, people) => {
          await emptyDatabase(db)
          const [lowest] = tiersWith({}).tiers
          if (!lowest) return
          const table: TierTable = {
            tiers: [
              lowest,
              ...above.map((parts, n): TierRow => ({
                ...lowest,
                ...parts,
                code: `t${n + 1}`,
                requires: n > 0 ? parts.requires : null,
              })),
            ],
          }
          await useTiers(db, table)
          const wanted: [bigint, string][] = []
          for (const { days, amountFen, friend, points } of people) {
            const { id, memberNo } = await aCustomer(db)
            for (const ago of days) await buys(id, addDays(day, -ago), 1, amountFen)
            if (points > 0) await earns(id, '2026-11-01', points, 'earn')
            if (friend) {
              const brought = await aCustomer(db, { referrerMemberNo: memberNo })
              await buys(brought.id, day, 1, 1)
            }
            const facts = {
              spend365Fen: days.length * amountFen,
              orders365: days.length,
              purchaseDays365: new Set(days).size,
              referrals: friend ? 1 : 0,
              points365: points,
              lastPurchaseDay: days.length > 0 ? addDays(day, -Math.min(...days)) : null,
            }
            wanted.push([id, tierOf(table, facts, day).tier])
          }

          await night(day)

          for (const [id, code] of wanted) expect(await tier(id)).toBe(code)
        },
      ),
      { numRuns: 15 },
    )
  })
})
