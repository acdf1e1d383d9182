import { Type, type Static } from 'typebox'
import { Filter } from '../../../bot/audience/filter-schema.ts'
import { Id, Moment, page } from '../shapes.ts'

/** A saved audience. */
export const SegmentView = Type.Object({
  id: Id,
  name: Type.String(),
  filter: Filter,
  createdBy: Type.Object({ userid: Type.String(), name: Type.String() }),
  /** whether the signed-in person saved it, and may delete it; else it is headquarters’ */
  own: Type.Boolean(),
  createdAt: Moment,
})
export type SegmentView = Static<typeof SegmentView>

/** One’s own and headquarters’, by name. */
export const SegmentList = page(SegmentView)
export type SegmentList = Static<typeof SegmentList>

export const NewSegment = Type.Object(
  { name: Type.String({ minLength: 1, maxLength: 40 }), filter: Filter },
  { additionalProperties: false },
)
export type NewSegment = Static<typeof NewSegment>

export const SegmentParams = Type.Object({ id: Id })
