import type { DismissReason, Outcome, RuleKind, TaskState } from '../../domain/words.ts'
import { Prisma, type Db } from '../../prisma/db.ts'
import type { BotDeps } from '../deps.ts'
import { closeCards, type CardClick } from '../messages/close-cards.ts'
import { closeTasks, isLive } from './close.ts'

export type TaskAction =
  | { do: 'start' }
  | { do: 'done'; outcome: Outcome; note?: string; closing?: 'proven' | 'self_reported' }
  | { do: 'snooze'; until: Date }
  | { do: 'dismiss'; reason: DismissReason }

export interface TaskChange {
  taskId: bigint
  action: TaskAction
  /** userid of who does it */
  actor: string
  /** card, sidebar, desk, open_api … */
  via: string
  now: Date
  /** key of what asks for it, where that may ask twice: a task is postponed once for it */
  cause?: string
  /** of the click on the card, good for one change of it */
  cardResponseCode?: string
}

export type TaskChanged =
  | { ok: true }
  | {
      ok: false
      why: 'not_found' | 'already_closed' | 'bad_time'
      state?: TaskState
      diesAt?: Date
    }

interface Row {
  id: string
  state: TaskState
  kind: string
  diesAt: Date
  traceId: string
}

/**
 * Changes one task as its guide says, with its event, its card in WeCom and the announcement to the chain's
 * systems, in the caller's transaction (domain-rules 9). An ended task stays as it is; the clicked card then shows
 * what it is. Starting a started task changes nothing and is fine.
 */
export async function changeTask(tx: Db, deps: BotDeps, change: TaskChange): Promise<TaskChanged> {
  const [task] = await tx.$queryRaw<Row[]>(Prisma.sql`
    select id::text as id, state::text as state, kind, dies_at as "diesAt", trace_id as "traceId"
    from task where id = ${change.taskId} for update`)
  if (!task) return { ok: false, why: 'not_found' }
  const { action, actor, via, now } = change
  const click = clickOf(change)
  const by = { actor, via, now, ...(click && { click }) }

  if (await wasMoved(tx, change)) return { ok: true }
  if (isLive(task.state) && task.diesAt <= now) {
    const expired = {
      to: 'expired',
      closing: 'timed_out',
      actor: 'system',
      via: 'clock',
      now,
    } as const
    await closeTasks(tx, deps, [change.taskId], { ...expired, ...(click && { click }) })
    return { ok: false, why: 'already_closed', state: 'expired', diesAt: task.diesAt }
  }
  if (!isLive(task.state)) {
    if (click) await closeCards(tx, deps, [change.taskId], { now, traceId: task.traceId }, click)
    return { ok: false, why: 'already_closed', state: task.state, diesAt: task.diesAt }
  }
  switch (action.do) {
    case 'start':
      if (task.state === 'open') await moveTask(tx, deps, task, change, 'in_progress', null)
      return { ok: true }
    case 'snooze':
      if (action.until <= now || action.until >= task.diesAt) {
        return { ok: false, why: 'bad_time', state: task.state, diesAt: task.diesAt }
      }
      await moveTask(tx, deps, task, change, 'open', action.until)
      await closeCards(tx, deps, [change.taskId], { now, traceId: task.traceId }, click)
      return { ok: true }
    case 'done':
      await closeTasks(tx, deps, [change.taskId], {
        ...by,
        to: 'done',
        closing: action.closing ?? 'self_reported',
        outcome: action.outcome,
        ...(action.note !== undefined && { note: action.note }),
      })
      return { ok: true }
    case 'dismiss':
      await closeTasks(tx, deps, [change.taskId], {
        ...by,
        to: 'dismissed',
        closing: 'self_reported',
        reason: action.reason,
      })
      return { ok: true }
  }
}

/**
 * Ends a customer's live tasks because something made them untrue: the relation ended, the customer said no more.
 *
 * @param input.why stored as close reason; words for the card in messages/render/closed-card.ts
 * @returns how many ended
 */
export async function cancelTasks(
  tx: Db,
  deps: BotDeps,
  input: {
    customerId: bigint
    kinds?: readonly RuleKind[]
    assigneeId?: bigint
    why: string
    via: string
    actor: string
    now: Date
  },
): Promise<number> {
  const tasks = await tx.task.findMany({
    where: {
      customerId: input.customerId,
      state: { in: ['open', 'in_progress'] },
      ...(input.kinds && { kind: { in: [...input.kinds] } }),
      ...(input.assigneeId !== undefined && { assigneeId: input.assigneeId }),
    },
    select: { id: true },
  })
  const ended = await closeTasks(
    tx,
    deps,
    tasks.map(({ id }) => id),
    {
      to: 'cancelled',
      reason: input.why,
      actor: input.actor,
      via: input.via,
      now: input.now,
    },
  )
  return ended.length
}

async function moveTask(
  tx: Db,
  deps: BotDeps,
  task: Row,
  { action, actor, via, cause, now }: TaskChange,
  to: 'open' | 'in_progress',
  snoozedUntil: Date | null,
): Promise<void> {
  const detail = snoozedUntil
    ? { snoozedUntil: snoozedUntil.toISOString(), ...(cause !== undefined && { cause }) }
    : null
  await tx.$executeRaw(Prisma.sql`
    with moved as (
      update task set state = ${to}::task_state, snoozed_until = ${snoozedUntil}::timestamptz, updated_at = ${now},
        started_at = coalesce(started_at, ${to === 'in_progress' ? now : null}::timestamptz)
      where id = ${BigInt(task.id)} returning id
    )
    insert into task_event (task_id, at, actor, via, from_state, to_state, detail)
    select id, ${now}, ${actor}, ${via}, ${task.state}::task_state, ${to}::task_state,
      ${detail === null ? null : JSON.stringify(detail)}::jsonb from moved`)
  deps.metrics.tasks.inc({ kind: task.kind, change: action.do })
}

/** Whether the same request postponed it before, and was cut off. */
async function wasMoved(tx: Db, { taskId, cause }: TaskChange): Promise<boolean> {
  if (cause === undefined) return false
  const found = await tx.taskEvent.findFirst({
    where: { taskId, detail: { path: ['cause'], equals: cause } },
    select: { id: true },
  })
  return found !== null
}

function clickOf(change: TaskChange): CardClick | undefined {
  if (change.cardResponseCode === undefined) return undefined
  return {
    taskId: change.taskId,
    responseCode: change.cardResponseCode,
    userid: change.actor,
  }
}
