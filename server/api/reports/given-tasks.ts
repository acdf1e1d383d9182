import { Prisma } from '../../../prisma/db.ts'
import { isActed } from '../tasks/is-acted.ts'

/** Days of the scans that made the tasks, both in it: ISO business days. */
export interface ReportPeriod {
  from: string
  to: string
}

/**
 * SELECT of the tasks that scans of a period gave (domain-rules 12): `assignee_id, scan_day, kind, state, due_at,
 * was_sent, acted, purchased`, all of them columns of one index. What became untrue by itself (cancelled) before anybody
 * acted on it was asked of nobody and counts nowhere.
 */
export function givenTasks({ from, to }: ReportPeriod): Prisma.Sql {
  return Prisma.sql`
    select t.assignee_id, t.scan_day, t.kind, t.state, t.due_at, t.sent_at is not null as was_sent,
      ${isActed} as acted, t.bought_at is not null as purchased
    from task t where t.scan_day between ${from}::date and ${to}::date and (t.state <> 'cancelled' or ${isActed})`
}

/** What `executionCounts` counts. */
export interface ExecutionCounts {
  given: number
  acted: number
  due: number
  completed: number
  sent: number
  purchasedAfter: number
}

/**
 * Columns over givenTasks. Acted on: see isActed; nothing that happens later takes it back. Due: its time is over, unless
 * it was cancelled, or it is completed. Purchased: an order paid within 7 days after the message.
 */
export function executionCounts(now: Date): Prisma.Sql {
  return Prisma.sql`
    count(*)::int as given,
    count(*) filter (where acted)::int as acted,
    count(*) filter (where (due_at <= ${now} and state <> 'cancelled') or state = 'done')::int as due,
    count(*) filter (where state = 'done')::int as completed,
    count(*) filter (where was_sent)::int as sent,
    count(*) filter (where purchased)::int as "purchasedAfter"`
}

/** The same columns over rows that executionCounts() has counted. */
export const executionSums = Prisma.join(
  ['given', 'acted', 'due', 'completed', 'sent', '"purchasedAfter"'].map((name) => {
    const column = Prisma.raw(name)
    return Prisma.sql`coalesce(sum(${column}), 0)::int as ${column}`
  }),
)
