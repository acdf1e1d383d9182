import { addDays, type BusinessDay } from './business-day.ts'
import type { Lang, Tier } from './words.ts'

/** What a tier is told from: paid orders in (today − 365 d, today], net of refunds (domain-rules 2). */
export interface TierFacts {
  spend365Fen: number
  orders365: number
  purchaseDays365: number
  /** referred customers whose first order is paid and not refunded */
  referrals: number
}

/** One line of the tier table: its name, and what it asks for. */
export interface TierRow {
  code: Tier
  name: Record<Lang, string>
  /** #rrggbb, of the chip */
  colour: string
  /** both bounds must be met: the tier is the lower of the amount band and the count band */
  minSpendFen: number
  minOrders: number
  /** gold asks for these instead */
  minPurchaseDays?: number
  minReferrals?: number
  discount: number | null
}

export type TierFlag = 'high_spend_low_frequency' | 'low_spend_high_frequency'

/** The default table, lowest first: A0 < ¥1000 ≤ A1 < ¥2000 ≤ A2; C0 < 10 ≤ C1 ≤ 20 < C2 (domain-rules 1). */
export const TIER_TABLE: readonly TierRow[] = [
  {
    code: 'iron',
    name: { 'zh-CN': '铁', en: 'Iron' },
    colour: '#6b7280',
    minSpendFen: 0,
    minOrders: 0,
    discount: null,
  },
  {
    code: 'bronze',
    name: { 'zh-CN': '铜', en: 'Bronze' },
    colour: '#9a5b2d',
    minSpendFen: 100_000,
    minOrders: 10,
    discount: 0.98,
  },
  {
    code: 'silver',
    name: { 'zh-CN': '银', en: 'Silver' },
    colour: '#5f6f85',
    minSpendFen: 200_000,
    minOrders: 21,
    discount: 0.95,
  },
  {
    code: 'gold',
    name: { 'zh-CN': '金', en: 'Gold' },
    colour: '#9a7400',
    minSpendFen: 0,
    minOrders: 0,
    minPurchaseDays: 2,
    minReferrals: 1,
    discount: 0.9,
  },
]

export const TIER_WINDOW_DAYS = 365

/** A warning is given from so many days before a review on, and a tier falls so many days after it, at the earliest. */
export const TIER_WARNING_DAYS = 30

/** What is short of a tier; zero where its bound is met. */
export interface TierGap {
  code: Tier
  spendFen: number
  orders: number
  purchaseDays: number
  referrals: number
}

/** The line of the table for a tier. */
export function tierRow(code: Tier): TierRow {
  const row = TIER_TABLE.find((candidate) => candidate.code === code)
  if (!row) throw new Error(`no tier ${code}`)
  return row
}

/**
 * A customer's tier, and whether spend and frequency disagree (domain-rules 1 and 2).
 *
 * @param options.goldRequiresSilver gold only for those who are silver without it; default off
 * @example tierOf({ spend365Fen: 250_000, orders365: 12, purchaseDays365: 12, referrals: 0 })
 * // { tier: 'bronze', flags: ['high_spend_low_frequency'] }
 */
export function tierOf(
  facts: TierFacts,
  options: { goldRequiresSilver?: boolean } = {},
): { tier: Tier; flags: TierFlag[] } {
  const { amount, count, ladder } = placesOf(facts)
  const reached = Math.max(0, Math.min(amount, count))
  const silver = reached === ladder.length - 1
  const special = TIER_TABLE.findLast((row) => row.minReferrals !== undefined && meets(facts, row))
  const flags: TierFlag[] = []
  if (amount > count) flags.push('high_spend_low_frequency')
  if (amount < count) flags.push('low_spend_high_frequency')
  if (special && (silver || !options.goldRequiresSilver)) return { tier: special.code, flags }
  return { tier: ladder[reached]?.code ?? 'iron', flags }
}

/**
 * Which tier the amount alone makes, and which the count alone (domain-rules 1): the lower of the two holds.
 * @example bandsOf({ spend365Fen: 250_000, orders365: 12, purchaseDays365: 9, referrals: 0 }) // { amount: 'silver', count: 'bronze' }
 */
export function bandsOf(facts: TierFacts): { amount: Tier; count: Tier } {
  const { amount, count, ladder } = placesOf(facts)
  const at = (place: number) => ladder[Math.max(0, place)]?.code ?? 'iron'
  return { amount: at(amount), count: at(count) }
}

