import { Prisma } from '../prisma/db.ts'
import { MOST_OF_LIST, type ListQuery } from './api/shapes.ts'
import { CURSOR_ID, readCursor, writeCursor } from './cursor.ts'

/**
 * The statement of one page of a short list, and a row more. Its order may hold names and nulls, so a page goes on
 * behind the place that the last one's row has now: the cursor is that row's id alone.
 *
 * @param select the rows with a column `id` and the columns of the order; no order of its own
 * @param order expressions over those columns, never null, the last of them unique
 * @throws BAD_INPUT for a foreign cursor
 */
export function listStatement(
  query: ListQuery,
  select: Prisma.Sql,
  order: readonly Prisma.Sql[],
): Prisma.Sql {
  const [after] = readCursor(query.cursor, [CURSOR_ID]) ?? []
  const key = Prisma.join([...order], ', ')
  const behind =
    after === undefined
      ? Prisma.sql`true`
      : Prisma.sql`(${key}) > (select ${key} from listed where id = ${after}::bigint)`
  return Prisma.sql`with listed as (${select})
    select * from listed where ${behind} order by ${key} limit ${limitOf(query) + 1}`
}

/** The page of what listStatement found. */
export function listPage<Row extends { id: bigint }>(
  query: ListQuery,
  found: Row[],
): { items: Row[]; nextCursor: string | null } {
  const limit = limitOf(query)
  const last = found.length > limit ? found[limit - 1] : undefined
  return { items: found.slice(0, limit), nextCursor: last ? writeCursor([String(last.id)]) : null }
}

function limitOf({ limit }: ListQuery): number {
  return limit ?? MOST_OF_LIST
}
