import { atTime, businessDay } from '../../../domain/business-day.ts'
import type { HoldReason } from '../../../domain/words.ts'
import { Prisma } from '../../../prisma/db.ts'
import type { AppDeps } from '../../deps.ts'
import { reportRows } from '../../rows.ts'
import { scope } from '../../scope.ts'
import type { SignedIn } from '../../session.ts'
import { inPlace, type PlaceFilter } from './in-place.ts'
import { rateOf } from './rate.ts'
import type { ExceptionsReport } from './schema.ts'

const MOST_GUIDES = 20

interface GuideRow {
  userid: string
  name: string
  storeName: string | null
  tasks: number
  waiting: number
  of: number
}

/**
 * What stands in a manager's way today: guides who have begun nothing of today's scan, candidates that limits hold back,
 * messages that failed. A candidate without a guide, and a message to no guide, is headquarters' to see.
 */
export async function findExceptions(
  deps: AppDeps,
  user: SignedIn,
  filter: PlaceFilter,
): Promise<ExceptionsReport> {
  const now = deps.clock.now()
  const day = businessDay(now, deps.zone)
  const mine = Prisma.sql`${scope.employees(user)} and ${inPlace(filter)}`
  const everywhere =
    user.role === 'hq' && filter.region === undefined && filter.store === undefined
      ? Prisma.sql`true`
      : Prisma.sql`e.id is not null and ${mine}`
  const from = atTime(day, '00:00', deps.zone)
  const [guides, heldBack, failed] = await Promise.all([
    reportRows<GuideRow>(
      deps.db,
      Prisma.sql`
        with today as (
          select e.id, e.userid, e.name, st.name as "storeName", count(*)::int as tasks,
            bool_and(t.state in ('open', 'expired') and not exists (
              select 1 from touch
              where touch.customer_id = t.customer_id and touch.task_id = t.id and touch.result = 'sent')) as waits
          from task t join employee e on e.id = t.assignee_id
            left join store st on st.store_no = e.store_no
          where t.scan_day = ${day}::date and t.state <> 'cancelled' and ${mine}
          group by e.id, st.name
        )
        select userid, name, "storeName", tasks, count(*) filter (where waits) over ()::int as waiting,
          count(*) over ()::int as of
        from today order by waits desc, tasks desc, id limit ${MOST_GUIDES}`,
    ),
    reportRows<{ why: HoldReason; candidates: number }>(
      deps.db,
      Prisma.sql`
        select h.why, count(*)::int as candidates
        from held_back h left join employee e on e.id = h.assignee_id
          left join store st on st.store_no = e.store_no
        where h.resolved_at is null and ${everywhere}
        group by h.why order by 2 desc, 1`,
    ),
    reportRows<ExceptionsReport['failed'][number]>(
      deps.db,
      Prisma.sql`
        select kind, errcode, count(*)::int as messages from (
          select o.kind, o.errcode, lower(o.recipient) as userid_key
          from outbox o where o.state = 'failed' and o.not_before >= ${from}
          union all
          select 'touch', null, e.userid_key from touch join employee e on e.id = touch.employee_id
          where touch.at >= ${from} and touch.result = 'failed'
        ) as failure left join employee e using (userid_key) left join store st on st.store_no = e.store_no
        where ${everywhere}
        group by kind, errcode order by messages desc, kind`,
    ),
  ])
  const waiting = guides[0]?.waiting ?? 0
  return {
    day,
    notStarted: rateOf(waiting, guides[0]?.of ?? 0),
    guides: guides
      .slice(0, waiting)
      .map(({ userid, name, storeName, tasks }) => ({ userid, name, storeName, tasks })),
    heldBack,
    failed,
  }
}