/** Places in the ladder of amounts and counts; −1 where not even the lowest is met. */
function placesOf(facts: TierFacts): {
  amount: number
  count: number
  ladder: readonly TierRow[]
} {
  const ladder = TIER_TABLE.filter((row) => row.minReferrals === undefined)
  return {
    amount: ladder.findLastIndex((row) => facts.spend365Fen >= row.minSpendFen),
    count: ladder.findLastIndex((row) => facts.orders365 >= row.minOrders),
    ladder,
  }
}

/**
 * The tier a customer holds: the kept one, or a higher one that the figures give at once (domain-rules 2). Where none is
 * kept yet, what the figures say.
 * @example heldTier('silver', { spend365Fen: 0, orders365: 0, purchaseDays365: 0, referrals: 0 }).tier // 'silver'
 */
export function heldTier(kept: Tier | null, facts: TierFacts): { tier: Tier; flags: TierFlag[] } {
  const now = tierOf(facts)
  return kept !== null && tierRank(kept) > tierRank(now.tier) ? { ...now, tier: kept } : now
}

/** Place in the table, from 0 for the lowest. */
export function tierRank(code: Tier): number {
  return TIER_TABLE.findIndex((row) => row.code === code)
}

/**
 * What is short of the next tier; null at the top.
 * @example nextGap('iron', { spend365Fen: 68_000, orders365: 10, purchaseDays365: 9, referrals: 0 })
 * // { code: 'bronze', spendFen: 32000, orders: 0, purchaseDays: 0, referrals: 0 }
 */
export function nextGap(tier: Tier, facts: TierFacts): TierGap | null {
  const row = TIER_TABLE[TIER_TABLE.findIndex((candidate) => candidate.code === tier) + 1]
  return row ? gap(row, facts) : null
}

/**
 * What is short of keeping the tier at the next monthly review: lower bounds less what will still be
 * inside the window then (domain-rules 2). Null when nothing can be lost.
 *
 * @param days what was paid per purchase day, net of refunds; days outside the window are ignored
 */
export function keepGap(
  tier: Tier,
  days: readonly { day: BusinessDay; spendFen: number; orders: number }[],
  referrals: number,
  reviewDay: BusinessDay,
): (TierGap & { reviewDay: BusinessDay }) | null {
  const first = addDays(reviewDay, -TIER_WINDOW_DAYS)
  const inside = days.filter(({ day }) => day > first && day <= reviewDay)
  const short = gap(tierRow(tier), {
    spend365Fen: inside.reduce((sum, { spendFen }) => sum + spendFen, 0),
    orders365: inside.reduce((sum, { orders }) => sum + orders, 0),
    purchaseDays365: new Set(inside.filter(({ orders }) => orders > 0).map(({ day }) => day)).size,
    referrals,
  })
  const nothing = short.spendFen + short.orders + short.purchaseDays + short.referrals === 0
  return nothing ? null : { ...short, reviewDay }
}

/**
 * The next monthly review: the first day of the next month.
 * @example nextReview('2026-11-22') // '2026-12-01'
 */
export function nextReview(today: BusinessDay): BusinessDay {
  const firstOfMonth = `${today.slice(0, 8)}01`
  return `${addDays(firstOfMonth, 31).slice(0, 8)}01`
}

/**
 * The review at which the tier of somebody who was warned would fall: the first of a month, 30 days after the warning
 * and still ahead (domain-rules 2).
 * @example fallReview('2027-02-01', '2027-02-10') // '2027-04-01': of February's 28 days two are missing
 */
export function fallReview(warnedOn: BusinessDay, today: BusinessDay): BusinessDay {
  const earliest = addDays(warnedOn, TIER_WARNING_DAYS)
  // the day before, so that the first of a month counts itself
  return nextReview(earliest > today ? addDays(earliest, -1) : today)
}

function meets(facts: TierFacts, row: TierRow): boolean {
  const short = gap(row, facts)
  return short.spendFen + short.orders + short.purchaseDays + short.referrals === 0
}

function gap(row: TierRow, facts: TierFacts): TierGap {
  return {
    code: row.code,
    spendFen: Math.max(0, row.minSpendFen - facts.spend365Fen),
    orders: Math.max(0, row.minOrders - facts.orders365),
    purchaseDays: Math.max(0, (row.minPurchaseDays ?? 0) - facts.purchaseDays365),
    referrals: Math.max(0, (row.minReferrals ?? 0) - facts.referrals),
  }
}
