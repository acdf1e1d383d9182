import { keptPlan, Prisma, type Db } from '../../prisma/db.ts'
import { counts } from '../rules/counted-order.ts'

/**
 * Keeps beside each message of some customers, and beside the task it was for, the first order that counts within 7 days
 * after it (domain-rules 11), so that a report of a year needn't look for it. To be called where their orders change, in
 * the same transaction; only what differs is written.
 */
export async function settleBought(tx: Db, customerIds: readonly bigint[]): Promise<void> {
  if (customerIds.length === 0) return
  const ids = customerIds.map(String)
  await tx.$executeRaw(Prisma.sql`${keptPlan(ids.length)}
    with followed as materialized (
      select t.id, t.task_id, t.customer_id, t.at, t.bought_at as kept, (
          select min(o.paid_at) from orders o
          where o.customer_id = t.customer_id and ${counts('o')}
            and o.paid_at >= t.at and o.paid_at < t.at + interval '7 days') as bought_at
      from touch t where t.customer_id = any(${ids}::bigint[]) and t.result = 'sent'
    ), told as (
      update touch t set bought_at = f.bought_at from followed f
      where t.id = f.id and f.kept is distinct from f.bought_at
    ), first as (
      -- an order that followed the first message is the earliest that followed any
      select task_id, customer_id, min(at) as sent_at, min(bought_at) as bought_at
      from followed where task_id is not null group by 1, 2
    )
    update task t set bought_at = case when f.bought_at < f.sent_at + interval '7 days' then f.bought_at end
    from first f
    where t.id = f.task_id and t.customer_id = f.customer_id and t.bought_at is distinct from
      case when f.bought_at < f.sent_at + interval '7 days' then f.bought_at end`)
}
