import { atTime, businessDay, type BusinessDay } from '../../domain/business-day.ts'
import { Prisma, type Db } from '../../prisma/db.ts'
import type { BotDeps } from '../deps.ts'
import { enqueue } from '../queue.ts'
import { closeUntrue } from '../tasks/close-untrue.ts'
import { lockScan } from '../tasks/scan.ts'
import { FOLLOW_UP, lockAssignment, type Assignment } from './assignment.ts'
import { cancelPage } from './cancel.ts'
import { madeOn, tellGuides } from './cards.ts'
import { decidePage } from './decide-page.ts'
import { endGathering, gatherPage } from './gather.ts'

/** when those held back are tried again: before the day's scan, since a person's order comes before a rule's */
const RETRY_AT = '08:30'
/** a page waits for a scan that is under way */
const LONGEST_MS = 30 * 60_000

/**
 * Works an assignment off, a page a transaction, each noted in its row: cut off anywhere it goes on there, and twice
 * makes nothing twice. First its customers are stored, then decided, then its guides are told; who is held back
 * is tried again by later runs until it is due. Of one that was called off it ends the tasks that are left.
 */
export async function dispatchAssignment(deps: BotDeps, id: bigint): Promise<void> {
  while (await deps.db.prisma.$transaction((tx) => nextStep(tx, deps, id), LIMITS));
}

const LIMITS = { timeout: LONGEST_MS, maxWait: LONGEST_MS }

/** @returns whether there is more to do now */
async function nextStep(tx: Db, deps: BotDeps, id: bigint): Promise<boolean> {
  await lockScan(tx)
  const assignment = await lockAssignment(tx, id)
  if (!assignment) return false
  if (assignment.stage === 'cancelled')
    return await cancelPage(tx, deps, assignment, deps.clock.now())
  const now = deps.clock.now()
  const [due] = await tx.$queryRaw<{ due: boolean }[]>(
    Prisma.sql`select coalesce(next_run_at <= ${now}, false) as due from assignment where id = ${id}`,
  )
  if (!due?.due) return false
  const day = businessDay(now, deps.zone)
  if (now >= assignment.dueAt) {
    await endRun(tx, deps, assignment, null)
    return false
  }
  if (assignment.stage === 'scheduled' || assignment.stage === 'gathering') {
    await tx.$executeRaw(
      Prisma.sql`update assignment set stage = 'gathering' where id = ${id} and stage <> 'gathering'`,
    )
    const more = await gatherPage(tx, assignment, { day, now, zone: deps.zone })
    if (!more) await endGathering(tx, id, day)
    return true
  }
  if (assignment.runDay !== day) {
    // a new day's run, or one that was cut off before midnight: from the top, with today's limits
    if (assignment.runDay !== null && assignment.decidedTo !== null)
      await tellRun(tx, deps, assignment, assignment.runDay)
    await tx.$executeRaw(Prisma.sql`
      update assignment set run_day = ${day}::date, decided_to = null, decided_to_id = null where id = ${id}`)
    return true
  }
  if (await decidePage(tx, deps, assignment, day)) return true
  await tellRun(tx, deps, assignment, day)
  await endRun(tx, deps, assignment, await nextTry(tx, deps, assignment))
  return false
}

/** Guides hear of what is still true: pages were decided one after the other. */
async function tellRun(
  tx: Db,
  deps: BotDeps,
  assignment: Assignment,
  day: BusinessDay,
): Promise<void> {
  const made = Prisma.sql`t.scan_day = ${day}::date and t.kind = ${FOLLOW_UP} and t.occurrence = ${String(assignment.id)}`
  await closeUntrue(tx, deps, made, 'assignment')
  await tellGuides(tx, deps, assignment, madeOn(assignment.id, day), day)
}

async function endRun(
  tx: Db,
  deps: BotDeps,
  { id, stage }: Assignment,
  next: Date | null,
): Promise<void> {
  await tx.$executeRaw(Prisma.sql`
    update assignment set next_run_at = ${next}::timestamptz, decided_to = null, decided_to_id = null,
      stage = 'open' where id = ${id}`)
  if (stage !== 'open') deps.log.info({ assignmentId: String(id) }, 'assignment dispatched')
}

/** When the first of those held back may be tried, where that is before it is due. */
async function nextTry(tx: Db, deps: BotDeps, { id, dueAt }: Assignment): Promise<Date | null> {
  const [row] = await tx.$queryRaw<{ day: BusinessDay | null }[]>(
    Prisma.sql`select min(until)::text as day from assignment_customer where assignment_id = ${id}`,
  )
  if (!row?.day) return null
  const at = atTime(row.day, RETRY_AT, deps.zone)
  return at < dueAt ? at : null
}

/** Starts the runs whose time has come; each minute. One that waits or runs already is left alone. */
export async function startDispatches(tx: Db, now: Date): Promise<void> {
  const due = await tx.$queryRaw<{ id: bigint }[]>(Prisma.sql`
    select a.id from assignment a
    where a.next_run_at <= ${now} and not exists (
      select 1 from graphile_worker.jobs j where j.key = 'dispatch:' || a.id and j.attempts < j.max_attempts)
    order by a.id`)
  for (const { id } of due) await enqueueDispatch(tx, id)
}

/** The job of an assignment; one waits at most. */
export async function enqueueDispatch(tx: Db, id: bigint): Promise<void> {
  await enqueue(tx, 'dispatch', { assignmentId: String(id) }, { jobKey: `dispatch:${id}` })
}
