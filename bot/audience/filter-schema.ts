import { Type, type TSchema } from 'typebox'
import { FILTER_GENDERS, type CustomerFilter, type LeafName } from '../../domain/customer-filter.ts'
import { RFM_EIGHT, RFM_FIVE } from '../../domain/rfm.ts'
import { CONSENTS, STAGES } from '../../domain/words.ts'

/** most values of one list */
const MOST_VALUES = 200
const strict = { additionalProperties: false } as const

const TagId = Type.String({ pattern: '^[0-9]{1,18}$' })
const TierCode = Type.String({ pattern: '^[a-z][a-z0-9_]{0,29}$', description: 'a tier’s code' })
const Text = Type.String({ minLength: 1, maxLength: 100 })

const list = <T extends TSchema>(item: T) =>
  Type.Array(item, { minItems: 1, maxItems: MOST_VALUES, uniqueItems: true })

const someOf = <const T extends string>(words: readonly T[]) => list(Type.Enum([...words]))

function range(bounds: {
  of: 'integer' | 'number'
  maximum: number
  minimum?: number
  in: string
}) {
  const { minimum = 0, maximum } = bounds
  const number = () =>
    bounds.of === 'integer' ? Type.Integer({ minimum, maximum }) : Type.Number({ minimum, maximum })
  return Type.Object(
    { min: Type.Optional(number()), max: Type.Optional(number()) },
    { ...strict, minProperties: 1, description: `from min to max, both in it; ${bounds.in}` },
  )
}

const days = (maximum: number) => range({ of: 'integer', maximum, in: 'days' })
const fen = range({ of: 'integer', maximum: 1_000_000_000_000, in: 'fen' })
const count = range({ of: 'integer', maximum: 1_000_000, in: 'how many' })

/** The schema of each condition's value. */
export const LEAVES = {
  tags: Type.Object(
    {
      any: Type.Optional(list(TagId)),
      all: Type.Optional(list(TagId)),
      none: Type.Optional(list(TagId)),
    },
    { ...strict, minProperties: 1, description: 'our tag ids' },
  ),
  tier: list(TierCode),
  rfm: someOf(RFM_EIGHT),
  five: someOf(RFM_FIVE),
  stage: someOf(STAGES),
  store: list(Text),
  region: list(Text),
  source: list(Text),
  guide: list(Text),
  lastPurchase: days(36_500),
  neverBought: Type.Boolean(),
  spend365: fen,
  orders365: count,
  purchaseDays365: range({ of: 'integer', maximum: 366, in: 'purchase days' }),
  averageOrder: fen,
  cycleDays: range({ of: 'number', maximum: 36_500, in: 'days' }),
  overdue: range({ of: 'number', maximum: 36_500, in: 'times the rhythm' }),
  pAlive: range({ of: 'number', maximum: 1, in: 'a probability' }),
  expected90: range({ of: 'number', maximum: 90, in: 'purchase days' }),
  joined: days(36_500),
  birthday: Type.Object(
    {
      withinDays: Type.Optional(Type.Integer({ minimum: 0, maximum: 60 })),
      month: Type.Optional(Type.Integer({ minimum: 1, maximum: 12 })),
    },
    { ...strict, minProperties: 1, maxProperties: 1 },
  ),
  gender: someOf(FILTER_GENDERS),
  consent: someOf(CONSENTS),
  coupon: Type.Object({ expiresWithinDays: Type.Integer({ minimum: 0, maximum: 365 }) }, strict),
  points: range({ of: 'integer', maximum: 1_000_000_000, in: 'points' }),
  member: Type.Boolean(),
  reachable: Type.Boolean(),
} as const satisfies Record<LeafName, TSchema>

const optional = Object.fromEntries(
  Object.entries(LEAVES).map(([name, schema]) => [name, Type.Optional(schema)]),
)
// additionalProperties: without, an answer would be written as {}
const Nested = Type.Object({}, { additionalProperties: true, description: 'a filter again' })

/**
 * A filter as the API takes it. The schema says the first level; readFilter() reads all of them, and names what is
 * wrong by where it stands.
 */
export const Filter = Type.Unsafe<CustomerFilter>(
  Type.Object(
    {
      and: Type.Optional(Type.Array(Nested, { minItems: 1, maxItems: 50 })),
      or: Type.Optional(Type.Array(Nested, { minItems: 1, maxItems: 50 })),
      not: Type.Optional(Nested),
      ...optional,
    },
    {
      ...strict,
      description:
        'one field: a condition, or and/or/not of filters, such as { "and": [{ "tier": ["gold"] }, { "lastPurchase": { "min": 30 } }] }',
    },
  ),
)
