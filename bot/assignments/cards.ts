import { businessDay, type BusinessDay } from '../../domain/business-day.ts'
import { Prisma, type Db } from '../../prisma/db.ts'
import type { BotDeps } from '../deps.ts'
import { addToOutbox, type NewOutbox } from '../messages/outbox.ts'
import { pushCards } from '../messages/push.ts'
import { renderAssignmentCard } from '../messages/render/assignment-card.ts'
import { withCardId } from '../messages/render/template-card.ts'
import { loadTaskLines } from '../messages/task-cards.ts'
import type { Assignment } from './assignment.ts'

/** customers that a card names */
const NAMED = 3
const GUIDES_AT_ONCE = 100

/** A guide and what they are told of. */
export interface ToldGuide {
  userid: string
  key: string
  name: string
  customers: number
  /** the most valuable first */
  best: string[]
}

/** What a run of a day gave. */
export function madeOn(id: bigint, day: BusinessDay): Prisma.Sql {
  return Prisma.sql`a.assignment_id = ${id} and t.scan_day = ${day}::date
    and t.state = 'open' and t.snoozed_until is null`
}

/**
 * Tells guides of tasks that are theirs now, as outbox rows: who has one of them a card with buttons, who has more one
 * card that lists.
 *
 * @param which condition on the assignment's customer `a`, its task `t`, its employee `e`
 * @param occasion a guide is told once of it
 */
export async function tellGuides(
  tx: Db,
  deps: BotDeps,
  assignment: Assignment,
  which: Prisma.Sql,
  occasion: string,
): Promise<void> {
  const guides = await guidesWithTasks(tx, which)
  const now = deps.clock.now()
  const single = guides.filter(({ customers }) => customers === 1)
  await pushCards(
    tx,
    deps,
    single.flatMap(({ best }) =>
      best.map((taskId) => ({ taskId: BigInt(taskId), reason: `assigned:${occasion}` })),
    ),
    { now, traceId: cardsTrace(assignment.id) },
  )
  const many = guides.filter(({ customers }) => customers > 1)
  await sendLists(tx, deps, many, {
    ...assignment,
    pressed: false,
    by: assignment.by.name,
    now,
    keyOf: (guide) => `assignment:${assignment.id}:${occasion}:${guide.key}`,
  })
}

/** The guides of some live tasks who can be told: at work, and within the app's visible range. */
export async function guidesWithTasks(tx: Db, which: Prisma.Sql): Promise<ToldGuide[]> {
  return await tx.$queryRaw<ToldGuide[]>(Prisma.sql`
    select e.userid, e.userid_key as key, e.name, count(*)::int as customers,
      (array_agg(t.id::text order by t.priority desc, t.id))[1:${NAMED}::int] as best
    from assignment_customer a
    join task t on t.id = a.task_id
    join employee e on e.id = t.assignee_id
    where ${which} and e.active and e.in_app
    group by e.id order by e.userid_key`)
}

/** One card that lists, for each of some guides. */
export async function sendLists(
  tx: Db,
  deps: BotDeps,
  guides: readonly ToldGuide[],
  about: Pick<Assignment, 'id' | 'title' | 'instruction' | 'dueAt'> & {
    by: string
    pressed: boolean
    now: Date
    keyOf: (guide: ToldGuide) => string
  },
): Promise<void> {
  const at = {
    publicUrl: deps.publicUrl,
    zone: deps.zone,
    today: businessDay(about.now, deps.zone),
  }
  for (let from = 0; from < guides.length; from += GUIDES_AT_ONCE) {
    const some = guides.slice(from, from + GUIDES_AT_ONCE)
    const lines = await loadTaskLines(
      tx,
      some.flatMap(({ best }) => best.map(BigInt)),
      { now: about.now, zone: deps.zone },
    )
    const rows = some.map((guide): NewOutbox => {
      const dedupeKey = about.keyOf(guide)
      const card = renderAssignmentCard(
        {
          ...about,
          guideName: guide.name,
          customers: guide.customers,
          names: guide.best.flatMap((id) => lines.get(BigInt(id))?.customerName ?? []),
        },
        at,
      )
      return {
        kind: 'app_message',
        dedupeKey,
        recipient: guide.userid,
        payload: { msgtype: 'template_card', template_card: withCardId(card, dedupeKey) },
        traceId: cardsTrace(about.id),
      }
    })
    await addToOutbox(tx, about.now, rows)
  }
}

/** Names the cards of an assignment, for calling it off. */
export function cardsTrace(id: bigint): string {
  return `assignment-cards-${id}`
}
