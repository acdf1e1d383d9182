import { enqueue } from '../../../bot/queue.ts'
import type { Db } from '../../../prisma/db.ts'
import { badField } from '../../bad-field.ts'
import type { AppDeps } from '../../deps.ts'
import { TagInUse, TagMergeUnderWay, TagMergeUndone, TagNotFound } from '../../errors.ts'
import type { SignedIn } from '../../session.ts'
import { ruleOfTag } from '../tags/rule-of-tag.ts'
import { findTagMerge } from './find-tag-merges.ts'
import type { NewTagMerge, TagMergeView } from './schema.ts'

/**
 * Begins to move a tag's customers to another. The tag itself stays, without customers: it is deleted when WeCom has
 * been told, or filled again when the merge is undone.
 *
 * @throws TAG_NOT_FOUND, TAG_MERGE_UNDER_WAY, TAG_IN_USE where a rule gives or asks for the tag that is to go
 */
export async function beginTagMerge(
  deps: AppDeps,
  user: SignedIn,
  given: NewTagMerge,
): Promise<TagMergeView> {
  if (given.from === given.into) throw badField('into', 'is the same tag: send another one.')
  const at = deps.clock.now()
  return deps.db.prisma.$transaction(async (tx) => {
    const [fromId, intoId] = [BigInt(given.from), BigInt(given.into)]
    await oneAtATime(tx, [fromId, intoId])
    const from = await liveTag(tx, fromId)
    await liveTag(tx, intoId)
    const rule = await ruleOfTag(tx, fromId)
    if (rule !== null) throw new TagInUse(from.name, `规则“${rule}”`)
    const { id } = await tx.tagMerge.create({
      data: { fromId, intoId, by: user.userid, at },
      select: { id: true },
    })
    await begin(tx, user, id, 'merge_tags', at)
    return findTagMerge(tx, id)
  })
}

/**
 * Begins to undo a merge: its customers have the old tag again, and lose the other one unless somebody changed it since.
 *
 * @throws TAG_MERGE_NOT_FOUND, TAG_MERGE_UNDER_WAY, TAG_MERGE_UNDONE, TAG_NOT_FOUND where the old tag was deleted
 */
export async function beginUndo(
  deps: AppDeps,
  user: SignedIn,
  mergeId: string,
): Promise<TagMergeView> {
  const at = deps.clock.now()
  return deps.db.prisma.$transaction(async (tx) => {
    const merge = await findTagMerge(tx, BigInt(mergeId))
    await oneAtATime(tx, [BigInt(merge.from.id), BigInt(merge.into.id)])
    const { state } = await findTagMerge(tx, BigInt(mergeId))
    if (state !== 'merged') throw new TagMergeUndone()
    await liveTag(tx, BigInt(merge.from.id))
    await tx.tagMerge.update({ where: { id: BigInt(mergeId) }, data: { state: 'undoing' } })
    await begin(tx, user, BigInt(mergeId), 'undo_tag_merge', at)
    return findTagMerge(tx, BigInt(mergeId))
  })
}

/** Nothing else is merged with these tags now. */
async function oneAtATime(tx: Db, ids: bigint[]): Promise<void> {
  await tx.$executeRaw`select pg_advisory_xact_lock(hashtextextended('tag merges', 0))`
  const busy = await tx.tagMerge.findFirst({
    where: {
      state: { in: ['merging', 'undoing'] },
      OR: [{ fromId: { in: ids } }, { intoId: { in: ids } }],
    },
    select: { id: true },
  })
  if (busy) throw new TagMergeUnderWay()
}

async function liveTag(tx: Db, id: bigint): Promise<{ name: string }> {
  const tag = await tx.tag.findFirst({
    where: { id, deletedAt: null, group: { deletedAt: null, strategyId: null } },
    select: { name: true },
  })
  if (!tag) throw new TagNotFound(String(id))
  return tag
}

async function begin(
  tx: Db,
  user: SignedIn,
  id: bigint,
  action: 'merge_tags' | 'undo_tag_merge',
  at: Date,
): Promise<void> {
  await enqueue(tx, 'merge_tags', { mergeId: String(id) })
  await tx.auditLog.create({
    data: { at, actor: user.userid, action, subject: `tag_merge:${id}` },
  })
}
