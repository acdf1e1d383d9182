import { Prisma } from '../../../prisma/db.ts'
import type { AppDeps } from '../../deps.ts'
import { reportRows } from '../../rows.ts'
import { scope } from '../../scope.ts'
import type { SignedIn } from '../../session.ts'
import type { ExecutionReport } from './schema.ts'

interface GuideRow {
  userid: string
  name: string
  storeNo: string | null
  storeName: string | null
  given: number
  acted: number
  due: number
  completed: number
  sent: number
  purchasedAfter: number
}

/**
 * Who did what with the tasks that scans of a period gave them (domain-rules 12). What became untrue by itself
 * (cancelled) was asked of nobody and counts nowhere. Acted on: a message went out, or the guide started or ended the
 * task. Due: its time is over, or it is completed. Purchased: an order paid within 7 days after the message.
 */
export async function findExecution(
  deps: AppDeps,
  user: SignedIn,
  filter: { from: string; to: string; store?: string; guide?: string },
): Promise<ExecutionReport> {
  const now = deps.clock.now()
  const store = filter.store ? Prisma.sql`e.store_no = ${filter.store}` : Prisma.sql`true`
  const guide = filter.guide
    ? Prisma.sql`e.userid_key = ${filter.guide.toLowerCase()}`
    : Prisma.sql`true`
  const guides = await reportRows<GuideRow>(
    deps.db,
    Prisma.sql`
      with given as (
        select t.id, t.assignee_id, t.state, t.due_at,
          touched.first_sent is not null as was_sent,
          touched.first_sent is not null and exists (
            select 1 from orders o
            where o.customer_id = t.customer_id and o.status = 'paid' and o.paid_at >= touched.first_sent
              and o.paid_at < touched.first_sent + interval '7 days') as purchased
        from task t
        left join lateral (
          select min(touch.at) as first_sent from touch
          where touch.customer_id = t.customer_id and touch.task_id = t.id and touch.result = 'sent'
        ) touched on true
        where t.scan_day between ${filter.from}::date and ${filter.to}::date and t.state <> 'cancelled'
      )
      select e.userid, e.name, e.store_no as "storeNo", st.name as "storeName",
        count(*)::int as given,
        count(*) filter (where was_sent or state in ('in_progress', 'done'))::int as acted,
        count(*) filter (where due_at <= ${now} or state = 'done')::int as due,
        count(*) filter (where state = 'done')::int as completed,
        count(*) filter (where was_sent)::int as sent,
        count(*) filter (where purchased)::int as "purchasedAfter"
      from given join employee e on e.id = given.assignee_id
        left join store st on st.store_no = e.store_no
      where ${scope.employees(user)} and ${store} and ${guide}
      group by e.id, st.name
      order by e.store_no nulls last, e.name, e.id`,
  )
  const total = (key: 'given' | 'acted' | 'due' | 'completed' | 'purchasedAfter') =>
    guides.reduce((sum, row) => sum + row[key], 0)
  return {
    period: { from: filter.from, to: filter.to },
    execution: rate(total('acted'), total('given')),
    completion: rate(total('completed'), total('due')),
    purchasedAfter: total('purchasedAfter'),
    guides: guides.map((row) => ({
      userid: row.userid,
      name: row.name,
      storeNo: row.storeNo,
      storeName: row.storeName,
      execution: rate(row.acted, row.given),
      completion: rate(row.completed, row.due),
      sent: row.sent,
      purchasedAfter: row.purchasedAfter,
    })),
  }
}

/** A share to four digits; null of nothing. */
function rate(numerator: number, denominator: number): ExecutionReport['execution'] {
  return {
    numerator,
    denominator,
    rate: denominator === 0 ? null : Math.round((numerator / denominator) * 10_000) / 10_000,
  }
}
