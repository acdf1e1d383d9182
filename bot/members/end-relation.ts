import { Prisma, type Db } from '../../prisma/db.ts'
import type { BotDeps } from '../deps.ts'
import { cancelTasks } from '../tasks/change.ts'

/** Who ended it; `missing`: WeCom lists it no more and no event said why. */
export type EndedBy = 'customer' | 'guide' | 'transfer' | 'missing'

export interface RelationEnding {
  customerId: bigint
  employeeId: bigint
  by: EndedBy
  /** WeCom's time of the event; a relation that was added later stays live */
  at: Date
  now: Date
}

/**
 * Ends a relation and cancels the guide's tasks about the customer, at once (domain-rules 9). This is not
 * churn: the customer stays a customer (domain-rules 7). A second call changes nothing, but an event's
 * reason replaces `missing`.
 *
 * @returns whether it was live until now
 */
export async function endRelation(tx: Db, deps: BotDeps, ending: RelationEnding): Promise<boolean> {
  const ended = await tx.$queryRaw<{ id: bigint }[]>(Prisma.sql`
    update relation set ended_at = ${ending.at}, ended_by = ${ending.by}::relation_end,
      synced_at = ${ending.now}
    where customer_id = ${ending.customerId} and employee_id = ${ending.employeeId}
      and ended_at is null and (${ending.by} = 'missing' or added_at <= ${ending.at})
    returning id`)
  const relation = ended[0]
  if (!relation) {
    await explainMissing(tx, ending)
    return false
  }
  // what WeCom held is of no use when they meet again: tags are gone with the relation
  await tx.relationTag.deleteMany({ where: { relationId: relation.id } })
  await cancelTasks(tx, deps, {
    customerId: ending.customerId,
    assigneeId: ending.employeeId,
    why: 'relation_ended',
    via: 'callback',
    actor: ending.by === 'customer' ? 'customer' : 'system',
    now: ending.now,
  })
  return true
}

async function explainMissing(tx: Db, ending: RelationEnding): Promise<void> {
  if (ending.by === 'missing') return
  await tx.$executeRaw(Prisma.sql`
    update relation set ended_by = ${ending.by}::relation_end
    where customer_id = ${ending.customerId} and employee_id = ${ending.employeeId}
      and ended_by = 'missing' and added_at <= ${ending.at}`)
}
