import type pg from 'pg'

/**
 * Puts `each` text messages to each of `members` members into the outbox, with their deliver jobs, as
 * `addToOutbox` does: the first of everyone, then the second of everyone.
 *
 * @param now the clock's
 * @returns how many rows were made
 */
export async function addMessages(
  pool: pg.Pool,
  now: Date,
  { members, each }: { members: number; each: number },
): Promise<number> {
  const { rowCount } = await pool.query(
    `insert into outbox (kind, dedupe_key, recipient, payload, not_before, trace_id, created_at)
     select 'app_message', 'message-' || m || '-' || n, 'guide' || m,
       jsonb_build_object('msgtype', 'text', 'text', jsonb_build_object('content', n || ' of ' || m)),
       $3, 'trace-' || m || '-' || n, $3
     from generate_series(1, $2::int) n, generate_series(1, $1::int) m
     order by n, m`,
    [members, each, now],
  )
  await pool.query(
    `select count(*) from graphile_worker.add_jobs((
       select array_agg(('deliver', json_build_object('outboxId', id::text), null, null, 12,
         'deliver:' || id, 0, null)::graphile_worker.job_spec order by id) from outbox))`,
  )
  return rowCount ?? 0
}
