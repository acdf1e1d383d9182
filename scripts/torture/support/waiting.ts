import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'

/**
 * Waits until the job queue is empty.
 *
 * @returns jobs that are left when `seconds` have passed without it getting empty
 */
export async function queueEmpty(pool: pg.Pool, seconds: number): Promise<number> {
  const until = performance.now() + seconds * 1000
  for (;;) {
    const { rows } = await pool.query<{ n: number }>(
      'select count(*)::int as n from graphile_worker._private_jobs',
    )
    const left = rows[0]?.n ?? 0
    if (left === 0 || performance.now() > until) return left
    await sleep(left > 1000 ? 500 : 100)
  }
}

/** One number that SQL answers. */
export async function count(pool: pg.Pool, sql: string): Promise<number> {
  const { rows } = await pool.query<{ n: string }>(`select (${sql})::bigint as n`)
  return Number(rows[0]?.n ?? 0)
}
