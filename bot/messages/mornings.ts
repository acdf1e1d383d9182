import { atTime, endOfDay, type BusinessDay } from '../../domain/business-day.ts'
import { Prisma, type Db } from '../../prisma/db.ts'
import type { BotDeps } from '../deps.ts'

/** Cards of their own that a guide gets in a morning, at most; as many lines has the digest. */
export const MOST_CARDS = 3

/** What a guide's morning messages are made of. */
export interface Morning {
  userid: string
  name: string
  customers: number
  kinds: { kind: string; n: number }[]
  /** best first */
  best: { id: string; pressing: boolean; fresh: boolean }[]
}

/**
 * Who has something to do on a day and got no digest for it yet; one pass over all open tasks. A snoozed one whose
 * time comes with the morning counts, but its card is the one that wakes it.
 */
export async function findMornings(tx: Db, deps: BotDeps, day: BusinessDay): Promise<Morning[]> {
  const end = endOfDay(day, deps.zone)
  // the tasks are new, so that the planner takes them for few: loops over them would take minutes
  await tx.$executeRaw(Prisma.sql`set local enable_nestloop = off`)
  const mornings = await tx.$queryRaw<Morning[]>(Prisma.sql`
    with guide as materialized (
      select e.id, e.userid, e.userid_key, e.name from employee e
      where e.active and e.in_app and not exists (
        select 1 from outbox o where o.dedupe_key = 'digest:' || ${day}::text || ':' || e.userid_key)
    ), today as (
      select t.id, t.assignee_id, t.customer_id, t.kind, t.priority, t.scan_day = ${day}::date as fresh,
        t.snoozed_until is null
          and (t.urgent or t.due_at between ${atTime(day, '00:00', deps.zone)} and ${end})
          and not exists (select 1 from outbox o where o.dedupe_key = 'card:' || t.id || ':due') as pressing
      from guide join task t on t.assignee_id = guide.id
      where t.state = 'open' and t.scan_day <= ${day}::date
        and (t.snoozed_until is null or t.snoozed_until <= ${atTime(day, deps.pushAt, deps.zone)})
    ), ranked as (
      select *, row_number() over (
        partition by assignee_id order by pressing desc, fresh desc, priority desc, id) as nth
      from today
    ), counted as (
      -- each guide's kinds, and the guide as a whole
      select assignee_id, kind, count(*)::int as n, count(distinct customer_id)::int as customers,
        jsonb_agg(jsonb_build_object('id', id::text, 'pressing', pressing, 'fresh', fresh) order by nth)
          filter (where nth <= ${MOST_CARDS}::int) as best
      from ranked group by grouping sets ((assignee_id, kind), (assignee_id))
    ), morning as (
      select assignee_id, max(customers) filter (where kind is null) as customers,
        jsonb_agg(jsonb_build_object('kind', kind, 'n', n) order by n desc, kind)
          filter (where kind is not null) as kinds,
        (array_agg(best) filter (where kind is null))[1] as best
      from counted group by assignee_id
    )
    select guide.userid, guide.name, morning.customers, morning.kinds, morning.best
    from morning join guide on guide.id = morning.assignee_id
    order by guide.userid_key`)
  await tx.$executeRaw(Prisma.sql`set local enable_nestloop to default`)
  return mornings
}

/** Of a guide's best tasks those that get a card: the pressing ones, else the best new one. */
export function sentAlone(best: Morning['best']): Morning['best'] {
  const pressing = best.filter((one) => one.pressing)
  return pressing.length > 0 ? pressing : best.filter((one) => one.fresh).slice(0, 1)
}
