import { Type, type Static } from 'typebox'
import { TAG_DIMENSIONS } from '../../../domain/words.ts'
import { Id, nullable, oneOf } from '../shapes.ts'

export const LibraryTag = Type.Object({
  id: Id,
  name: Type.String(),
  groupId: Id,
  groupName: Type.String(),
  dimension: oneOf(TAG_DIMENSIONS),
  /** when this user last put it on somebody, to show recent tags first */
  lastUsedAt: nullable(Type.String()),
})
export type LibraryTag = Static<typeof LibraryTag>

/** The tag library as this user may use it. */
export const TagLibrary = Type.Object({
  tags: Type.Array(LibraryTag),
  groups: Type.Array(
    Type.Object({
      id: Id,
      name: Type.String(),
      dimension: oneOf(TAG_DIMENSIONS),
      mayAdd: Type.Boolean(),
    }),
  ),
})
export type TagLibrary = Static<typeof TagLibrary>

/** A new tag: ≤ 30 characters, unique in its group (wecom-protocol 3.5). POST /api/tags answers LibraryTag. */
export const NewTag = Type.Object(
  { groupId: Id, name: Type.String({ minLength: 1, maxLength: 30 }) },
  { additionalProperties: false },
)
export type NewTag = Static<typeof NewTag>
