import { keptPlan, Prisma, type Db } from '../../prisma/db.ts'
import type { BotDeps } from '../deps.ts'
import { closeTasks } from './close.ts'
import { countKeepGaps } from './keep-gaps.ts'
import { ABOUT_ORDERS, hasBought, isUntrue } from './order-truth.ts'
import { reopenTasks } from './reopen.ts'

const KINDS = [...ABOUT_ORDERS]

interface Untrue {
  id: string
  /** the customer paid since then; else an order went away */
  bought: boolean
  /** … and after the guide had begun */
  afterTouch: boolean
}

/**
 * What orders change in tasks, to be called in the transaction that stored them, after the statistics
 * (domain-rules 6, 8 and 9). A task that they make untrue (order-truth.ts) ends: as proven, purchased, when the guide
 * had begun it before the customer paid, else cancelled; its card says so. An order that goes away again re-opens
 * what it had cancelled while that is still of use.
 */
export async function ordersArrived(
  tx: Db,
  deps: BotDeps,
  customerIds: readonly bigint[],
  now: Date,
): Promise<void> {
  const ids = await concerned(tx, customerIds)
  if (ids.length === 0) return
  await countKeepGaps(tx, ids, now)
  const untrue = await tx.$queryRaw<Untrue[]>(Prisma.sql`
    select t.id::text as id,
      ${hasBought} as bought,
      coalesce(t.state = 'in_progress' and s.last_paid_at >= (
        select min(e.at) from task_event e where e.task_id = t.id and e.to_state = 'in_progress'
      ), false) as "afterTouch"
    from task t left join customer_stats s on s.customer_id = t.customer_id
    where t.customer_id = any(${ids}::bigint[]) and t.kind = any(${KINDS}::text[])
      and t.state in ('open', 'in_progress') and ${isUntrue('t')}
    order by t.id`)
  const by = { actor: 'customer', via: 'order', now }
  const proven = untrue.filter((task) => task.bought && task.afterTouch)
  const overtaken = untrue.filter((task) => task.bought && !task.afterTouch)
  const refunded = untrue.filter((task) => !task.bought)
  await closeTasks(tx, deps, idsOf(proven), {
    ...by,
    to: 'done',
    closing: 'proven',
    outcome: 'purchased',
  })
  await closeTasks(tx, deps, idsOf(overtaken), { ...by, to: 'cancelled', reason: 'order_arrived' })
  await closeTasks(tx, deps, idsOf(refunded), { ...by, to: 'cancelled', reason: 'order_refunded' })
  await reopenTasks(tx, deps, {
    customerIds: ids,
    kinds: KINDS,
    reasons: ['order_arrived', 'order_refunded'],
    holds: Prisma.sql`not ${isUntrue('t')}`,
    because: 'order_refunded',
    now,
  })
  await tx.$executeRaw(Prisma.sql`
    update held_back set resolved_at = ${now}, updated_at = ${now}
    where id in (
      select h.id from held_back h left join customer_stats s on s.customer_id = h.customer_id
      where h.customer_id = any(${ids}::bigint[]) and h.kind = any(${KINDS}::text[])
        and h.resolved_at is null and ${isUntrue('h')})`)
}

/** Those of the customers about whose buying there is a task or a withheld one: of a thousand orders, few. */
async function concerned(tx: Db, customerIds: readonly bigint[]): Promise<string[]> {
  if (customerIds.length === 0) return []
  const ids = customerIds.map(String)
  const rows = await tx.$queryRaw<{ id: string }[]>(Prisma.sql`${keptPlan(ids.length)}
    select customer_id::text as id from task
    where customer_id = any(${ids}::bigint[]) and kind = any(${KINDS}::text[])
      and state in ('open', 'in_progress', 'cancelled')
    union
    select customer_id::text from held_back
    where customer_id = any(${ids}::bigint[]) and kind = any(${KINDS}::text[]) and resolved_at is null`)
  return rows.map(({ id }) => id)
}

/** Whether one of the coupons that a coupon task `t` lists can be used still. */
export const hasUsableCoupon = Prisma.sql`exists (
  select from jsonb_array_elements(t.facts -> 'coupons') as listed
  join coupon cp on cp.coupon_no = listed ->> 'couponNo'
  where cp.status = 'issued' and cp.customer_id = t.customer_id)`

/**
 * Ends coupon tasks none of whose coupons can be used any more, in the transaction that stored the coupons: as
 * proven when the guide had begun it before one was used, else cancelled. A coupon that can be used again, since its order
 * was refunded, re-opens what its use had cancelled (domain-rules 9).
 */
export async function couponsChanged(
  tx: Db,
  deps: BotDeps,
  customerIds: readonly bigint[],
  now: Date,
): Promise<void> {
  if (customerIds.length === 0) return
  const ids = customerIds.map(String)
  const untrue = await tx.$queryRaw<{ id: string; afterTouch: boolean }[]>(Prisma.sql`
    select t.id::text as id, coalesce(t.state = 'in_progress' and (
        select max(cp.used_at) from jsonb_array_elements(t.facts -> 'coupons') as listed
        join coupon cp on cp.coupon_no = listed ->> 'couponNo'
      ) >= (
        select min(e.at) from task_event e where e.task_id = t.id and e.to_state = 'in_progress'
      ), false) as "afterTouch"
    from task t
    where t.customer_id = any(${ids}::bigint[]) and t.kind = 'coupon_expiring'
      and t.state in ('open', 'in_progress') and not ${hasUsableCoupon}
    order by t.id`)
  const by = { actor: 'customer', via: 'order', now }
  await closeTasks(tx, deps, idsOf(untrue.filter(({ afterTouch }) => afterTouch)), {
    ...by,
    to: 'done',
    closing: 'proven',
    outcome: 'purchased',
  })
  await closeTasks(tx, deps, idsOf(untrue.filter(({ afterTouch }) => !afterTouch)), {
    ...by,
    to: 'cancelled',
    reason: 'coupon_used',
  })
  await reopenTasks(tx, deps, {
    customerIds: ids,
    kinds: ['coupon_expiring'],
    reasons: ['coupon_used'],
    holds: hasUsableCoupon,
    because: 'coupon_usable',
    now,
  })
}

function idsOf(rows: readonly { id: string }[]): bigint[] {
  return rows.map(({ id }) => BigInt(id))
}
