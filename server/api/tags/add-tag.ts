import type { TagDimension } from '../../../domain/words.ts'
import { addToOutbox } from '../../../bot/messages/outbox.ts'
import { badField } from '../../bad-field.ts'
import type { AppDeps } from '../../deps.ts'
import { TagExists, TagGroupNotFound, TagLibraryFull } from '../../errors.ts'
import type { SignedIn } from '../../session.ts'
import type { LibraryTag, NewTag } from './schema.ts'

/** of one company, groups of rules included (wecom-protocol 3.5) */
export const MOST_TAGS = 10_000

/**
 * Adds a tag to a group. It can be used at once; the outbox makes it in WeCom, and marks that use it wait for that.
 *
 * @throws TAG_GROUP_NOT_FOUND, TAG_EXISTS, TAG_LIBRARY_FULL
 */
export async function addTag(
  deps: AppDeps,
  user: SignedIn,
  { groupId, name: given }: NewTag,
  traceId: string,
): Promise<LibraryTag> {
  const name = given.trim()
  if (name === '') throw badField('name', 'is empty: send 1 to 30 characters.')
  const now = deps.clock.now()
  return deps.db.prisma.$transaction(async (tx) => {
    // one after the other: two tags of one name in a group are refused by WeCom
    const groups = await tx.$queryRaw<{ name: string; dimension: TagDimension }[]>`
      select name, dimension::text as dimension from tag_group
      where id = ${groupId}::bigint and deleted_at is null and strategy_id is null for update`
    const group = groups[0]
    if (!group) throw new TagGroupNotFound(groupId)
    const same = await tx.tag.findFirst({
      where: { groupId: BigInt(groupId), name, deletedAt: null },
      select: { id: true },
    })
    if (same) throw new TagExists(name)
    const inLibrary = await tx.tag.count({ where: { deletedAt: null } })
    if (inLibrary >= MOST_TAGS) throw new TagLibraryFull(String(MOST_TAGS))
    const tag = await tx.tag.create({
      data: { groupId: BigInt(groupId), name, ours: true, createdAt: now },
      select: { id: true },
    })
    const id = tag.id.toString()
    await addToOutbox(tx, now, [
      { kind: 'add_tag', dedupeKey: `add_tag:${id}`, payload: { tagId: id }, traceId },
    ])
    await tx.auditLog.create({
      data: { at: now, actor: user.userid, action: 'add_tag', subject: `tag:${id}` },
    })
    return {
      id,
      name,
      groupId,
      groupName: group.name,
      dimension: group.dimension,
      lastUsedAt: null,
    }
  })
}
