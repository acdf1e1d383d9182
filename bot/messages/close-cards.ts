import { createHash } from 'node:crypto'
import { Prisma, type Db } from '../../prisma/db.ts'
import type { BotDeps } from '../deps.ts'
import { addToOutbox, type NewOutbox } from './outbox.ts'
import { closedWord, renderClosedCard, type ClosedFacts } from './render/closed-card.ts'
import type { TemplateCard } from './render/template-card.ts'

/** A click on a card: its response code is good for one change of that card. */
export interface CardClick {
  taskId: bigint
  responseCode: string
  /** who clicked */
  userid: string
}

interface TaskRow extends Omit<ClosedFacts, 'by' | 'at'> {
  taskId: string
  customerId: string
  userid: string
  actor: string | null
  by: string | null
  at: Date
  eventId: string
}

interface CardRow {
  id: string
  taskId: string
  state: string
  recipient: string
  card: TemplateCard
}

const CODE_LIVES_MS = 72 * 3_600_000

/**
 * Makes the cards of some tasks show what became of them: cards that are not sent yet are not sent, sent ones are
 * changed by the code their sending gave, the clicked one by the code of its click (wecom-protocol 3.1). To be
 * called after the tasks and their events are written, in the same transaction.
 */
export async function closeCards(
  tx: Db,
  deps: BotDeps,
  taskIds: readonly bigint[],
  stamp: { now: Date; traceId: string },
  click?: CardClick,
): Promise<void> {
  if (taskIds.length === 0) return
  const ids = taskIds.map(String)
  await cancelUnsent(tx, ids)
  const cards = await tx.$queryRaw<CardRow[]>(Prisma.sql`
    select id::text as id, task_id::text as "taskId", state::text as state, recipient,
      payload -> 'template_card' as card
    from outbox
    where task_id = any(${ids}::bigint[]) and kind = 'app_message' and recipient is not null
      and payload ->> 'msgtype' = 'template_card'
      and ${canChange(stamp.now)}
    order by id`)
  if (cards.length === 0 && !click) return

  const tasks = new Map((await loadTasks(tx, ids)).map((task) => [task.taskId, task]))
  const rows = cards.flatMap((card) => {
    const task = tasks.get(card.taskId)
    // of one card only, the click's own code changes it
    const clicked = click && card.taskId === String(click.taskId) && onlyOne(cards, card)
    return task && !clicked ? [changeOf(card, task, deps, stamp)] : []
  })
  const clickedTask = click && tasks.get(String(click.taskId))
  if (click && clickedTask) {
    const card = cards.findLast(({ taskId }) => taskId === clickedTask.taskId)
    rows.push(answerOf(click, clickedTask, card, deps, stamp))
  }
  await addToOutbox(tx, stamp.now, rows)
}

/**
 * Makes earlier cards of some tasks point to the fresh ones that their guide is being sent: no guide is left with two
 * live cards of one task. Call it before the fresh cards are added, in their transaction; a card that is there already
 * is no fresh one.
 */
export async function pointToNewer(
  tx: Db,
  deps: BotDeps,
  fresh: readonly NewOutbox[],
  stamp: { now: Date; traceId: string },
): Promise<void> {
  const taskIds = fresh.flatMap(({ taskId }) => (taskId === undefined ? [] : [taskId]))
  if (taskIds.length === 0) return
  const keys = fresh.map(({ dedupeKey }) => dedupeKey)
  const cards = await sentCards(
    tx,
    taskIds,
    Prisma.sql`(o.state <> 'pending' and not exists (
      select 1 from outbox k where k.task_id = o.task_id and k.dedupe_key = any(${keys}::text[])))`,
    stamp.now,
  )
  const guides = new Set(fresh.map((card) => guideOf(card.taskId, card.recipient)))
  const rows = cards
    .filter((card) => guides.has(guideOf(card.taskId, card.recipient)))
    .map((card) => goesOn(deps, card, `card-newer:${card.id}`, { newer: true }, stamp))
  await addToOutbox(tx, stamp.now, rows)
}

function guideOf(taskId: bigint | string | undefined, userid = ''): string {
  return `${taskId}:${userid.toLowerCase()}`
}

/**
 * Makes the cards of some tasks say to whom the tasks went, also those that are being sent, once they have arrived; what was not sent yet is not sent. Call it before the taker
 * gets cards of their own.
 *
 * @param tasks each with the name of who has it now
 */
export async function cardsHandedOn(
  tx: Db,
  deps: BotDeps,
  tasks: readonly { taskId: bigint; to: string }[],
  stamp: { now: Date; traceId: string },
): Promise<void> {
  if (tasks.length === 0) return
  const ids = tasks.map(({ taskId }) => taskId)
  await cancelUnsent(tx, ids.map(String), { tried: true })
  const nameOf = new Map(tasks.map(({ taskId, to }) => [String(taskId), to]))
  const cards = await sentCards(tx, ids, Prisma.sql`true`, stamp.now)
  const rows = cards.map((card) =>
    goesOn(
      deps,
      card,
      `card-handed:${card.id}`,
      { handedTo: nameOf.get(card.taskId) ?? '' },
      stamp,
    ),
  )
  await addToOutbox(tx, stamp.now, rows)
}

