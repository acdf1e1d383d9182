import { Type } from 'typebox'
import type { TierRow } from '../../domain/tier-table.ts'

const strict = { additionalProperties: false } as const

const words = (maxLength: number) =>
  Type.Object(
    {
      'zh-CN': Type.String({ minLength: 1, maxLength, pattern: '\\S' }),
      en: Type.String({ minLength: 1, maxLength, pattern: '\\S' }),
    },
    strict,
  )

const count = (maximum: number, description: string) =>
  Type.Integer({ minimum: 0, maximum, description: `${description}; 0 asks nothing` })

const Code = Type.String({
  pattern: '^[a-z][a-z0-9_]{0,29}$',
  description: 'a letter, then letters, digits and _; all small',
})

/** A line of a tier table as the API takes and the database keeps it; what lines say of each other: domain lintTiers(). */
export const TierRowShape = Type.Unsafe<TierRow>(
  Type.Object(
    {
      code: Code,
      name: words(12),
      colour: Type.String({ pattern: '^#[0-9a-fA-F]{6}$', description: '#rrggbb' }),
      kind: Type.Enum(['ladder', 'special']),
      asks: Type.Object(
        {
          spendFen: count(1_000_000_000_000, 'fen within 365 days, net of refunds'),
          orders: count(100_000, 'paid orders within 365 days'),
          purchaseDays: count(365, 'purchase days within 365 days'),
          referrals: count(1000, 'referred customers whose first order is paid'),
          points: count(1_000_000_000, 'points earned within 365 days'),
        },
        strict,
      ),
      requires: Type.Union([Code, Type.Null()], {
        description: 'a tier of the ladder whose conditions must be met as well',
      }),
      benefits: Type.Object(
        {
          discount: Type.Union([Type.Number({ minimum: 0.1, maximum: 1 }), Type.Null()], {
            description: 'what is paid of the price: 0.95 for 9.5折',
          }),
          texts: Type.Array(words(100), { maxItems: 20 }),
        },
        strict,
      ),
      keepMonths: Type.Integer({ minimum: 0, maximum: 60 }),
      ends: Type.Union([
        Type.Object(
          {
            afterDays: Type.Integer({ minimum: 1, maximum: 3650 }),
            when: Type.Enum(['at_once', 'review']),
          },
          strict,
        ),
        Type.Null(),
      ]),
    },
    strict,
  ),
)

/** The lines, lowest first. */
export const TierRows = Type.Array(TierRowShape, { minItems: 1, maxItems: 20 })
