import type { BusinessDay } from '../../domain/business-day.ts'
import { EDGE_SHARE, GROWTH_FROM, HIGH, LOW } from '../../domain/rfm.ts'
import { Prisma, type Db } from '../../prisma/db.ts'

/** What splits high from low (domain-rules 5); null where nobody is scored. */
export interface Medians {
  scored: number
  daysSince: number | null
  orders: number | null
  spendFen: number | null
}

const scored = (day: BusinessDay) => Prisma.sql`
  select s.customer_id, s.last_paid_at, s.orders_365 as f, s.spend_365_fen as m,
    greatest(${day}::date - s.last_purchase_day, 0) as r
  from customer_stats s where s.orders_365 > 0`

export async function findMedians(tx: Db, day: BusinessDay): Promise<Medians> {
  const [found] = await tx.$queryRaw<Medians[]>(Prisma.sql`
    select count(*)::int as scored,
      percentile_cont(0.5) within group (order by r) as "daysSince",
      percentile_cont(0.5) within group (order by f) as orders,
      percentile_cont(0.5) within group (order by m) as "spendFen"
    from (${scored(day)}) as scored`)
  return found ?? { scored: 0, daysSince: null, orders: null, spendFen: null }
}

/**
 * The eight and the five classes of who bought in the window (domain-rules 5), as `rfm` and what it needs: places from 1
 * for the best, whose sum has the order of the composite.
 */
export function rfmClasses(day: BusinessDay, medians: Medians): Prisma.Sql {
  const edge = Math.ceil(medians.scored * EDGE_SHARE)
  return Prisma.sql`
    scored as (
      -- of equals the later one is better; by recency alone this is the order already
      select customer_id, r, f, m, row_number() over (order by last_paid_at desc, customer_id) as place
      from (${scored(day)}) as everybody
    ), ranked as (
      select customer_id, r, f, m, place, row_number() over (order by f desc, place) as by_f,
        row_number() over (order by m desc, place) as by_m
      from scored
    ), placed as (
      select customer_id, r, f, m, place, ${rankAt('place', medians.scored)} as pr,
        ${rankAt('by_f', medians.scored)} as pf, ${rankAt('by_m', medians.scored)} as pm,
        row_number() over (order by place + by_f + by_m, place) as nth
      from ranked offset 0
    ), rfm as (
      select customer_id,
        case when r < ${medians.daysSince}::float8 then '1' else '0' end
          || case when f > ${medians.orders}::float8 then '1' else '0' end
          || case when m > ${medians.spendFen}::float8 then '1' else '0' end as rfm,
        coalesce(five, case
            when (pr + pf + pm) / 3 >= ${GROWTH_FROM}::float8 then 'growth_potential'
            when pr < pm then 'low_frequency'
            else 'untapped_potential'
          end) as five, five is null as fallback
      from (
        select *, case
            when nth <= ${edge}::int then 'high_value'
            when nth > ${medians.scored - edge}::int then 'churn_warning'
            when pr >= ${HIGH}::float8 and ${isMiddle('pf')} and ${isMiddle('pm')} then 'growth_potential'
            when ${isMiddle('pr')} and ${isMiddle('pf')} and pm < ${LOW}::float8 then 'untapped_potential'
            when pr < ${LOW}::float8 and ${isMiddle('pf')} and ${isMiddle('pm')} then 'low_frequency'
          end as five
        from placed offset 0
      ) pattern
    )`
}

/** A place, from 1, as a share of all: 1 is best. */
function rankAt(place: string, of: number): Prisma.Sql {
  return Prisma.sql`(${of}::float8 - ${Prisma.raw(place)} + 1) / ${of}::float8`
}

function isMiddle(column: 'pr' | 'pf' | 'pm'): Prisma.Sql {
  const rank = Prisma.raw(column)
  return Prisma.sql`(${rank} >= ${LOW}::float8 and ${rank} < ${HIGH}::float8)`
}
