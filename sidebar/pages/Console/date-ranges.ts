import { addDays } from '../../time/day.ts'

export const RANGE_NAMES = ['today', 'week', 'month', 'thisMonth'] as const
export type RangeName = (typeof RANGE_NAMES)[number]

export interface DateRange {
  from: string
  to: string
}

/**
 * A quick range that ends today, both days included.
 * @example dateRange('week', '2026-11-22') // { from: '2026-11-16', to: '2026-11-22' }
 */
export function dateRange(name: RangeName, today: string): DateRange {
  const from = {
    today,
    week: addDays(today, -6),
    month: addDays(today, -29),
    thisMonth: `${today.slice(0, 8)}01`,
  }
  return { from: from[name], to: today }
}
