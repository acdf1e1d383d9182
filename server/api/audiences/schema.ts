import { Type, type Static } from 'typebox'
import { Filter } from '../../../bot/audience/filter-schema.ts'
import { Id, nullable } from '../shapes.ts'

export const AudienceQuestion = Type.Object({ filter: Filter }, { additionalProperties: false })

/** Who would be meant, among the customers of one's scope. */
export const AudiencePreview = Type.Object({
  count: Type.Integer(),
  /** the first ten */
  sample: Type.Array(
    Type.Object({
      id: Id,
      name: Type.String(),
      memberNo: nullable(Type.String()),
      storeNo: nullable(Type.String()),
      tier: Type.String(),
    }),
  ),
  /** most customers first; without a home store last */
  byStore: Type.Array(
    Type.Object({
      storeNo: nullable(Type.String()),
      storeName: nullable(Type.String()),
      count: Type.Integer(),
    }),
  ),
  /** of them, whom nobody may or can write to */
  notReachable: Type.Object({
    no_consent: Type.Integer(),
    no_relation: Type.Integer(),
  }),
})
export type AudiencePreview = Static<typeof AudiencePreview>
