import type pg from 'pg'

/** A worker that has never read WeCom's lists begins with that: where there is nothing to read, it is done. */
export async function skipFirstSync(pool: pg.Pool): Promise<void> {
  await pool.query(
    `insert into sync_run (kind, state, phase, cursor, started_at, finished_at)
     values ('full', 'done', 'customers', '{}', clock_timestamp(), clock_timestamp())`,
  )
}
