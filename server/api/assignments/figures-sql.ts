import { counts } from '../../../bot/rules/counted-order.ts'
import { Prisma } from '../../../prisma/db.ts'
import { isActed } from '../tasks/is-acted.ts'

/** days after the due time in which an order still counts as bought after: the window of a send (domain-rules 11) */
const BOUGHT_DAYS = 7

/** Whether the customer of task `t` of assignment `a` paid an order that counts after the task was made. */
export const boughtAfter = Prisma.sql`exists (
  select 1 from orders o
  where o.customer_id = t.customer_id and ${counts('o')} and o.paid_at > t.created_at
    and o.paid_at <= a.due_at + make_interval(days => ${BOUGHT_DAYS}::int))`

/** Where assignment `a` is at a moment. */
export const stateOf = (now: Date) => Prisma.sql`
  case when a.stage = 'cancelled' then 'cancelled'
    when a.due_at <= ${now} then 'over'
    when a.stage = 'open' then 'open'
    when a.stage = 'scheduled' and a.dispatch_at > ${now} then 'scheduled'
    else 'dispatching' end`

/** How many tasks `t` of assignment `a`, acted on, done, and not ended in time; with names for their views. */
export const workFigures = (now: Date) => Prisma.sql`
  count(*)::int as tasks,
  count(*) filter (where ${isActed})::int as started,
  count(*) filter (where t.state = 'done')::int as done,
  count(*) filter (where t.state = 'expired'
    or (t.state in ('open', 'in_progress') and t.due_at <= ${now}))::int as overdue`

/** Totals of each of some assignments, from `chosen(id)`: one row each, as JSON `totals`. */
export const totalsOf = Prisma.sql`
  select a.id, json_build_object(
    'customers', a.customers,
    'tasks', count(t.id),
    'notStarted', count(t.id) filter (where t.state = 'open'),
    'inProgress', count(t.id) filter (where t.state = 'in_progress'),
    'done', count(t.id) filter (where t.state = 'done'),
    'dismissed', count(t.id) filter (where t.state = 'dismissed'),
    'expired', count(t.id) filter (where t.state = 'expired'),
    'cancelled', count(t.id) filter (where t.state = 'cancelled'),
    'notDispatched', count(*) filter (where r.task_id is null and r.why is not null),
    'purchasedAfter', count(t.id) filter (where ${boughtAfter})) as totals
  from chosen
  join assignment a using (id)
  left join assignment_customer r on r.assignment_id = a.id
  left join task t on t.id = r.task_id
  group by a.id`
