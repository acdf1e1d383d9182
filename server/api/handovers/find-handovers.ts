import { HANDOVER_HOURS } from '../../../domain/handover.ts'
import { isoInZone } from '../../../domain/business-day.ts'
import { Prisma } from '../../../prisma/db.ts'
import { CURSOR_ID, PAGE_SIZE, readCursor, writeCursor } from '../../cursor.ts'
import type { AppDeps } from '../../deps.ts'
import { HandoverNotFound } from '../../errors.ts'
import { reportRows, rows } from '../../rows.ts'
import { scope } from '../../scope.ts'
import type { SignedIn } from '../../session.ts'
import type {
  HandoverBrief,
  HandoverPage,
  HandoverQuery,
  HandoverView,
  NeededHandovers,
} from './schema.ts'

/** leavers of one answer: whoever has more has other worries first */
const MOST_NEEDED = 200

type Row = Omit<HandoverBrief, 'createdAt' | 'completesAt'> & {
  createdAt: Date
  lastAskedAt: Date | null
  message: string | null
}

const HANDOVER_MS = HANDOVER_HOURS * 3_600_000

function handoversWhere(which: Prisma.Sql, limit: number): Prisma.Sql {
  return Prisma.sql`
    select h.id::text as id, json_build_object('userid', giver.userid, 'name', giver.name) as from, h.strategy,
      case when named.id is not null then json_build_object('userid', named.userid, 'name', named.name) end as to,
      json_build_object('userid', maker.userid, 'name', maker.name) as "createdBy", h.created_at as "createdAt",
      h.message, h.problem, counted.last_asked_at as "lastAskedAt",
      case when h.stage = 'planning' then 'planning' when counted.waiting > 0 then 'asking'
        when counted.asked > 0 then 'waiting' else 'over' end as stage,
      json_build_object('customers', counted.customers, 'waiting', counted.waiting, 'asked', counted.asked,
        'done', counted.done, 'refused', counted.refused, 'limit', counted.taker_limit,
        'impossible', counted.impossible, 'tasks', counted.tasks) as totals
    from (select * from handover h where ${which} order by h.id desc limit ${limit}) h
    join employee giver on giver.id = h.from_id
    join employee maker on maker.id = h.created_by
    left join employee named on named.id = h.to_id
    cross join lateral (
      select count(*)::int as customers, count(*) filter (where r.state in ('waiting', 'asking'))::int as waiting,
        count(*) filter (where r.state = 'asked')::int as asked, count(*) filter (where r.state = 'done')::int as done,
        count(*) filter (where r.state = 'refused')::int as refused,
        count(*) filter (where r.state = 'limit')::int as taker_limit,
        count(*) filter (where r.state = 'impossible')::int as impossible, coalesce(sum(r.tasks), 0)::int as tasks,
        max(r.asked_at) filter (where r.state = 'asked') as last_asked_at
      from handover_customer r where r.handover_id = h.id
    ) counted
    order by h.id desc`
}

/** One page of the handovers of one's scope, newest first. */
export async function findHandovers(
  deps: AppDeps,
  user: SignedIn,
  { cursor }: HandoverQuery,
): Promise<HandoverPage> {
  const after = readCursor(cursor, [CURSOR_ID])
  const which = Prisma.sql`${scope.handovers(user)}
    and ${after ? Prisma.sql`h.id < ${after[0]}::bigint` : Prisma.sql`true`}`
  const found = await reportRows<Row>(deps.db, handoversWhere(which, PAGE_SIZE + 1))
  const items = found.slice(0, PAGE_SIZE)
  const last = items.at(-1)
  return {
    items: items.map((row) => briefOf(row, deps.zone)),
    nextCursor: found.length > PAGE_SIZE && last ? writeCursor([last.id]) : null,
  }
}

/** @throws HANDOVER_NOT_FOUND */
export async function findHandover(
  deps: AppDeps,
  user: SignedIn,
  sent: string,
): Promise<HandoverView> {
  const which = Prisma.sql`h.id = ${sent}::bigint and ${scope.handovers(user)}`
  const [[row], takers] = await Promise.all([
    reportRows<Row>(deps.db, handoversWhere(which, 1)),
    reportRows<HandoverView['takers'][number]>(
      deps.db,
      Prisma.sql`
      select e.userid, e.name, count(*)::int as customers, count(*) filter (where r.state = 'done')::int as done,
        sum(r.tasks)::int as tasks
      from handover_customer r join employee e on e.id = r.to_id
      where r.handover_id = ${sent}::bigint group by e.id order by 3 desc, e.userid_key`,
    ),
  ])
  if (!row) throw new HandoverNotFound()
  return { ...briefOf(row, deps.zone), message: row.message, takers }
}

/** @throws HANDOVER_NOT_FOUND also for one of another store */
export async function findHandoverId(deps: AppDeps, user: SignedIn, sent: string): Promise<bigint> {
  const [found] = await rows(
    deps.db,
    Prisma.sql`select 1 from handover h where h.id = ${sent}::bigint and ${scope.handovers(user)}`,
  )
  if (!found) throw new HandoverNotFound()
  return BigInt(sent)
}

/** Who is not at work any more and still has customers or open tasks. */
export async function findNeeded(deps: AppDeps, user: SignedIn): Promise<NeededHandovers> {
  const items = await reportRows<NeededHandovers['items'][number]>(
    deps.db,
    Prisma.sql`
    select e.userid, e.name, st.name as "storeName", has.customers, has.tasks, has.under_way as "underWay"
    from employee e
    left join store st on st.store_no = e.store_no
    cross join lateral (
      select (select count(*)::int from (
          select r.customer_id from relation r where r.employee_id = e.id and r.ended_at is null and not r.half
          union select u.customer_id from unassigned_customer u where u.employee_id = e.id) theirs) as customers,
        (select count(*)::int from task t
          where t.assignee_id = e.id and t.state in ('open', 'in_progress')) as tasks,
        (select count(*)::int from handover h join handover_customer u on u.handover_id = h.id
          where h.from_id = e.id and u.state in ('waiting', 'asking', 'asked')) as under_way
    ) has
    where not e.active and ${scope.employees(user)} and has.customers + has.tasks > 0
    order by has.customers desc, e.userid_key limit ${MOST_NEEDED}`,
  )
  return { items, nextCursor: null }
}

function briefOf({ createdAt, lastAskedAt, ...row }: Row, zone: string): HandoverBrief {
  return {
    ...row,
    createdAt: isoInZone(createdAt, zone),
    completesAt: lastAskedAt && isoInZone(new Date(lastAskedAt.getTime() + HANDOVER_MS), zone),
  }
}
