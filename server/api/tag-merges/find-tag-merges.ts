import type { Database, Db } from '../../../prisma/db.ts'
import { CURSOR_ID, PAGE_SIZE, readCursor, writeCursor } from '../../cursor.ts'
import { TagMergeNotFound } from '../../errors.ts'
import type { TagMergePage, TagMergeView } from './schema.ts'

const brief = { select: { id: true, name: true } } as const
const shown = { id: true, from: brief, into: brief, state: true, by: true, at: true } as const

/** All merges, newest first. */
export async function findTagMerges(
  db: Database,
  cursor: string | undefined,
): Promise<TagMergePage> {
  const [before] = readCursor(cursor, [CURSOR_ID]) ?? []
  const found = await db.prisma.tagMerge.findMany({
    ...(before !== undefined && { where: { id: { lt: BigInt(before) } } }),
    orderBy: { id: 'desc' },
    take: PAGE_SIZE + 1,
    select: shown,
  })
  const items = found.slice(0, PAGE_SIZE).map(view)
  const last = items.at(-1)
  return {
    items,
    nextCursor: last && found.length > PAGE_SIZE ? writeCursor([last.id]) : null,
  }
}

/** @throws TAG_MERGE_NOT_FOUND */
export async function findTagMerge(db: Db, id: bigint): Promise<TagMergeView> {
  const found = await db.tagMerge.findUnique({ where: { id }, select: shown })
  if (!found) throw new TagMergeNotFound(String(id))
  return view(found)
}

interface Found extends Omit<TagMergeView, 'id' | 'from' | 'into' | 'at'> {
  id: bigint
  from: { id: bigint; name: string }
  into: { id: bigint; name: string }
  at: Date
}

function view({ id, from, into, at, ...rest }: Found): TagMergeView {
  const tag = (one: Found['from']) => ({ id: String(one.id), name: one.name })
  return { ...rest, id: String(id), from: tag(from), into: tag(into), at: at.toISOString() }
}
