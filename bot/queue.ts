import { Prisma, type Db } from '../prisma/db.ts'

/** Every job and what it carries. A job's handler may run twice. */
export interface JobPayloads {
  /** work off one stored callback, or several: inbox_enqueue puts those that came together into one job */
  callback: { inboxId: string } | { inboxId: string }[]
  /** greet the customer of one stored callback, which has 20 seconds; the rest is a `callback` job it adds */
  welcome: { inboxId: string }
  /** find who deserves a word on a day (YYYY-MM-DD) and make the tasks and cards */
  scan: { day: string }
  /** make one outbox row's call */
  deliver: { outboxId: string }
  /** the same for a welcome message, which has seconds too */
  greet: { outboxId: string }
  /** the same for an event: its subscriber may take long, or never answer */
  webhook: { outboxId: string }
  /** start deliver jobs for rows whose time has come, wake snoozed tasks, expire dead ones */
  wake: Record<string, never>
  /** read employees, tags and customers from WeCom; goes on where a run was cut off */
  sync: { runId: string }
  /** once after an update: settle the points ledgers that an older version left */
  lots: Record<string, never>
  /** move one tag's customers to another, or back */
  merge_tags: { mergeId: string }
  /** bring everybody's tag into step with a rule that was saved; goes on where it was cut off */
  tag_rule: { code: string }
  /** make an assignment's tasks, page by page; goes on where it was cut off */
  dispatch: { assignmentId: string }
  /** hand a guide's customers over: plan, ask WeCom, read what became of it; goes on where it was cut off */
  handover: { handoverId: string }
  /** nightly: read all lists, repair what callbacks lost */
  reconcile: { day: string }
}

export type JobName = keyof JobPayloads

/** The front of the queue: what has a deadline in seconds. */
export const URGENT_PRIORITY = -10

/**
 * Adds a job in the transaction of the row it is about: both are there or none is.
 *
 * @param options.jobKey a second job with the same key replaces the waiting one
 * @param options.priority lower runs first; default 0
 * @param options.maxAttempts default 12, with growing pauses
 * @param options.delayMs not before so many milliseconds from now
 * @param options.flags by which the queue can be told to leave jobs waiting
 */
export async function enqueue<K extends JobName>(
  tx: Db,
  name: K,
  payload: JobPayloads[K],
  options: {
    jobKey?: string
    priority?: number
    maxAttempts?: number
    delayMs?: number
    flags?: string[]
  } = {},
): Promise<void> {
  // the queue's own clock is the database's
  await tx.$executeRaw(Prisma.sql`
    select 1 from graphile_worker.add_job(
      ${name}, ${JSON.stringify(payload)}::json,
      run_at := now() + ${options.delayMs ?? 0}::float8 * interval '1 millisecond',
      job_key := ${options.jobKey ?? null},
      priority := ${options.priority ?? 0}::int,
      max_attempts := ${options.maxAttempts ?? 12}::int,
      flags := ${options.flags?.length ? options.flags : null}::text[])`)
}

/** Adds many jobs of one kind in one statement. */
export async function enqueueMany<K extends JobName>(
  tx: Db,
  name: K,
  payloads: JobPayloads[K][],
  options: { priority?: number } = {},
): Promise<void> {
  if (payloads.length === 0) return
  await tx.$executeRaw(Prisma.sql`
    select count(*) from graphile_worker.add_jobs((
      select array_agg((${name}, p, null, null, 12, null, ${options.priority ?? 0}::int, null)::graphile_worker.job_spec)
      from json_array_elements(${JSON.stringify(payloads)}::json) as p))`)
}
