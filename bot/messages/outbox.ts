import { Prisma, type Db } from '../../prisma/db.ts'
import { URGENT_PRIORITY } from '../queue.ts'

/** What a row calls; each has a file of its name in deliver/. */
export const OUTBOX_KINDS = [
  'app_message',
  'update_card',
  'mark_tag',
  'add_tag',
  'edit_tag',
  'delete_tag',
  'remark',
  'welcome',
  'webhook',
] as const
export type OutboxKind = (typeof OUTBOX_KINDS)[number]

/** A call to be made: stored in the transaction that makes it necessary. */
export interface NewOutbox {
  kind: OutboxKind
  /** what makes it this one: a second row with the same key is not made */
  dedupeKey: string
  /** the kind's own shape, see deliver/<kind>.ts */
  payload: object
  /** userid of an app message */
  recipient?: string
  /** default now */
  notBefore?: Date
  /** of no use after this time: the row is cancelled then */
  notAfter?: Date
  taskId?: bigint
  customerId?: bigint
  traceId: string
}

/** Rows that one statement starts at most; what is left is started a minute later. */
const MOST_AT_ONCE = 20_000
/**
 * Of events to one subscriber, jobs that wait at most: who doesn't answer for a day has a long line, which would be read
 * past at each look for the next job. Here, too, what is left is started later.
 */
const MOST_IN_LINE = 5_000

/**
 * Stores calls to be made, each with its deliver job in the same transaction; a row that is for later gets its
 * job from `enqueueDue`, and so does an event to a subscriber whose line is full. A row whose dedupeKey is there already is not stored again. Welcome messages go to the
 * front of the queue.
 *
 * @returns how many rows are new
 */
export async function addToOutbox(tx: Db, now: Date, rows: NewOutbox[]): Promise<number> {
  if (rows.length === 0) return 0
  const list = storableJson(
    rows.map((row) => ({
      kind: row.kind,
      dedupe_key: storable(row.dedupeKey),
      recipient: row.recipient,
      payload: row.payload,
      not_before: row.notBefore ?? now,
      not_after: row.notAfter,
      task_id: row.taskId?.toString(),
      customer_id: row.customerId?.toString(),
      trace_id: row.traceId,
    })),
  )
  const answer = await tx.$queryRaw<{ count: number }[]>(Prisma.sql`
    with added as (
      insert into outbox (kind, dedupe_key, recipient, payload, not_before, not_after,
        task_id, customer_id, trace_id, created_at)
      select kind, dedupe_key, recipient, payload, not_before, not_after,
        task_id, customer_id, trace_id, ${now}
      from json_to_recordset(${list}::json) as r(kind text, dedupe_key text, recipient text,
        payload jsonb, not_before timestamptz, not_after timestamptz, task_id bigint,
        customer_id bigint, trace_id text)
      on conflict (dedupe_key) do nothing
      returning id, kind, not_before, payload ->> 'webhookId' as subscriber
    ), full_line as (
      select s.subscriber from (select distinct subscriber from added where subscriber is not null) s
      where (
        select count(*) from graphile_worker._private_jobs j
        where j.is_available and j.task_id = (select id from graphile_worker._private_tasks where identifier = 'webhook')
          and jsonb_exists(j.flags, ${flagOf(Prisma.sql`s.subscriber`)})) >= ${MOST_IN_LINE}
    ), due as (
      select ${DELIVER_JOBS} as jobs, count(*)::int as n from added
      where not_before <= ${now} and (subscriber is null or subscriber not in (select subscriber from full_line))
    ), queued as (
      select count(*) from due, lateral graphile_worker.add_jobs(due.jobs) where due.n > 0
    )
    select (select count(*) from added)::int as count from queued`)
  return answer[0]?.count ?? 0
}

/**
 * Starts deliver jobs for rows whose time has come, and for rows that a crash left without one; the wake job
 * calls it each minute. A row whose job waits, or runs since less than five minutes, is left alone: its
 * back-off counts. Events wait in a line for each subscriber, so that a long one keeps no message waiting and no
 * other subscriber.
 *
 * @returns how many jobs were started
 */
