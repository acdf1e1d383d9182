import type pg from 'pg'
import type { Logger } from 'pino'

/** Says that this process lives, and frees the jobs of those that don't. */
export interface OrphanWatch {
  /** the job queue's name for one of this process's runners, which its jobs are locked by */
  isMine: (poolId: string) => void
  /** one of this process's runners has ended; what is still locked by it is freed at the next look */
  isGone: (poolId: string) => void
  /** frees jobs whose runner is gone; called every half minute too */
  free: () => Promise<void>
  stop: () => Promise<void>
}

const EVERY_MS = 30_000
const AGAIN_MS = 1_000
const KEY = `hashtextextended('job runner ' || $1, 0)`

/**
 * A process that is killed leaves its jobs locked, and the queue itself would give them back after four hours only.
 * Each runner therefore holds an advisory lock on a connection of its own, which PostgreSQL frees the moment the
 * process is gone; jobs locked by a runner without one are given back. Were a living runner's connection cut, its
 * jobs would run a second time, which every handler allows.
 */
export function watchOrphans(pool: pg.Pool, log: Logger): OrphanWatch {
  const mine = new Set<string>()
  let session: Promise<pg.PoolClient> | undefined
  let busy: Promise<void> = Promise.resolve()
  let again: NodeJS.Timeout | undefined
  const given = new WeakSet<pg.PoolClient>()

  /** Once for each connection: one that was given back may still say that it broke, and the pool throws at a second time. */
  const giveBack = (client: pg.PoolClient): void => {
    if (given.has(client)) return
    given.add(client)
    client.release(true)
  }

  const connect = async (): Promise<pg.PoolClient> => {
    const client = await pool.connect()
    client.on('error', () => {
      session = undefined
      giveBack(client)
    })
    for (const poolId of mine) await client.query(`select pg_advisory_lock(${KEY})`, [poolId])
    return client
  }

  const look = async (): Promise<void> => {
    const client = await (session ??= connect())
    for (const poolId of mine) {
      const held = await client.query<{ held: boolean }>(
        `select exists (
           select 1 from pg_locks, (select ${KEY} as key) k
           where locktype = 'advisory' and pid = pg_backend_pid() and objsubid = 1
             and (classid::bigint << 32 | objid::bigint) = k.key) as held`,
        [poolId],
      )
      if (!held.rows[0]?.held) await client.query(`select pg_advisory_lock(${KEY})`, [poolId])
    }
    const owners = await client.query<{ id: string }>(
      `select distinct locked_by as id from graphile_worker._private_jobs
       where locked_by is not null and locked_by <> all($1::text[])`,
      [[...mine]],
    )
    for (const { id } of owners.rows) {
      const free = await client.query<{ gone: boolean }>(
        `select pg_try_advisory_lock(${KEY}) as gone`,
        [id],
      )
      if (!free.rows[0]?.gone) continue
      try {
        await client.query('select graphile_worker.force_unlock_workers($1::text[])', [[id]])
        log.warn({ runner: id }, 'jobs of a killed process given back')
      } finally {
        await client.query(`select pg_advisory_unlock(${KEY})`, [id])
      }
    }
  }

  const free = (): Promise<void> => {
    busy = busy.then(look).catch((error: unknown) => {
      session = undefined
      log.warn({ err: error }, 'orphaned jobs: will look again')
      clearTimeout(again)
      again = setTimeout(() => void free(), AGAIN_MS).unref()
    })
    return busy
  }

  const timer = setInterval(() => void free(), EVERY_MS)
  timer.unref()

  return {
    isMine: (poolId) => {
      mine.add(poolId)
    },
    isGone: (poolId) => {
      mine.delete(poolId)
    },
    free,
    stop: async () => {
      clearInterval(timer)
      await busy
      clearTimeout(again)
      const client = await session?.catch(() => undefined)
      session = undefined
      if (client) giveBack(client)
    },
  }
}
