import type pg from 'pg'

/** PostgreSQL's SEQ_LOG_VALS */
const NUMBERS_LOGGED_AT_ONCE = 32

/** Of each table and sequence, how many rows and a checksum over all of them. */
export type Fingerprint = Map<string, string>

/** Takes the fingerprint of everything that is ours: our tables and the job queue's, with their sequences. */
export async function takeFingerprint(pool: pg.Pool): Promise<Fingerprint> {
  const { rows: tables } = await pool.query<{ name: string }>(
    `select format('%I.%I', schemaname, tablename) as name from pg_tables
     where schemaname in ('public', 'graphile_worker') order by 1`,
  )
  const found: Fingerprint = new Map()
  for (const { name } of tables) {
    const { rows } = await pool.query<{ line: string }>(
      `select count(*) || ' rows ' || md5(coalesce(string_agg(h, '' order by h), '')) as line
       from (select md5(t::text) as h from ${name} t) hashed`,
    )
    found.set(name, rows[0]?.line ?? '')
  }
  const { rows: sequences } = await pool.query<{ name: string; at: string | null }>(
    `select format('%I.%I', schemaname, sequencename) as name, last_value::text as at from pg_sequences
     where schemaname in ('public', 'graphile_worker')`,
  )
  for (const { name, at } of sequences) found.set(name, `at ${at ?? 'its start'}`)
  return found
}

/**
 * Names of tables and sequences that are not the same in both. A sequence may have gone ahead: PostgreSQL writes 32 of
 * its numbers to its log at once, and leaves out those it is not sure of when it plays the log.
 */
export function differences(expected: Fingerprint, found: Fingerprint): string[] {
  const names = new Set([...expected.keys(), ...found.keys()])
  return [...names]
    .filter((name) => {
      const [a, b] = [expected.get(name), found.get(name)]
      return a !== b && !isAhead(a, b)
    })
    .toSorted()
}

function isAhead(a: string | undefined, b: string | undefined): boolean {
  const [from, to] = [a, b].map((text) => Number(/^at (\d+)$/.exec(text ?? '')?.[1]))
  if (from === undefined || to === undefined) return false
  return to > from && to - from <= NUMBERS_LOGGED_AT_ONCE
}

/**
 * What a chain would miss, without numbers that only we give: who is whose customer, what is to be done, what was and
 * will be sent.
 */
export async function whatMatters(pool: pg.Pool): Promise<Fingerprint> {
  const found: Fingerprint = new Map()
  for (const [name, sql] of Object.entries(MATTERS)) {
    const { rows } = await pool.query<{ line: string }>(
      `select count(*) || ' rows ' || md5(coalesce(string_agg(h, '' order by h), '')) as line
       from (select md5(t::text) as h from (${sql}) t) hashed`,
    )
    found.set(name, rows[0]?.line ?? '')
  }
  return found
}

const MATTERS: Readonly<Record<string, string>> = {
  events: `select encode(key, 'hex'), processed_at is not null, event from inbox`,
  customers: 'select external_userid, member_no, name, wecom_name from customer',
  relations: `select c.external_userid, e.userid, r.half, r.remark, r.ended_at, r.ended_by, r.added_at
    from relation r join customer c on c.id = r.customer_id join employee e on e.id = r.employee_id`,
  'customers’ tags': `select c.external_userid, t.wecom_id, x.removed_at is null from customer_tag x
    join customer c on c.id = x.customer_id join tag t on t.id = x.tag_id`,
  'tag library': 'select wecom_id, name, sort_order, deleted_at is null from tag',
  tasks: `select c.member_no, t.kind, t.occurrence, t.state, e.userid from task t
    join customer c on c.id = t.customer_id join employee e on e.id = t.assignee_id`,
  // a mirror of a tag has a key of chance: it is what it carries
  messages: `select kind, recipient, state, case when kind in ('welcome', 'app_message') and task_id is null
      then payload end from outbox where dedupe_key not like 'reply:%'`,
  answers: `select recipient, payload from outbox where dedupe_key like 'reply:%'`,
  orders: 'select order_no, amount_fen, status from orders',
}
