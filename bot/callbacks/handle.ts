import { Prisma, type Db } from '../../prisma/db.ts'
import type { BotDeps } from '../deps.ts'
import { enqueue } from '../queue.ts'
import { WecomError } from '../wecom/error-table.ts'
import { addExternalContact } from './events/add-external-contact.ts'
import { HANDLERS } from './events/registry.ts'
import { welcome } from './events/welcome.ts'
import { IGNORED, type StoredCallback } from './handler.ts'
import { parseCallback, UnreadableCallback, type CallbackEvent } from './parse.ts'

const LONGEST_NAME = 100

/**
 * Works off one stored callback: reads its XML, does what its event asks, and says in the inbox row what
 * became of it. Running it again does nothing more. An unknown event is kept and counted; XML that can't be
 * read is kept with the reason and not tried again.
 *
 * @throws WecomError and errors of ours, when the job is to be tried again; the row tells the last one
 */
export async function handleCallback(deps: BotDeps, inboxId: bigint): Promise<void> {
  const row = await readInbox(deps.db.prisma, inboxId)
  if (!row || row.processed) return
  const stored: StoredCallback = { inboxId, traceId: row.traceId, ageMs: row.ageMs }
  let event: CallbackEvent | undefined
  try {
    event = parseCallback(row.xml)
    const handler = HANDLERS.get(event.name)
    const outcome = handler ? await handler(deps, event, stored) : IGNORED
    await settle(deps, stored, event.name, outcome, handler !== undefined)
  } catch (error) {
    if (error instanceof UnreadableCallback) {
      deps.log.warn({ inboxId: String(inboxId), why: error.message }, 'callback: unreadable')
      await settle(deps, stored, event?.name ?? 'unreadable', `unreadable: ${error.message}`, false)
      return
    }
    if (error instanceof WecomError && error.action === 'give_up') {
      const said = `WeCom refused: ${error.errcode} on ${error.path}`
      await settle(deps, stored, event?.name ?? '', said, true)
      return
    }
    await noteFailure(deps, stored, event?.name, error)
    throw error
  }
}

/**
 * The urgent half of a callback that brought a welcome code: has the welcome message sent, and leaves the rest, which
 * reads from WeCom, to an ordinary `callback` job. So a hundred customers at once are greeted before the first of
 * them is read. Running it again does nothing more.
 */
export async function greetFirst(deps: BotDeps, inboxId: bigint): Promise<void> {
  const row = await readInbox(deps.db.prisma, inboxId)
  if (!row || row.processed) return
  await greet(deps, row, { inboxId, traceId: row.traceId, ageMs: row.ageMs })
  await enqueue(
    deps.db.prisma,
    'callback',
    { inboxId: String(inboxId) },
    { jobKey: `callback:${inboxId}` },
  )
}

async function greet(deps: BotDeps, row: InboxRow, stored: StoredCallback): Promise<void> {
  try {
    const event = parseCallback(row.xml)
    if (HANDLERS.get(event.name) === addExternalContact) await welcome(deps, event, stored)
  } catch (error) {
    // the callback job says so in the inbox row
    if (!(error instanceof UnreadableCallback)) throw error
  }
}

interface InboxRow {
  xml: string
  traceId: string
  processed: boolean
  ageMs: number
}

async function readInbox(db: Db, inboxId: bigint): Promise<InboxRow | undefined> {
  const rows = await db.$queryRaw<InboxRow[]>(Prisma.sql`
    select xml, trace_id as "traceId", processed_at is not null as processed,
      greatest(0, extract(epoch from clock_timestamp() - received_at) * 1000)::float8 as "ageMs"
    from inbox where id = ${inboxId}`)
  return rows[0]
}

async function settle(
  deps: BotDeps,
  stored: StoredCallback,
  name: string,
  outcome: string,
  known: boolean,
): Promise<void> {
  const { count } = await deps.db.prisma.inbox.updateMany({
    where: { id: stored.inboxId, processedAt: null },
    data: { processedAt: deps.clock.now(), event: name.slice(0, LONGEST_NAME), outcome },
  })
  // names WeCom may invent are no labels: a metric's labels must stay few
  if (count > 0) deps.metrics.callbackEvents.labels(known ? name : 'unknown').inc()
  deps.log.info(
    { inboxId: String(stored.inboxId), traceId: stored.traceId, event: known ? name : 'unknown' },
    'callback: processed',
  )
}

async function noteFailure(
  deps: BotDeps,
  stored: StoredCallback,
  name: string | undefined,
  error: unknown,
): Promise<void> {
  const outcome =
    error instanceof WecomError
      ? `to be tried again: ${error.message}`
      : `to be tried again: ${error instanceof Error ? error.name : 'unknown error'}`
  await deps.db.prisma.inbox.updateMany({
    where: { id: stored.inboxId, processedAt: null },
    data: { outcome, ...(name === undefined ? {} : { event: name.slice(0, LONGEST_NAME) }) },
  })
  if (error instanceof WecomError && error.action === 'alarm') {
    deps.log.error(
      { inboxId: String(stored.inboxId), errcode: error.errcode, path: error.path },
      'callback: WeCom needs a person',
    )
  }
}
