import { addDays, daysBetween } from '../../time/day.ts'

export interface Strip {
  /** left to right, 0 oldest … 1; one for each purchase day */
  purchases: number[]
  today: number
  /** when the next purchase would have been due by the cycle */
  expected: number
}

/**
 * Where purchase days lie on a strip that runs from the first of them to today, or to the expected day if later.
 * @param days newest first
 * @param cycleDays usual days between purchases
 * @example stripOf(['2026-11-11', '2026-11-01'], 10, '2026-11-16') // purchases 0 and 0.5, today 0.75, expected 1
 */
export function stripOf(days: string[], cycleDays: number, today: string): Strip | null {
  const newest = days[0]
  const oldest = days[days.length - 1]
  if (!newest || !oldest) return null
  const expectedDay = addDays(newest, Math.round(cycleDays))
  const end = expectedDay > today ? expectedDay : today
  const span = Math.max(1, daysBetween(oldest, end))
  const at = (day: string) => daysBetween(oldest, day) / span
  return {
    purchases: days.map(at).sort((a, b) => a - b),
    today: at(today),
    expected: at(expectedDay),
  }
}
