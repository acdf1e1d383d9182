import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  bandsOf,
  heldTier,
  keepGap as keepGapBy,
  nextGap as nextGapBy,
  nextReview,
  reviewOf,
  tierOf as tierBy,
  type TierFacts,
} from '../../domain/tier.ts'
import { boundsOf, DEFAULT_TIER_TABLE, type TierTable } from '../../domain/tier-table.ts'
import type { Tier } from '../../domain/words.ts'

const TODAY = '2026-11-22'
const TIERS = DEFAULT_TIER_TABLE.tiers.map(({ code }) => code)
const tierOf = (of: TierFacts, table: TierTable = DEFAULT_TIER_TABLE) => tierBy(table, of, TODAY)
const nextGap = (tier: Tier, of: TierFacts) => nextGapBy(DEFAULT_TIER_TABLE, tier, of)
type Days = Parameters<typeof keepGapBy>[2]
const keepGap = (tier: Tier, days: Days, referrals: number, review: string) =>
  keepGapBy(DEFAULT_TIER_TABLE, tier, days, { referrals }, review)

/** The default table with parts of a tier changed. */
const changed = (code: Tier, parts: Partial<TierTable['tiers'][number]>): TierTable => ({
  tiers: DEFAULT_TIER_TABLE.tiers.map((row) => (row.code === code ? { ...row, ...parts } : row)),
})

const facts = (spendYuan: number, orders: number, more: Partial<TierFacts> = {}): TierFacts => ({
  spend365Fen: spendYuan * 100,
  orders365: orders,
  purchaseDays365: orders,
  referrals: 0,
  ...more,
})

const anyFacts = fc.record({
  spend365Fen: fc.integer({ min: 0, max: 1_000_000 }),
  orders365: fc.integer({ min: 0, max: 60 }),
  purchaseDays365: fc.integer({ min: 0, max: 60 }),
  referrals: fc.integer({ min: 0, max: 3 }),
})

describe('tierOf', () => {
  it.each([
    [999.99, 9, 'iron', []],
    [1000, 9, 'iron', ['high_spend_low_frequency']],
    [999.99, 10, 'iron', ['low_spend_high_frequency']],
    [1000, 10, 'bronze', []],
    [1999.99, 20, 'bronze', []],
    [2000, 20, 'bronze', ['high_spend_low_frequency']],
    [1999.99, 21, 'bronze', ['low_spend_high_frequency']],
    [2000, 21, 'silver', []],
    [99999, 0, 'iron', ['high_spend_low_frequency']],
    [0, 0, 'iron', []],
  ])('¥%d in %i orders is %s %j', (spend, orders, tier, flags) => {
    expect(tierOf(facts(spend, orders))).toEqual({ tier, flags })
  })

  it.each([
    [2, 1, 'gold'],
    [1, 1, 'iron'],
    [2, 0, 'iron'],
  ])('with %i purchase days and %i referred buyers is %s', (purchaseDays365, referrals, tier) => {
    expect(tierOf(facts(10, 2, { purchaseDays365, referrals })).tier).toBe(tier)
  })

  it('asks for silver before gold where that is configured', () => {
    const referred = { referrals: 1 }
    const table = changed('gold', { requires: 'silver' })

    expect(tierOf(facts(1500, 12, referred), table).tier).toBe('bronze')
    expect(tierOf(facts(2000, 20, referred), table).tier).toBe('bronze')
    expect(tierOf(facts(2000, 21, referred), table).tier).toBe('gold')
    expect(table.tiers.map((row) => boundsOf(table, row)).at(-1)).toEqual({
      spendFen: 200_000,
      orders: 21,
      purchaseDays: 2,
      referrals: 1,
      points: 0,
    })
  })

  it.each([
    [999, 'iron'],
    [1000, 'silver'],
  ])('with %i points earned, where silver asks for 1000 alone, is %s', (points365, tier) => {
    const asks = { spendFen: 0, orders: 0, purchaseDays: 0, referrals: 0, points: 1000 }
    const table = changed('silver', { kind: 'special', asks })

    expect(tierOf(facts(0, 0, { points365 }), table).tier).toBe(tier)
  })

  it.each([
    ['2026-08-25', 'silver'],
    ['2026-08-24', 'bronze'],
    [null, 'silver'],
  ])('of a silver that ends 90 days after the last purchase, on %s, is %s', (day, tier) => {
    const table = changed('silver', { ends: { afterDays: 90, when: 'review' } })

    expect(tierOf(facts(2000, 21, { lastPurchaseDay: day }), table).tier).toBe(tier)
  })

  it('never falls when a customer buys more', () => {
    fc.assert(
      fc.property(anyFacts, anyFacts, (some, more) => {
        const sum = {
          spend365Fen: some.spend365Fen + more.spend365Fen,
          orders365: some.orders365 + more.orders365,
          purchaseDays365: some.purchaseDays365 + more.purchaseDays365,
          referrals: some.referrals + more.referrals,
        }
        expect(TIERS.indexOf(tierOf(sum).tier)).toBeGreaterThanOrEqual(
          TIERS.indexOf(tierOf(some).tier),
        )
      }),
    )
  })

  it('has discounts that never get worse with the tier', () => {
    const discounts = DEFAULT_TIER_TABLE.tiers.map(({ benefits }) => benefits.discount ?? 1)

    expect(discounts).toEqual([1, 0.98, 0.95, 0.9])
  })
})

