import { Type, type TSchema } from 'typebox'
import { isMoment, MOMENT_PATTERN } from '../../../domain/moment.ts'
import type { Problem } from './slice.ts'

/**
 * The fields' shapes. A `description` is what a sender reads when the field is wrong: it follows
 * "write". An absent field keeps what is stored, null empties it.
 */

export const text = (max: number, what: string) =>
  Type.String({ minLength: 1, maxLength: max, description: `${what}, 1 to ${max} characters` })

export const number = (
  what: string,
  range: { minimum?: number; maximum?: number; exclusiveMinimum?: number },
) => Type.Number({ ...range, description: what })

export const integer = (what: string, minimum: number, maximum: number) =>
  Type.Integer({ minimum, maximum, description: what })

/** 10 000 000 000 yuan: more is a mistake of units */
const MOST_FEN = 1_000_000_000_000

export const fen = (what: string) =>
  integer(`${what} in fen, an integer from 0 to ${MOST_FEN}`, 0, MOST_FEN)

export const flag = (what: string) => Type.Boolean({ description: `true or false: ${what}` })

export const oneOf = <const T extends string>(words: readonly T[]) =>
  Type.Unsafe<T>({ type: 'string', enum: [...words], description: `one of ${words.join(', ')}` })

const MOMENT_REMEDY = 'an ISO 8601 time with offset, such as 2026-11-22T10:30:00+08:00'

const MOST_AHEAD_DAYS = 7

export const moment = () => Type.String({ pattern: MOMENT_PATTERN, description: MOMENT_REMEDY })

/** May be left out, or null. */
export const optional = <Schema extends TSchema>(schema: Schema) =>
  Type.Optional(
    Type.Union([schema, Type.Null()], {
      ...('description' in schema && { description: `${String(schema.description)}; or null` }),
    }),
  )

export const item = <Fields extends Record<string, TSchema>>(fields: Fields) =>
  Type.Object(fields, { additionalProperties: false })

/** A moment as the database gets it. The text has been checked by `badMoment`. */
export function toIso(moment: string): string {
  return new Date(moment).toISOString()
}

/** Finds the first time that no calendar or clock shows; null and absent ones are fine. */
export function badMoment(item: object, fields: readonly string[]): Problem | undefined {
  for (const field of fields) {
    const value = (item as Record<string, unknown>)[field]
    if (typeof value === 'string' && !isMoment(value)) {
      return { field, remedy: `${MOMENT_REMEDY}, that exists and lies between 1900 and 2199` }
    }
  }
  return undefined
}

/**
 * Finds what is dated further ahead than a till's clock may be wrong: a purchase of the year 2062 would be somebody's last
 * one for decades, and nobody would be overdue, asleep or lost. Nearer ones count once their day has come.
 */
export function tooFarAhead(moment: string, field: string, now: Date): Problem | undefined {
  return Date.parse(moment) > now.getTime() + MOST_AHEAD_DAYS * 86_400_000
    ? { field, remedy: `a time that is at most ${MOST_AHEAD_DAYS} days ahead of now` }
    : undefined
}

/** The value of a field that may be null in the item, for a row; absent stays absent. */
export function given<Value, Kept>(
  name: string,
  value: Value | null | undefined,
  as: (value: Value) => Kept,
): Record<string, Kept | null> {
  if (value === undefined) return {}
  return { [name]: value === null ? null : as(value) }
}

export const same = <Value>(value: Value): Value => value
