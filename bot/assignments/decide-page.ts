import { addDays, businessDay, endOfDay, type BusinessDay } from '../../domain/business-day.ts'
import { Prisma, type Db } from '../../prisma/db.ts'
import { employeesOf } from '../audience/scope-sql.ts'
import type { BotDeps } from '../deps.ts'
import { announceTasks } from '../tasks/announce-tasks.ts'
import { assigneesAmong } from '../tasks/assignee.ts'
import { createScanTables } from '../tasks/scan-candidates.ts'
import { loadLimits } from '../rules/contact-limits.ts'
import { decideCandidates } from '../tasks/scan-decide.ts'
import { writeTasks } from '../tasks/scan-write.ts'
import { DIES_AFTER_DAYS, FOLLOW_UP, type Assignment } from './assignment.ts'

const PAGE = 1_000
/** beside the value of the customer; a birthday today has 1 */
const URGENCY = 0.8

/**
 * Decides the next customers of a run, the most valuable first: who becomes a task, who waits or never will, and why —
 * by the same statement as a scan's candidates (domain-rules 9 and 10), and no more for a guide than the manager said.
 *
 * @returns whether there were any
 */
export async function decidePage(
  tx: Db,
  deps: BotDeps,
  assignment: Assignment,
  day: BusinessDay,
): Promise<boolean> {
  const { id } = assignment
  const page = await nextPage(tx, assignment, day)
  const last = page.at(-1)
  if (!last) return false
  const now = deps.clock.now()
  const traceId = `assignment-${id}-${day}`
  await createScanTables(tx)
  await tx.$executeRaw(Prisma.sql`
    insert into scan_candidate
    select customer_id, ${FOLLOW_UP}, ${String(id)}, 1, ${JSON.stringify(factsOf(assignment))}::jsonb,
      ${URGENCY}::float8, false, ${assignment.dueAt}::timestamptz, ${diesAt(assignment, deps.zone)}::timestamptz
    from unnest(${page.map(({ customerId }) => String(customerId))}::bigint[]) as customer_id`)
  await decideCandidates(tx, {
    day,
    zone: deps.zone,
    scanAt: deps.scanAt,
    limits: (await loadLimits(tx)).limits,
    few: { assignees: assigneesOf(assignment) },
  })
  if (assignment.maxPerGuide !== null) await keepToMost(tx, id, assignment.maxPerGuide)
  const stamp = { day, zone: deps.zone, now, traceId }
  await writeTasks(tx, stamp, { actor: assignment.by.userid, via: 'assignment' })
  const made = await noteDecisions(tx, id)
  await tx.$executeRaw(Prisma.sql`
    update assignment set decided = decided + ${page.filter(({ isNew }) => isNew).length}::int,
      decided_to = ${last.priority}::float8, decided_to_id = ${last.customerId} where id = ${id}`)
  await announceTasks(tx, deps, 'task.created', made, stamp)
  deps.metrics.tasks.inc({ kind: FOLLOW_UP, change: 'created' }, made.length)
  return true
}

/** Whom the manager means: who the rules would choose, the store's manager, or one guide; of their own people only. */
export function assigneesOf({
  assign,
  assigneeId,
  scope,
}: Pick<Assignment, 'assign' | 'assigneeId' | 'scope'>): Prisma.Sql {
  const own = employeesOf(scope)
  if (assign === 'guide')
    return assigneesAmong(Prisma.sql`${own} and e.id = ${assigneeId}::bigint`, 6)
  if (assign === 'store_manager')
    return assigneesAmong(Prisma.sql`${own} and e.role = 'manager' and e.store_no = w.store_no`)
  return assigneesAmong(own)
}

interface Undecided {
  customerId: bigint
  priority: number
  isNew: boolean
}

async function nextPage(tx: Db, assignment: Assignment, day: BusinessDay): Promise<Undecided[]> {
  const { id, decidedTo, decidedToId } = assignment
  const after =
    decidedTo === null
      ? Prisma.sql`true`
      : Prisma.sql`priority <= ${decidedTo}::float8
          and (priority < ${decidedTo}::float8 or customer_id > ${decidedToId}::bigint)`
  return await tx.$queryRaw<Undecided[]>(Prisma.sql`
    select customer_id as "customerId", priority, why is null as "isNew" from assignment_customer
    where assignment_id = ${id} and until <= ${day}::date and ${after}
    order by priority desc, customer_id limit ${PAGE}`)
}

function factsOf({ id, title, instruction, words, templateId, by }: Assignment) {
  const facts = { assignmentId: String(id), title, instruction, by: by.name, words }
  return templateId === null ? facts : { ...facts, templateId }
}

function diesAt({ dueAt }: Assignment, zone: string): Date {
  return endOfDay(addDays(businessDay(dueAt, zone), DIES_AFTER_DAYS), zone)
}

/** Who would be more than the manager wants for one guide is not tried again. */
async function keepToMost(tx: Db, id: bigint, most: number): Promise<void> {
  await tx.$executeRaw(Prisma.sql`
    with given as (
      select t.assignee_id, count(*) as n from assignment_customer a join task t on t.id = a.task_id
      where a.assignment_id = ${id} group by 1
    ), ranked as (
      select d.customer_id, coalesce(g.n, 0) + row_number() over (
        partition by d.assignee_id order by d.priority desc, d.customer_id) as nth
      from scan_decision d left join given g on g.assignee_id = d.assignee_id
      where d.why is null
    )
    update scan_decision d set why = 'guide_limit', until = null
    from ranked r where r.customer_id = d.customer_id and r.nth > ${most}::int`)
}

/** @returns ids of the tasks that were made */
async function noteDecisions(tx: Db, id: bigint): Promise<bigint[]> {
  const rows = await tx.$queryRaw<{ taskId: bigint | null }[]>(Prisma.sql`
    update assignment_customer a set task_id = t.id, why = d.why, until = d.until
    from scan_decision d
    left join task t on d.why is null and t.customer_id = d.customer_id and t.kind = d.kind
      and t.occurrence = d.occurrence
    where a.assignment_id = ${id} and a.customer_id = d.customer_id
    returning a.task_id as "taskId"`)
  return rows.flatMap(({ taskId }) => taskId ?? [])
}
