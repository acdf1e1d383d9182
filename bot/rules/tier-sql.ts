import { TIER_TABLE } from '../../domain/tier.ts'
import { Prisma } from '../../prisma/db.ts'

/** The tier table as `bound`, of tier, spend (fen), orders, days (purchase days) and referrals: a join's right side. */
export const tierBounds = Prisma.sql`
  unnest(${TIER_TABLE.map(({ code }) => code)}::text[], ${TIER_TABLE.map((row) => row.minSpendFen)}::bigint[],
    ${TIER_TABLE.map((row) => row.minOrders)}::int[], ${TIER_TABLE.map((row) => row.minPurchaseDays ?? 0)}::int[],
    ${TIER_TABLE.map((row) => row.minReferrals ?? 0)}::int[]) as bound(tier, spend, orders, days, referrals)`

/**
 * Joins to a referred customer `r` the first order, where it is paid and not refunded: those of `r` that are left are
 * referrals (domain-rules 1).
 */
export const countedReferral = Prisma.sql`
  join lateral (
    select o.status, o.refunded_fen from orders o
    where o.customer_id = r.id order by o.paid_at, o.id limit 1
  ) first_order on first_order.status = 'paid' and first_order.refunded_fen = 0`
