import { TIER_WINDOW_DAYS } from '../../domain/tier.ts'
import { Prisma, type Db } from '../../prisma/db.ts'
import { counts } from '../rules/counted-order.ts'
import { tierBounds } from '../rules/tier-sql.ts'

/**
 * Counts anew what is short of keeping a tier, in the tier_keep tasks of customers whose orders changed: what will be
 * inside the window at the review (domain-rules 2, domain keepGap() in SQL). Referrals stay as the scan found them: they
 * are other people's orders; so do points, which come by lines of their own. Only tasks whose gap differs are written.
 */
export async function countKeepGaps(
  tx: Db,
  customerIds: readonly string[],
  now: Date,
): Promise<void> {
  await tx.$executeRaw(Prisma.sql`
    with asked as (
      select t.id, t.customer_id, (t.facts ->> 'reviewDay')::date as review, t.facts ->> 'tier' as tier
      from task t
      where t.customer_id = any(${[...customerIds]}::bigint[]) and t.kind = 'tier_keep'
        and t.state in ('open', 'in_progress', 'cancelled') and t.dies_at > ${now}
    ), inside as (
      select a.id, a.tier, coalesce(sum(o.amount_fen - o.refunded_fen), 0) as spend, count(o.id) as orders,
        count(distinct o.paid_day) as days
      from asked a
      left join orders o on o.customer_id = a.customer_id and o.paid_day > a.review - ${TIER_WINDOW_DAYS}::int
        and o.paid_day <= a.review and ${counts('o')}
      group by a.id, a.tier
    ), gap as (
      select i.id, jsonb_build_object('spendFen', greatest(0, bound.spend - i.spend),
        'orders', greatest(0, bound.orders - i.orders), 'purchaseDays', greatest(0, bound.days - i.days)) as facts
      from inside i join ${tierBounds} on bound.tier = i.tier
    )
    update task t set facts = t.facts || gap.facts, updated_at = ${now}
    from gap where gap.id = t.id and not t.facts @> gap.facts`)
}
