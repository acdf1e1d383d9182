import type { Database } from '../../../prisma/db.ts'

/** every table that a scan may write to */
const WRITTEN = ['task', 'task_event', 'held_back', 'outbox', 'daily_run', 'audit_log'] as const

/** Takes away what a scan, or the raw statements, wrote; space and statistics are as before it. */
export async function undoNight(db: Database): Promise<void> {
  await db.pool.query(`delete from task where trace_id <> 'bench'`)
  await db.pool.query('truncate held_back, outbox')
  await db.pool.query('delete from daily_run')
  for (const table of WRITTEN) await db.pool.query(`vacuum (analyze) ${table}`)
  await db.pool.query('checkpoint')
}

/** A mark; rowsSince(mark) counts what was written after it. */
export async function markRows(db: Database): Promise<bigint> {
  const { rows } = await db.pool.query<{ xid: string }>(
    'select pg_snapshot_xmax(pg_current_snapshot())::text as xid',
  )
  return BigInt(rows[0]?.xid ?? 0) % 2n ** 32n
}

/** How many rows were inserted or changed since the mark. */
export async function rowsSince(db: Database, mark: bigint): Promise<number> {
  const counts = WRITTEN.map(
    (table) => `select count(*) as n from ${table} where xmin::text::bigint >= ${mark}`,
  )
  const { rows } = await db.pool.query<{ n: number }>(
    `select sum(n)::int as n from (${counts.join(' union all ')}) counted`,
  )
  return rows[0]?.n ?? 0
}
