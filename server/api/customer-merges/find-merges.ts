import { UNDO_DAYS } from '../../../bot/members/undo-merge.ts'
import { isoInZone } from '../../../domain/business-day.ts'
import type { Lang } from '../../../domain/words.ts'
import { Prisma } from '../../../prisma/db.ts'
import { CURSOR_ID, PAGE_SIZE, readCursor, writeCursor } from '../../cursor.ts'
import type { AppDeps } from '../../deps.ts'
import { CustomerMergeNotFound } from '../../errors.ts'
import { rows } from '../../rows.ts'
import { displayName } from '../customers/display-name.ts'
import type { MergePage, MergeView } from './schema.ts'

interface Named {
  id: string
  name: string | null
  wecomName: string | null
}

interface MergeRow {
  id: string
  from: Named
  into: Named
  by: string
  at: Date
  undoneAt: Date | null
  mayUndo: boolean
}

/** All merges by hand, newest first. */
export async function findMerges(
  deps: AppDeps,
  cursor: string | undefined,
  lang: Lang,
): Promise<MergePage> {
  const [before] = readCursor(cursor, [CURSOR_ID]) ?? []
  const found = await read(
    deps,
    before === undefined ? Prisma.sql`true` : Prisma.sql`g.id < ${before}::bigint`,
  )
  const items = found.slice(0, PAGE_SIZE)
  const last = items.at(-1)
  return {
    items: items.map((row) => view(deps, row, lang)),
    nextCursor: last && found.length > PAGE_SIZE ? writeCursor([last.id]) : null,
  }
}

/** @throws CUSTOMER_MERGE_NOT_FOUND */
export async function findMerge(deps: AppDeps, id: bigint, lang: Lang): Promise<MergeView> {
  const [row] = await read(deps, Prisma.sql`g.id = ${id}`)
  if (!row) throw new CustomerMergeNotFound(String(id))
  return view(deps, row, lang)
}

/** Who is gone is named by what the merge kept of them. */
function read({ db, clock }: AppDeps, which: Prisma.Sql): Promise<MergeRow[]> {
  const since = new Date(clock.now().getTime() - UNDO_DAYS * 86_400_000)
  return rows<MergeRow>(
    db,
    Prisma.sql`
      select g.id::text as id, coalesce(e.name, g.by) as by, g.at, g.undone_at as "undoneAt",
        g.undo is not null and g.at >= ${since} as "mayUndo",
        json_build_object('id', g.from_id::text,
          'name', coalesce(f.name, (g.undo ->> 'from')::jsonb ->> 'name'),
          'wecomName', coalesce(f.wecom_name, (g.undo ->> 'from')::jsonb ->> 'wecom_name')) as "from",
        json_build_object('id', g.into_id::text, 'name', k.name, 'wecomName', k.wecom_name) as "into"
      from customer_merge g left join customer f on f.id = g.from_id left join customer k on k.id = g.into_id
        left join employee e on e.userid_key = lower(g.by)
      where ${which} order by g.id desc limit ${PAGE_SIZE + 1}`,
  )
}

function view({ zone }: AppDeps, row: MergeRow, lang: Lang): MergeView {
  const { id, from, into, by, at, undoneAt, mayUndo } = row
  const until = new Date(at.getTime() + UNDO_DAYS * 86_400_000)
  return {
    id,
    from: { id: from.id, name: displayName(from, lang) },
    into: { id: into.id, name: displayName(into, lang) },
    by,
    at: isoInZone(at, zone),
    undoneAt: undoneAt && isoInZone(undoneAt, zone),
    undoUntil: mayUndo ? isoInZone(until, zone) : null,
  }
}
