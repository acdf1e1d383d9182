import { isoInZone } from '../../../domain/business-day.ts'
import type { Lang } from '../../../domain/words.ts'
import { Prisma } from '../../../prisma/db.ts'
import { CURSOR_ID, PAGE_SIZE, readCursor, writeCursor } from '../../cursor.ts'
import type { AppDeps } from '../../deps.ts'
import { reportRows } from '../../rows.ts'
import { displayName } from '../customers/display-name.ts'
import type { HandoverCustomer, HandoverCustomerPage, HandoverCustomerQuery } from './schema.ts'
import { reasonText } from './why-words.ts'

type Row = Omit<HandoverCustomer, 'name' | 'whyText' | 'askedAt' | 'decidedAt'> & {
  name: string | null
  wecomName: string | null
  errcode: number | null
  askedAt: Date | null
  decidedAt: Date | null
}

/** One page of a handover's customers, the most valuable first. Who asks may see the handover: that is checked before. */
export async function findCustomers(
  deps: AppDeps,
  id: bigint,
  { cursor, state }: Omit<HandoverCustomerQuery, 'format'>,
  lang: Lang,
  size = PAGE_SIZE,
): Promise<HandoverCustomerPage> {
  const after = readCursor(cursor, [/^\d{1,18}$/, CURSOR_ID])
  const found = await reportRows<Row>(
    deps.db,
    Prisma.sql`
    select c.id::text as "customerId", c.name, c.wecom_name as "wecomName",
      case when e.id is not null then json_build_object('userid', e.userid, 'name', e.name) end as to,
      r.state::text as state, r.why, r.errcode, r.important, r.spend_fen::float8 as "spendFen", r.asked_at as "askedAt",
      r.decided_at as "decidedAt", r.tasks
    from handover_customer r
    join customer c on c.id = r.customer_id
    left join employee e on e.id = r.to_id
    where r.handover_id = ${id}
      and ${state === undefined ? Prisma.sql`true` : Prisma.sql`r.state = ${state}::handover_state`}
      and ${
        after
          ? Prisma.sql`r.spend_fen <= ${after[0]}::bigint
              and (r.spend_fen < ${after[0]}::bigint or r.customer_id > ${after[1]}::bigint)`
          : Prisma.sql`true`
      }
    order by r.spend_fen desc, r.customer_id limit ${size + 1}`,
  )
  const some = found.slice(0, size)
  const last = some.at(-1)
  const iso = (at: Date | null) => at && isoInZone(at, deps.zone)
  return {
    items: some.map((row) => ({
      ...row,
      name: displayName(row, lang),
      whyText: reasonText(row, lang),
      askedAt: iso(row.askedAt),
      decidedAt: iso(row.decidedAt),
    })),
    nextCursor:
      found.length > size && last ? writeCursor([String(last.spendFen), last.customerId]) : null,
  }
}
