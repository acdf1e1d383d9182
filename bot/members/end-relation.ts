import { Prisma, type Db } from '../../prisma/db.ts'
import type { BotDeps } from '../deps.ts'
import { cancelTasks } from '../tasks/change.ts'
import { handedOver } from './settle-handover.ts'

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
 * Ends a relation and cancels the guide's tasks about the customer, at once (domain-rules 9), where they don't go to who
 * takes the customer over. This is not
 * churn: the customer stays a customer (domain-rules 7). A second call changes nothing, but an event's
 * reason and time replace `missing`, and of two endings the later one's time counts: what was added between
 * them, and is told last, must not live again.
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
    await explainEnding(tx, ending)
    return false
  }
  // what WeCom held is of no use when they meet again: tags are gone with the relation
  await tx.relationTag.deleteMany({ where: { relationId: relation.id } })
  if (await handedOver(tx, deps, ending)) return true
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

async function explainEnding(
  tx: Db,
  { customerId, employeeId, by, at }: RelationEnding,
): Promise<void> {
  if (by === 'missing') return
  await tx.$executeRaw(Prisma.sql`
    update relation set
      ended_at = case when ended_by = 'missing' then ${at}::timestamptz else greatest(ended_at, ${at}) end,
      ended_by = case when ended_by = 'missing' then ${by}::relation_end else ended_by end
    where customer_id = ${customerId} and employee_id = ${employeeId}
      and ended_at is not null and added_at <= ${at} and (ended_by = 'missing' or ended_at < ${at})`)
}

/**
 * Remembers the end of a relation that we had not heard of: the event of its beginning is still under way and
 * must find it ended. A relation that is known stays as it is.
 */
export async function rememberEnding(
  tx: Db,
  ending: { externalUserid: string; employeeId: bigint; by: EndedBy; at: Date; now: Date },
): Promise<void> {
  const { externalUserid, employeeId, by, at, now } = ending
  await tx.$executeRaw(Prisma.sql`
    with person as (
      insert into customer (external_userid, created_at, updated_at) values (${externalUserid}, ${now}, ${now})
      on conflict (external_userid) do update set external_userid = excluded.external_userid
      returning id
    )
    insert into relation (customer_id, employee_id, added_at, ended_at, ended_by, remark_mobile_hashes, synced_at)
    select id, ${employeeId}, ${at}, ${at}, ${by}::relation_end, '{}', ${now} from person
    on conflict (customer_id, employee_id) do nothing`)
}
