import { assigneesOf } from '../../../bot/assignments/decide-page.ts'
import { filterSql, filterTables } from '../../../bot/audience/filter-sql.ts'
import { checkReferences } from '../../../bot/audience/check-references.ts'
import { readFilter } from '../../../bot/audience/read-filter.ts'
import { whoIs } from '../../../bot/tasks/assignee.ts'
import { businessDay } from '../../../domain/business-day.ts'
import { Prisma } from '../../../prisma/db.ts'
import type { AppDeps } from '../../deps.ts'
import { reportRows } from '../../rows.ts'
import { scope } from '../../scope.ts'
import type { SignedIn } from '../../session.ts'
import { readAssign } from './create-assignment.ts'
import type { AssignmentPreview, AssignmentQuestion } from './schema.ts'

/** guides who are named; of the others there is the number */
const NAMED = 10

type GuideRow = AssignmentPreview['most'][number] & {
  guides: number
  allCustomers: number
  beyond: number
}

/**
 * Who would get how many customers if it were dispatched now, chosen as the dispatch chooses (domain-rules 9). Limits of
 * contact are the dispatch's own: whoever was written to lately is still counted.
 *
 * @throws BadFilter, BAD_INPUT naming the field
 */
export async function previewAssignment(
  deps: AppDeps,
  user: SignedIn,
  given: AssignmentQuestion,
): Promise<AssignmentPreview> {
  const filter = readFilter(given.filter)
  await checkReferences((statement) => reportRows(deps.db, statement), filter)
  const { assign, assigneeId } = await readAssign(deps, user, given.assign)
  const now = deps.clock.now()
  const moment = { day: businessDay(now, deps.zone), now, zone: deps.zone }
  const meant = Prisma.sql`select c.id as customer_id from ${filterTables}
    where ${filterSql(filter, moment)} and ${scope.customers(user)} and c.consent <> 'none'`
  const found = await reportRows<GuideRow>(
    deps.db,
    Prisma.sql`
      with who as materialized (${whoIs(meant)}),
      assigned as (${assigneesOf({ assign, assigneeId, scope: user })}),
      of_guide as (
        select employee_id, least(count(*), ${given.maxPerGuide ?? null}::int)::int as customers,
          greatest(count(*) - ${given.maxPerGuide ?? null}::int, 0)::int as beyond
        from assigned group by 1
      )
      select e.userid, e.name, st.name as "storeName", g.customers, count(*) over ()::int as guides,
        sum(g.customers) over ()::int as "allCustomers", coalesce(sum(g.beyond) over (), 0)::int as beyond
      from of_guide g join employee e on e.id = g.employee_id left join store st on st.store_no = e.store_no
      order by g.customers desc, e.userid_key limit ${NAMED}`,
  )
  const first = found[0]
  return {
    guides: first?.guides ?? 0,
    customers: first?.allCustomers ?? 0,
    beyondLimit: first?.beyond ?? 0,
    most: found.map(({ userid, name, storeName, customers }) => ({
      userid,
      name,
      storeName,
      customers,
    })),
  }
}