export async function enqueueDue(tx: Db, now: Date): Promise<number> {
  const isDue = Prisma.sql`o.state in ('pending', 'sending') and o.not_before <= ${now}
    and not exists (
      select 1 from graphile_worker.jobs j where j.key = 'deliver:' || o.id
        and case when j.locked_at is null then j.attempts < j.max_attempts
          else j.locked_at > now() - interval '5 minutes' end)`
  const answer = await tx.$queryRaw<{ count: number }[]>(Prisma.sql`
    with added as (
      (select o.id, o.kind, null as subscriber from outbox o
      where ${isDue} and o.kind <> 'webhook'
      order by o.not_before, o.id limit ${MOST_AT_ONCE})
      union all
      select line.id, line.kind, line.subscriber from webhook w cross join lateral (
        select o.id, o.kind, o.payload ->> 'webhookId' as subscriber from outbox o
        where ${isDue} and o.kind = 'webhook' and o.payload ->> 'webhookId' = w.id::text
        order by o.not_before, o.id
        limit greatest(0, ${MOST_IN_LINE} - (
          select count(*) from graphile_worker.jobs j where jsonb_exists(j.flags, ${flagOf(Prisma.sql`w.id`)})))
      ) line
    ), due as (
      select ${DELIVER_JOBS} as jobs, count(*)::int as n from added
    ), queued as (
      select count(*) from due, lateral graphile_worker.add_jobs(due.jobs) where due.n > 0
    )
    select due.n as count from due, queued`)
  return answer[0]?.count ?? 0
}

/** The key of a row's deliver job: one waits at most. */
export function deliverJobKey(outboxId: bigint): string {
  return `deliver:${outboxId}`
}

/**
 * The job that makes a row's call. Two kinds have workers of their own: a welcome, which nothing slow holds up, and an
 * event to a subscriber, who may be as slow as they like.
 */
export function deliverJobName(kind: string): 'deliver' | 'greet' | 'webhook' {
  if (kind === 'webhook') return 'webhook'
  return kind === 'welcome' ? 'greet' : 'deliver'
}

/** The flag of jobs that call one subscriber, by which all of them can be left waiting (subscriber-calls.ts). */
export function subscriberFlag(webhookId: string): string {
  return `webhook-${webhookId}`
}

/** Flags of a row's deliver job. */
export function deliverJobFlags({ kind, payload }: { kind: string; payload: unknown }): string[] {
  if (kind !== 'webhook') return []
  // a WebhookPayload (webhooks.ts)
  return [subscriberFlag((payload as { webhookId: string }).webhookId)]
}

/** The same in SQL. */
function flagOf(webhookId: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`'webhook-' || ${webhookId}`
}

/** One job for each row of `added(id, kind, subscriber)`, by deliverJobName; `subscriber` is a webhook's id or null. */
export const DELIVER_JOBS = Prisma.sql`array_agg((
  case kind when 'welcome' then 'greet' when 'webhook' then 'webhook' else 'deliver' end,
  json_build_object('outboxId', id::text), null, null, 12, 'deliver:' || id,
  case when kind = 'welcome' then ${Prisma.raw(String(URGENT_PRIORITY))} else 0 end,
  case when subscriber is not null then array[${flagOf(Prisma.sql`subscriber`)}] end)::graphile_worker.job_spec order by id)`

/** As JSON writes NUL and half a character, or a text that looks like it. */
const UNSTORABLE = /\\u(?:0000|d[89a-f])/

/** PostgreSQL holds neither NUL nor half a character; hardly any text has them, and looking at each takes long. */
function storableJson(value: unknown): string {
  const json = JSON.stringify(value)
  if (!UNSTORABLE.test(json)) return json
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'string' ? storable(part) : part,
  )
}

function storable(text: string): string {
  return Buffer.from(text.replaceAll('\0', ''), 'utf8').toString('utf8')
}
