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

/** App messages to members a day, for each account the company may have (wecom-protocol 2.3). */
export const MESSAGES_PER_ACCOUNT = 200

/** How long WeCom blocks an interface after 45009, where nothing else is known. */
export const BLOCK_MS = 60_000

/** A call that took longer is counted at its end too: it may have reached WeCom late (wecom_take in the database). */
const LATE_MS = 1_000

/** How a call ended, as far as the limits care: WeCom let it in, said 45009, or did not answer. */
export type CallEnd = 'let_in' | 'limited' | 'unanswered'

/** One call that may be made now. */
export interface Turn {
  /**
   * Tells how it ended, once. After 45009 nobody calls the interface for a minute, `blockMs` where that is longer;
   * then one call tries, and what it is answered opens the interface again or closes it for an hour. Never rejects.
   */
  end: (how: CallEnd, blockMs?: number) => Promise<void>
}

/** WeCom's frequency limits, counted in the database: all processes together stay below them. */
export interface Limits {
  /**
   * Counts one call, or waits until it may be made. One statement where nothing is used up.
   *
   * @param path from /cgi-bin/ on
   * @param members userids that get the message, for message/send
   * @throws WecomError `retry` with retryAfterMs when the wait would be longer than is bearable inside a call
   */
  take: (path: string, members?: string[]) => Promise<Turn>
}

/**
 * Makes the limiter.
 *
 * @param options.longestWaitMs a longer wait is for the job, not for the call; default 2 seconds
 */
export function createLimits(options: { pool: pg.Pool; longestWaitMs?: number }): Limits {
  const { pool, longestWaitMs = 2_000 } = options

  function turn(path: string, windows: Windows, askedAt: number, isTrial: boolean): Turn {
    const settle = async (how: CallEnd, blockMs: number): Promise<void> => {
      if (performance.now() - askedAt > LATE_MS) {
        await pool.query('select wecom_late($1::text[], $2::int[])', [
          windows.buckets,
          windows.seconds,
        ])
      }
      if (how === 'limited') {
        await pool.query('select wecom_refused($1, $2::float8)', [path, blockMs])
      } else if (how === 'let_in' && isTrial) {
        await pool.query('delete from wecom_block where bucket = $1 and on_trial', [path])
      }
    }
    return {
      // what the call was answered counts for more than what we note about it
      end: (how, blockMs = BLOCK_MS) => settle(how, blockMs).catch(() => undefined),
    }
  }

  return {
    async take(path, members = []) {
      const windows = windowsOf(path, members)
      const giveUpAt = performance.now() + longestWaitMs
      for (;;) {
        const askedAt = performance.now()
        const { rows } = await pool.query<{ wait: string }>({
          name: 'wecom_take',
          text: 'select wecom_take($1::text[], $2::int[], $3::int[]) as wait',
          values: [windows.buckets, windows.calls, windows.seconds],
        })
        const waitMs = Number(rows[0]?.wait ?? 0)
        if (waitMs <= 0) return turn(path, windows, askedAt, waitMs < 0)
        // spread out those who wait for the same moment
        const pause = waitMs + Math.random() * 200
        if (performance.now() + pause > giveUpAt) {
          throw new WecomError({ errcode: 45009, path, why: 'limited', retryAfterMs: waitMs })
        }
        await sleep(pause)
      }
    },
  }
}

/** The windows one call is counted in: as many buckets as limits, one beside the other. */
interface Windows {
  buckets: string[]
  calls: number[]
  seconds: number[]
}

function windowsOf(path: string, members: readonly string[]): Windows {
  const limits = [
    ...ENDPOINT_LIMITS.map((limit) => ({ bucket: path, ...limit })),
    ...members.flatMap((member) =>
      MEMBER_LIMITS.map((limit) => ({ bucket: memberBucket(member), ...limit })),
    ),
  ]
  return {
    buckets: limits.map(({ bucket }) => bucket),
    calls: limits.map(({ calls }) => calls),
    seconds: limits.map(({ seconds }) => seconds),
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
    `delete from wecom_quota
     where slot < floor(extract(epoch from clock_timestamp()) * 240 / seconds)::bigint - 300`,
  )
  const blocks = await pool.query(
    `delete from wecom_block where blocked_until < clock_timestamp() - interval '1 hour'`,
  )
  return (quota.rowCount ?? 0) + (blocks.rowCount ?? 0)
}
