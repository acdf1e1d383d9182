import type { JobHelpers, TaskList } from 'graphile-worker'
import { dispatchAssignment } from './assignments/dispatch.ts'
import { tendAssignments } from './assignments/tend.ts'
import { greetFirst, handleCallback } from './callbacks/handle.ts'
import type { BotDeps } from './deps.ts'
import { readUnassigned } from './handovers/unassigned.ts'
import { startHandovers, workHandover } from './handovers/work.ts'
import { applySavedRule } from './members/apply-saved-rule.ts'
import { reconcile } from './members/reconcile.ts'
import { settleOldLedgers } from './members/settle-lots.ts'
import { runTagMerge } from './members/run-tag-merge.ts'
import { runSync } from './members/sync-run.ts'
import { deliverOutbox } from './messages/deliver.ts'
import { runNight } from './night.ts'
import type { JobName, JobPayloads } from './queue.ts'
import { wake } from './tasks/wake.ts'
import { WecomError } from './wecom/error-table.ts'
import { forgetOldQuota } from './wecom/limits.ts'

/** What each job does. A handler may run twice, and may be cut off anywhere. */
type Handlers = {
  [Name in JobName]: (deps: BotDeps, payload: One<JobPayloads[Name]>) => Promise<unknown>
}

type One<Payload> = Payload extends readonly (infer Each)[] ? Each : Payload

const HANDLERS: Handlers = {
  callback: (deps, { inboxId }) => handleCallback(deps, BigInt(inboxId)),
  welcome: (deps, { inboxId }) => greetFirst(deps, BigInt(inboxId)),
  scan: (deps, { day }) => runNight(deps, day),
  deliver: (deps, { outboxId }) => deliverOutbox(deps, BigInt(outboxId)),
  greet: (deps, { outboxId }) => deliverOutbox(deps, BigInt(outboxId)),
  webhook: (deps, { outboxId }) => deliverOutbox(deps, BigInt(outboxId)),
  wake: async (deps) => {
    await wake(deps)
    await tendAssignments(deps)
    await startHandovers(deps)
    await forgetOldQuota(deps.db.pool)
  },
  sync: (deps, { runId }) => runSync(deps, BigInt(runId)),
  reconcile: async (deps, { day }) => {
    // first, so that tasks of people who have left wait for their taker
    await readUnassigned(deps)
    await reconcile(deps, day)
  },
  lots: (deps) => settleOldLedgers(deps),
  merge_tags: (deps, { mergeId }) => runTagMerge(deps, BigInt(mergeId)),
  dispatch: (deps, { assignmentId }) => dispatchAssignment(deps, BigInt(assignmentId)),
  handover: (deps, { handoverId }) => workHandover(deps, BigInt(handoverId)),
  tag_rule: (deps, { code }) => applySavedRule(deps, code),
}

/**
 * The job queue's table of contents: each job's handler, counted and logged. What a handler throws is tried again with
 * growing pauses; WeCom's final refusals are not.
 */
export function createTaskList(deps: BotDeps): TaskList {
  const names = Object.keys(HANDLERS).filter(isJobName)
  return Object.fromEntries(
    names.map((name) => [
      name,
      (payload: unknown, helpers: JobHelpers) =>
        Array.isArray(payload)
          ? runEach(deps, name, payload, helpers)
          : runJob(deps, name, payload, helpers),
    ]),
  )
}

/**
 * A job of several payloads, one after the other. The queue tries those again that failed, and no others.
 * @see https://worker.graphile.org/docs/tasks#handling-batch-jobs
 */
async function runEach(
  deps: BotDeps,
  name: JobName,
  payloads: readonly unknown[],
  helpers: JobHelpers,
): Promise<Promise<void>[]> {
  const results: Promise<void>[] = []
  for (const payload of payloads) {
    const result = runJob(deps, name, payload, helpers)
    results.push(result)
    await result.catch(() => undefined)
  }
  return results
}

function isJobName(name: string): name is JobName {
  return Object.hasOwn(HANDLERS, name)
}

async function runJob(
  deps: BotDeps,
  name: JobName,
  payload: unknown,
  { job }: JobHelpers,
): Promise<void> {
  const fields = { job: name, jobId: job.id, attempt: job.attempts, ...idsOf(payload) }
  const start = performance.now()
  // each name's payload is written by enqueue(), which types it
  const handler = HANDLERS[name] as (deps: BotDeps, payload: unknown) => Promise<unknown>
  try {
    await handler(deps, payload)
    deps.metrics.jobs.inc({ name, result: 'done' })
    deps.log.debug({ ...fields, ms: Math.round(performance.now() - start) }, 'job done')
  } catch (error) {
    if (error instanceof WecomError && error.action === 'give_up') {
      deps.metrics.jobs.inc({ name, result: 'given_up' })
      deps.log.warn({ ...fields, errcode: error.errcode, path: error.path }, 'job given up')
      return
    }
    const isLast = job.attempts >= job.max_attempts
    deps.metrics.jobs.inc({ name, result: isLast ? 'dead' : 'failed' })
    if (isLast) {
      deps.log.error({ ...fields, err: error }, 'job failed for the last time')
      await noteDeadLetter(deps, payload, error)
    } else {
      deps.log.warn({ ...fields, err: error }, 'job failed, will be tried again')
    }
    throw error
  }
}

/** A callback that nothing more is tried for stays in the inbox, unprocessed, with the reason. */
async function noteDeadLetter(deps: BotDeps, payload: unknown, error: unknown): Promise<void> {
  const { inboxId } = idsOf(payload)
  if (inboxId === undefined) return
  const reason = error instanceof Error ? error.message : String(error)
  await deps.db.prisma.inbox.updateMany({
    where: { id: BigInt(inboxId), processedAt: null },
    data: { outcome: `given up: ${reason}`.slice(0, 500) },
  })
}

/** A payload's ids, for the log: payloads hold nothing else. */
function idsOf(payload: unknown): Record<string, string> {
  if (typeof payload !== 'object' || payload === null) return {}
  return Object.fromEntries(
    Object.entries(payload).filter(
      (entry): entry is [string, string] => typeof entry[1] === 'string',
    ),
  )
}
