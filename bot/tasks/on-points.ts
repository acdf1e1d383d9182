import { Prisma, type Db } from '../../prisma/db.ts'
import type { BotDeps } from '../deps.ts'
import { closeTasks } from './close.ts'
import { reopenTasks } from './reopen.ts'

/** Whether anything is left of the lots that a points task `t` lists. */
export const hasListedPoints = Prisma.sql`exists (
  select from points_lot l
  where l.customer_id = t.customer_id and l.remaining > 0
    and l.expires_on between (t.facts ->> 'firstExpiresOn')::date and (t.facts ->> 'lastExpiresOn')::date)`

/**
 * Ends points tasks of whose listed lots nothing is left, in the transaction that settled the lots: as proven when the
 * customer spent points after the guide had begun it, else cancelled (domain-rules 9). What came of it is not told: points
 * may be spent without an order. Points that come back re-open what their going had cancelled.
 *
 * @param customerIds whose ledger changed
 */
export async function pointsChanged(
  tx: Db,
  deps: BotDeps,
  customerIds: readonly bigint[],
  now: Date,
): Promise<void> {
  if (customerIds.length === 0) return
  const untrue = await tx.$queryRaw<{ id: bigint; afterTouch: boolean }[]>(Prisma.sql`
    select t.id, coalesce(t.state = 'in_progress' and exists (
        select from points_entry e
        where e.customer_id = t.customer_id and e.kind = 'spend' and e.occurred_at >= (
          select min(v.at) from task_event v where v.task_id = t.id and v.to_state = 'in_progress')
      ), false) as "afterTouch"
    from task t
    where t.customer_id = any(${customerIds.map(String)}::bigint[]) and t.kind = 'points_expiring'
      and t.state in ('open', 'in_progress')
      and not ${hasListedPoints}
    order by t.id`)
  const ids = (spent: boolean) =>
    untrue.filter(({ afterTouch }) => afterTouch === spent).map(({ id }) => id)
  const by = { actor: 'customer', via: 'order', now }
  await closeTasks(tx, deps, ids(true), { ...by, to: 'done', closing: 'proven', outcome: 'other' })
  await closeTasks(tx, deps, ids(false), { ...by, to: 'cancelled', reason: 'points_gone' })
  await reopenTasks(tx, deps, {
    customerIds: customerIds.map(String),
    kinds: ['points_expiring'],
    reasons: ['points_gone'],
    holds: hasListedPoints,
    because: 'points_back',
    now,
  })
}
