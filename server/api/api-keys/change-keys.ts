import { createApiKey, listApiKeys, revokeApiKey } from '../../../bot/members/api-keys.ts'
import { badField } from '../../bad-field.ts'
import type { AppDeps } from '../../deps.ts'
import { ApiKeyNameTaken, ApiKeyNotFound } from '../../errors.ts'
import type { SignedIn } from '../../session.ts'
import type { ApiKeyCreated, ApiKeyPage } from './schema.ts'

/** All keys, the live ones first; a chain has a handful. */
export async function findKeys(deps: AppDeps): Promise<ApiKeyPage> {
  const keys = await listApiKeys(deps.db.prisma)
  return {
    items: keys.map(({ name, createdAt, lastUsedAt, revokedAt }) => ({
      name,
      createdAt: createdAt.toISOString(),
      lastUsedAt: lastUsedAt?.toISOString() ?? null,
      revokedAt: revokedAt?.toISOString() ?? null,
    })),
    nextCursor: null,
  }
}

/**
 * Makes a key and writes down who did, both or neither.
 *
 * @throws BAD_INPUT about the name, API_KEY_NAME_TAKEN
 */
export async function makeKey(deps: AppDeps, user: SignedIn, name: string): Promise<ApiKeyCreated> {
  const made = await deps.db.prisma.$transaction((tx) =>
    createApiKey(tx, name, deps.clock.now(), user.userid),
  )
  if (made.ok) return { name, key: made.key }
  if (made.why === 'name_taken') throw new ApiKeyNameTaken(name)
  throw badField('name', '可以有字母、数字、汉字、空格和 . - _，以字母、数字或汉字开头。')
}

/** Ends a key at once. @throws API_KEY_NOT_FOUND */
export async function endKey(deps: AppDeps, user: SignedIn, name: string): Promise<void> {
  const ended = await deps.db.prisma.$transaction((tx) =>
    revokeApiKey(tx, name, deps.clock.now(), user.userid),
  )
  if (!ended) throw new ApiKeyNotFound(name)
}
