import { EventEmitter } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  Logger as QueueLogger,
  run,
  type Runner,
  type TaskList,
  type WorkerEvents,
} from 'graphile-worker'
import type { Pool } from 'pg'
import type { Logger } from 'pino'
import type { BotDeps } from './deps.ts'
import { createTaskList } from './job-handlers.ts'
import { watchOrphans, type OrphanWatch } from './orphaned-jobs.ts'
import { subscriberCalls } from './messages/subscriber-calls.ts'
import type { JobName } from './queue.ts'
import { QueuePool } from './queue-pool.ts'

export { createTaskList }

/** The running job workers of this process. */
export interface Workers {
  /** takes no new job and waits for those under way; safe to call twice */
  stop: () => Promise<void>
}

interface Lane {
  name: string
  jobs: readonly JobName[]
  concurrency: number
}

/**
 * Three lanes. `quick` does nothing but what has a deadline in seconds: a welcome must not stand behind a night's
 * backlog, nor behind four messages that wait for WeCom's limits or for an answer. `events` calls the chain's own systems:
 * where one never answers, nothing else waits. Each job is fetched alone: the queue's
 * own way of fetching many (localQueue) ends the process when it gives jobs back while the database is away.
 */
const LANES: readonly Lane[] = [
  { name: 'quick', jobs: ['welcome', 'greet'], concurrency: 4 },
  { name: 'events', jobs: ['webhook'], concurrency: 6 },
  {
    name: 'all',
    jobs: [
      'callback',
      'scan',
      'deliver',
      'wake',
      'sync',
      'reconcile',
      'lots',
      'merge_tags',
      'tag_rule',
      'dispatch',
      'handover',
    ],
    concurrency: 8,
  },
]

const RESTART_MS = 1_000
/** jobs under way may take this long to end: what they hold is free again the moment the process is gone */
const STOP_MS = 9_000
/** connections of the queue itself; what jobs do runs on the shared pool */
const QUEUE_CONNECTIONS = 11

/**
 * Starts this process's workers. They outlive a database that goes away: each lane starts again until it is back. Jobs
 * that a killed process left behind are taken up within half a minute.
 */
export async function startWorkers(deps: BotDeps): Promise<Workers> {
  const pool = new QueuePool({
    connectionString: deps.db.url,
    max: QUEUE_CONNECTIONS,
    connectionTimeoutMillis: 5_000,
    keepAlive: true,
  })
  // a broken connection is replaced; without listeners it would end the process
  pool.on('error', () => undefined)
  pool.on('connect', (client) => client.on('error', () => undefined))
  const log = deps.log.child({ part: 'jobs' })
  const orphans = watchOrphans(pool, log)
  const taskList = createTaskList(deps)
  const { resting } = subscriberCalls(deps)
  const lanes = LANES.map((lane) =>
    keepRunning(lane, { taskList: pick(taskList, lane.jobs), resting }, pool, log, orphans),
  )
  await Promise.all(lanes.map((lane) => lane.started))

  let stopping: Promise<void> | undefined
  const stop = async (): Promise<void> => {
    await Promise.all(lanes.map((lane) => lane.stop()))
    await orphans.stop()
    await pool.end()
  }
  const stopInTime = async (): Promise<void> => {
    const over = new AbortController()
    const late = sleep(STOP_MS, 'late', { signal: over.signal }).catch(() => undefined)
    // while the database is away the queue may wait for a connection for ever
    if ((await Promise.race([stop(), late])) === 'late') log.warn('jobs: ended without the queue')
    over.abort()
  }
  return { stop: () => (stopping ??= stopInTime()) }
}

interface RunningLane {
  /** resolves when the first start was tried, also when it failed */
  started: Promise<void>
  stop: () => Promise<void>
}

interface LaneWork {
  taskList: TaskList
  /** flags of jobs that are left waiting at the moment */
  resting: () => string[]
}

function keepRunning(
  lane: Lane,
  work: LaneWork,
  pool: Pool,
  log: Logger,
  orphans: OrphanWatch,
): RunningLane {
  const over = new AbortController()
  let runner: Runner | undefined
  let poolId: string | undefined
  let tried: () => void = () => undefined
  const started = new Promise<void>((done) => (tried = done))

  const loop = (async () => {
    while (!over.signal.aborted) {
      // looks fail while it starts, too
      let isLost = false
      runner = undefined
      try {
        runner = await startLane(lane, work, pool, log, {
          onPool: (id) => {
            poolId = id
            orphans.isMine(id)
          },
          onLost: () => {
            isLost = true
            void runner?.stop().catch(() => undefined)
          },
        })
        void orphans.free()
        tried()
        if (isLost || over.signal.aborted) await runner.stop().catch(() => undefined)
        await runner.promise
      } catch (error) {
        log.warn({ err: error, lane: lane.name }, 'lane stopped, starts again')
      }
      tried()
      // what it could not report done or failed is still locked in its name
      if (poolId !== undefined) orphans.isGone(poolId)
      poolId = undefined
      if (!over.signal.aborted) {
        await sleep(RESTART_MS, undefined, { signal: over.signal }).catch(() => undefined)
      }
    }
  })()

  return {
    started,
    stop: async () => {
      over.abort()
      await runner?.stop().catch(() => undefined)
      await loop
    },
  }
}

function startLane(
  lane: Lane,
  { taskList, resting }: LaneWork,
  pool: Pool,
  log: Logger,
  hear: { onPool: (poolId: string) => void; onLost: () => void },
): Promise<Runner> {
  const events: WorkerEvents = new EventEmitter()
  events.on('pool:create', ({ workerPool }) => hear.onPool(workerPool.id))
  // after a look for jobs that failed the lane starts anew: one it fetched may be locked in our name without our
  // knowing, and the queue keeps its first failure to look up its tasks for ever
  events.on('worker:getJob:error', () => hear.onLost())
  return run({
    pgPool: pool,
    taskList,
    forbiddenFlags: resting,
    parsedCronItems: [],
    noHandleSignals: true,
    events,
    logger: queueLogger(log, lane.name),
    preset: {
      worker: {
        concurrentJobs: lane.concurrency,
        pollInterval: 1_000,
        gracefulShutdownAbortTimeout: 8_000,
        // as batches, so that the queue waits for what it reports: alone it leaves the promise to nobody, and a
        // database that is away at that moment would end the process
        completeJobBatchDelay: 0,
        failJobBatchDelay: 0,
        // planned at each look, it finds its few jobs by the index of prisma/migrate.ts; a kept plan reads all
        preparedStatements: false,
      },
    },
  })
}

function pick(taskList: TaskList, names: readonly JobName[]): TaskList {
  return Object.fromEntries(names.map((name) => [name, taskList[name]]))
}

/** The queue's own lines: our handlers tell what became of a job, so of its lines only trouble is kept. */
function queueLogger(log: Logger, lane: string): QueueLogger {
  return new QueueLogger(() => (level: string, message) => {
    if (level === 'error') log.warn({ lane, says: firstLine(message) }, 'job queue')
    else if (level === 'warning') log.info({ lane, says: firstLine(message) }, 'job queue')
  })
}

/**
 * The queue quotes payloads and stack traces behind the first line, and on it what a job threw: an error of the
 * database may quote a row. Its own line of the failed job tells the rest (job-handlers.ts).
 */
function firstLine(message: string): string {
  return (message.split('\n')[0] ?? '').replace(/ with error .*/, '').slice(0, 200)
}
