import { Type, type Static } from 'typebox'
import { MERGE_FIELD_NAMES } from '../../../bot/members/merge-fields.ts'
import { CONSENTS } from '../../../domain/words.ts'
import { CustomerLine } from '../customer-list/schema.ts'
import { Cursor, Fen, Id, Moment, nullable, oneOf, page } from '../shapes.ts'

/** By what two rows may be one person: the same mobile, the same unionid, the same name and full birthday. */
export const DUPLICATE_SIGNS = ['mobile', 'unionid', 'name'] as const
export type DuplicateSign = (typeof DUPLICATE_SIGNS)[number]

export const DuplicateQuery = Type.Object({
  by: oneOf(DUPLICATE_SIGNS),
  cursor: Type.Optional(Cursor),
})

const Side = Type.Object({
  ...CustomerLine.properties,
  /** a contact in WeCom: of two such, nobody can tell whose chat is whose */
  inWecom: Type.Boolean(),
})

/** Customers who may be one person; at most five of a group. */
export const DuplicatePage = page(Type.Object({ customers: Type.Array(Side) }))
export type DuplicatePage = Static<typeof DuplicatePage>

const pair = { from: Id, into: Id }
export const MergePair = Type.Object(pair, { additionalProperties: false })
export type MergePair = Static<typeof MergePair>

/** What a merge would make of two customers; nothing is written. */
export const MergePreview = Type.Object({
  from: Side,
  into: Side,
  /** what both know and say differently: one of them is to be chosen. A mobile is masked, a birthday without its year */
  conflicts: Type.Array(
    Type.Object({ field: oneOf(MERGE_FIELD_NAMES), from: Type.String(), into: Type.String() }),
  ),
  /** what they have together */
  together: Type.Object({
    orders: Type.Integer(),
    spend365Fen: Fen,
    points: Type.Integer(),
    coupons: Type.Integer(),
    relations: Type.Integer(),
    tasks: Type.Integer(),
  }),
  /** the tier that the kept one has in the end */
  tier: Type.Object({ code: Type.String(), name: Type.String(), colour: Type.String() }),
  consent: oneOf(CONSENTS),
})
export type MergePreview = Static<typeof MergePreview>

export const NewMerge = Type.Object(
  {
    ...pair,
    /** fields of which the kept one takes the other's */
    take: Type.Array(oneOf(MERGE_FIELD_NAMES), { uniqueItems: true }),
  },
  { additionalProperties: false, description: '`from` becomes a part of `into`, which is kept' },
)
export type NewMerge = Static<typeof NewMerge>

export const MergeView = Type.Object({
  id: Id,
  from: Type.Object({ id: Id, name: Type.String() }),
  into: Type.Object({ id: Id, name: Type.String() }),
  by: Type.String(),
  at: Moment,
  undoneAt: nullable(Moment),
  /** until when it can be undone; null: no more */
  undoUntil: nullable(Moment),
})
export type MergeView = Static<typeof MergeView>
export const MergePage = page(MergeView)
export type MergePage = Static<typeof MergePage>
export const MergeQuery = Type.Object({ cursor: Type.Optional(Cursor) })
export const MergeParams = Type.Object({ id: Id })
