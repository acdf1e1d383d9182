import { Prisma } from '../../../prisma/db.ts'
import type { AppDeps } from '../../deps.ts'
import { reportRows } from '../../rows.ts'
import { scope } from '../../scope.ts'
import type { SignedIn } from '../../session.ts'
import { executionCounts, givenTasks, type ExecutionCounts } from './given-tasks.ts'
import { rateOf } from './rate.ts'
import type { ExecutionReport } from './schema.ts'

interface GuideRow extends ExecutionCounts {
  userid: string
  name: string
  storeNo: string | null
  storeName: string | null
}

/** Who did what with the tasks that scans of a period gave them (domain-rules 12), guide by guide. */
export async function findExecution(
  deps: AppDeps,
  user: SignedIn,
  filter: { from: string; to: string; store?: string; guide?: string },
): Promise<ExecutionReport> {
  const store = filter.store ? Prisma.sql`e.store_no = ${filter.store}` : Prisma.sql`true`
  const guide = filter.guide
    ? Prisma.sql`e.userid_key = ${filter.guide.toLowerCase()}`
    : Prisma.sql`true`
  const guides = await reportRows<GuideRow>(
    deps.db,
    Prisma.sql`
      with given as (${givenTasks(filter)}), counted as (
        select given.assignee_id, ${executionCounts(deps.clock.now())}
        from given join employee e on e.id = given.assignee_id
        where ${scope.employees(user)} and ${store} and ${guide}
        group by given.assignee_id
      )
      select e.userid, e.name, e.store_no as "storeNo", st.name as "storeName", counted.*
      from counted join employee e on e.id = counted.assignee_id
        left join store st on st.store_no = e.store_no
      order by e.store_no nulls last, e.name, e.id`,
  )
  const total = (key: keyof ExecutionCounts) => guides.reduce((sum, row) => sum + row[key], 0)
  return {
    period: { from: filter.from, to: filter.to },
    execution: rateOf(total('acted'), total('given')),
    completion: rateOf(total('completed'), total('due')),
    sentOfGiven: rateOf(total('sent'), total('given')),
    purchasedOfSent: rateOf(total('purchasedAfter'), total('sent')),
    purchasedAfter: total('purchasedAfter'),
    guides: guides.map((row) => ({
      userid: row.userid,
      name: row.name,
      storeNo: row.storeNo,
      storeName: row.storeName,
      execution: rateOf(row.acted, row.given),
      completion: rateOf(row.completed, row.due),
      sentOfGiven: rateOf(row.sent, row.given),
      purchasedOfSent: rateOf(row.purchasedAfter, row.sent),
      sent: row.sent,
      purchasedAfter: row.purchasedAfter,
    })),
  }
}
