import { createHash, randomBytes } from 'node:crypto'
import { Prisma, type Db } from '../../prisma/db.ts'
import type { DataCipher } from '../members/data-cipher.ts'
import { addToOutbox, type NewOutbox } from './outbox.ts'

/** What the chain's systems can be told of (contracts, Open API). */
export const WEBHOOK_EVENTS = [
  'task.created',
  'task.closed',
  'touch.recorded',
  'tier.changed',
] as const
export type WebhookEvent = (typeof WEBHOOK_EVENTS)[number]

/** What an outbox row of kind `webhook` holds: to whom, and the body that is sent and signed. */
export interface WebhookPayload {
  webhookId: string
  /** the same for every subscriber and every try: who has seen it may skip it */
  id: string
  event: WebhookEvent
  createdAt: string
  data: object
}

export interface WebhookView {
  id: string
  url: string
  events: WebhookEvent[]
  createdAt: string
}

/**
 * Tells every live subscriber of an event: outbox rows in the transaction that makes it true.
 *
 * @param body what is sent as `data`; the same body in the same trace is told once
 */
export async function announce(
  tx: Db,
  now: Date,
  event: WebhookEvent,
  body: object,
  traceId: string,
): Promise<void> {
  await announceMany(tx, now, event, [{ body, traceId }])
}

/**
 * The same for many at once: two statements, whatever their number; one where nobody listens.
 *
 * @param notBefore default now; for a moment later no job is made now, the wake job starts them some at a time
 */
export async function announceMany(
  tx: Db,
  now: Date,
  event: WebhookEvent,
  news: readonly { body: object; traceId: string }[],
  notBefore: Date = now,
): Promise<void> {
  if (news.length === 0) return
  const listening = await tx.$queryRaw<{ id: string }[]>(Prisma.sql`
    select id::text from webhook where removed_at is null and ${event} = any(events) order by id`)
  if (listening.length === 0) return
  const rows = news.flatMap(({ body, traceId }): NewOutbox[] => {
    const id = createHash('sha256')
      .update(JSON.stringify([event, traceId, body]))
      .digest('base64url')
    return listening.map((webhook) => {
      const payload: WebhookPayload = {
        webhookId: webhook.id,
        id,
        event,
        createdAt: now.toISOString(),
        data: body,
      }
      const dedupeKey = `webhook:${webhook.id}:${id}`
      return { kind: 'webhook', dedupeKey, payload, notBefore, notAfter: lastTry(now), traceId }
    })
  })
  await addToOutbox(tx, now, rows)
}

/** Who doesn't answer for three days reads what happened from the open API: a line without an end helps nobody. */
function lastTry(now: Date): Date {
  return new Date(now.getTime() + 3 * 86_400_000)
}

/**
 * The same for any number, as a statement that can be part of a WITH: nothing of it passes through the process. The wake
 * job starts the calls, some at a time.
 *
 * @param news a select of `body`, jsonb: what is sent as `data`
 */
export function announceFrom(
  now: Date,
  event: WebhookEvent,
  news: Prisma.Sql,
  traceId: string,
): Prisma.Sql {
  return Prisma.sql`
    insert into outbox (kind, dedupe_key, payload, not_before, not_after, trace_id, created_at)
    select 'webhook', 'webhook:' || w.id || ':' || told.id,
      jsonb_build_object('webhookId', w.id::text, 'id', told.id, 'event', ${event}::text,
        'createdAt', ${now.toISOString()}::text, 'data', told.body),
      ${now}::timestamptz, ${lastTry(now)}::timestamptz, ${traceId}, ${now}::timestamptz
    from (select id from webhook where removed_at is null and ${event} = any(events)) w
    cross join lateral (
      select news.body, rtrim(translate(encode(sha256(convert_to(
        jsonb_build_array(${event}::text, ${traceId}::text, news.body)::text, 'UTF8')), 'base64'), '+/', '-_'), '=') as id
      from (${news}) news
    ) told
    on conflict (dedupe_key) do nothing`
}

/**
 * Subscribes an address. One that was removed before may come again, with a new secret.
 *
 * @returns the secret, which is never shown again; null when the address is subscribed already
 */
export async function addWebhook(
  db: Db,
  cipher: DataCipher,
  input: { url: string; events: WebhookEvent[] },
  now: Date,
): Promise<(WebhookView & { secret: string }) | null> {
  const secret = `whsec_${randomBytes(32).toString('base64url')}`
  const events = [...new Set(input.events)]
  const [row] = await db.$queryRaw<{ id: string }[]>(Prisma.sql`
    insert into webhook as w (url, events, secret_enc, created_at)
    values (${input.url}, ${events}::text[], ${cipher.encrypt(secret)}, ${now}::timestamptz)
    on conflict (url) do update set events = excluded.events, secret_enc = excluded.secret_enc,
      created_at = excluded.created_at, removed_at = null
    where w.removed_at is not null
    returning id::text`)
  return row ? { id: row.id, url: input.url, events, createdAt: now.toISOString(), secret } : null
}

/** The live subscribers, oldest first. */
export async function listWebhooks(db: Db): Promise<WebhookView[]> {
  const rows = await db.webhook.findMany({
    where: { removedAt: null },
    select: { id: true, url: true, events: true, createdAt: true },
    orderBy: { id: 'asc' },
  })
  return rows.map((row) => ({
    id: row.id.toString(),
    url: row.url,
    events: WEBHOOK_EVENTS.filter((event) => row.events.includes(event)),
    createdAt: row.createdAt.toISOString(),
  }))
}

/** Ends a subscription; what waits for it is not sent any more. @returns false when there is none */
export async function removeWebhook(db: Db, id: bigint, now: Date): Promise<boolean> {
  const { count } = await db.webhook.updateMany({
    where: { id, removedAt: null },
    data: { removedAt: now },
  })
  return count > 0
}
