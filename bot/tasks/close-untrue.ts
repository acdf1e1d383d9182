import { HANDED_OVER } from '../../domain/handover.ts'
import { Prisma, type Db } from '../../prisma/db.ts'
import type { BotDeps } from '../deps.ts'
import { closeTasks } from './close.ts'
import { couponsChanged, hasUsableCoupon, ordersArrived } from './on-orders.ts'
import { hasListedPoints, pointsChanged } from './on-points.ts'
import { ABOUT_ORDERS, isUntrue } from './order-truth.ts'

interface Untrue {
  id: bigint
  customerId: bigint
  why: 'no_more' | 'relation_ended' | 'orders' | 'coupons' | 'points' | 'contacted'
}

/**
 * Ends tasks that became untrue while they were being made: the customer said no more, the guide's relation ended,
 * orders came, coupons or points went, somebody wrote (domain-rules 8 to 10). What changed meanwhile could not see them, since their transaction had not ended,
 * and they could not see it. To be called in a transaction after theirs. A second call changes nothing.
 *
 * A handed-over task needs no relation: WeCom may not know its taker's. Of somebody who left, or whose customer WeCom is
 * handing over, a task waits for its taker (handedOver in members/settle-handover.ts).
 *
 * @param which condition on the tasks `t`, few enough to look at each
 * @returns how many were untrue
 */
export async function closeUntrue(
  tx: Db,
  deps: BotDeps,
  which: Prisma.Sql,
  via: 'scan' | 'assignment',
): Promise<number> {
  const now = deps.clock.now()
  const untrue = await tx.$queryRaw<Untrue[]>(Prisma.sql`
    with judged as (
      select t.id, t.customer_id, case
        when c.consent = 'none' then 'no_more'
        when lost.is_over then 'relation_ended'
        when t.kind = any(${[...ABOUT_ORDERS]}::text[]) and ${isUntrue('t')} then 'orders'
        when t.kind = 'coupon_expiring' and not ${hasUsableCoupon} then 'coupons'
        when t.kind = 'points_expiring' and not ${hasListedPoints} then 'points'
        when t.kind = 'vip_care' and t.state = 'open' and exists (
          select from touch x where x.customer_id = t.customer_id and x.result = 'sent' and x.channel <> 'welcome'
            and x.at >= t.created_at) then 'contacted' end as why
      from task t
      join customer c on c.id = t.customer_id
      left join customer_stats s on s.customer_id = t.customer_id
      left join lateral (
        select r.ended_by = 'customer' or (e.active and not exists (
          select 1 from handover_customer hc join handover h on h.id = hc.handover_id
          where hc.customer_id = t.customer_id and h.from_id = t.assignee_id and hc.state in ('asking', 'asked')
        )) as is_over
        from relation r join employee e on e.id = r.employee_id
        where r.customer_id = t.customer_id and r.employee_id = t.assignee_id and r.ended_at is not null
          and t.assignee_rule <> ${HANDED_OVER}::int
        limit 1
      ) lost on true
      where t.state in ('open', 'in_progress') and ${which}
    )
    select id, customer_id as "customerId", why from judged where why is not null order by id`)
  for (const reason of ['no_more', 'relation_ended', 'contacted'] as const) {
    const ids = untrue.filter(({ why }) => why === reason).map(({ id }) => id)
    await closeTasks(tx, deps, ids, { to: 'cancelled', reason, actor: 'system', via, now })
  }
  const customers = (about: Untrue['why']) => [
    ...new Set(untrue.filter(({ why }) => why === about).map(({ customerId }) => customerId)),
  ]
  await ordersArrived(tx, deps, customers('orders'), now)
  await couponsChanged(tx, deps, customers('coupons'), now)
  await pointsChanged(tx, deps, customers('points'), now)
  return untrue.length
}
