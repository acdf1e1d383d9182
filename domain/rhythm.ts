import { daysBetween, type BusinessDay } from './business-day.ts'

/** Purchase days below which a customer has no rhythm of their own (domain-rules 6). */
export const MIN_PURCHASE_DAYS = 3

/**
 * The middle of the numbers; of an even count the mean of the two middle ones. Null of none.
 * @example median([10, 30, 20, 50]) // 25
 */
export function median(numbers: readonly number[]): number | null {
  const sorted = [...numbers].sort((a, b) => a - b)
  const high = sorted[sorted.length >> 1]
  const low = sorted[(sorted.length - 1) >> 1]
  return high === undefined || low === undefined ? null : (low + high) / 2
}

/**
 * A customer's own rhythm: the median gap in days between purchase days, null below 3 purchase days
 * (domain-rules 6). Repeated days count once; order does not matter.
 * @example cycleOf(['2026-01-01', '2026-01-11', '2026-01-31']) // 15
 */
export function cycleOf(purchaseDays: readonly BusinessDay[]): number | null {
  const days = [...new Set(purchaseDays)].sort()
  if (days.length < MIN_PURCHASE_DAYS) return null
  const gaps = days.flatMap((day, i) => {
    const before = days[i - 1]
    return before === undefined ? [] : [daysBetween(before, day)]
  })
  return median(gaps)
}

/**
 * How many cycles have passed since the last purchase; overdue at 2.0 (domain-rules 6).
 * @example overdueFactor(31, 15) // 2.066…
 */
export function overdueFactor(daysSince: number, cycleDays: number): number {
  return daysSince / cycleDays
}
