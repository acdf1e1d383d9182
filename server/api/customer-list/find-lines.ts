import { businessDay } from '../../../domain/business-day.ts'
import type { Lang } from '../../../domain/words.ts'
import { Prisma } from '../../../prisma/db.ts'
import { CURSOR_ID, readCursor, writeCursor } from '../../cursor.ts'
import type { AppDeps } from '../../deps.ts'
import { reportRows } from '../../rows.ts'
import type { SignedIn } from '../../session.ts'
import { lineStatement, lineView, type LineRow } from './line.ts'
import type { CustomerLines, CustomerSearch, CustomerSort } from './schema.ts'
import { whom } from './whom.ts'

const PAGE = 50

/** What a list is sorted by before the id, highest first: an expression on filterTables, and how a row says it. */
const BY: Record<
  CustomerSort,
  { sql: Prisma.Sql; of: (row: LineRow) => string; shape: RegExp } | null
> = {
  newest: null,
  recent: {
    // who never bought comes last
    sql: Prisma.sql`coalesce(c.last_purchase_day, date '0001-01-01')`,
    of: ({ lastPurchase }) => lastPurchase ?? '0001-01-01',
    shape: /^\d{4}-\d\d-\d\d$/,
  },
  spend: {
    sql: Prisma.sql`coalesce(c.spend_365_fen, 0)`,
    of: ({ spend365Fen }) => String(spend365Fen),
    shape: /^\d{1,18}$/,
  },
}

/**
 * A page of the customers of one's scope that a search means.
 *
 * @throws BadFilter naming the place
 */
export async function findCustomerLines(
  deps: AppDeps,
  user: SignedIn,
  search: CustomerSearch,
  lang: Lang,
): Promise<CustomerLines> {
  const by = BY[search.sort ?? 'newest']
  const shapes = by ? [by.shape, CURSOR_ID] : [CURSOR_ID]
  const after = readCursor(search.cursor, shapes)
  const found = await reportRows<LineRow>(
    deps.db,
    lineStatement(
      { day: businessDay(deps.clock.now(), deps.zone), zone: deps.zone },
      {
        where: Prisma.sql`${await whom(deps, user, search)} ${after ? beyond(by?.sql, after) : Prisma.empty}`,
        order: by ? Prisma.sql`${by.sql} desc, c.id desc` : Prisma.sql`c.id desc`,
        limit: PAGE + 1,
      },
    ),
  )
  const last = found.length > PAGE ? found[PAGE - 1] : undefined
  return {
    items: found.slice(0, PAGE).map((row) => lineView(row, lang)),
    nextCursor: last ? writeCursor([...(by ? [by.of(last)] : []), last.id]) : null,
  }
}

function beyond(sql: Prisma.Sql | undefined, after: string[]): Prisma.Sql {
  const id = after.at(-1) ?? '0'
  if (!sql) return Prisma.sql`and c.id < ${id}::bigint`
  const value = after[0] ?? ''
  const typed = value.includes('-') ? Prisma.sql`${value}::date` : Prisma.sql`${value}::bigint`
  return Prisma.sql`and (${sql}, c.id) < (${typed}, ${id}::bigint)`
}
