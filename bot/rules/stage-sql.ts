import type { BusinessDay } from '../../domain/business-day.ts'
import { STAGE_RULES } from '../../domain/lifecycle.ts'
import { Prisma } from '../../prisma/db.ts'
import { churnDaySql } from './churn-sql.ts'

/**
 * Domain stageOf() in SQL (domain-rules 7), over a row `k` with purchase_days, last_purchase_day and cycle_days, nulls
 * for who never bought; is_recent, whether they joined so lately; and is_falling, domain isFalling().
 */
export function stageSql(day: BusinessDay): Prisma.Sql {
  return Prisma.sql`
    case
      when k.is_recent and coalesce(k.purchase_days, 0) <= 1 then 'new'
      when k.last_purchase_day is null then 'prospect'
      when ${day}::date - k.last_purchase_day > ${STAGE_RULES.lostDays}::int then 'lost'
      when k.is_falling or ${churnDaySql('k')} <= ${day}::date then 'at_risk'
      when ${day}::date - k.last_purchase_day > ${STAGE_RULES.activeCycles}::float8 * k.cycle_days then 'sleeping'
      else 'active'
    end`
}
