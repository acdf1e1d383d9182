import type { RuleKind } from '../../../domain/words.ts'
import { Prisma } from '../../../prisma/db.ts'
import type { AppDeps } from '../../deps.ts'
import { reportRows } from '../../rows.ts'
import { scope } from '../../scope.ts'
import type { SignedIn } from '../../session.ts'
import { executionCounts, executionSums, givenTasks, type ExecutionCounts } from './given-tasks.ts'
import { inPlace, type PlaceFilter } from './in-place.ts'
import { rateOf } from './rate.ts'
import type { OverviewReport } from './schema.ts'

type Level = OverviewReport['level']

interface CountedRow extends ExecutionCounts {
  cut: 'all' | 'day' | 'kind' | 'place'
  day: string
  kind: RuleKind
  place: string
  name: string | null
}

/** Key and name of a place of each level, of employee `e` and their store `st`; empty where there is none. */
const PLACES: Record<Level, { key: Prisma.Sql; name: Prisma.Sql }> = {
  region: { key: Prisma.sql`coalesce(st.region, '')`, name: Prisma.sql`st.region` },
  store: { key: Prisma.sql`coalesce(e.store_no, '')`, name: Prisma.sql`st.name` },
  guide: { key: Prisma.sql`e.userid`, name: Prisma.sql`e.name` },
}

/**
 * How the tasks of a period go (domain-rules 12), in all, by day, by kind and by place: regions first, the stores of
 * one, the guides of a store. A manager sees the guides of theirs. One pass over the tasks.
 */
export async function findOverview(
  deps: AppDeps,
  user: SignedIn,
  filter: { from: string; to: string } & PlaceFilter,
): Promise<OverviewReport> {
  const level = await levelOf(deps, user, filter)
  const found = await reportRows<CountedRow>(
    deps.db,
    Prisma.sql`
      with given as (${givenTasks(filter)}),
      counted as (
        select scan_day, kind, ${PLACES[level].key} as place, ${PLACES[level].name} as name,
          ${executionCounts(deps.clock.now())}
        from given join employee e on e.id = given.assignee_id
          left join store st on st.store_no = e.store_no
        where ${scope.employees(user)} and ${inPlace(filter)}
        group by 1, 2, 3, 4
      )
      -- in two steps, for the first is done by several processes of the database
      select case grouping(scan_day, kind, place) when 3 then 'day' when 5 then 'kind' when 6 then 'place' else 'all' end as cut,
        scan_day::text as day, kind, place, name, ${executionSums}
      from counted group by grouping sets ((), (scan_day), (kind), (place, name))
      order by scan_day, kind`,
  )
  const all = found.find(({ cut }) => cut === 'all')
  const of = (cut: CountedRow['cut']) => found.filter((row) => row.cut === cut)
  return {
    period: { from: filter.from, to: filter.to },
    ...(all ? ratesOf(all) : NOTHING),
    byDay: of('day').map((row) => ({ day: row.day, ...bothOf(row) })),
    byKind: of('kind').map((row) => ({ kind: row.kind, ...bothOf(row) })),
    level,
    places: of('place')
      .map((row) => ({ key: row.place, name: row.name, ...ratesOf(row) }))
      .sort((a, b) => (a.execution.rate ?? 0) - (b.execution.rate ?? 0) || compare(a.key, b.key)),
  }
}

const NOTHING = { execution: rateOf(0, 0), completion: rateOf(0, 0), sent: 0, purchasedAfter: 0 }

/** Chains of one region, or of none, begin with their stores. */
async function levelOf(deps: AppDeps, user: SignedIn, filter: PlaceFilter): Promise<Level> {
  if (user.role !== 'hq' || filter.store !== undefined) return 'guide'
  if (filter.region !== undefined) return 'store'
  const [regions] = await reportRows<{ count: number }>(
    deps.db,
    Prisma.sql`select count(distinct coalesce(region, ''))::int as count from store`,
  )
  return (regions?.count ?? 0) > 1 ? 'region' : 'store'
}

function bothOf(row: ExecutionCounts) {
  return {
    execution: rateOf(row.acted, row.given),
    completion: rateOf(row.completed, row.due),
  }
}

function ratesOf(row: ExecutionCounts) {
  return { ...bothOf(row), sent: row.sent, purchasedAfter: row.purchasedAfter }
}

function compare(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
