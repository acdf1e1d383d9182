import type { TaskState } from '../../domain/words.ts'
import { Prisma, type Db } from '../../prisma/db.ts'
import type { BotDeps } from '../deps.ts'
import { closeCards, type CardClick } from '../messages/close-cards.ts'
import { announceTasks } from './announce-tasks.ts'

/** How tasks end, by whom and from where. */
export interface Closing {
  to: 'done' | 'dismissed' | 'expired' | 'cancelled'
  closing?: 'proven' | 'self_reported' | 'timed_out'
  /** why it was dismissed or cancelled */
  reason?: string
  outcome?: string
  note?: string
  /** userid, or `system`, `customer` */
  actor: string
  via: string
  now: Date
  click?: CardClick
}

const CHUNK = 1000

/** close reasons after which the customer can't be asked, for the time being */
const UNASKED = new Set(['relation_ended', 'no_more'])

/**
 * Ends those of the tasks that are still live: state, event, cards and outgoing announcement in the caller's
 * transaction.
 *
 * @returns ids of those that ended now
 */
export async function closeTasks(
  tx: Db,
  deps: BotDeps,
  taskIds: readonly bigint[],
  how: Closing,
): Promise<bigint[]> {
  const ended: bigint[] = []
  for (let from = 0; from < taskIds.length; from += CHUNK) {
    ended.push(...(await closeSome(tx, deps, taskIds.slice(from, from + CHUNK), how)))
  }
  return ended
}

async function closeSome(
  tx: Db,
  deps: BotDeps,
  taskIds: readonly bigint[],
  how: Closing,
): Promise<bigint[]> {
  // a task that asked nobody gives its key back: where they may be written to again, the next scan asks (ADR 30)
  const isUnasked = how.to === 'cancelled' && UNASKED.has(how.reason ?? '')
  const detail = { closing: how.closing, reason: how.reason, outcome: how.outcome }
  const rows = await tx.$queryRaw<{ id: string; kind: string; traceId: string }[]>(Prisma.sql`
    with live as (
      select id, state from task
      where id = any(${taskIds.map(String)}::bigint[]) and state in ('open', 'in_progress')
      order by id for update
    ), ended as (
      update task t set state = ${how.to}::task_state, closing = ${how.closing ?? null}::task_closing,
        close_reason = ${how.reason ?? null}, outcome = coalesce(${how.outcome ?? null}, t.outcome),
        note = coalesce(${how.note ?? null}, t.note), closed_at = ${how.now}, updated_at = ${how.now},
        snoozed_until = null,
        occurrence = case when ${isUnasked}::boolean and t.sent_at is null and t.kind <> 'follow_up'
          then t.occurrence || ':unasked:' || t.id else t.occurrence end
      from live where live.id = t.id
      returning t.id, t.kind, t.trace_id, live.state as was
    ), logged as (
      insert into task_event (task_id, at, actor, via, from_state, to_state, detail)
      select id, ${how.now}, ${how.actor}, ${how.via}, was, ${how.to}::task_state,
        nullif(jsonb_strip_nulls(${JSON.stringify(detail)}::jsonb), '{}') from ended
    )
    select id::text as id, kind, trace_id as "traceId" from ended order by id`)
  const ids = rows.map(({ id }) => BigInt(id))
  const stamp = { now: how.now, traceId: rows[0]?.traceId ?? 'task' }
  await closeCards(tx, deps, ids, stamp, how.click)
  await announceTasks(tx, deps, 'task.closed', ids, stamp)
  for (const { kind } of rows) deps.metrics.tasks.inc({ kind, change: how.to })
  return ids
}

/** Ends what has died by itself by a moment (domain-rules 9: `expired`, closing `timed_out`). */
export async function expireTasks(tx: Db, deps: BotDeps, now: Date): Promise<number> {
  const dead = await tx.$queryRaw<{ id: string }[]>(Prisma.sql`
    select id::text as id from task
    where state in ('open', 'in_progress') and dies_at <= ${now}
    order by id for update skip locked`)
  const ids = dead.map(({ id }) => BigInt(id))
  const how = { to: 'expired', closing: 'timed_out', actor: 'system', via: 'clock', now } as const
  return (await closeTasks(tx, deps, ids, how)).length
}

/** Whether a task of this state may still change. */
export function isLive(state: TaskState): boolean {
  return state === 'open' || state === 'in_progress'
}
