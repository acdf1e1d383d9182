import { HANDED_OVER } from '../../domain/handover.ts'
import { Prisma, type Db } from '../../prisma/db.ts'
import type { BotDeps } from '../deps.ts'
import { cardsHandedOn } from '../messages/close-cards.ts'

/**
 * Gives what one employee has open about some customers to others, with an event that says from whom. What was begun is
 * open again, since its new guide has not begun it; what was put off stays put off. Cards of the giver say to whom it
 * went; the taker is told by the caller.
 *
 * @param given each customer and who takes their tasks
 * @returns how many went, by customer
 */
export async function giveTasks(
  tx: Db,
  deps: BotDeps,
  given: readonly { customerId: bigint; toId: bigint }[],
  by: { fromId: bigint; actor: string; via: 'handover'; now: Date; traceId: string },
): Promise<Map<bigint, number>> {
  const rows = await tx.$queryRaw<{ id: bigint; customerId: bigint; to: string }[]>(Prisma.sql`
    with moved as materialized (
      select t.id, t.state as was, e.id as to_id, e.userid, e.name, e.store_no
      from unnest(${given.map(({ customerId }) => String(customerId))}::bigint[],
        ${given.map(({ toId }) => String(toId))}::bigint[]) as n(customer_id, to_id)
      join employee e on e.id = n.to_id
      join task t on t.customer_id = n.customer_id and t.assignee_id = ${by.fromId} and t.state in ('open', 'in_progress')
      order by t.id for update of t
    ), changed as (
      update task t set assignee_id = m.to_id, assignee_rule = ${HANDED_OVER}, state = 'open', started_at = null, updated_at = ${by.now},
        store_no = coalesce(m.store_no, t.store_no)
      from moved m where m.id = t.id
      returning t.id, t.customer_id, m.was, m.userid, m.name
    ), logged as (
      insert into task_event (task_id, at, actor, via, from_state, to_state, detail)
      select c.id, ${by.now}, ${by.actor}, ${by.via}, c.was, 'open',
        jsonb_build_object('reason', 'handed_over', 'from', giver.userid, 'to', c.userid)
      from changed c, employee giver where giver.id = ${by.fromId}
    )
    select id, customer_id as "customerId", name as "to" from changed order by id`)
  await cardsHandedOn(
    tx,
    deps,
    rows.map(({ id, to }) => ({ taskId: id, to })),
    by,
  )
  const counts = new Map<bigint, number>()
  for (const { customerId } of rows) counts.set(customerId, (counts.get(customerId) ?? 0) + 1)
  return counts
}
