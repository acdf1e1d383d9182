import type { BusinessDay } from '../../domain/business-day.ts'
import { STAGE_RULES } from '../../domain/lifecycle.ts'
import { Prisma, type Db } from '../../prisma/db.ts'
import { churnDaySql } from '../rules/churn-sql.ts'

/**
 * Tells the stage of some customers anew where their own orders tell it (domain stageOf(), domain-rules 7), so that who
 * was lost and bought this morning isn't lost until the night. What needs the rhythm of others is left as the last night
 * told it; a customer no night has seen gets a row where they are new, or bought today: a history that is imported waits
 * for the night, which writes everything of it at once.
 *
 * The caller holds the customers' rows. Only stages that differ are written, and logged.
 */
export async function settleStages(
  tx: Db,
  customerIds: readonly bigint[],
  { day, zone }: { day: BusinessDay; zone: string },
): Promise<void> {
  const { newDays, lostDays, fallingReviews, activeCycles } = STAGE_RULES
  await tx.$executeRaw(Prisma.sql`
    with told as (
      select c.id as customer_id, o.customer_id is not null as had, o.stage as was, since.days,
        case
          when joined.days <= ${newDays}::int and coalesce(k.purchase_days, 0) <= 1 then 'new'
          when k.last_purchase_day is null then 'prospect'
          when since.days > ${lostDays}::int then 'lost'
          when tier.falling_reviews >= ${fallingReviews}::int then 'at_risk'
          when k.cycle_days is null and since.days > 0 then o.stage
          when ${churnDaySql('k')} <= ${day}::date then 'at_risk'
          when since.days > ${activeCycles}::float8 * k.cycle_days then 'sleeping'
          else 'active'
        end as stage
      from customer c
      left join customer_stats k on k.customer_id = c.id
      left join customer_class o on o.customer_id = c.id
      left join customer_tier tier on tier.customer_id = c.id
      cross join lateral (
        select ${day}::date - (c.joined_at at time zone ${zone})::date as days
      ) joined
      cross join lateral (
        select ${day}::date - k.last_purchase_day as days
      ) since
      where c.id = any(${customerIds}::bigint[])
    ), logged as (
      insert into class_change (customer_id, day, what, before, after)
      select customer_id, ${day}::date, 'stage', was, stage from told where had and was <> stage
    ), renewed as (
      update customer_class o set stage = t.stage, as_of = ${day}::date
      from told t where t.had and t.was <> t.stage and o.customer_id = t.customer_id
    )
    insert into customer_class (customer_id, stage, as_of)
    select customer_id, stage, ${day}::date from told
    where not had and (stage = 'new' or days <= 0 and stage is not null)
    order by customer_id`)
}
