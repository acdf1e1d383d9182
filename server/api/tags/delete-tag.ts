import { randomUUID } from 'node:crypto'
import { addToOutbox } from '../../../bot/messages/outbox.ts'
import { Prisma, type Db } from '../../../prisma/db.ts'
import type { AppDeps } from '../../deps.ts'
import { TagInUse } from '../../errors.ts'
import type { SignedIn } from '../../session.ts'
import { ownTag } from './own-tag.ts'
import { ruleOfTag } from './rule-of-tag.ts'

/**
 * Deletes a tag that nobody has and no rule gives or asks for, here at once and in WeCom by the outbox.
 *
 * @throws TAG_NOT_FOUND, TAG_NOT_OURS, TAG_IN_USE saying by whom
 */
export async function deleteTag(
  deps: AppDeps,
  user: SignedIn,
  id: string,
  traceId: string,
): Promise<void> {
  const now = deps.clock.now()
  await deps.db.prisma.$transaction(async (tx) => {
    const tag = await ownTag(tx, id)
    const why = await usedBy(tx, tag.id)
    if (why !== null) throw new TagInUse(tag.name, why)
    await tx.tag.update({ where: { id: tag.id }, data: { deletedAt: now } })
    await addToOutbox(tx, now, [
      {
        kind: 'delete_tag',
        dedupeKey: `delete_tag:${id}:${randomUUID()}`,
        payload: { tagId: id },
        traceId,
      },
    ])
    await tx.auditLog.create({
      data: {
        at: now,
        actor: user.userid,
        action: 'delete_tag',
        subject: `tag:${id}`,
        detail: { name: tag.name },
      },
    })
  })
}

/** Who uses the tag, in words; null for nobody. */
async function usedBy(tx: Db, tagId: bigint): Promise<string | null> {
  const rule = await ruleOfTag(tx, tagId)
  if (rule !== null) return `规则“${rule}”`
  const [used] = await tx.$queryRaw<{ customers: boolean; relations: boolean }[]>(Prisma.sql`
    select exists (select from customer_tag where tag_id = ${tagId} and removed_at is null) as customers,
      exists (select from relation_tag rt join relation r on r.id = rt.relation_id
        where rt.tag_id = ${tagId} and r.ended_at is null) as relations`)
  if (used?.customers) return '还有客户带着它'
  return used?.relations ? '企业微信里还没摘完' : null
}
