import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { Prisma, type Db } from '../../prisma/db.ts'

/** Starts every key, so that one that leaks into a log or a repository is recognised. */
const PREFIX = 'guide_'
const TOUCH_SECONDS = 60

/** Who makes and ends keys by a command on the server. */
const OPERATOR = 'operator'

/** Why a key's name can't be used. */
export type KeyNameRefusal = 'bad_name' | 'name_taken'

/**
 * Makes a key of the open API. Only its hash is kept: the key itself is in this answer and nowhere else.
 *
 * @param name 1 to 64 letters, digits, spaces, dots, dashes; one live or revoked key has it
 * @param by userid of who makes it in the console
 */
export async function createApiKey(
  db: Db,
  name: string,
  now: Date,
  by = OPERATOR,
): Promise<{ ok: true; key: string } | { ok: false; why: KeyNameRefusal }> {
  if (!/^[\p{L}\p{N}][\p{L}\p{N} ._-]{0,63}$/u.test(name)) return { ok: false, why: 'bad_name' }
  const key = PREFIX + randomBytes(32).toString('base64url')
  const made = await db.apiKey.createMany({
    data: [{ name, hash: hashOf(key), createdAt: now }],
    skipDuplicates: true,
  })
  if (made.count === 0) return { ok: false, why: 'name_taken' }
  await db.auditLog.create({
    data: { at: now, actor: by, action: 'api_key.create', subject: name },
  })
  return { ok: true, key }
}

/** All keys, the live ones first, without what would open anything. */
export function listApiKeys(db: Db) {
  return db.apiKey.findMany({
    select: { name: true, createdAt: true, lastUsedAt: true, revokedAt: true },
    orderBy: [{ revokedAt: { sort: 'asc', nulls: 'first' } }, { name: 'asc' }],
  })
}

/**
 * Ends a key at once.
 *
 * @param by userid of who ends it in the console
 * @returns false when there is no live key of that name
 */
export async function revokeApiKey(
  db: Db,
  name: string,
  now: Date,
  by = OPERATOR,
): Promise<boolean> {
  const { count } = await db.apiKey.updateMany({
    where: { name, revokedAt: null },
    data: { revokedAt: now },
  })
  if (count > 0) {
    await db.auditLog.create({
      data: { at: now, actor: by, action: 'api_key.revoke', subject: name },
    })
  }
  return count > 0
}

/**
 * Finds whose key this is. The hash is what is looked up and compared, in constant time: how long an answer
 * takes tells nothing about a key. Notes the use, at most once a minute.
 *
 * @returns null for a key that is unknown or revoked
 */
export async function checkApiKey(
  db: Db,
  key: string,
  now: Date,
): Promise<{ id: bigint; name: string } | null> {
  const hash = hashOf(key)
  const known = await db.apiKey.findUnique({ where: { hash } })
  if (!known || known.revokedAt || !timingSafeEqual(known.hash, hash)) return null
  const aMinuteAgo = new Date(now.getTime() - TOUCH_SECONDS * 1000)
  if (!known.lastUsedAt || known.lastUsedAt <= aMinuteAgo) {
    await db.$executeRaw(Prisma.sql`
      update api_key set last_used_at = ${now}::timestamptz
      where id = ${known.id} and (last_used_at is null or last_used_at <= ${aMinuteAgo}::timestamptz)`)
  }
  return { id: known.id, name: known.name }
}

function hashOf(key: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(createHash('sha256').update(key).digest())
}
