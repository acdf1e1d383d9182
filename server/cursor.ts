import { isMoment } from '../domain/moment.ts'
import { badField } from './bad-field.ts'

/** most entries of one page */
export const PAGE_SIZE = 20

/** tells whether a part of a cursor can be one; a pattern is one */
export interface PartShape {
  test: (part: string) => boolean
}

/** Where a page ended, as text that callers hand back unread. */
export function writeCursor(parts: string[]): string {
  return Buffer.from(JSON.stringify(parts)).toString('base64url')
}

/**
 * Reads a cursor.
 *
 * @param shapes what each part that writeCursor was given looks like
 * @throws BAD_INPUT when it is not one of ours
 */
export function readCursor(cursor: string | undefined, shapes: PartShape[]): string[] | undefined {
  if (cursor === undefined) return undefined
  const parts = parse(cursor)
  if (
    !Array.isArray(parts) ||
    parts.length !== shapes.length ||
    !parts.every((part, i) => typeof part === 'string' && shapes[i]?.test(part))
  ) {
    throw badField('cursor', 'is not one of ours: leave it out to start over.')
  }
  return parts.map(String)
}

function parse(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString())
  } catch {
    return undefined
  }
}

/** Shapes of the usual parts. */
export const CURSOR_ID = /^\d{1,18}$/
export const CURSOR_TIME: PartShape = { test: isMoment }
