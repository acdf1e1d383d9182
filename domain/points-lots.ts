import { addDays, daysBetween, endOfMonth, type BusinessDay } from './business-day.ts'
import type { PointsKind } from './words.ts'

/** Days an earned lot waits before it may be spent: the refund window (domain-rules 3). */
export const POINTS_PENDING_DAYS = 7
/** Days a lot holds where its line names no end; rounded up to the end of the month (domain-rules 3). */
export const POINTS_VALID_DAYS = 365

/** One line of a member's ledger; days in the business time zone. */
export interface PointsLine {
  /** its number, one of a kind: lines of one day and direction come in the order of their numbers */
  id: string
  kind: PointsKind
  /** taken points are given as a positive number, or as a negative one */
  points: number
  day: BusinessDay
  /** the last day an earned lot holds; null where the line names none */
  expiresOn: BusinessDay | null
  /** what the points are given for, or taken back for: an order, a referral */
  about?: string | null
  /** days of waiting and of validity, where the line's programme has others than usual */
  pendingDays?: number | null
  validDays?: number | null
}

/** Points that came in together: when they may be spent, when they end, what is left. */
export interface Lot {
  /** number of the line that gave it */
  id: string
  points: number
  remaining: number
  /** the day its pending ends */
  availableOn: BusinessDay
  /** its last day */
  expiresOn: BusinessDay
  about: string | null
}

/** How many points of one lot one line took. */
export interface LotUse {
  line: string
  lot: string
  points: number
}

/** What a ledger comes to (settle-ledger.ts); it does not depend on the day it is read. */
export interface SettledLedger {
  /** first to expire first */
  lots: Lot[]
  uses: LotUse[]
  /** lines that took what was not there, and how much of it */
  shortfalls: { line: string; points: number }[]
}

/**
 * What a member has on a day: `balance` may be spent, `pending` may be later.
 * @example pointsOn([{ remaining: 100, availableOn: '2026-11-08', expiresOn: '2027-11-30' }], '2026-11-07')
 * // { balance: 0, pending: 100 }
 */
export function pointsOn(
  lots: readonly Pick<Lot, 'remaining' | 'availableOn' | 'expiresOn'>[],
  today: BusinessDay,
): { balance: number; pending: number } {
  const held = lots.filter(({ expiresOn }) => expiresOn >= today)
  const sum = (some: typeof held) => some.reduce((total, { remaining }) => total + remaining, 0)
  return {
    balance: sum(held.filter(({ availableOn }) => availableOn <= today)),
    pending: sum(held.filter(({ availableOn }) => availableOn > today)),
  }
}

/**
 * Every lot that ends within `days` days, first to expire first; lots of one day are one line
 * (domain-rules 3: all of them, not only the first).
 */
export function expiringLots(
  lots: readonly Pick<Lot, 'remaining' | 'expiresOn'>[],
  today: BusinessDay,
  days: number,
): { points: number; expiresOn: BusinessDay; days: number }[] {
  const byDay = new Map<BusinessDay, number>()
  for (const { remaining, expiresOn } of lots) {
    const left = daysBetween(today, expiresOn)
    if (remaining === 0 || left < 0 || left > days) continue
    byDay.set(expiresOn, (byDay.get(expiresOn) ?? 0) + remaining)
  }
  return [...byDay]
    .sort(([a], [b]) => compare(a, b))
    .map(([expiresOn, points]) => ({ points, expiresOn, days: daysBetween(today, expiresOn) }))
}

/**
 * The last day of points that came in on `day`: `validDays` later, rounded up to the end of that month.
 * @example pointsEnd('2026-11-22') // '2027-11-30'
 */
export function pointsEnd(day: BusinessDay, validDays = POINTS_VALID_DAYS): BusinessDay {
  return endOfMonth(addDays(day, validDays))
}

function compare(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
