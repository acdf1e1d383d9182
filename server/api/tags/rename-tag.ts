import { randomUUID } from 'node:crypto'
import { addToOutbox } from '../../../bot/messages/outbox.ts'
import { badField } from '../../bad-field.ts'
import type { AppDeps } from '../../deps.ts'
import { TagExists } from '../../errors.ts'
import type { SignedIn } from '../../session.ts'
import { ownTag } from './own-tag.ts'

/**
 * Gives a tag another name, here at once and in WeCom by the outbox. Its own name again changes nothing.
 *
 * @throws TAG_NOT_FOUND, TAG_NOT_OURS, TAG_EXISTS
 */
export async function renameTag(
  deps: AppDeps,
  user: SignedIn,
  id: string,
  given: string,
  traceId: string,
): Promise<void> {
  const name = given.trim()
  if (name === '') throw badField('name', 'is empty: send 1 to 30 characters.')
  const now = deps.clock.now()
  await deps.db.prisma.$transaction(async (tx) => {
    const tag = await ownTag(tx, id)
    if (tag.name === name) return
    // as addTag does: two tags of one name in a group are refused by WeCom
    await tx.$executeRaw`select 1 from tag_group where id = ${tag.groupId} for update`
    const same = await tx.tag.findFirst({
      where: { groupId: tag.groupId, name, deletedAt: null },
      select: { id: true },
    })
    if (same) throw new TagExists(name)
    await tx.tag.update({ where: { id: tag.id }, data: { name } })
    await addToOutbox(tx, now, [
      {
        kind: 'edit_tag',
        dedupeKey: `edit_tag:${id}:${randomUUID()}`,
        payload: { tagId: id, name },
        traceId,
      },
    ])
    await tx.auditLog.create({
      data: {
        at: now,
        actor: user.userid,
        action: 'rename_tag',
        subject: `tag:${id}`,
        detail: { before: tag.name, after: name },
      },
    })
  })
}
