import type { BusinessDay } from '../../domain/business-day.ts'
import { TIER_WINDOW_DAYS } from '../../domain/tier.ts'
import { DEFAULT_TIER_TABLE } from '../../domain/tier-table.ts'
import { Prisma } from '../../prisma/db.ts'

const stored = Prisma.sql`coalesce((select tiers from tier_table order by version desc limit 1),
  ${JSON.stringify(DEFAULT_TIER_TABLE.tiers)}::jsonb)`

const bound = (figure: string) =>
  Prisma.sql`greatest((line.row #>> array['asks', ${figure}])::bigint,
    (required.row #>> array['asks', ${figure}])::bigint)`

/**
 * The tier table in force as `bound`, of tier, name (both languages, jsonb), spend (fen), orders, days (purchase days),
 * referrals and points: a join's right side. Domain boundsOf() in SQL.
 */
export const tierBounds = Prisma.sql`(
  with kept as materialized (select row, nth from jsonb_array_elements(${stored}) with ordinality as t(row, nth))
  select line.row ->> 'code' as tier, line.row -> 'name' as name, ${bound('spendFen')} as spend,
    ${bound('orders')}::int as orders, ${bound('purchaseDays')}::int as days,
    ${bound('referrals')}::int as referrals, ${bound('points')} as points
  from kept line left join kept required on required.row ->> 'code' = line.row ->> 'requires'
) as bound`

/** The lowest tier's code: what whoever has no row of customer_tier counts as. */
export const lowestTierCode = Prisma.sql`(${stored} #>> '{0,code}')`

/** Whether a tier of the table in force asks for points. */
export const tiersAskPoints = Prisma.sql`(${stored} @? '$[*].asks.points ? (@ > 0)')`

/**
 * Whether a line `e` of the points ledger counts for tiers as of a day: earned in (day − 365 d, day], or a correction,
 * such as points that a refund took back. Spending and expiry lower nobody's tier.
 */
export function earnedPoints(day: BusinessDay | Prisma.Sql, zone: string): Prisma.Sql {
  return Prisma.sql`(e.kind in ('earn', 'adjust')
    and e.occurred_at >= (${day}::date - ${TIER_WINDOW_DAYS - 1}::int)::timestamp at time zone ${zone}
    and e.occurred_at < (${day}::date + 1)::timestamp at time zone ${zone})`
}

/**
 * Joins to a referred customer `r` the first order, where it is paid and not refunded: those of `r` that are left are
 * referrals (domain-rules 1). Nobody is their own.
 */
export const countedReferral = Prisma.sql`
  join lateral (
    select o.status, o.refunded_fen from orders o
    where o.customer_id = r.id order by o.paid_at, o.id limit 1
  ) first_order on first_order.status = 'paid' and first_order.refunded_fen = 0
    and r.member_no is distinct from r.referrer_member_no`
