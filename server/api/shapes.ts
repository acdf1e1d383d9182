import { Type, type Static, type TSchema } from 'typebox'
import { Format } from 'typebox/format'
import { isMoment } from '../../domain/moment.ts'

/** Shapes that several nouns of the API share. */

export const Id = Type.String({ pattern: '^[0-9]{1,18}$', description: 'our id' })

export const Day = Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$', description: 'YYYY-MM-DD' })

// typebox takes zone names, leap seconds and the year 0, which Date and PostgreSQL don't
Format.Set('date-time', isMoment)

export const Moment = Type.String({ format: 'date-time', description: 'ISO 8601 with offset' })

export const Fen = Type.Integer({ description: 'money in fen' })

/** The shape, or null. For answers: `nullable` is OpenAPI's word, which the serializer reads without trying branches. */
export const nullable = <T extends TSchema>(schema: T) =>
  Type.Unsafe<Static<T> | null>({ ...schema, nullable: true })

/** One of a fixed vocabulary. */
export const oneOf = <const T extends string>(words: readonly T[]) =>
  Type.Unsafe<T>({ type: 'string', enum: [...words] })

/** Every failure: a code of docs/errors.md, a sentence that says what to do, the request to ask about. */
export const ErrorAnswer = Type.Object({
  code: Type.String(),
  message: Type.String(),
  requestId: Type.String(),
  /** the offending field, where there is one */
  field: Type.Optional(Type.String()),
})
export type ErrorAnswer = Static<typeof ErrorAnswer>

export const Cursor = Type.String({
  minLength: 1,
  maxLength: 200,
  description: 'nextCursor of the page before',
})

/** most entries of one page of a short list: stores, guides */
export const MOST_OF_LIST = 5000

/** Asks for a list that most chains read whole. */
export const ListQuery = Type.Object(
  {
    cursor: Type.Optional(Cursor),
    limit: Type.Optional(
      Type.Integer({ minimum: 1, maximum: MOST_OF_LIST, default: MOST_OF_LIST }),
    ),
  },
  { additionalProperties: false },
)
export type ListQuery = Static<typeof ListQuery>

export const page = <T extends TSchema>(item: T) =>
  Type.Object({ items: Type.Array(item), nextCursor: nullable(Type.String()) })
