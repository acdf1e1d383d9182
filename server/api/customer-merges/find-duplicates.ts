import { Prisma } from '../../../prisma/db.ts'
import type { Lang } from '../../../domain/words.ts'
import { CURSOR_ID, PAGE_SIZE, readCursor, writeCursor } from '../../cursor.ts'
import type { AppDeps } from '../../deps.ts'
import { reportRows } from '../../rows.ts'
import { readSides } from './read-sides.ts'
import type { DuplicatePage, DuplicateSign } from './schema.ts'

/** customers shown of one group */
const SHOWN = 5

/** The columns that say it, each the order of an index; what is not known says nothing. */
const SIGNS: Record<DuplicateSign, string[]> = {
  mobile: ['mobile_hash'],
  unionid: ['unionid'],
  name: ['birthday_lunar', 'birthday_md', 'birth_year', 'name'],
}

/** The last one of a page, or who has them now: merging them and going on is how the list is worked off. */
const stillThere = (id: string) => Prisma.sql`coalesce(
  (select id from customer where id = ${id}::bigint),
  (select m.into_id from customer_merge m where m.from_id = ${id}::bigint and m.undone_at is null
    order by m.id desc limit 1))`

/**
 * A page of customers who may be one person: groups that have a sign in common, in the order of its index, which is read
 * only as far as the page goes. Groups of whom WeCom knows each are left out: they can't be made one.
 */
export async function findDuplicates(
  deps: AppDeps,
  { by, cursor }: { by: DuplicateSign; cursor?: string },
  lang: Lang,
): Promise<DuplicatePage> {
  const [after] = readCursor(cursor, [CURSOR_ID]) ?? []
  const columns = SIGNS[by]
  const list = (alias: string) => Prisma.raw(columns.map((name) => `${alias}.${name}`).join(', '))
  const known = Prisma.raw(columns.map((name) => `c.${name} is not null`).join(' and '))
  const beyond = after
    ? Prisma.sql`and (${list('c')}) > (
        select ${list('last')} from customer last where last.id = ${stillThere(after)})`
    : Prisma.empty
  const found = await reportRows<{ nth: number; ids: string[]; wecom: number }>(
    deps.db,
    Prisma.sql`
      with groups as materialized (
        select ${list('c')}, row_number() over (order by ${list('c')})::int as nth
        from customer c where ${known} ${beyond}
        group by ${list('c')} having count(*) > 1
        order by ${list('c')} limit ${PAGE_SIZE + 1}
      )
      select g.nth, array_agg(c.id::text order by c.id) as ids, count(c.external_userid)::int as wecom
      from groups g join customer c on (${list('c')}) = (${list('g')})
      group by g.nth order by g.nth`,
  )
  const groups = found.slice(0, PAGE_SIZE)
  const last = groups.at(-1)
  const shown = groups.filter(({ ids, wecom }) => wecom < ids.length)
  const sides = await readSides(
    deps,
    shown.flatMap(({ ids }) => ids.slice(0, SHOWN)),
    lang,
  )
  return {
    items: shown.map(({ ids }) => ({ customers: ids.flatMap((id) => sides.get(id) ?? []) })),
    nextCursor: last?.ids[0] && found.length > PAGE_SIZE ? writeCursor([last.ids[0]]) : null,
  }
}
