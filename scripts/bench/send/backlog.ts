import type pg from 'pg'

/** Guides of the bench's chain; each is in the database, so that reading a customer asks for nobody. */
export const GUIDES = 4_000

/** Makes the guides. */
export async function addGuides(pool: pg.Pool): Promise<void> {
  await pool.query(
    `insert into employee (userid, userid_key, name) select 'guide' || n, 'guide' || n, '导购' || n
     from generate_series(1, $1::int) n`,
    [GUIDES],
  )
}

/**
 * A backlog as a bad night leaves it: half are callbacks to be worked off (each reads a customer), half messages to
 * be sent (each to be held back once WeCom's 10,000 a minute are used up).
 *
 * @param now the clock's
 */
export async function addBacklog(
  pool: pg.Pool,
  now: Date,
  options: { corpId: string; jobs: number },
): Promise<void> {
  const half = Math.ceil(options.jobs / 2)
  await pool.query(
    `with stored as (
       insert into inbox (corp_id, key, xml, trace_id)
       select $1, sha256(('backlog' || n)::bytea),
         '<xml><ToUserName><![CDATA[' || $1 || ']]></ToUserName><FromUserName><![CDATA[sys]]></FromUserName>'
         || '<CreateTime>1403610513</CreateTime><MsgType><![CDATA[event]]></MsgType>'
         || '<Event><![CDATA[change_external_contact]]></Event>'
         || '<ChangeType><![CDATA[edit_external_contact]]></ChangeType>'
         || '<UserID><![CDATA[guide' || 1 + n % $3 || ']]></UserID>'
         || '<ExternalUserID><![CDATA[wmbacklog' || n || ']]></ExternalUserID></xml>',
         'trace-' || n
       from generate_series(1, $2::int) n returning id)
     select count(*) from graphile_worker.add_jobs((
       select array_agg(('callback', json_build_object('inboxId', id::text), null, null, 12, null, 0,
         null)::graphile_worker.job_spec) from stored))`,
    [options.corpId, half, GUIDES],
  )
  await pool.query(
    `with stored as (
       insert into outbox (kind, dedupe_key, recipient, payload, not_before, trace_id, created_at)
       select 'app_message', 'backlog-' || n, 'guide' || 1 + n % $2,
         jsonb_build_object('msgtype', 'text', 'text', jsonb_build_object('content', 'word ' || n)),
         $3, 'trace-' || n, $3
       from generate_series(1, $1::int) n returning id)
     select count(*) from graphile_worker.add_jobs((
       select array_agg(('deliver', json_build_object('outboxId', id::text), null, null, 12,
         'deliver:' || id, 0, null)::graphile_worker.job_spec) from stored))`,
    [half, GUIDES, now],
  )
  await pool.query('analyze')
}

/** Jobs that wait, those under way not counted. */
export async function waitingJobs(pool: pg.Pool): Promise<number> {
  const { rows } = await pool.query<{ n: number }>(
    'select count(*)::int as n from graphile_worker._private_jobs where locked_at is null',
  )
  return rows[0]?.n ?? 0
}
