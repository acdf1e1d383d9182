import { Prisma } from '../../../prisma/db.ts'

/** Days of the scans that made the tasks, both in it: ISO business days. */
export interface ReportPeriod {
  from: string
  to: string
}

/**
 * SELECT of the tasks that scans of a period gave (domain-rules 12): `assignee_id, scan_day, kind, state, due_at,
 * was_sent, purchased`. What became untrue by itself (cancelled) was asked of nobody and counts nowhere.
 */
export function givenTasks({ from, to }: ReportPeriod): Prisma.Sql {
  return Prisma.sql`
    select t.id, t.assignee_id, t.scan_day, t.kind, t.state, t.due_at,
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
    where t.scan_day between ${from}::date and ${to}::date and t.state <> 'cancelled'`
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
 * Columns over givenTasks. Acted on: a message went out, or the guide started or ended the task. Due: its time is over,
 * or it is completed. Purchased: an order paid within 7 days after the message.
 */
export function executionCounts(now: Date): Prisma.Sql {
  return Prisma.sql`
    count(*)::int as given,
    count(*) filter (where was_sent or state in ('in_progress', 'done'))::int as acted,
    count(*) filter (where due_at <= ${now} or state = 'done')::int as due,
    count(*) filter (where state = 'done')::int as completed,
    count(*) filter (where was_sent)::int as sent,
    count(*) filter (where purchased)::int as "purchasedAfter"`
}
