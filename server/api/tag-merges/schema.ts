import { Type, type Static } from 'typebox'
import { Cursor, Id, Moment, oneOf, page } from '../shapes.ts'

export const TAG_MERGE_STATES = ['merging', 'merged', 'undoing', 'undone'] as const

export const NewTagMerge = Type.Object(
  { from: Id, into: Id },
  { additionalProperties: false, description: 'customers of `from` get `into` instead' },
)
export type NewTagMerge = Static<typeof NewTagMerge>

const TagBrief = Type.Object({ id: Id, name: Type.String() })

/** A merge and how far it is; a job does the work. */
export const TagMergeView = Type.Object({
  id: Id,
  from: TagBrief,
  into: TagBrief,
  state: oneOf(TAG_MERGE_STATES),
  by: Type.String(),
  at: Moment,
})
export type TagMergeView = Static<typeof TagMergeView>

export const TagMergePage = page(TagMergeView)
export type TagMergePage = Static<typeof TagMergePage>
export const TagMergeQuery = Type.Object(
  { cursor: Type.Optional(Cursor) },
  { additionalProperties: false },
)
export const TagMergeParams = Type.Object({ id: Id })
