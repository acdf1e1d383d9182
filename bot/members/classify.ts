import { expectedIfAlive, fitBgNbd, type BgNbd } from '../../domain/bg-nbd.ts'
import type { BusinessDay } from '../../domain/business-day.ts'
import { STAGE_RULES } from '../../domain/lifecycle.ts'
import { EDGE_SHARE, GROWTH_FROM, HIGH, LOW } from '../../domain/rfm.ts'
import { Prisma, type Db } from '../../prisma/db.ts'
import type { BotDeps } from '../deps.ts'
import { churnDaySql } from '../rules/churn-sql.ts'
import { cycleColumns, cycleJoins, cycleMedians } from '../rules/cycle-medians.ts'
import { overEverybody } from './over-everybody.ts'

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
  model: (BgNbd & { logLikelihood: number }) | null
}

/** days for which purchases are expected */
const AHEAD_DAYS = 90
/** more customers than these have their days counted in weeks: a fit of theirs differs in the third digit */
const FINE_FIT = 50_000

/**
 * Gives every customer their RFM classes, their stage and P(alive) as of a day (domain-rules 5 to 7): one statement
 * over all of them, which writes only rows that change and logs changes of class and stage. Doing a day again writes
 * nothing. What the classes were told by is kept in class_run.
 */
export async function classify(deps: BotDeps, day: BusinessDay): Promise<Classified> {
  return await overEverybody(deps.db, 'classify', async (tx) => {
    const model = await fitModel(tx, day)
    const medians = await findMedians(tx, day)
    const done = await writeClasses(tx, { day, zone: deps.zone, model, medians })
    const thresholds = { ...medians, fallbacks: done.fallbacks }
    await tx.$executeRaw(Prisma.sql`
        insert into class_run (day, thresholds, model, at)
        values (${day}::date, ${JSON.stringify(thresholds)}::jsonb, ${model && JSON.stringify(model)}::jsonb,
          ${deps.clock.now()})
        on conflict (day) do update set thresholds = excluded.thresholds, model = excluded.model
        where (class_run.thresholds, class_run.model) is distinct from (excluded.thresholds, excluded.model)`)
    deps.log.info({ day, scored: medians.scored, ...done }, 'customers classified')
    return { day, scored: medians.scored, ...done, model }
  })
}

/** purchase days after the first, days from the first to the last, days since the first */
const history = (day: BusinessDay) => Prisma.sql`
  s.purchase_days - 1 as repeats, s.last_purchase_day - s.first_purchase_day as recency,
  greatest(${day}::date, s.last_purchase_day) - s.first_purchase_day as age`

/** Fits BG/NBD to the chain's own purchase days as of a day: null where too few came again. */
export async function fitModel(tx: Db, day: BusinessDay): Promise<Classified['model']> {
  const counts = await tx.$queryRaw<
    { repeats: number; recency: number; age: number; customers: number }[]
  >(Prisma.sql`
    with size as (
      select case when count(*) > ${FINE_FIT} then 7 else 1 end as step
      from customer_stats where purchase_days > 0
    ), known as (
      select ${history(day)}, size.step from customer_stats s cross join size where s.purchase_days > 0
    )
    select repeats, (recency + step / 2) / step * step as recency, (age + step / 2) / step * step as age,
      count(*)::int as customers
    from known group by 1, 2, 3 order by 1, 2, 3`)
  return fitBgNbd(counts)
}

interface Medians {
  scored: number
  daysSince: number | null
  orders: number | null
  spendFen: number | null
}

const scored = (day: BusinessDay) => Prisma.sql`
  select s.customer_id, s.last_paid_at, s.orders_365 as f, s.spend_365_fen as m,
    greatest(${day}::date - s.last_purchase_day, 0) as r
  from customer_stats s where s.orders_365 > 0`

async function findMedians(tx: Db, day: BusinessDay): Promise<Medians> {
  const [found] = await tx.$queryRaw<Medians[]>(Prisma.sql`
    select count(*)::int as scored,
      percentile_cont(0.5) within group (order by r) as "daysSince",
      percentile_cont(0.5) within group (order by f) as orders,
      percentile_cont(0.5) within group (order by m) as "spendFen"
    from (${scored(day)}) as scored`)
  return found ?? { scored: 0, daysSince: null, orders: null, spendFen: null }
}

/** What expectedIfAlive says of every (repeats, age) there is: a few thousand of a million customers. */
async function expectations(
  tx: Db,
  day: BusinessDay,
  model: BgNbd | null,
): Promise<{ repeats: number[]; age: number[]; expected: number[] }> {
  if (!model) return { repeats: [], age: [], expected: [] }
  const pairs = await tx.$queryRaw<{ repeats: number; age: number }[]>(Prisma.sql`
    select distinct repeats, age from (
      select ${history(day)} from customer_stats s where s.purchase_days > 0) known`)
  return {
    repeats: pairs.map(({ repeats }) => repeats),
    age: pairs.map(({ age }) => age),
    expected: pairs.map((pair) => expectedIfAlive(model, pair, AHEAD_DAYS)),
  }
}

