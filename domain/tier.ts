import { addDays, addMonths, daysBetween, type BusinessDay } from './business-day.ts'
import {
  boundsOf,
  lowestTier,
  tierRank,
  type TierBounds,
  type TierRow,
  type TierTable,
} from './tier-table.ts'
import type { Tier } from './words.ts'

/** What a tier is told from: paid orders in (today − 365 d, today], net of refunds (domain-rules 2). */
export interface TierFacts {
  spend365Fen: number
  orders365: number
  purchaseDays365: number
  /** referred customers whose first order is paid and not refunded */
  referrals: number
  /** earned in the window; absent where they are not counted: tiers that ask for points are not told then */
  points365?: number
  /** tells with `today` whether a membership is over; absent or null: it is not */
  lastPurchaseDay?: BusinessDay | null
}

export type TierFlag = 'high_spend_low_frequency' | 'low_spend_high_frequency'

export const TIER_WINDOW_DAYS = 365

/** A warning is given from so many days before a review on, and a tier falls so many days after it, at the earliest. */
export const TIER_WARNING_DAYS = 30

/** What is short of a tier; zero where its bound is met. */
export interface TierGap extends TierBounds {
  code: Tier
}

/**
 * A customer's tier by the figures: the highest of which all conditions are met and whose membership is not over. On a
 * ladder that is the lower of the amount band and the count band; the flags say where spend and frequency disagree
 * (domain-rules 1 and 2).
 *
 * @param today for the end of memberships
 * @example tierOf(DEFAULT_TIER_TABLE, { spend365Fen: 250_000, orders365: 12, purchaseDays365: 12, referrals: 0 }, '2026-11-22')
 * // { tier: 'bronze', flags: ['high_spend_low_frequency'] }
 */
export function tierOf(
  table: TierTable,
  facts: TierFacts,
  today: BusinessDay,
): { tier: Tier; flags: TierFlag[] } {
  const { amount, count } = placesOf(table, facts)
  const flags: TierFlag[] = []
  if (amount > count) flags.push('high_spend_low_frequency')
  if (amount < count) flags.push('low_spend_high_frequency')
  const met = table.tiers.findLast(
    (row) => isMet(gap(table, row, facts)) && !isOver(row, facts, today),
  )
  return { tier: (met ?? lowestTier(table)).code, flags }
}

/**
 * Which tier the amount alone makes, and which the count alone (domain-rules 1): the lower of the two holds.
 * @example bandsOf(table, { spend365Fen: 250_000, orders365: 12, purchaseDays365: 9, referrals: 0 }) // { amount: 'silver', count: 'bronze' }
 */
export function bandsOf(table: TierTable, facts: TierFacts): { amount: Tier; count: Tier } {
  const { amount, count, ladder } = placesOf(table, facts)
  const at = (place: number) => (ladder[place] ?? lowestTier(table)).code
  return { amount: at(amount), count: at(count) }
}

/** Places in the ladder of amounts and counts. */
function placesOf(
  { tiers }: TierTable,
  facts: TierFacts,
): { amount: number; count: number; ladder: readonly TierRow[] } {
  const ladder = tiers.filter(({ kind }) => kind === 'ladder')
  const place = (bound: (row: TierRow) => number, figure: number) =>
    Math.max(
      0,
      ladder.findLastIndex((row) => figure >= bound(row)),
    )
  return {
    amount: place(({ asks }) => asks.spendFen, facts.spend365Fen),
    count: place(({ asks }) => asks.orders, facts.orders365),
    ladder,
  }
}

/**
 * Whether the membership of a tier is over: so many days without a purchase (end of membership, domain-rules 2).
 * @example isOver({ …silver, ends: { afterDays: 90, when: 'review' } }, { …, lastPurchaseDay: '2026-08-24' }, '2026-11-22') // true
 */
export function isOver(
  { ends }: TierRow,
  { lastPurchaseDay }: TierFacts,
  today: BusinessDay,
): boolean {
  if (ends === null || lastPurchaseDay === undefined || lastPurchaseDay === null) return false
  return daysBetween(lastPurchaseDay, today) >= ends.afterDays
}

