import { Type, type Static } from 'typebox'
import { TAG_DIMENSIONS } from '../../../domain/words.ts'
import { Cursor, Id, Moment, nullable, oneOf, page } from '../shapes.ts'

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

/** The tag library as this user may use it. WeCom holds 10 000 tags at most: one page. */
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
  nextCursor: nullable(Type.String()),
})
export type TagLibrary = Static<typeof TagLibrary>

/** A tag as who keeps the library sees it. */
export const ManagedTag = Type.Object({
  id: Id,
  name: Type.String(),
  groupId: Id,
  groupName: Type.String(),
  dimension: oneOf(TAG_DIMENSIONS),
  /** made here: only then WeCom lets us rename or delete it */
  ours: Type.Boolean(),
  /** false: it is being made there */
  inWecom: Type.Boolean(),
  /** customers of one's scope who have it, and of them those a rule gave it to */
  customers: Type.Integer(),
  automatic: Type.Integer(),
  /** nobody has it: since when; null while somebody does, in whoever's scope */
  unusedSince: nullable(Moment),
  /** the rule that gives it */
  rule: nullable(
    Type.Object({ code: Type.String(), name: Type.String(), enabled: Type.Boolean() }),
  ),
})
export type ManagedTag = Static<typeof ManagedTag>

export const ManagedTagQuery = Type.Object(
  {
    cursor: Type.Optional(Cursor),
    search: Type.Optional(
      Type.String({ maxLength: 60, description: 'a part of the name of a tag, or of its group' }),
    ),
  },
  { additionalProperties: false },
)
export type ManagedTagQuery = Static<typeof ManagedTagQuery>
export const ManagedTagPage = page(ManagedTag)
export type ManagedTagPage = Static<typeof ManagedTagPage>

export const TagRename = Type.Object(
  { name: Type.String({ minLength: 1, maxLength: 30 }) },
  { additionalProperties: false },
)

/** A new tag: ≤ 30 characters, unique in its group (wecom-protocol 3.5). POST /api/tags answers LibraryTag. */
export const NewTag = Type.Object(
  { groupId: Id, name: Type.String({ minLength: 1, maxLength: 30 }) },
  { additionalProperties: false },
)
export type NewTag = Static<typeof NewTag>
