import { createHash } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import { atTime, businessDay, endOfDay, type BusinessDay } from '../../domain/business-day.ts'
import type { Db } from '../../prisma/db.ts'
import type { BotDeps } from '../deps.ts'
import { pointToNewer } from './close-cards.ts'
import { findMornings, MOST_CARDS, sentAlone, type Morning } from './mornings.ts'
import { addToOutbox, type NewOutbox } from './outbox.ts'
import { renderDigest } from './render/digest.ts'
import { renderTaskCard, type TaskLineFacts } from './render/task-card.ts'
import { withCardId } from './render/template-card.ts'
import { loadTaskLines, loadTasksForCards, type TaskForCard } from './task-cards.ts'

/** seconds before the push time over which guides are spread: WeCom asks to keep off the full hour */
const SPREAD_SECONDS = 180
const GUIDES_AT_ONCE = 100

/**
 * The morning's messages, as outbox rows in the scan's transaction: each guide with open tasks gets
 * one digest, and up to three pressing tasks (due today or pressed) as cards of their own; where none presses, the
 * best new one. A task is sent as due once. A guide gets a morning once, however often the day is scanned; a day that
 * is over sends nothing.
 *
 * @returns how many rows are new
 */
export async function pushMorning(
  tx: Db,
  deps: BotDeps,
  stamp: { day: BusinessDay; now: Date; traceId: string },
): Promise<number> {
  if (stamp.day < businessDay(stamp.now, deps.zone)) return 0
  const mornings = await findMornings(tx, deps, stamp.day)
  const at = {
    ...stamp,
    pushTime: atTime(stamp.day, deps.pushAt, deps.zone),
    dayEnd: endOfDay(stamp.day, deps.zone),
  }
  const load = async (some: readonly Morning[]) => ({
    some,
    lines: await loadTaskLines(
      tx,
      some.flatMap(({ best }) => idsOf(best)),
      { now: at.pushTime, zone: deps.zone },
    ),
    tasks: await loadTasksForCards(
      tx,
      some.flatMap(({ best }) => idsOf(sentAlone(best))),
      { now: at.pushTime, zone: deps.zone },
    ),
  })
  const store = async (rows: NewOutbox[]) => {
    await pointToNewer(tx, deps, rows, stamp)
    return await addToOutbox(tx, stamp.now, rows)
  }
  const groups = chunksOf(mornings, GUIDES_AT_ONCE)
  let added = 0
  // while one group is written here, the database reads the next and stores the one before
  let loading = load(groups[0] ?? [])
  let storing = Promise.resolve(0)
  for (let nth = 0; nth < groups.length; nth += 1) {
    const { some, ...known } = await loading
    loading = load(groups[nth + 1] ?? [])
    // where another fails first, nobody waits for it any more
    loading.catch(() => undefined)
    // on its way before this process is busy
    await setImmediate()
    const rows = some.flatMap((morning) => morningRows(deps, morning, known, at))
    added += await storing
    storing = store(rows)
    storing.catch(() => undefined)
  }
  return added + (await storing)
}

function chunksOf<T>(list: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, nth) =>
    list.slice(nth * size, (nth + 1) * size),
  )
}

/**
 * One card for each of some tasks, at once: a snoozed task that wakes, a pressed one.
 *
 * @param reason part of the key that keeps a card from being sent twice
 */
export async function pushCards(
  tx: Db,
  deps: BotDeps,
  tasks: readonly { taskId: bigint; reason: string }[],
  stamp: { now: Date; traceId: string },
): Promise<number> {
  const known = await loadTasksForCards(
    tx,
    tasks.map(({ taskId }) => taskId),
    { now: stamp.now, zone: deps.zone },
  )
  const today = businessDay(stamp.now, deps.zone)
  const rows = tasks.flatMap(({ taskId, reason }) => {
    const task = known.get(taskId)
    return task ? [cardRow(deps, task, reason, { ...stamp, day: today, notBefore: stamp.now })] : []
  })
  await pointToNewer(tx, deps, rows, stamp)
  return await addToOutbox(tx, stamp.now, rows)
}

/**
 * When a guide's morning messages go out: within three minutes up to the push time, always at the same second.
 * @example morningTime('wangxiaoming', '2026-11-22', '09:00', 'Asia/Shanghai') // between 08:57:00 and 08:59:56
 */
export function morningTime(userid: string, day: BusinessDay, pushAt: string, zone: string): Date {
  return spread(userid, atTime(day, pushAt, zone))
}

function spread(userid: string, pushTime: Date): Date {
  const hash = createHash('sha256').update(userid.toLowerCase()).digest().readUInt32BE(0)
  // the cards that follow are out before the push time too
  const early = MOST_CARDS + 1 + (hash % (SPREAD_SECONDS - MOST_CARDS - 1))
  return new Date(pushTime.getTime() - early * 1000)
}

function idsOf(tasks: readonly { id: string }[]): bigint[] {
  return tasks.map(({ id }) => BigInt(id))
}

function morningRows(
  deps: BotDeps,
  morning: Morning,
  known: {
    lines: ReadonlyMap<bigint, TaskLineFacts>
    tasks: ReadonlyMap<bigint, TaskForCard>
  },
  at: { day: BusinessDay; traceId: string; pushTime: Date; dayEnd: Date },
): NewOutbox[] {
  const notBefore = spread(morning.userid, at.pushTime)
  const dedupeKey = `digest:${at.day}:${morning.userid.toLowerCase()}`
  const card = renderDigest(
    {
      guideName: morning.name,
      customers: morning.customers,
      kinds: morning.kinds,
      best: morning.best.flatMap(({ id }) => known.lines.get(BigInt(id)) ?? []),
    },
    { publicUrl: deps.publicUrl, today: at.day },
  )
  const digest: NewOutbox = {
    kind: 'app_message',
    dedupeKey,
    recipient: morning.userid,
    payload: { msgtype: 'template_card', template_card: withCardId(card, dedupeKey) },
    notBefore,
    notAfter: at.dayEnd,
    traceId: at.traceId,
  }
  const cards = sentAlone(morning.best).flatMap(({ id, pressing }, nth) => {
    const task = known.tasks.get(BigInt(id))
    if (!task) return []
    // behind the digest, a second apart
    const then = new Date(notBefore.getTime() + (nth + 1) * 1000)
    return [cardRow(deps, task, pressing ? 'due' : 'best', { ...at, notBefore: then })]
  })
  return [digest, ...cards]
}

function cardRow(
  deps: BotDeps,
  task: TaskForCard,
  reason: string,
  stamp: { day: BusinessDay; traceId: string; notBefore: Date },
): NewOutbox {
  return {
    kind: 'app_message',
    dedupeKey: `card:${task.taskId}:${reason}`,
    recipient: task.userid,
    payload: {
      msgtype: 'template_card',
      template_card: renderTaskCard(task, {
        publicUrl: deps.publicUrl,
        zone: deps.zone,
        today: stamp.day,
      }),
    },
    notBefore: stamp.notBefore,
    notAfter: task.diesAt,
    taskId: task.taskId,
    customerId: task.customerId,
    traceId: stamp.traceId,
  }
}
