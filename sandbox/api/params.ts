import { invalid, missing, tooLong, wrongType } from './api-error.ts'

/** A JSON object of a request, before its fields are checked. */
export type Fields = Record<string, unknown>

export interface TextLimit {
  /** UTF-8 bytes */
  bytes?: number
  /** characters (字): code points */
  chars?: number
}

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The text of a field; absent, null and '' are none. A number or another type is refused (40063). */
export function textOf(fields: Fields, name: string, limit: TextLimit = {}): string | undefined {
  const value = fields[name]
  if (value === undefined || value === null || value === '') return undefined
  if (typeof value !== 'string') throw wrongType(name, 'a string')
  checkLength(name, value, limit)
  return value
}

export function needText(fields: Fields, name: string, limit: TextLimit = {}): string {
  const value = textOf(fields, name, limit)
  if (value === undefined) throw missing(name)
  return value
}

/** Characters (字) of a text: code points, so that an emoji is one. */
export function charsOf(text: string): number {
  return Array.from(text).length
}

/** Refuses a text over its limit (45002). */
function checkLength(name: string, value: string, limit: TextLimit): void {
  if (limit.bytes !== undefined && Buffer.byteLength(value) > limit.bytes) {
    throw tooLong(name, `${limit.bytes} bytes`)
  }
  if (limit.chars !== undefined && charsOf(value) > limit.chars) {
    throw tooLong(name, `${limit.chars} characters`)
  }
}

/** An integer in [min, max] (40058 outside); undefined when absent. */
export function integerOf(
  fields: Fields,
  name: string,
  min: number,
  max: number,
): number | undefined {
  const value = fields[name]
  if (value === undefined || value === null) return undefined
  if (typeof value !== 'number' || !Number.isInteger(value)) throw wrongType(name, 'an integer')
  if (value < min || value > max) throw invalid(name, `${min}–${max}`)
  return value
}

/** The strings of a list; [] when absent. Over `max` entries: 40058. */
export function textsOf(fields: Fields, name: string, max = 10_000): string[] {
  const value = fields[name]
  if (value === undefined || value === null) return []
  if (!Array.isArray(value)) throw wrongType(name, 'a list')
  if (value.length > max) throw invalid(name, `at most ${max} entries`)
  return value.map((entry: unknown) => {
    if (typeof entry !== 'string') throw wrongType(name, 'strings')
    return entry
  })
}

/** The objects of a list; undefined when absent. Fewer than `min` or more than `max`: 40058. */
export function objectsOf(
  fields: Fields,
  name: string,
  min: number,
  max: number,
): Fields[] | undefined {
  const value = fields[name]
  if (value === undefined || value === null) return undefined
  if (!Array.isArray(value)) throw wrongType(name, 'a list')
  if (value.length < min || value.length > max) throw invalid(name, `${min}–${max} entries`)
  return value.map((entry: unknown) => {
    if (!isFields(entry)) throw wrongType(name, 'objects')
    return entry
  })
}

export function objectOf(fields: Fields, name: string): Fields | undefined {
  const value = fields[name]
  if (value === undefined || value === null) return undefined
  if (!isFields(value)) throw wrongType(name, 'an object')
  return value
}

export function needObject(fields: Fields, name: string): Fields {
  const value = objectOf(fields, name)
  if (!value) throw missing(name)
  return value
}

/** One of the numbers allowed (40058 otherwise); undefined when absent. */
export function oneOf(
  fields: Fields,
  name: string,
  allowed: readonly number[],
): number | undefined {
  const value = fields[name]
  if (value === undefined || value === null) return undefined
  if (typeof value !== 'number') throw wrongType(name, 'a number')
  if (!allowed.includes(value)) throw invalid(name, `one of ${allowed.join(', ')}`)
  return value
}

/** A page of a list by an opaque cursor: the key of the last entry seen. */
export function pageOf<T>(
  entries: readonly T[],
  keyOf: (entry: T) => string,
  cursor: string | undefined,
  limit: number,
): { items: T[]; nextCursor: string } {
  const sorted = [...entries].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
  const after = cursor === undefined ? '' : decodeCursor(cursor)
  const rest = sorted.filter((entry) => keyOf(entry) > after)
  const items = rest.slice(0, limit)
  const last = items.at(-1)
  const more = rest.length > limit && last !== undefined
  return { items, nextCursor: more ? Buffer.from(`c:${keyOf(last)}`).toString('base64url') : '' }
}

function decodeCursor(cursor: string): string {
  const text = Buffer.from(cursor, 'base64url').toString()
  if (!text.startsWith('c:')) throw invalid('cursor', 'take it from next_cursor')
  return text.slice(2)
}