/**
 * The tier a customer holds: the kept one, or a higher one that the figures give at once (domain-rules 2). Where none is
 * kept yet, or the table has it no more, what the figures say.
 * @example heldTier(table, 'silver', { spend365Fen: 0, orders365: 0, purchaseDays365: 0, referrals: 0 }, '2026-11-22').tier // 'silver'
 */
export function heldTier(
  table: TierTable,
  kept: Tier | null,
  facts: TierFacts,
  today: BusinessDay,
): { tier: Tier; flags: TierFlag[] } {
  const now = tierOf(table, facts, today)
  const isKept = kept !== null && tierRank(table, kept) > tierRank(table, now.tier)
  return isKept ? { ...now, tier: kept } : now
}

/**
 * What is short of the next tier; null at the top.
 * @example nextGap(table, 'iron', { spend365Fen: 68_000, orders365: 10, purchaseDays365: 9, referrals: 0 })
 * // { code: 'bronze', spendFen: 32000, orders: 0, purchaseDays: 0, referrals: 0, points: 0 }
 */
export function nextGap(table: TierTable, tier: Tier, facts: TierFacts): TierGap | null {
  const row = table.tiers[tierRank(table, tier) + 1]
  return row ? gap(table, row, facts) : null
}

/**
 * What is short of keeping the tier at the next monthly review: lower bounds less what will still be
 * inside the window then (domain-rules 2). Null when nothing can be lost.
 *
 * @param days what was paid per purchase day, net of refunds; days outside the window are ignored
 * @param more figures that do not come from orders, as they will be at the review
 */
export function keepGap(
  table: TierTable,
  tier: Tier,
  days: readonly { day: BusinessDay; spendFen: number; orders: number }[],
  more: { referrals: number; points365?: number },
  reviewDay: BusinessDay,
): (TierGap & { reviewDay: BusinessDay }) | null {
  const row = table.tiers[tierRank(table, tier)]
  if (!row) return null
  const first = addDays(reviewDay, -TIER_WINDOW_DAYS)
  const inside = days.filter(({ day }) => day > first && day <= reviewDay)
  const short = gap(table, row, {
    ...more,
    spend365Fen: inside.reduce((sum, { spendFen }) => sum + spendFen, 0),
    orders365: inside.reduce((sum, { orders }) => sum + orders, 0),
    purchaseDays365: new Set(inside.filter(({ orders }) => orders > 0).map(({ day }) => day)).size,
  })
  return isMet(short) ? null : { ...short, reviewDay }
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
 * The first review that may take a tier: the next one, or where it is valid still, the first after that (validity,
 * domain-rules 2).
 *
 * @param since the day on which it was reached; null where it held before tiers were kept: nothing holds it then
 * @example reviewOf({ …silver, keepMonths: 3 }, '2026-10-14', '2026-11-22') // '2027-02-01': valid until 14 January
 */
export function reviewOf(
  { keepMonths }: TierRow,
  since: BusinessDay | null,
  today: BusinessDay,
): BusinessDay {
  const next = nextReview(today)
  if (since === null || keepMonths === 0) return next
  // the day before, so that the first of a month counts itself
  const first = nextReview(addDays(addMonths(since, keepMonths), -1))
  return first > next ? first : next
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

function isMet({ spendFen, orders, purchaseDays, referrals, points }: TierGap): boolean {
  return spendFen + orders + purchaseDays + referrals + points === 0
}

function gap(table: TierTable, row: TierRow, facts: TierFacts): TierGap {
  const bounds = boundsOf(table, row)
  return {
    code: row.code,
    spendFen: Math.max(0, bounds.spendFen - facts.spend365Fen),
    orders: Math.max(0, bounds.orders - facts.orders365),
    purchaseDays: Math.max(0, bounds.purchaseDays - facts.purchaseDays365),
    referrals: Math.max(0, bounds.referrals - facts.referrals),
    points: Math.max(0, bounds.points - (facts.points365 ?? 0)),
  }
}