describe('heldTier', () => {
  it.each([
    ['silver', 0, 'silver'],
    ['iron', 1000, 'bronze'],
    [null, 1000, 'bronze'],
    ['platinum', 1000, 'bronze'],
  ])('of a kept %s with ¥%i is %s', (kept, spend, tier) => {
    expect(heldTier(DEFAULT_TIER_TABLE, kept, facts(spend, 10), TODAY).tier).toBe(tier)
  })
})

describe('bandsOf', () => {
  it('tells what the amount alone makes, and the count alone', () => {
    expect(bandsOf(DEFAULT_TIER_TABLE, facts(2500, 12))).toEqual({
      amount: 'silver',
      count: 'bronze',
    })
  })
})

describe('nextGap', () => {
  it('says what is short of the next tier', () => {
    expect(nextGap('iron', facts(680, 12))).toMatchObject({
      code: 'bronze',
      spendFen: 32_000,
      orders: 0,
    })
    expect(nextGap('silver', facts(3000, 30))).toMatchObject({ code: 'gold', referrals: 1 })
    expect(nextGap('gold', facts(3000, 30))).toBeNull()
  })

  it('closes: who gets what is short has at least that tier', () => {
    fc.assert(
      fc.property(anyFacts, (some) => {
        const { tier } = tierOf(some)
        const gap = nextGap(tier, some)
        if (!gap) return
        const then = tierOf({
          spend365Fen: some.spend365Fen + gap.spendFen,
          orders365: some.orders365 + gap.orders,
          purchaseDays365: some.purchaseDays365 + gap.purchaseDays,
          referrals: some.referrals + gap.referrals,
        })
        expect(TIERS.indexOf(then.tier)).toBeGreaterThanOrEqual(TIERS.indexOf(gap.code))
      }),
    )
  })
})

describe('keepGap', () => {
  const days = [
    { day: '2025-11-25', spendFen: 150_000, orders: 6 },
    { day: '2026-06-01', spendFen: 168_000, orders: 19 },
  ]

  it('counts only what is still inside the window at the review', () => {
    expect(keepGap('silver', days, 0, '2026-12-01')).toMatchObject({
      reviewDay: '2026-12-01',
      spendFen: 32_000,
      orders: 2,
    })
  })

  it('keeps the first day inside up to 364 days before the review', () => {
    const at = (day: string) =>
      keepGap('bronze', [{ day, spendFen: 100_000, orders: 10 }], 0, '2026-12-01')

    expect(at('2025-12-02')).toBeNull()
    expect(at('2025-12-01')).toMatchObject({ spendFen: 100_000, orders: 10 })
  })

  it('is nothing where nothing can be lost', () => {
    expect(keepGap('iron', [], 0, '2026-12-01')).toBeNull()
    expect(keepGap('silver', days, 0, '2026-11-22')).toBeNull()
  })
})

describe('reviewOf', () => {
  const silver = (keepMonths: number) => {
    const [row] = changed('silver', { keepMonths }).tiers.slice(2)
    if (!row) throw new Error('no silver')
    return row
  }

  it.each([
    [0, '2026-11-20', '2026-12-01'],
    [1, '2026-10-31', '2026-12-01'],
    [1, '2026-11-01', '2026-12-01'],
    [1, '2026-11-02', '2027-01-01'],
    [3, '2026-10-14', '2027-02-01'],
    [12, null, '2026-12-01'],
  ])('of a tier valid for %i months, reached on %s, is %s', (months, since, review) => {
    expect(reviewOf(silver(months), since, TODAY)).toBe(review)
  })
})

describe('nextReview', () => {
  it.each([
    ['2026-11-01', '2026-12-01'],
    ['2026-11-30', '2026-12-01'],
    ['2026-12-31', '2027-01-01'],
    ['2027-02-28', '2027-03-01'],
  ])('of %s is %s', (today, review) => {
    expect(nextReview(today)).toBe(review)
  })
})
