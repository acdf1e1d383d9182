import { addDays, atTime, type BusinessDay } from '../../domain/business-day.ts'
import { nextReview, TIER_WINDOW_DAYS } from '../../domain/tier.ts'
import { asksPoints, type TierTable } from '../../domain/tier-table.ts'
import { Prisma } from '../../prisma/db.ts'
import { counts } from '../rules/counted-order.ts'
import { countedReferral, earnedPoints } from '../rules/tier-sql.ts'

/** Which tiers are told: by which table, as of when, of whom. */
export interface TierQuestion {
  table: TierTable
  day: BusinessDay
  zone: string
  /** counts points though no tier of the table asks for them */
  points?: boolean
  /**
   * everybody; those for whom something changed since a night; these; or those whom somebody may see, a condition on a
   * customer `c`
   */
  whom: 'everybody' | { since: BusinessDay } | { ids: readonly bigint[] } | { visible: Prisma.Sql }
}

/**
 * The figures that tiers are told from, as parts of a statement's WITH (domain-rules 2): `figures` of customer_id, spend,
 * orders, days, referrals, points and last_day, and with _out what will have left the window by the next review.
 */
export function tierFigures(question: TierQuestion): Prisma.Sql {
  const { table, day, zone, whom, points = asksPoints(table) } = question
  const review = nextReview(day)
  const isAll = whom === 'everybody'
  const isFew = !isAll && 'ids' in whom
  const earned = points
    ? Prisma.sql`
      select e.customer_id, coalesce(sum(e.points) filter (where ${earnedPoints(day, zone)}), 0) as points,
        coalesce(sum(e.points) filter (where ${earnedPoints(review, zone)}), 0) as points_then
      from points_entry e ${isAll ? Prisma.empty : Prisma.sql`join look on look.id = e.customer_id`}
      where e.customer_id is not null and e.kind in ('earn', 'adjust')
        and e.occurred_at >= (${day}::date - ${TIER_WINDOW_DAYS}::int)::timestamp at time zone ${zone}
      group by 1`
    : Prisma.sql`select null::bigint as customer_id, 0::bigint as points, 0::bigint as points_then where false`
  return Prisma.sql`
    ${look(question)}, leaving as (
      -- what will have left the window by the next review
      select o.customer_id, sum(o.amount_fen - o.refunded_fen) as spend, count(*)::int as orders,
        count(distinct o.paid_day)::int as days
      from ${isFew ? ordersOfFew : Prisma.sql`orders o`}
      where o.paid_day > ${day}::date - ${TIER_WINDOW_DAYS}::int
        and o.paid_day <= ${addDays(review, -TIER_WINDOW_DAYS)}::date and ${counts('o')}
        and o.customer_id is not null
      group by o.customer_id
    ), referred as (
      select r.referrer_member_no as member_no, count(*)::int as n
      from customer r
      ${isAll ? Prisma.empty : Prisma.sql`join look on look.member_no = r.referrer_member_no`}
      ${countedReferral}
      where r.referrer_member_no is not null
      group by 1
    ), earned as (${earned}
    ), figures as (
      select c.id as customer_id, coalesce(s.spend_365_fen, 0) as spend, coalesce(s.orders_365, 0) as orders,
        coalesce(s.purchase_days_365, 0) as days, coalesce(r.n, 0) as referrals,
        greatest(coalesce(e.points, 0), 0) as points, greatest(coalesce(e.points_then, 0), 0) as points_then,
        coalesce(l.spend, 0) as spend_out, coalesce(l.orders, 0) as orders_out, coalesce(l.days, 0) as days_out,
        s.last_purchase_day as last_day
      from look c
      left join customer_stats s on s.customer_id = c.id
      left join leaving l on l.customer_id = c.id
      left join referred r on r.member_no = c.member_no
      left join earned e on e.customer_id = c.id
    )`
}

/** offset 0: by the customer's own orders, never by reading a month of everybody's */
const ordersOfFew = Prisma.sql`look cross join lateral (
  select * from orders own where own.customer_id = look.id offset 0) o`

/** Whom to look at. `look(id, member_no)` */
function look({ whom, zone }: TierQuestion): Prisma.Sql {
  if (whom === 'everybody') return Prisma.sql`look as (select id, member_no from customer)`
  if ('visible' in whom)
    return Prisma.sql`look as (select c.id, c.member_no from customer c where ${whom.visible})`
  if ('ids' in whom) {
    return Prisma.sql`look as materialized (
      select id, member_no from customer where id = any(${whom.ids.map(String)}::bigint[]))`
  }
  const since = atTime(whom.since, '00:00', zone)
  return Prisma.sql`
    changed as materialized (
      -- orders came, or left the window
      select customer_id as id from customer_stats where as_of >= ${whom.since}::date
      union
      -- whoever returned everything has no figures any more
      select customer_id from orders where updated_at >= ${since} and customer_id is not null
      union
      select id from customer where updated_at >= ${since}
    ), look as materialized (
      select c.id, c.member_no from changed join customer c on c.id = changed.id
      union
      -- a friend's first order counts for who brought them, and so does its return
      select c.id, c.member_no from changed join customer f on f.id = changed.id
      join customer c on c.member_no = f.referrer_member_no
    )`
}
