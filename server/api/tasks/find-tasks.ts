import { loadTiers } from '../../../bot/rules/load-tiers.ts'
import { atTime, businessDay } from '../../../domain/business-day.ts'
import type { Lang } from '../../../domain/words.ts'
import { Prisma } from '../../../prisma/db.ts'
import { PAGE_SIZE, readCursor, writeCursor } from '../../cursor.ts'
import type { AppDeps } from '../../deps.ts'
import { rows } from '../../rows.ts'
import { scope } from '../../scope.ts'
import type { SignedIn } from '../../session.ts'
import { inBucket, orderOf, type TaskBucket } from './buckets.ts'
import type { TaskPage } from './schema.ts'
import { taskColumns, taskJoins, type TaskRow } from './task-row.ts'
import { taskView } from './task-view.ts'

export interface TaskFilter {
  bucket: TaskBucket
  cursor?: string
  /** userid: this guide's tasks only */
  guide?: string
  /** this store's people's tasks only */
  store?: string
  /** the signed-in person's own only */
  mine?: boolean
}

/** One page of a bucket, with the counts of all four and the day's progress. */
export async function findTasks(
  deps: AppDeps,
  user: SignedIn,
  filter: TaskFilter,
  lang: Lang,
): Promise<TaskPage> {
  const now = deps.clock.now()
  const today = businessDay(now, deps.zone)
  const whose = whoseTasks(user, filter)
  const order = orderOf(filter.bucket)
  const after = readCursor(filter.cursor, order.shapes)
  const [found, numbers, waiting, tiers] = await Promise.all([
    rows<{ task: TaskRow; cursor: string[] }>(
      deps.db,
      Prisma.sql`
        select row_to_json(x) as task, place.cursor
        from (
          select t.id, ${order.cursor} as cursor, row_number() over (order by ${order.key}) as nth
          from task t
          where ${whose} and ${inBucket(filter.bucket, now)}
            and ${after ? order.after(after) : Prisma.sql`true`}
          order by ${order.key} limit ${PAGE_SIZE + 1}
        ) place
        join task t on t.id = place.id
        join customer c on c.id = t.customer_id ${taskJoins}
        cross join lateral (select ${taskColumns}) x
        order by place.nth`,
    ),
    countTasks(deps, whose, now),
    countWaiting(deps, whose),
    loadTiers(deps.db.prisma),
  ])
  const items = found.slice(0, PAGE_SIZE)
  const last = items.at(-1)
  return {
    items: items.map(({ task }) => taskView(task, tiers.table, lang, today)),
    nextCursor: found.length > PAGE_SIZE && last ? writeCursor(last.cursor) : null,
    counts: {
      today: numbers.today,
      upcoming: numbers.upcoming,
      overdue: numbers.overdue,
      done: numbers.done,
    },
    progress: {
      day: today,
      done: numbers.doneToday,
      total: numbers.doneToday + numbers.today + numbers.overdue,
    },
    waiting,
  }
}

/** Condition on `t`: in the person's scope, and of those the ones asked for. */
export function whoseTasks(
  user: SignedIn,
  filter: { guide?: string; store?: string; mine?: boolean },
): Prisma.Sql {
  const mine = filter.mine ? Prisma.sql`t.assignee_id = ${user.id}::bigint` : Prisma.sql`true`
  const guide = filter.guide
    ? Prisma.sql`t.assignee_id = (select id from employee where userid_key = ${filter.guide.toLowerCase()})`
    : Prisma.sql`true`
  const store = filter.store
    ? Prisma.sql`t.assignee_id in (select id from employee where store_no = ${filter.store})`
    : Prisma.sql`true`
  return Prisma.sql`${scope.tasks(user)} and ${mine} and ${guide} and ${store}`
}

interface TaskNumbers {
  today: number
  upcoming: number
  overdue: number
  done: number
  doneToday: number
}

async function countTasks(deps: AppDeps, whose: Prisma.Sql, now: Date): Promise<TaskNumbers> {
  const midnight = atTime(businessDay(now, deps.zone), '00:00', deps.zone)
  const [numbers] = await rows<TaskNumbers>(
    deps.db,
    Prisma.sql`
      select count(*) filter (where ${inBucket('today', now)})::int as today,
        count(*) filter (where ${inBucket('upcoming', now)})::int as upcoming,
        count(*) filter (where ${inBucket('overdue', now)})::int as overdue,
        count(*) filter (where ${inBucket('done', now)})::int as done,
        count(*) filter (where t.state = 'done' and t.closed_at >= ${midnight})::int as "doneToday"
      from task t where ${whose}`,
  )
  return numbers ?? { today: 0, upcoming: 0, overdue: 0, done: 0, doneToday: 0 }
}

async function countWaiting(deps: AppDeps, whose: Prisma.Sql): Promise<number> {
  const [found] = await rows<{ n: number }>(
    deps.db,
    Prisma.sql`select count(*)::int as n from held_back t where t.resolved_at is null and ${whose}`,
  )
  return found?.n ?? 0
}
