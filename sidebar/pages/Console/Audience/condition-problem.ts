import type { Range } from '../../../../domain/customer-filter.ts'
import { RANGES, type RangeName } from './conditions.ts'
import type { Condition } from './condition.ts'

/** most entries of a list, as the filter's schema has it */
const MOST_VALUES = 200
const MOST_BIRTHDAYS_AHEAD = 60
const MOST_COUPON_DAYS = 365

/** What a condition lacks: nothing chosen, from above to, a number out of its bounds, too long a list. */
export type Problem = 'empty' | 'order' | 'bounds' | 'tooMany'

/** Why a condition can't be asked for yet; null where it can. */
export function problemOf(condition: Condition): Problem | null {
  const { name, value } = condition
  if (Array.isArray(value)) return problemOfList(value)
  if (typeof value === 'boolean') return null
  if (name === 'tags') return problemOfList(value.any ?? value.all ?? value.none ?? [])
  if (name === 'birthday') {
    return 'month' in value ? null : problemOfDays(value.withinDays, MOST_BIRTHDAYS_AHEAD)
  }
  if (name === 'coupon') return problemOfDays(value.expiresWithinDays, MOST_COUPON_DAYS)
  // lists, yes or no, tags, birthdays and coupons were above
  return problemOfRange(name as RangeName, value)
}

function problemOfList(values: readonly string[]): Problem | null {
  if (values.length === 0) return 'empty'
  return values.length > MOST_VALUES ? 'tooMany' : null
}

function problemOfDays(days: number, most: number): Problem | null {
  if (Number.isNaN(days)) return 'empty'
  return Number.isInteger(days) && days >= 0 && days <= most ? null : 'bounds'
}

function problemOfRange(name: RangeName, { min, max }: Range): Problem | null {
  const { scale, whole, max: most } = RANGES[name]
  const isOut = (value: number | undefined) =>
    value !== undefined &&
    (value < 0 || value > most * scale || ((whole || scale > 1) && !Number.isInteger(value)))
  if (min === undefined && max === undefined) return 'empty'
  if (isOut(min) || isOut(max)) return 'bounds'
  return min !== undefined && max !== undefined && min > max ? 'order' : null
}
