import { addDays, atTime, type BusinessDay } from '../../domain/business-day.ts'
import { STAGE_RULES } from '../../domain/lifecycle.ts'
import { Prisma, type Db } from '../../prisma/db.ts'
import { fallingJoin } from '../rules/churn-sql.ts'
import { cycleColumns, cycleJoins } from '../rules/group-cycles.ts'
import { stageSql } from '../rules/stage-sql.ts'

/**
 * Tells the stage of some customers anew (domain-rules 7), so that who was lost and bought this morning isn't lost until
 * the night; the rhythms of others are those of the last scan. A customer no night has seen gets a row where they are new,
 * or bought today: a history that is imported waits for the night, which writes everything of it at once.
 *
 * The caller holds the customers' rows. Only stages that differ are written, and logged.
 */
export async function settleStages(
  tx: Db,
  customerIds: readonly bigint[],
  { day, zone }: { day: BusinessDay; zone: string },
): Promise<void> {
  const joinedFrom = atTime(addDays(day, -STAGE_RULES.newDays), '00:00', zone)
  await tx.$executeRaw(Prisma.sql`
    with known as (
      select c.id as customer_id, s.purchase_days, s.last_purchase_day, ${cycleColumns},
        coalesce(c.joined_at >= ${joinedFrom}, false) as is_recent, coalesce(s.last_purchase_day < falling.reviewed_on, false) as is_falling
      from customer c left join customer_stats s on s.customer_id = c.id ${cycleJoins} ${fallingJoin}
      where c.id = any(${customerIds}::bigint[])
    ), told as (
      select k.customer_id, o.customer_id is not null as had, o.stage as was, k.last_purchase_day,
        ${stageSql(day)} as stage
      from known k left join customer_class o on o.customer_id = k.customer_id
    ), logged as (
      insert into class_change (customer_id, day, what, before, after)
      select customer_id, ${day}::date, 'stage', was, stage from told where had and was <> stage
    ), renewed as (
      update customer_class o set stage = t.stage, as_of = ${day}::date
      from told t where t.had and t.was <> t.stage and o.customer_id = t.customer_id
    )
    insert into customer_class (customer_id, stage, as_of)
    select customer_id, stage, ${day}::date from told
    where not had and (stage = 'new' or last_purchase_day >= ${day}::date)
    order by customer_id`)
}
