import { isoInZone, type BusinessDay } from '../../../domain/business-day.ts'
import type { Lang } from '../../../domain/words.ts'
import { Prisma } from '../../../prisma/db.ts'
import { CURSOR_ID, PAGE_SIZE, readCursor, writeCursor } from '../../cursor.ts'
import type { AppDeps } from '../../deps.ts'
import { reportRows } from '../../rows.ts'
import { displayName } from '../customers/display-name.ts'
import { boughtAfter } from './figures-sql.ts'
import type {
  AssignmentCustomer,
  AssignmentCustomerPage,
  AssignmentCustomerQuery,
} from './schema.ts'
import { whyText } from './why-words.ts'

const NUMBER = /^-?[\d.]{1,25}(e[+-]?\d{1,3})?$/

type Row = Omit<AssignmentCustomer, 'name' | 'whyText' | 'touchedAt'> & {
  name: string | null
  wecomName: string | null
  priority: string
  until: BusinessDay | null
  touchedAt: Date | null
}

/**
 * One page of an assignment's customers, the most valuable first. Who asks may see the assignment: that is checked
 * before.
 */
export async function findCustomers(
  deps: AppDeps,
  id: bigint,
  { cursor, state, guide }: Omit<AssignmentCustomerQuery, 'format'>,
  lang: Lang,
  size = PAGE_SIZE,
): Promise<AssignmentCustomerPage> {
  const after = readCursor(cursor, [NUMBER, CURSOR_ID])
  const found = await reportRows<Row>(
    deps.db,
    Prisma.sql`
    select c.id::text as "customerId", c.name, c.wecom_name as "wecomName", r.priority::text as priority,
      case when e.id is not null then json_build_object('userid', e.userid, 'name', e.name) end as guide,
      t.id::text as "taskId", coalesce(t.state::text, 'not_dispatched') as state,
      case when t.id is null then r.why else t.close_reason end as why,
      case when t.id is null and r.until < (a.due_at at time zone ${deps.zone})::date + 1 then r.until end::text as until,
      (select max(touch.at) from touch
        where touch.customer_id = t.customer_id and touch.task_id = t.id and touch.result = 'sent') as "touchedAt",
      t.outcome, coalesce(t.id is not null and ${boughtAfter}, false) as "purchasedAfter"
    from assignment a
    join assignment_customer r on r.assignment_id = a.id
    join customer c on c.id = r.customer_id
    left join task t on t.id = r.task_id
    left join employee e on e.id = t.assignee_id
    where a.id = ${id} and ${whichState(state)}
      and ${guide === undefined ? Prisma.sql`true` : Prisma.sql`e.userid_key = lower(${guide})`}
      and ${
        after
          ? Prisma.sql`r.priority <= ${after[0]}::float8
              and (r.priority < ${after[0]}::float8 or r.customer_id > ${after[1]}::bigint)`
          : Prisma.sql`true`
      }
    order by r.priority desc, r.customer_id limit ${size + 1}`,
  )
  const some = found.slice(0, size)
  const last = some.at(-1)
  return {
    items: some.map((row) => itemOf(row, lang, deps.zone)),
    nextCursor: found.length > size && last ? writeCursor([last.priority, last.customerId]) : null,
  }
}

function itemOf(row: Row, lang: Lang, zone: string): AssignmentCustomer {
  return {
    customerId: row.customerId,
    name: displayName(row, lang),
    guide: row.guide,
    taskId: row.taskId,
    state: row.state,
    why: row.why,
    whyText: whyText(row.why, row.until, lang),
    touchedAt: row.touchedAt && isoInZone(row.touchedAt, zone),
    outcome: row.outcome,
    purchasedAfter: row.purchasedAfter,
  }
}

function whichState(state: AssignmentCustomerQuery['state']): Prisma.Sql {
  if (state === undefined) return Prisma.sql`true`
  return state === 'not_dispatched'
    ? Prisma.sql`r.task_id is null`
    : Prisma.sql`t.state = ${state}::task_state`
}
