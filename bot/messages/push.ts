import { createHash } from 'node:crypto'
import { atTime, businessDay, endOfDay, type BusinessDay } from '../../domain/business-day.ts'
import { Prisma, type Db } from '../../prisma/db.ts'
import type { BotDeps } from '../deps.ts'
import { pointToNewer } from './close-cards.ts'
import { addToOutbox, type NewOutbox } from './outbox.ts'
import { renderDigest } from './render/digest.ts'
import { renderTaskCard } from './render/task-card.ts'
import { loadTasksForCards, type TaskForCard } from './task-cards.ts'

/** Cards of their own that a guide gets in a morning, at most. */
const MOST_CARDS = 3
/** seconds before the push time over which guides are spread: WeCom asks to keep off the full hour */
const SPREAD_SECONDS = 180
const GUIDES_AT_ONCE = 500

interface Morning {
  userid: string
  name: string
  customers: number
  kinds: { kind: string; n: number }[]
  /** best first */
  best: { id: string; pressing: boolean; fresh: boolean }[]
}

/**
 * The morning's messages, as outbox rows in the scan's transaction: each guide with open tasks gets
 * one digest, and up to three pressing tasks (due today or pressed) as cards of their own; where none presses, the
 * best new one. A task is sent as due once. A guide gets a morning once, however often the day is scanned; a day that is over sends nothing.
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
  let added = 0
  for (let from = 0; from < mornings.length; from += GUIDES_AT_ONCE) {
    const some = mornings.slice(from, from + GUIDES_AT_ONCE)
    const ids = some.flatMap(({ best }) => best.map(({ id }) => BigInt(id)))
    const at = { now: atTime(stamp.day, deps.pushAt, deps.zone), zone: deps.zone }
    const tasks = await loadTasksForCards(tx, ids, at)
    const rows = some.flatMap((morning) => morningRows(deps, morning, tasks, stamp))
    await pointToNewer(tx, deps, rows, stamp)
    added += await addToOutbox(tx, stamp.now, rows)
  }
  return added
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
  const hash = createHash('sha256').update(userid.toLowerCase()).digest().readUInt32BE(0)
  // the cards that follow are out before the push time too
  const early = MOST_CARDS + 1 + (hash % (SPREAD_SECONDS - MOST_CARDS - 1))
  return new Date(atTime(day, pushAt, zone).getTime() - early * 1000)
}

/**
 * Who has something to do on a day and got no digest for it yet; one statement over all open tasks. A snoozed one
 * whose time comes with the morning counts, but its card is the one that wakes it.
 */
async function findMornings(tx: Db, deps: BotDeps, day: BusinessDay): Promise<Morning[]> {
  const end = endOfDay(day, deps.zone)
  return await tx.$queryRaw<Morning[]>(Prisma.sql`
    with today as (
      select t.id, t.assignee_id, t.customer_id, t.kind, t.priority, t.scan_day = ${day}::date as fresh,
        t.snoozed_until is null
          and (t.urgent or t.due_at between ${atTime(day, '00:00', deps.zone)} and ${end})
          and not exists (select 1 from outbox o where o.dedupe_key = 'card:' || t.id || ':due') as pressing
      from task t
      where t.state = 'open' and t.scan_day <= ${day}::date
        and (t.snoozed_until is null or t.snoozed_until <= ${atTime(day, deps.pushAt, deps.zone)})
    ), ranked as (
      select *, row_number() over (
        partition by assignee_id order by pressing desc, fresh desc, priority desc, id) as nth
      from today
    ), best as (
      select assignee_id,
        jsonb_agg(jsonb_build_object('id', id::text, 'pressing', pressing, 'fresh', fresh) order by nth) as best
      from ranked where nth <= ${MOST_CARDS}::int group by 1
    ), counted as (
      select assignee_id, kind, count(*)::int as n from today group by 1, 2
    ), kinds as (
      select assignee_id, jsonb_agg(jsonb_build_object('kind', kind, 'n', n) order by n desc, kind) as kinds
      from counted group by 1
    ), people as (
      select assignee_id, count(distinct customer_id)::int as customers from today group by 1
    )
    select e.userid, e.name, people.customers, kinds.kinds, best.best
    from people join kinds using (assignee_id) join best using (assignee_id)
    join employee e on e.id = assignee_id and e.active and e.in_app
    where not exists (select 1 from outbox o where o.dedupe_key = 'digest:' || ${day}::text || ':' || e.userid_key)
    order by e.userid_key`)
}

function morningRows(
  deps: BotDeps,
  morning: Morning,
  tasks: ReadonlyMap<bigint, TaskForCard>,
  stamp: { day: BusinessDay; now: Date; traceId: string },
): NewOutbox[] {
  const notBefore = morningTime(morning.userid, stamp.day, deps.pushAt, deps.zone)
  const known = morning.best.flatMap(({ id, pressing, fresh }) => {
    const task = tasks.get(BigInt(id))
    return task ? [{ task, pressing, fresh }] : []
  })
  const digest: NewOutbox = {
    kind: 'app_message',
    dedupeKey: `digest:${stamp.day}:${morning.userid.toLowerCase()}`,
    recipient: morning.userid,
    payload: {
      msgtype: 'template_card',
      template_card: renderDigest(
        {
          guideName: morning.name,
          customers: morning.customers,
          kinds: morning.kinds,
          best: known.map(({ task }) => task),
        },
        { publicUrl: deps.publicUrl, today: stamp.day },
      ),
    },
    notBefore,
    notAfter: endOfDay(stamp.day, deps.zone),
    traceId: stamp.traceId,
  }
  const pressing = known.filter((one) => one.pressing)
  const alone = pressing.length > 0 ? pressing : known.filter((one) => one.fresh).slice(0, 1)
  const cards = alone.map(({ task, pressing: presses }, nth) =>
    cardRow(deps, task, presses ? 'due' : 'best', {
      ...stamp,
      // behind the digest, a second apart
      notBefore: new Date(notBefore.getTime() + (nth + 1) * 1000),
    }),
  )
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
