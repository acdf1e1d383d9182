import { addDays, atTime, businessDay } from '../../domain/business-day.ts'
import { nextPress } from '../../domain/press-limits.ts'
import { Prisma, type Db } from '../../prisma/db.ts'
import type { BotDeps } from '../deps.ts'
import { guidesWithTasks, sendLists } from './cards.ts'
import type { Assignment } from './assignment.ts'

export interface Pressed {
  /** tasks that are on top of their guide's list now */
  pressed: number
  /** guides who get a card */
  guides: number
  tooSoon: { userid: string; name: string; again: Date }[]
}

interface GuideRow {
  id: bigint
  userid: string
  name: string
  presses: Date[]
}

/**
 * 催办: moves live tasks of an assignment to the top of their guides' lists (urgent, domain-rules 9), wakes snoozed ones,
 * and sends each guide one card. A guide who was pressed within the hour, or three times today, is left alone. The
 * assignment's row is locked by the caller: two who press at once press once.
 *
 * @param which.guide userid; left out: everybody's
 */
export async function pressGuides(
  tx: Db,
  deps: BotDeps,
  assignment: Assignment,
  which: { guide?: string; taskIds?: readonly string[] },
  by: { userid: string; name: string },
): Promise<Pressed> {
  const now = deps.clock.now()
  const { id } = assignment
  const asked = Prisma.sql`a.assignment_id = ${id} and t.state in ('open', 'in_progress') and t.dies_at > ${now}
    and ${which.guide === undefined ? Prisma.sql`true` : Prisma.sql`e.userid_key = lower(${which.guide})`}
    and ${which.taskIds ? Prisma.sql`t.id = any(${[...which.taskIds]}::bigint[])` : Prisma.sql`true`}`
  const guides = await tx.$queryRaw<GuideRow[]>(Prisma.sql`
    select e.id, e.userid, e.name, coalesce((
      select array_agg(p.at) from assignment_press p where p.assignment_id = ${id} and p.employee_id = e.id), '{}') as presses
    from assignment_customer a join task t on t.id = a.task_id join employee e on e.id = t.assignee_id
    where ${asked} group by e.id order by e.userid_key`)
  const day = businessDay(now, deps.zone)
  const bounds = {
    startOfDay: atTime(day, '00:00', deps.zone),
    nextDay: atTime(addDays(day, 1), '00:00', deps.zone),
  }
  const judged = guides.map((guide) => ({ guide, again: nextPress(guide.presses, now, bounds) }))
  const free = judged.flatMap(({ guide, again }) => (again ? [] : [String(guide.id)]))
  const chosen = Prisma.sql`${asked} and e.id = any(${free}::bigint[])`
  const told = await guidesWithTasks(tx, chosen)
  const pressed = await makeUrgent(tx, chosen, by.userid, now)
  await tx.$executeRaw(Prisma.sql`
    insert into assignment_press (assignment_id, employee_id, at, by)
    select ${id}, employee_id, ${now}, ${by.userid} from unnest(${free}::bigint[]) as employee_id`)
  await sendLists(tx, deps, told, {
    ...assignment,
    by: by.name,
    pressed: true,
    now,
    keyOf: (guide) => `press:${id}:${guide.key}:${now.toISOString()}`,
  })
  return {
    pressed,
    guides: told.length,
    tooSoon: judged.flatMap(({ guide: { userid, name }, again }) =>
      again ? [{ userid, name, again }] : [],
    ),
  }
}

async function makeUrgent(tx: Db, which: Prisma.Sql, actor: string, now: Date): Promise<number> {
  const [row] = await tx.$queryRaw<{ n: number }[]>(Prisma.sql`
    with chosen as materialized (
      select t.id, not t.urgent or t.snoozed_until is not null as differs
      from assignment_customer a join task t on t.id = a.task_id join employee e on e.id = t.assignee_id
      where ${which}
    ), moved as (
      update task t set urgent = true, snoozed_until = null, updated_at = ${now}
      from chosen where chosen.id = t.id and chosen.differs and t.state in ('open', 'in_progress')
    ), logged as (
      insert into task_event (task_id, at, actor, via, from_state, to_state, detail)
      select t.id, ${now}, ${actor}, 'assignment', t.state, t.state, '{"urgent": true}'
      from chosen join task t on t.id = chosen.id
    )
    select count(*)::int as n from chosen`)
  return row?.n ?? 0
}
