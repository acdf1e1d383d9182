import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'
import { WecomError } from './error-table.ts'

/** Calls allowed in a sliding window. */
export interface CallLimit {
  calls: number
  seconds: number
}

/** Of one company on one interface (wecom-protocol 2.3). */
export const ENDPOINT_LIMITS: readonly CallLimit[] = [
  { calls: 10_000, seconds: 60 },
  { calls: 150_000, seconds: 3600 },
]

/** Of one app to one member: WeCom drops the excess without a word (wecom-protocol 2.3). */
export const MEMBER_LIMITS: readonly CallLimit[] = [
  { calls: 30, seconds: 60 },
  { calls: 1_000, seconds: 3600 },
]

/** How long WeCom blocks an interface after 45009, where nothing else is known. */
export const BLOCK_MS = 60_000

/** WeCom's frequency limits, counted in the database: all processes together stay below them. */
export interface Limits {
  /**
   * Counts one call, or waits until it may be made. One statement where nothing is used up.
   *
   * @param path from /cgi-bin/ on
   * @param members userids that get the message, for message/send
   * @throws WecomError `retry` with retryAfterMs when the wait would be longer than is bearable inside a call
   */
  take: (path: string, members?: string[]) => Promise<void>
  /** after 45009: nobody calls `path` for `ms` milliseconds */
  block: (path: string, ms?: number) => Promise<void>
}

/**
 * Makes the limiter.
 *
 * @param options.longestWaitMs a longer wait is for the job, not for the call; default 2 seconds
 */
export function createLimits(options: { pool: pg.Pool; longestWaitMs?: number }): Limits {
  const { pool, longestWaitMs = 2_000 } = options

  return {
    async take(path, members = []) {
      const buckets: string[] = []
      const calls: number[] = []
      const seconds: number[] = []
      const add = (bucket: string, limits: readonly CallLimit[]) => {
        for (const limit of limits) {
          buckets.push(bucket)
          calls.push(limit.calls)
          seconds.push(limit.seconds)
        }
      }
      add(path, ENDPOINT_LIMITS)
      for (const member of members) add(memberBucket(member), MEMBER_LIMITS)

      const giveUpAt = performance.now() + longestWaitMs
      for (;;) {
        const { rows } = await pool.query<{ wait: string }>({
          name: 'wecom_take',
          text: 'select wecom_take($1::text[], $2::int[], $3::int[]) as wait',
          values: [buckets, calls, seconds],
        })
        const waitMs = Number(rows[0]?.wait ?? 0)
        if (waitMs <= 0) return
        // spread out those who wait for the same second
        const pause = waitMs + Math.random() * 200
        if (performance.now() + pause > giveUpAt) {
          throw new WecomError({ errcode: 45009, path, why: 'limited', retryAfterMs: waitMs })
        }
        await sleep(pause)
      }
    },
    async block(path, ms = BLOCK_MS) {
      await pool.query(
        `insert into wecom_block (bucket, blocked_until)
         values ($1, clock_timestamp() + $2::float8 * interval '1 millisecond')
         on conflict (bucket) do update
           set blocked_until = greatest(wecom_block.blocked_until, excluded.blocked_until)`,
        [path, ms],
      )
    },
  }
}

/** userids differ in case only by accident (wecom-protocol 0) */
function memberBucket(userid: string): string {
  return `member:${userid.toLowerCase()}`
}

/**
 * Removes the counts that no window reaches any more; for the wake job.
 *
 * @returns rows removed
 */
export async function forgetOldQuota(pool: pg.Pool): Promise<number> {
  const quota = await pool.query(
    `delete from wecom_quota where slot < floor(extract(epoch from clock_timestamp()))::bigint - 3700`,
  )
  const blocks = await pool.query(
    `delete from wecom_block where blocked_until < clock_timestamp() - interval '1 hour'`,
  )
  return (quota.rowCount ?? 0) + (blocks.rowCount ?? 0)
}
