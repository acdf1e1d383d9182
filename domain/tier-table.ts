import type { Lang, Tier } from './words.ts'

/**
 * What a tier asks for, all of it, and what may be short of it: figures of the window of 365 days (domain-rules 2). Money
 * is fen. Points are those earned in the window, taken-back ones off; what is spent lowers nobody's tier. 0 asks nothing.
 */
export interface TierBounds {
  spendFen: number
  orders: number
  purchaseDays: number
  /** referred customers whose first order is paid and not refunded */
  referrals: number
  points: number
}

/** One line of a tier table. */
export interface TierRow {
  /** what customers, filters and the chain's systems know it by */
  code: Tier
  name: Record<Lang, string>
  /** #rrggbb, of the chip */
  colour: string
  /** ladder: the customer is in the lower of the amount band and the count band (domain-rules 1); special: beside it */
  kind: 'ladder' | 'special'
  asks: TierBounds
  /** a tier of the ladder whose conditions must be met as well: goldRequiresSilver of domain-rules 1 */
  requires: Tier | null
  benefits: {
    /** what is paid of the price, 0.95 for 9.5折; null: no discount */
    discount: number | null
    texts: Record<Lang, string>[]
  }
  /** no review takes it within so many months after it was reached; 0: every monthly review may */
  keepMonths: number
  /** the membership ends after so many days without a purchase, at once or at the next review; null: never */
  ends: { afterDays: number; when: 'at_once' | 'review' } | null
}

/** A chain's tiers, lowest first; the lowest asks nothing. */
export interface TierTable {
  tiers: readonly TierRow[]
}

/** Figures that a tier may ask for, in the order in which people read them. */
export const TIER_FIGURES = ['spendFen', 'orders', 'purchaseDays', 'referrals', 'points'] as const

const NOTHING: TierBounds = { spendFen: 0, orders: 0, purchaseDays: 0, referrals: 0, points: 0 }
const PLAIN = { kind: 'ladder', requires: null, keepMonths: 0, ends: null } as const

/** What holds without a table of the chain's own: A0 < ¥1000 ≤ A1 < ¥2000 ≤ A2; C0 < 10 ≤ C1 ≤ 20 < C2 (domain-rules 1). */
export const DEFAULT_TIER_TABLE: TierTable = {
  tiers: [
    {
      ...PLAIN,
      code: 'iron',
      name: { 'zh-CN': '铁', en: 'Iron' },
      colour: '#6b7280',
      asks: NOTHING,
      benefits: { discount: null, texts: [] },
    },
    {
      ...PLAIN,
      code: 'bronze',
      name: { 'zh-CN': '铜', en: 'Bronze' },
      colour: '#9a5b2d',
      asks: { ...NOTHING, spendFen: 100_000, orders: 10 },
      benefits: { discount: 0.98, texts: [] },
    },
    {
      ...PLAIN,
      code: 'silver',
      name: { 'zh-CN': '银', en: 'Silver' },
      colour: '#5f6f85',
      asks: { ...NOTHING, spendFen: 200_000, orders: 21 },
      benefits: { discount: 0.95, texts: [] },
    },
    {
      ...PLAIN,
      code: 'gold',
      kind: 'special',
      name: { 'zh-CN': '金', en: 'Gold' },
      colour: '#9a7400',
      asks: { ...NOTHING, purchaseDays: 2, referrals: 1 },
      benefits: { discount: 0.9, texts: [] },
    },
  ],
}

/**
 * Place of a tier, from 0 for the lowest; −1 for a code that the table does not have (any more).
 * @example tierRank(DEFAULT_TIER_TABLE, 'silver') // 2
 */
export function tierRank({ tiers }: TierTable, code: Tier): number {
  return tiers.findIndex((row) => row.code === code)
}

/** The lowest tier: whose conditions everybody meets. @throws Error for a table without tiers, which can't be saved */
export function lowestTier({ tiers }: TierTable): TierRow {
  const [lowest] = tiers
  if (!lowest) throw new Error('a tier table without tiers')
  return lowest
}

/** What a tier is called; a code that the table does not have keeps its code. */
export function tierName({ tiers }: TierTable, code: Tier, lang: Lang): string {
  return tiers.find((row) => row.code === code)?.name[lang] ?? code
}

/**
 * All that a tier asks for: its own conditions and those of the tier that it requires.
 * @example boundsOf(table, { ...gold, requires: 'silver' }) // { spendFen: 200000, orders: 21, purchaseDays: 2, referrals: 1, points: 0 }
 */
export function boundsOf({ tiers }: TierTable, row: TierRow): TierBounds {
  const required = tiers.find(({ code }) => code === row.requires)?.asks ?? NOTHING
  const most = (figure: keyof TierBounds) => Math.max(row.asks[figure], required[figure])
  return {
    spendFen: most('spendFen'),
    orders: most('orders'),
    purchaseDays: most('purchaseDays'),
    referrals: most('referrals'),
    points: most('points'),
  }
}

/** Whether a tier asks for points, so that they need to be counted. */
export function asksPoints({ tiers }: TierTable): boolean {
  return tiers.some(({ asks }) => asks.points > 0)
}
