import { Prisma, type Db } from '../../prisma/db.ts'
import type { BotDeps } from '../deps.ts'
import { closeTasks } from '../tasks/close.ts'
import type { Assignment } from './assignment.ts'
import { cardsTrace } from './cards.ts'

const PAGE = 1_000

/**
 * Ends some of the live tasks of an assignment that was called off; cards that were sent say so, those that list are not
 * sent any more.
 *
 * @returns whether there may be more
 */
export async function cancelPage(
  tx: Db,
  deps: BotDeps,
  { id, by }: Pick<Assignment, 'id' | 'by'>,
  now: Date,
): Promise<boolean> {
  const live = await tx.$queryRaw<{ id: bigint }[]>(Prisma.sql`
    select t.id from assignment_customer a join task t on t.id = a.task_id
    where a.assignment_id = ${id} and t.state in ('open', 'in_progress')
    order by t.id limit ${PAGE}`)
  const ids = live.map((task) => task.id)
  await closeTasks(tx, deps, ids, {
    to: 'cancelled',
    reason: 'called_off',
    actor: by.userid,
    via: 'assignment',
    now,
  })
  await tx.$executeRaw(Prisma.sql`
    update outbox set state = 'cancelled', last_error = 'the assignment was called off'
    where trace_id = ${cardsTrace(id)} and state = 'pending' and attempts = 0`)
  return ids.length === PAGE
}
