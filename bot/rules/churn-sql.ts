import type { BusinessDay } from '../../domain/business-day.ts'
import { STAGE_RULES } from '../../domain/lifecycle.ts'
import { Prisma } from '../../prisma/db.ts'

/**
 * The day from which a customer's churn warning is on: domain churnDay() in SQL.
 *
 * @param row has last_purchase_day and cycle_days
 * @param limits how many times the limit must have passed
 */
export function churnDaySql(row: 'k' | 'r', limits = 1): Prisma.Sql {
  const last = Prisma.raw(`${row}.last_purchase_day`)
  const cycle = Prisma.raw(`${row}.cycle_days`)
  const { churnMonths, longCycleDays, longCycles } = STAGE_RULES
  const months = Prisma.sql`(${last} + make_interval(months => ${churnMonths * limits}::int))::date`
  return Prisma.sql`
    case when ${cycle} > ${longCycleDays}::int
      then greatest(${months}, ${last} + ceil(${longCycles * limits}::int * ${cycle})::int)
      else ${months}
    end`
}

/** Brings falling_reviews and reviewed_on, as `falling`, to a row of customer_stats named `s`: of the few who fall. */
export const fallingJoin = Prisma.sql`
  left join customer_tier falling on falling.customer_id = s.customer_id
    and falling.falling_reviews >= ${STAGE_RULES.fallingReviews}::int`

/**
 * Whether the churn warning is on for a customer who is not lost: domain churnStep() in SQL, over a row `r` with
 * last_purchase_day, cycle_days and the reviewed_on of fallingJoin. Never null.
 */
export function churnIsOn(day: BusinessDay): Prisma.Sql {
  return Prisma.sql`
    ${churnDaySql('r')} <= ${day}::date or coalesce(r.last_purchase_day < r.reviewed_on, false)`
}

/**
 * Whether a customer, of whom `s` is the row of customer_stats, is lost on a day and may still be asked back.
 *
 * @param day SQL of a date
 */
export function isLostOn(day: 'b.day' | 'f.day'): Prisma.Sql {
  return Prisma.sql`
    ${Prisma.raw(day)} - s.last_purchase_day
      between ${STAGE_RULES.lostDays + 1}::int and ${STAGE_RULES.recallDays}::int`
}
