import type { BotDeps } from '../deps.ts'
import { URGENT_PRIORITY, enqueue } from '../queue.ts'
import { WecomError } from '../wecom/error-table.ts'
import { deliverAddTag } from './deliver/add-tag.ts'
import { deliverAppMessage } from './deliver/app-message.ts'
import { deliverDeleteTag } from './deliver/delete-tag.ts'
import {
  BadPayload,
  type Delivered,
  type DeliveryContext,
  type OutboxRow,
} from './deliver/delivery.ts'
import { deliverEditTag } from './deliver/edit-tag.ts'
import { deliverMarkTag } from './deliver/mark-tag.ts'
import { deliverRemark } from './deliver/remark.ts'
import { deliverUpdateCard } from './deliver/update-card.ts'
import { deliverWelcome } from './deliver/welcome.ts'
import { deliverWebhook } from './deliver-webhook.ts'
import { tryLock } from './delivery-lock.ts'
import { deliverJobFlags, deliverJobKey, deliverJobName, type OutboxKind } from './outbox.ts'

type DeliverKind = (deps: BotDeps, row: OutboxRow, context: DeliveryContext) => Promise<Delivered>

const KINDS: Record<OutboxKind, DeliverKind> = {
  app_message: deliverAppMessage,
  update_card: deliverUpdateCard,
  mark_tag: deliverMarkTag,
  add_tag: deliverAddTag,
  edit_tag: deliverEditTag,
  delete_tag: deliverDeleteTag,
  remark: deliverRemark,
  welcome: deliverWelcome,
  webhook: deliverWebhook,
}

/** Tries of one row; with the job's growing pauses they reach over half a day. */
const MOST_ATTEMPTS = 12

/** errcode of a try that WeCom did not answer, or answered with busy */
const NO_ANSWER = -1
const TOKEN_PATH = '/cgi-bin/gettoken'

type Result = 'sent' | 'failed' | 'cancelled' | 'retried' | 'waiting'

/**
 * Makes one outbox row's call and stores what came of it. Safe at any moment: the row says `sending` before
 * the call, so that a try that was cut off is made again, where WeCom drops, refuses or doesn't mind a second
 * one. Of two who deliver one row at once, one calls.
 *
 * By the error table (wecom-protocol 2.2): done → sent · retry → pending, and thrown, for the job's back-off ·
 * give up → failed with the reason · alarm → the same, loudly. Where it is known when another try makes sense
 * (a limit is used up, our address is not trusted yet), the row waits for that instead.
 *
 * @throws what is to be tried again by the job's back-off
 */
export async function deliverOutbox(deps: BotDeps, outboxId: bigint): Promise<void> {
  const unlock = await tryLock(deps.db.pool, `outbox:${outboxId}`)
  if (!unlock) return
  try {
    const row = await claim(deps, outboxId)
    if (row) await attempt(deps, row)
  } finally {
    await unlock()
  }
}

interface Claimed extends OutboxRow {
  /** begin of the first earlier try that may have been made; this one's not counted */
  unsureBefore: Date | null
}

/** The row, marked as being sent; null when there is nothing to do (any more, or yet). */
async function claim(deps: BotDeps, id: bigint): Promise<Claimed | null> {
  const { outbox } = deps.db.prisma
  const row = await outbox.findUnique({ where: { id } })
  if (!row || (row.state !== 'pending' && row.state !== 'sending')) return null
  const now = deps.clock.now()
  if (row.notBefore > now) return null
  if (row.notAfter && row.notAfter < now) {
    await finish(
      deps,
      row,
      { state: 'cancelled', why: 'too late to be of use' },
      null,
      row.unsureSince,
    )
    return null
  }
  const unsureBefore = unsureSince(row)
  const { count } = await outbox.updateMany({
    where: { id, state: { in: ['pending', 'sending'] } },
    // until WeCom's answer is stored, this try may have been made
    data: {
      state: 'sending',
      attempts: { increment: 1 },
      unsureSince: unsureBefore ?? now,
    },
  })
  if (count === 0) return null
  return {
    ...row,
    state: 'sending',
    attempts: row.attempts + 1,
    unsureSince: unsureBefore ?? now,
    unsureBefore,
  }
}

/** Since when a call of this row may have been made; a row that says so without a time is as old as it can be. */
function unsureSince(row: OutboxRow): Date | null {
  const isUnsure = row.state === 'sending' || row.errcode === NO_ANSWER
  return row.unsureSince ?? (isUnsure ? row.notBefore : null)
}

async function attempt(deps: BotDeps, row: Claimed): Promise<void> {
  const deliver = isKind(row.kind) ? KINDS[row.kind] : undefined
  if (!deliver) {
    const why = `unknown kind ${row.kind}`
    return finish(deps, row, { state: 'failed', why }, null, row.unsureBefore)
  }
  let delivered: Delivered
  try {
    delivered = await deliver(deps, row, {
      mayBeDone: row.unsureBefore !== null,
      unsureSince: row.unsureBefore,
    })
  } catch (error) {
    return recover(deps, row, error)
  }
  if (delivered.state !== 'waiting') return finish(deps, row, delivered, null, row.unsureBefore)
  const isWorn = delivered.counts && row.attempts >= MOST_ATTEMPTS
  if (isWorn) {
    const since = delivered.errcode === NO_ANSWER ? row.unsureSince : row.unsureBefore
    const end = { state: 'failed', why: delivered.why } as const
    return finish(deps, row, end, delivered.errcode ?? null, since)
  }
  return wait(deps, row, { ...delivered, errcode: delivered.errcode ?? null })
}

