import { Prisma, type Db } from '../../prisma/db.ts'
import type { BotDeps } from '../deps.ts'

/** Which cancelled tasks may be true again. */
export interface Reopening {
  customerIds: readonly string[]
  kinds: readonly string[]
  /** close reasons that what has changed takes back */
  reasons: readonly string[]
  /** whether a task `t` holds; SQL over its row and the customer's row `s` of customer_stats, which may be missing */
  holds: Prisma.Sql
  /** why it is open again, for its history */
  because: string
  now: Date
}

/**
 * Opens again what was cancelled by something that has been taken back, such as an order that is refunded (domain-rules
 * 9), while the task is still of use: it has not died, the customer may be written to (domain-rules 10), by its guide, who
 * is at work, and has no other task of the kind meanwhile.
 *
 * @returns ids of the tasks that are open again
 */
export async function reopenTasks(tx: Db, deps: BotDeps, input: Reopening): Promise<bigint[]> {
  const { customerIds, kinds, reasons, holds, because, now } = input
  const rows = await tx.$queryRaw<{ id: bigint; kind: string }[]>(Prisma.sql`
    with true_again as (
      update task set state = 'open', closing = null, close_reason = null, closed_at = null, updated_at = ${now}
      where id in (
        select t.id from task t
        join customer c on c.id = t.customer_id and c.consent <> 'none'
        left join customer_stats s on s.customer_id = t.customer_id
        where t.customer_id = any(${[...customerIds]}::bigint[]) and t.kind = any(${[...kinds]}::text[])
          and t.state = 'cancelled' and t.close_reason = any(${[...reasons]}::text[])
          and t.dies_at > ${now} and ${holds}
          and exists (
            select from relation r join employee e on e.id = r.employee_id and e.active
            where r.customer_id = t.customer_id and r.employee_id = t.assignee_id and r.ended_at is null and not r.half)
          and not exists (
            select from task other where other.customer_id = t.customer_id and other.kind = t.kind
              and other.state in ('open', 'in_progress')))
        and state = 'cancelled'
      returning id, kind
    ), logged as (
      insert into task_event (task_id, at, actor, via, from_state, to_state, detail)
      select id, ${now}, 'customer', 'order', 'cancelled', 'open', ${JSON.stringify({ reason: because })}::jsonb
      from true_again
    )
    select id, kind from true_again order by id`)
  for (const { kind } of rows) deps.metrics.tasks.inc({ kind, change: 'reopened' })
  return rows.map(({ id }) => id)
}
