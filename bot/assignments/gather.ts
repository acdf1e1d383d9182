import type { BusinessDay } from '../../domain/business-day.ts'
import { Prisma, type Db } from '../../prisma/db.ts'
import { filterSql, filterTables, type FilterMoment } from '../audience/filter-sql.ts'
import { customersOf } from '../audience/scope-sql.ts'
import type { Assignment } from './assignment.ts'

const PAGE = 5_000

/** How many customers an assignment would mean now, within the scope of who makes it. */
export function countAudience(
  { filter, scope }: Pick<Assignment, 'filter' | 'scope'>,
  moment: FilterMoment,
): Prisma.Sql {
  return Prisma.sql`
    select count(*)::int as n from ${filterTables}
    where ${filterSql(filter, moment)} and ${customersOf(scope)}`
}

/**
 * Stores the next page of an assignment's customers, by id, each to be tried on the day. The scope holds whatever the
 * filter says.
 *
 * @returns whether there may be more
 */
export async function gatherPage(
  tx: Db,
  assignment: Assignment,
  moment: FilterMoment,
): Promise<boolean> {
  const { id, filter, scope, gatheredTo } = assignment
  const [page] = await tx.$queryRaw<{ n: number; last: bigint | null }[]>(Prisma.sql`
    with page as materialized (
      select c.id, 1 + ln(1 + greatest(coalesce(c.spend_365_fen, 0), 0) / 100000.0) as priority
      from ${filterTables}
      where c.id > ${gatheredTo} and ${filterSql(filter, moment)} and ${customersOf(scope)}
      order by c.id limit ${PAGE}
    ), stored as (
      insert into assignment_customer (assignment_id, customer_id, priority, until)
      select ${id}, id, priority, ${moment.day}::date from page
      on conflict (assignment_id, customer_id) do nothing
    )
    select count(*)::int as n, max(id) as last from page`)
  if (page?.last != null) {
    await tx.$executeRaw(
      Prisma.sql`update assignment set gathered_to = ${page.last} where id = ${id}`,
    )
  }
  return page?.n === PAGE
}

/** All are stored: their number is known, and the first run begins. */
export async function endGathering(tx: Db, id: bigint, day: BusinessDay): Promise<void> {
  await tx.$executeRaw(Prisma.sql`
    update assignment set stage = 'dispatching', run_day = ${day}::date,
      customers = (select count(*) from assignment_customer where assignment_id = ${id})
    where id = ${id}`)
}
