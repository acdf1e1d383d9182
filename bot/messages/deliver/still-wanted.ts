import { HANDED_OVER } from '../../../domain/handover.ts'
import { Prisma, type Db } from '../../../prisma/db.ts'
import type { OutboxRow } from './delivery.ts'

/**
 * Why a card about a task is of no use at the moment it would go out, null where it is: the customer wants no more contact
 * (domain-rules 10, never without consent), the guide's relation has ended, the task has, or went to somebody else.
 * What makes a task untrue ends it and its cards as a rule; this catches what a transaction that was still under way hid.
 *
 * @param row a row without a task is always wanted
 */
export async function whyUnwanted(
  db: Db,
  { taskId, recipient }: Pick<OutboxRow, 'taskId' | 'recipient'>,
): Promise<string | null> {
  if (taskId === null) return null
  const [found] = await db.$queryRaw<{ why: string | null }[]>(Prisma.sql`
    select case
      when c.consent = 'none' then 'the customer wants no more contact'
      when t.state not in ('open', 'in_progress') then 'the task has ended'
      when e.userid_key <> lower(${recipient}) then 'the task is somebody else’s now'
      when r.ended_at is not null and t.assignee_rule <> ${HANDED_OVER}::int
        then 'the relation with the customer has ended' end as why
    from task t
    join customer c on c.id = t.customer_id
    join employee e on e.id = t.assignee_id
    left join relation r on r.customer_id = t.customer_id and r.employee_id = t.assignee_id
    where t.id = ${taskId}`)
  return found?.why ?? null
}
