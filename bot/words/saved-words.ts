import type { SavedWords } from '../../domain/words-in-force.ts'
import type { WordsKind } from '../../domain/words-situations.ts'
import { Prisma, type Db } from '../../prisma/db.ts'

const columns = Prisma.sql`
  json_build_object('code', w.code, 'situation', w.situation, 'ofStore', w.store_no is not null, 'enabled', w.enabled,
    'variants', w.variants)`

/**
 * The templates that may hold for a task, as JSON in an expression behind a task and its assignee `e`: of its kind, on, of
 * the chain and of the guide's store, and the one that its assignment names. Few rows by an index; nothing is stored in tasks. Null: none, what ships holds.
 */
export function savedWordsOf(task: 't'): Prisma.Sql {
  const t = Prisma.raw(task)
  return Prisma.sql`(
    select json_agg(${columns} order by w.code) from words_template w
    where w.kind = ${t}.kind and (w.code = ${t}.facts ->> 'templateId'
      or (w.enabled and (w.store_no is null or w.store_no = e.store_no))))`
}

/** The same for a kind and a store, without a task. */
export async function loadWords(
  db: Db,
  kind: WordsKind,
  storeNo: string | null,
): Promise<SavedWords[]> {
  const [found] = await db.$queryRaw<{ saved: SavedWords[] | null }[]>(Prisma.sql`
    select json_agg(${columns} order by w.code) as saved from words_template w
    where w.kind = ${kind} and w.enabled and (w.store_no is null or w.store_no = ${storeNo})`)
  return found?.saved ?? []
}
