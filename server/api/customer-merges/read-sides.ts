import { businessDay } from '../../../domain/business-day.ts'
import type { Lang } from '../../../domain/words.ts'
import { Prisma } from '../../../prisma/db.ts'
import type { AppDeps } from '../../deps.ts'
import { rows } from '../../rows.ts'
import { lineStatement, lineView, type LineRow } from '../customer-list/line.ts'
import type { MergePreview } from './schema.ts'

type Side = MergePreview['from']

/** Customers as a list shows them, with whether WeCom knows them, by id. For headquarters, who see everybody. */
export async function readSides(
  deps: AppDeps,
  ids: readonly string[],
  lang: Lang,
): Promise<Map<string, Side>> {
  if (ids.length === 0) return new Map()
  const [lines, known] = await Promise.all([
    rows<LineRow>(
      deps.db,
      lineStatement(
        { day: businessDay(deps.clock.now(), deps.zone), zone: deps.zone },
        {
          where: Prisma.sql`c.id = any(${ids}::bigint[])`,
          order: Prisma.sql`c.id`,
          limit: ids.length,
        },
      ),
    ),
    rows<{ id: string }>(
      deps.db,
      Prisma.sql`select id::text from customer where id = any(${ids}::bigint[]) and external_userid is not null`,
    ),
  ])
  const inWecom = new Set(known.map(({ id }) => id))
  return new Map(
    lines.map((row) => [row.id, { ...lineView(row, lang), inWecom: inWecom.has(row.id) }]),
  )
}