async function writeClasses(
  tx: Db,
  given: { day: BusinessDay; zone: string; model: BgNbd | null; medians: Medians },
): Promise<{ fallbacks: number; changed: number; logged: number }> {
  const { day, zone, model, medians } = given
  const expected = await expectations(tx, day, model)
  const edge = Math.ceil(medians.scored * EDGE_SHARE)
  const { r, alpha, a, b } = model ?? { r: null, alpha: null, a: null, b: null }
  const [done] = await tx.$queryRaw<{ fallbacks: number; changed: number; logged: number }[]>(
    Prisma.sql`
    with ${cycleMedians}, scored as (
      -- of equals the later one is better; by recency alone this is the order already
      select customer_id, r, f, m, row_number() over (order by last_paid_at desc, customer_id) as place
      from (${scored(day)}) as everybody
    ), ranked as (
      select customer_id, r, f, m, place, ${rankAt('place', medians.scored)} as pr,
        ${rankAt('row_number() over (order by f desc, place)', medians.scored)} as pf,
        ${rankAt('row_number() over (order by m desc, place)', medians.scored)} as pm
      from scored
    ), placed as (
      select customer_id, r, f, m, pr, pf, pm, (pr + pf + pm) / 3 as composite,
        row_number() over (order by (pr + pf + pm) / 3 desc, place) as nth
      from ranked
    ), rfm as (
      select customer_id,
        (r < ${medians.daysSince}::float8)::int::text || (f > ${medians.orders}::float8)::int
          || (m > ${medians.spendFen}::float8)::int as rfm,
        five.*
      from placed cross join lateral (
        select case
            when nth <= ${edge}::int then 'high_value'
            when nth > ${medians.scored - edge}::int then 'churn_warning'
            when pr >= ${HIGH}::float8 and ${isMiddle('pf')} and ${isMiddle('pm')} then 'growth_potential'
            when ${isMiddle('pr')} and ${isMiddle('pf')} and pm < ${LOW}::float8 then 'untapped_potential'
            when pr < ${LOW}::float8 and ${isMiddle('pf')} and ${isMiddle('pm')} then 'low_frequency'
          end as five
      ) pattern cross join lateral (
        select coalesce(pattern.five, case
            when composite >= ${GROWTH_FROM}::float8 then 'growth_potential'
            when pr < pm then 'low_frequency'
            else 'untapped_potential'
          end) as five, pattern.five is null as fallback
      ) five
    ), known as (
      select s.customer_id, s.purchase_days, s.last_purchase_day, ${history(day)}, ${cycleColumns}
      from customer_stats s ${cycleJoins}
    ), expected as (
      select * from unnest(${expected.repeats}::int[], ${expected.age}::int[], ${expected.expected}::float8[])
        as e(repeats, age, days)
    ), tonight as (
      select c.id as customer_id, rfm.rfm, rfm.five, coalesce(rfm.fallback, false) as fallback,
        case
          when joined.days <= ${STAGE_RULES.newDays}::int and coalesce(k.purchase_days, 0) <= 1 then 'new'
          when k.last_purchase_day is null then 'prospect'
          when ${day}::date - k.last_purchase_day > ${STAGE_RULES.lostDays}::int then 'lost'
          when tier.falling_reviews >= ${STAGE_RULES.fallingReviews}::int then 'at_risk'
          when churn.day <= ${day}::date then 'at_risk'
          when ${day}::date - k.last_purchase_day > ${STAGE_RULES.activeCycles}::float8 * k.cycle_days then 'sleeping'
          else 'active'
        end as stage,
        round(alive.p::numeric, 2)::float8 as p_alive,
        round((alive.p * e.days)::numeric, 1)::float8 as expected_90
      from customer c
      left join rfm on rfm.customer_id = c.id
      left join known k on k.customer_id = c.id
      left join customer_tier tier on tier.customer_id = c.id
      left join expected e on e.repeats = k.repeats and e.age = k.age
      cross join lateral (
        select ${day}::date - (c.joined_at at time zone ${zone})::date as days
      ) joined
      cross join lateral (
        select ${churnDaySql('k')} as day
      ) churn
      cross join lateral (
        select case
          when ${r}::float8 is null or k.repeats is null then null
          when k.repeats = 0 then 1.0
          -- in logarithms: a power of these would overflow
          else 1 / (1 + exp(least(700, ln(${a}::float8 / (${b}::float8 + k.repeats - 1))
            + (${r}::float8 + k.repeats) * ln((${alpha}::float8 + k.age) / (${alpha}::float8 + k.recency)))))
        end as p
      ) alive
    ), changed as (
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
    select (select count(*) filter (where fallback) from rfm)::int as fallbacks,
      (select count(*) from changed)::int as changed, (select count(*) from logged)::int as logged`,
  )
  return done ?? { fallbacks: 0, changed: 0, logged: 0 }
}

/** A place, from 1, as a share of all: 1 is best. */
function rankAt(place: string, of: number): Prisma.Sql {
  return Prisma.sql`(${of}::float8 - ${Prisma.raw(place)} + 1) / ${of}::float8`
}

function isMiddle(column: 'pr' | 'pf' | 'pm'): Prisma.Sql {
  const rank = Prisma.raw(column)
  return Prisma.sql`(${rank} >= ${LOW}::float8 and ${rank} < ${HIGH}::float8)`
}
