import { Prisma, type Db } from '../../prisma/db.ts'
import type { BotDeps } from '../deps.ts'
import { cardsHandedOn } from '../messages/close-cards.ts'
import { closeTasks } from '../tasks/close.ts'
import { whoIs } from '../tasks/assignee.ts'
import { FOLLOW_UP, lockAssignment, type Assignment } from './assignment.ts'
import { cardsTrace, tellGuides } from './cards.ts'
import { assigneesOf } from './decide-page.ts'
import { startDispatches } from './dispatch.ts'

/** tasks of one assignment that are handed over in a transaction; the rest a minute later */
const PAGE = 1_000

/** Each minute: hands over what guides who left have open, and starts the runs whose time has come. Safe to run twice. */
export async function tendAssignments(deps: BotDeps): Promise<void> {
  const { prisma } = deps.db
  const left = await prisma.$queryRaw<{ id: bigint }[]>(Prisma.sql`
    select distinct a.assignment_id as id
    from employee e
    join task t on t.assignee_id = e.id and t.state in ('open', 'in_progress') and t.kind = ${FOLLOW_UP}
    join assignment_customer a on a.task_id = t.id
    where not e.active order by 1`)
  for (const { id } of left) {
    await prisma.$transaction((tx) => handOver(tx, deps, id), { timeout: 60_000, maxWait: 30_000 })
  }
  await prisma.$transaction((tx) => startDispatches(tx, deps.clock.now()))
}

interface LeftTask {
  id: bigint
  /** who has it now, and their name; null: nobody */
  next: bigint | null
  to: string | null
}

/** What a guide who left has open goes to the next who may have it, else back to the manager's list. */
async function handOver(tx: Db, deps: BotDeps, id: bigint): Promise<void> {
  const assignment = await lockAssignment(tx, id)
  if (!assignment || assignment.stage === 'cancelled') return
  const tasks = await tx.$queryRaw<LeftTask[]>(Prisma.sql`
    with gone as materialized (
      select t.id, t.customer_id from assignment_customer a
      join task t on t.id = a.task_id and t.state in ('open', 'in_progress')
      join employee e on e.id = t.assignee_id and not e.active
      where a.assignment_id = ${id} order by t.id limit ${PAGE} for update of t
    ), who as materialized (
      ${whoIs(Prisma.sql`select distinct customer_id from gone`)}
    ), assigned as (
      ${assigneesOf(assignment)}
    )
    select gone.id, assigned.employee_id as next, e.name as "to"
    from gone left join assigned using (customer_id) left join employee e on e.id = assigned.employee_id
    order by gone.id`)
  const now = deps.clock.now()
  await giveBack(
    tx,
    deps,
    assignment,
    tasks.flatMap((task) => (task.next === null ? [task.id] : [])),
    now,
  )
  await giveOn(tx, deps, assignment, tasks, now)
}

async function giveBack(
  tx: Db,
  deps: BotDeps,
  { id }: Assignment,
  taskIds: bigint[],
  now: Date,
): Promise<void> {
  await closeTasks(tx, deps, taskIds, {
    to: 'cancelled',
    reason: 'guide_left',
    actor: 'system',
    via: 'assignment',
    now,
  })
  await tx.$executeRaw(Prisma.sql`
    update assignment_customer set task_id = null, why = 'guide_left', until = null
    where assignment_id = ${id} and task_id = any(${taskIds.map(String)}::bigint[])`)
}

async function giveOn(
  tx: Db,
  deps: BotDeps,
  assignment: Assignment,
  tasks: LeftTask[],
  now: Date,
): Promise<void> {
  const moved = tasks.filter((task) => task.next !== null)
  if (moved.length === 0) return
  await tx.$executeRaw(Prisma.sql`
    with given as (
      update task t set assignee_id = n.next, updated_at = ${now}, state = 'open', snoozed_until = null, started_at = null
      from unnest(${moved.map((task) => String(task.id))}::bigint[], ${moved.map((task) => String(task.next))}::bigint[])
        as n(id, next)
      where t.id = n.id returning t.id
    )
    insert into task_event (task_id, at, actor, via, to_state, detail)
    select id, ${now}, 'system', 'assignment', 'open', '{"reason": "guide_left"}' from given`)
  await cardsHandedOn(
    tx,
    deps,
    moved.map(({ id, to }) => ({ taskId: id, to: to ?? '' })),
    { now, traceId: cardsTrace(assignment.id) },
  )
  const which = Prisma.sql`t.id = any(${moved.map((task) => String(task.id))}::bigint[])`
  await tellGuides(tx, deps, assignment, which, `given:${now.toISOString()}`)
}
