import { Type, type Static } from 'typebox'
import { Moment, nullable, page } from '../shapes.ts'

/** A key of the open API, without what would open anything. */
export const ApiKeyView = Type.Object({
  name: Type.String(),
  createdAt: Moment,
  lastUsedAt: nullable(Moment),
  revokedAt: nullable(Moment),
})
export type ApiKeyView = Static<typeof ApiKeyView>

export const ApiKeyPage = page(ApiKeyView)
export type ApiKeyPage = Static<typeof ApiKeyPage>

export const NewApiKey = Type.Object(
  { name: Type.String({ minLength: 1, maxLength: 64 }) },
  { additionalProperties: false },
)

/** The key itself is in this answer and nowhere else. */
export const ApiKeyCreated = Type.Object({ name: Type.String(), key: Type.String() })
export type ApiKeyCreated = Static<typeof ApiKeyCreated>

export const ApiKeyParams = Type.Object({ name: Type.String({ minLength: 1, maxLength: 64 }) })
