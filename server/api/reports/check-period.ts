import { daysBetween, isBusinessDay } from '../../../domain/business-day.ts'
import { badField } from '../../bad-field.ts'
import type { ReportPeriod } from './given-tasks.ts'

/** most days of one report: a leap year */
const MOST_DAYS = 366

/** @throws BAD_INPUT naming the day that does not exist, comes too early, or makes the period too long */
export function checkPeriod(period: ReportPeriod): void {
  for (const field of ['from', 'to'] as const) {
    if (!isBusinessDay(period[field])) throw badField(field, 'must be a day that exists.')
  }
  if (period.from > period.to) throw badField('to', 'must not be before “from”.')
  if (daysBetween(period.from, period.to) >= MOST_DAYS) {
    throw badField('from', `must lie within ${MOST_DAYS} days of “to”.`)
  }
}
