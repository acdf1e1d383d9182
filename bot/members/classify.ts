import { addDays, atTime, type BusinessDay } from '../../domain/business-day.ts'
import { STAGE_RULES } from '../../domain/lifecycle.ts'
import { Prisma, type Db } from '../../prisma/db.ts'
import type { BotDeps } from '../deps.ts'
import { fallingJoin } from '../rules/churn-sql.ts'
import { cycleColumns, cycleJoins } from '../rules/group-cycles.ts'
import { stageSql } from '../rules/stage-sql.ts'
import { expectations, history, modelInForce, type FittedModel } from './fit-model.ts'
import { overEverybody } from './over-everybody.ts'
import { findMedians, rfmClasses, type Medians } from './rfm-classes.ts'

/** What a night made of the chain's customers. */
export interface Classified {
  day: BusinessDay
  /** customers with a paid order in the window */
  scored: number
  /** of them, how many got the nearest of the five classes */
  fallbacks: number
  /** rows written: whoever changed in anything */
  changed: number
  /** changes of class or stage that were logged */
  logged: number
  model: FittedModel | null
}

/**
 * Gives every customer their RFM classes, their stage and P(alive) as of a day (domain-rules 5 to 7): one statement
 * over all of them, which writes only rows that change and logs changes of class and stage. Doing a day again writes
 * nothing. What the classes were told by is kept in class_run.
 */
export async function classify(deps: BotDeps, day: BusinessDay): Promise<Classified> {
  return await overEverybody(deps.db, 'classify', async (tx) => {
    const model = await modelInForce(tx, day)
    const medians = await findMedians(tx, day)
    const done = await writeClasses(tx, { day, zone: deps.zone, model, medians })
    const fallbacks = await tx.customerClass.count({ where: { fiveFallback: true } })
    const thresholds = { ...medians, fallbacks }
    await tx.$executeRaw(Prisma.sql`
        insert into class_run (day, thresholds, model, at)
        values (${day}::date, ${JSON.stringify(thresholds)}::jsonb, ${model && JSON.stringify(model)}::jsonb,
          ${deps.clock.now()})
        on conflict (day) do update set thresholds = excluded.thresholds, model = excluded.model
        where (class_run.thresholds, class_run.model) is distinct from (excluded.thresholds, excluded.model)`)
    deps.log.info({ day, scored: medians.scored, fallbacks, ...done }, 'customers classified')
    return { day, scored: medians.scored, fallbacks, ...done, model }
  })
}

async function writeClasses(
  tx: Db,
  given: { day: BusinessDay; zone: string; model: FittedModel | null; medians: Medians },
): Promise<{ changed: number; logged: number }> {
  const { day, zone, model, medians } = given
  const expected = await expectations(tx, day, model)
  const { r, alpha, a, b } = model ?? { r: null, alpha: null, a: null, b: null }
  // hash joins of a million rows each: sorting for a merge, or remembering what comes once, takes seconds, and loops, which
  // the planner takes for quick after a large import, take minutes
  for (const other of ['mergejoin', 'memoize', 'nestloop']) {
    await tx.$executeRaw(Prisma.raw(`set local enable_${other} = off`))
  }
  const [done] = await tx.$queryRaw<{ changed: number; logged: number }[]>(
    Prisma.sql`
    with ${rfmClasses(day, medians)}, recent as (
      select id from customer
      where joined_at >= ${atTime(addDays(day, -STAGE_RULES.newDays), '00:00', zone)}
    ), expected as (
      select * from unnest(${expected.repeats}::int[], ${expected.age}::int[], ${expected.expected}::float8[])
        as e(repeats, age, days)
    ), known as (
      select s.customer_id, s.purchase_days, s.last_purchase_day, ${history(day)}, ${cycleColumns},
        rfm.rfm, rfm.five, coalesce(rfm.fallback, false) as fallback,
        recent.id is not null as is_recent, coalesce(s.last_purchase_day < falling.reviewed_on, false) as is_falling
      from customer_stats s ${cycleJoins} ${fallingJoin}
      left join rfm on rfm.customer_id = s.customer_id
      left join recent on recent.id = s.customer_id
      -- each column is worked out once
      offset 0
    ), alive as (
      select k.*, e.days as expected_days, case
          when ${r}::float8 is null or k.repeats is null then null
          when k.repeats = 0 then 1.0
          -- in logarithms: a power of these would overflow
          else 1 / (1 + exp(least(700, ln(${a}::float8 / (${b}::float8 + k.repeats - 1))
            + (${r}::float8 + k.repeats) * ln((${alpha}::float8 + k.age) / (${alpha}::float8 + k.recency)))))
        end::float8 as p
      from known k
      left join expected e on e.repeats = k.repeats and e.age = k.age
      offset 0
    ), tonight as (
      select customer_id, rfm, five, fallback, ${stageSql(day)} as stage,
        floor(p * 100 + 0.5) / 100 as p_alive, floor(p * expected_days * 10 + 0.5) / 10 as expected_90
      from alive k
      union all
      select c.id, null, null, false, case when recent.id is null then 'prospect' else 'new' end, null, null
      from customer c left join recent on recent.id = c.id
      where not exists (select from customer_stats s where s.customer_id = c.id)
      offset 0
    ), changed as materialized (
      select t.*, o.customer_id is not null as had, o.rfm as rfm_was, o.five as five_was, o.stage as stage_was
      from tonight t left join customer_class o on o.customer_id = t.customer_id
      where (o.rfm, o.five, o.five_fallback, o.stage, o.p_alive, o.expected_90)
        is distinct from (t.rfm, t.five, t.fallback, t.stage, t.p_alive, t.expected_90)
    ), logged as (
      insert into class_change (customer_id, day, what, before, after)
      select customer_id, ${day}::date, v.what, v.before, v.after
      from changed cross join lateral (values
        ('rfm', rfm_was, rfm), ('five', five_was, five), ('stage', stage_was, stage)
      ) as v(what, before, after)
      where had and v.before is distinct from v.after
      returning 1
    ), renewed as (
      update customer_class o set rfm = c.rfm, five = c.five, five_fallback = c.fallback, stage = c.stage,
        p_alive = c.p_alive, expected_90 = c.expected_90, as_of = ${day}::date
      from changed c where c.had and o.customer_id = c.customer_id
    ), added as (
      insert into customer_class (customer_id, rfm, five, five_fallback, stage, p_alive, expected_90, as_of)
      select customer_id, rfm, five, fallback, stage, p_alive, expected_90, ${day}::date
      from changed where not had
    )
    select (select count(*) from changed)::int as changed, (select count(*) from logged)::int as logged`,
  )
  return done ?? { changed: 0, logged: 0 }
}
