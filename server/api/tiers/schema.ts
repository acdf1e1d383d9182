import { Type, type Static } from 'typebox'
import { TierRowShape, TierRows } from '../../../bot/rules/tier-schema.ts'
import { Finding } from '../rules/schema.ts'
import { Day, Id, Moment, nullable, oneOf } from '../shapes.ts'

const Count = Type.Integer({ minimum: 0 })

/** A figure's mean beside a threshold: the threshold lies below, at (within a twentieth) or above it. */
const Beside = Type.Object({
  mean: nullable(Type.Number()),
  stands: nullable(oneOf(['below', 'at', 'above'])),
})

const figures = <T>(of: T) => ({
  spendFen: of,
  orders: of,
  purchaseDays: of,
  referrals: of,
  points: of,
})

export const TierView = Type.Object({
  tier: TierRowShape,
  /** customers of one's scope who hold it; whom no night has seen yet are in the lowest */
  members: Count,
  /** of what it asks for; null where it asks nothing */
  beside: Type.Object(figures(nullable(Beside))),
})
export type TierView = Static<typeof TierView>

export const TiersView = Type.Object({
  version: Type.Integer(),
  /** userid; null for the product's own table */
  by: nullable(Type.String()),
  at: nullable(Moment),
  /** lowest first */
  tiers: Type.Array(TierView),
  /** customers of one's scope with a tier that the table has no more: the next night gives them another */
  elsewhere: Count,
  /** of how many customers with a paid order within 365 days the means are */
  buyers: Count,
  means: Type.Object(figures(nullable(Type.Number()))),
  findings: Type.Array(Finding),
  /** newest first, at most 50; version 1 is the product's own */
  history: Type.Array(
    Type.Object({
      version: Type.Integer(),
      by: Type.String(),
      byName: nullable(Type.String()),
      at: Moment,
      tiers: TierRows,
    }),
  ),
})
export type TiersView = Static<typeof TiersView>

export const TiersChange = Type.Object(
  {
    /** the version that was edited: where another one was saved meanwhile, this one is refused */
    version: Type.Integer({ minimum: 1 }),
    tiers: TierRows,
  },
  { additionalProperties: false },
)
export type TiersChange = Static<typeof TiersChange>

export const TiersQuestion = Type.Object({ tiers: TierRows }, { additionalProperties: false })

export const TiersLinted = Type.Object({
  findings: Type.Array(Finding),
  /** by code, how many customers meet all that a tier asks for; null where the table can't be used */
  reached: nullable(
    Type.Object({ of: Count, tiers: Type.Array(Type.Object({ code: Type.String(), n: Count })) }),
  ),
})
export type TiersLinted = Static<typeof TiersLinted>

export const TiersTriedAnswer = Type.Object({
  /** the night that was tried: the next one */
  date: Day,
  customers: Count,
  tiers: Type.Array(Type.Object({ code: Type.String(), before: Count, after: Count })),
  moves: Type.Array(
    Type.Object({ from: Type.String(), to: Type.String(), count: Type.Integer({ minimum: 1 }) }),
  ),
  /** who would be in a tier that their figures don't give: they may fall at reviews */
  atRisk: Type.Object({ before: Count, after: Count }),
  sample: Type.Array(
    Type.Object({ customerId: Id, name: Type.String(), from: Type.String(), to: Type.String() }),
  ),
})
export type TiersTriedAnswer = Static<typeof TiersTriedAnswer>