function isKind(kind: string): kind is OutboxKind {
  return Object.hasOwn(KINDS, kind)
}

/** No call of the row was made: our own limiter held it back, or there was no token to be had. */
function wasHeld(error: WecomError): boolean {
  return error.why === 'limited' || error.path === TOKEN_PATH
}

/** WeCom refused the call, or it was not made: what this try wanted has not happened. */
function isKnownUndone(error: unknown): boolean {
  return error instanceof WecomError && (wasHeld(error) || error.errcode !== NO_ANSWER)
}

async function recover(deps: BotDeps, row: Claimed, error: unknown): Promise<void> {
  const why = error instanceof Error ? error.message : String(error)
  const log = { outboxId: row.id.toString(), kind: row.kind, traceId: row.traceId }
  if (error instanceof BadPayload) {
    deps.log.error({ ...log, says: why }, 'outbox row of a wrong shape')
    return finish(deps, row, { state: 'failed', why }, null, row.unsureBefore)
  }
  const since = isKnownUndone(error) ? row.unsureBefore : row.unsureSince
  const errcode = error instanceof WecomError ? error.errcode : null
  if (error instanceof WecomError) {
    const { action, retryAfterMs } = error
    if (action === 'done') return finish(deps, row, { state: 'sent' }, errcode, null)
    if (action === 'give_up') return finish(deps, row, { state: 'failed', why }, errcode, since)
    if (action === 'alarm') deps.log.error({ ...log, says: why }, 'delivery needs a person')
    const isHeld = wasHeld(error)
    if (retryAfterMs !== undefined && (isHeld || row.attempts < MOST_ATTEMPTS)) {
      return wait(deps, row, { why, delayMs: retryAfterMs, counts: !isHeld, errcode })
    }
    if (action === 'alarm') return finish(deps, row, { state: 'failed', why }, errcode, since)
  }
  if (row.attempts >= MOST_ATTEMPTS)
    return finish(deps, row, { state: 'failed', why }, errcode, since)
  await deps.db.prisma.outbox.updateMany({
    where: { id: row.id, state: 'sending' },
    data: {
      state: 'pending',
      errcode,
      lastError: brief(why),
      unsureSince: since,
    },
  })
  count(deps, row, 'retried')
  throw error
}

/** Back to pending, with a job for later. */
async function wait(
  deps: BotDeps,
  row: Claimed,
  pause: { why: string; delayMs: number; counts: boolean; errcode: number | null },
): Promise<void> {
  // not all at the same moment
  const delayMs = pause.delayMs + Math.random() * Math.min(pause.delayMs / 4, 2_000)
  await deps.db.prisma.$transaction(async (tx) => {
    await tx.outbox.updateMany({
      where: { id: row.id, state: 'sending' },
      data: {
        state: 'pending',
        lastError: brief(pause.why),
        errcode: pause.errcode,
        unsureSince: pause.errcode === NO_ANSWER ? row.unsureSince : row.unsureBefore,
        ...(!pause.counts && { attempts: { decrement: 1 } }),
      },
    })
    await enqueue(
      tx,
      deliverJobName(row.kind),
      { outboxId: row.id.toString() },
      {
        jobKey: deliverJobKey(row.id),
        priority: row.kind === 'welcome' ? URGENT_PRIORITY : 0,
        flags: deliverJobFlags(row),
        delayMs,
      },
    )
  })
  count(deps, row, 'waiting')
}

/** @param unsureSince begin of the first try that may have been made all the same, of a row that ends unsent */
async function finish(
  deps: BotDeps,
  row: OutboxRow,
  end: Exclude<Delivered, { state: 'waiting' }>,
  errcode: number | null,
  unsureSince: Date | null,
): Promise<void> {
  const isSent = end.state === 'sent'
  await deps.db.prisma.$transaction(async (tx) => {
    await tx.outbox.updateMany({
      where: { id: row.id, state: { in: ['pending', 'sending'] } },
      data: isSent
        ? {
            state: 'sent',
            sentAt: deps.clock.now(),
            errcode: errcode ?? 0,
            lastError: null,
            unsureSince: null,
            msgid: end.msgid ?? null,
            responseCode: end.responseCode ?? null,
          }
        : { state: end.state, errcode, lastError: brief(end.why), unsureSince },
    })
    if (isSent) await end.write?.(tx)
  })
  count(deps, row, end.state)
  const line = {
    outboxId: row.id.toString(),
    kind: row.kind,
    traceId: row.traceId,
    state: end.state,
  }
  if (isSent) deps.log.info(line, 'outbox row sent')
  else deps.log.warn({ ...line, errcode }, 'outbox row ended unsent')
}

function count(deps: BotDeps, row: OutboxRow, result: Result): void {
  deps.metrics.outbox.labels({ kind: row.kind, result }).inc()
}

function brief(text: string): string {
  return text.slice(0, 500)
}