/** @param options.tried also what WeCom refused for now: it is known not to have arrived */
async function cancelUnsent(
  tx: Db,
  ids: string[],
  { tried = false }: { tried?: boolean } = {},
): Promise<void> {
  await tx.$executeRaw(Prisma.sql`
    update outbox set state = 'cancelled', last_error = 'the task changed before the card was sent'
    where task_id = any(${ids}::bigint[]) and kind = 'app_message' and state = 'pending'
      and (attempts = 0 or (${tried} and unsure_since is null))`)
}

function canChange(now: Date): Prisma.Sql {
  return Prisma.sql`(state in ('pending', 'sending')
    or (state = 'sent' and response_code is not null and sent_at > ${new Date(now.getTime() - CODE_LIVES_MS)}))`
}

type SentCard = CardRow & { customerId: string }

/** Cards of live tasks that can still be changed, or are on their way: their change waits until they have arrived. */
async function sentCards(
  tx: Db,
  taskIds: readonly bigint[],
  which: Prisma.Sql,
  now: Date,
): Promise<SentCard[]> {
  return await tx.$queryRaw<SentCard[]>(Prisma.sql`
    select id::text as id, task_id::text as "taskId", customer_id::text as "customerId", state::text as state,
      recipient, payload -> 'template_card' as card
    from outbox o
    where task_id = any(${taskIds.map(String)}::bigint[]) and kind = 'app_message' and ${which}
      and recipient is not null and payload ->> 'msgtype' = 'template_card' and ${canChange(now)}
    order by id`)
}

/** The change of a sent card whose task goes on elsewhere. */
function goesOn(
  deps: BotDeps,
  card: SentCard,
  dedupeKey: string,
  where: Pick<ClosedFacts, 'newer' | 'handedTo'>,
  stamp: { now: Date; traceId: string },
): NewOutbox {
  const facts = { state: 'open', closing: null, closeReason: null, snoozedUntil: null } as const
  return {
    kind: 'update_card',
    dedupeKey,
    payload: {
      fromOutboxId: card.id,
      userid: card.recipient,
      template_card: renderClosedCard(
        card.card,
        { ...facts, by: null, at: stamp.now, ...where },
        deps.zone,
      ),
    },
    taskId: BigInt(card.taskId),
    customerId: BigInt(card.customerId),
    traceId: stamp.traceId,
  }
}

async function loadTasks(tx: Db, ids: string[]): Promise<TaskRow[]> {
  return await tx.$queryRaw<TaskRow[]>(Prisma.sql`
    select t.id::text as "taskId", t.customer_id::text as "customerId", e.userid, t.state::text as state,
      t.closing::text as closing, t.close_reason as "closeReason", t.snoozed_until as "snoozedUntil",
      last.actor, who.name as by, coalesce(last.at, t.updated_at) as at, coalesce(last.id, 0)::text as "eventId"
    from task t
    join employee e on e.id = t.assignee_id
    left join lateral (
      select v.id, v.actor, v.at from task_event v where v.task_id = t.id order by v.id desc limit 1
    ) last on true
    left join employee who on who.userid_key = lower(last.actor)
    where t.id = any(${ids}::bigint[])`)
}

function onlyOne(cards: readonly CardRow[], card: CardRow): boolean {
  return cards.filter(({ taskId }) => taskId === card.taskId).length === 1
}

/** The change of a card that was sent, or is being sent: it waits until the sending has given its code. */
function changeOf(
  card: CardRow,
  task: TaskRow,
  deps: BotDeps,
  stamp: { now: Date; traceId: string },
): NewOutbox {
  return {
    kind: 'update_card',
    dedupeKey: `card-change:${card.id}:${task.eventId}`,
    payload: {
      fromOutboxId: card.id,
      userid: card.recipient,
      template_card: renderClosedCard(card.card, factsOf(task), deps.zone),
    },
    ...ofTask(task, stamp),
  }
}

/** The answer to a click. Where the card itself is not known any more, its button turns grey. */
function answerOf(
  click: CardClick,
  task: TaskRow,
  card: CardRow | undefined,
  deps: BotDeps,
  stamp: { now: Date; traceId: string },
): NewOutbox {
  const facts = factsOf(task)
  const change = card
    ? { template_card: renderClosedCard(card.card, facts, deps.zone) }
    : { button: { replace_name: closedWord(facts) } }
  const code = createHash('sha256').update(click.responseCode).digest('hex').slice(0, 32)
  return {
    kind: 'update_card',
    dedupeKey: `card-answer:${task.taskId}:${code}`,
    payload: { responseCode: click.responseCode, userid: click.userid, ...change },
    ...ofTask(task, stamp),
  }
}

function factsOf(task: TaskRow): ClosedFacts {
  return {
    state: task.state,
    closing: task.closing,
    closeReason: task.closeReason,
    snoozedUntil: task.snoozedUntil,
    by: task.by,
    at: task.at,
  }
}

function ofTask(task: TaskRow, stamp: { now: Date; traceId: string }) {
  return {
    taskId: BigInt(task.taskId),
    customerId: BigInt(task.customerId),
    notAfter: new Date(stamp.now.getTime() + CODE_LIVES_MS),
    traceId: stamp.traceId,
  }
}
