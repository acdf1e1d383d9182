import { CURSOR_ID, CURSOR_TIME, readCursor, writeCursor } from '../../cursor.ts'
import type { SinceQuery } from './schema.ts'

const DEFAULT_LIMIT = 200

/** Where a page of changes begins: behind a moment, or behind the last row of the page before. */
export interface Since {
  /** ISO; rows of this moment with a higher id are in the page */
  at: string
  id: string
  limit: number
}

/** Reads what a warehouse asks. Without anything, from the very beginning. */
export function readSince(query: SinceQuery): Since {
  const limit = query.limit ?? DEFAULT_LIMIT
  const [at, id] = readCursor(query.cursor, [CURSOR_TIME, CURSOR_ID]) ?? []
  if (at !== undefined && id !== undefined) return { at, id, limit }
  // rows of that moment come again: one scan makes many at once, and skipping the unread ones would lose them
  const from = query.updatedAfter
    ? new Date(query.updatedAfter).toISOString()
    : '1970-01-01T00:00:00Z'
  return { at: from, id: '0', limit }
}

/** A page of at most `limit` of the rows, of which one more was asked for. */
export function pageOf<Row extends { id: string }>(
  rows: Row[],
  limit: number,
  momentOf: (row: Row) => string,
): { items: Row[]; nextCursor: string | null } {
  const items = rows.slice(0, limit)
  const last = items.at(-1)
  return {
    items,
    nextCursor: rows.length > limit && last ? writeCursor([momentOf(last), last.id]) : null,
  }
}
