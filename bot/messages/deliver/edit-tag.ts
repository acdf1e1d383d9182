import { Type } from 'typebox'
import type { BotDeps } from '../../deps.ts'
import { readPayload, type Delivered, type OutboxRow } from './delivery.ts'

/** Gives one of our tags another name in WeCom. */
const EditTag = Type.Object({
  tagId: Type.String({ pattern: '^\\d+$' }),
  name: Type.String({ minLength: 1, maxLength: 30 }),
})

/**
 * Renames the tag in WeCom (wecom-protocol 3.5). The name is the row's, not the library's: a reading of WeCom's library
 * in between puts the old one back there until this is done.
 */
export async function deliverEditTag(deps: BotDeps, row: OutboxRow): Promise<Delivered> {
  const { tagId, name } = readPayload(EditTag, row)
  const id = BigInt(tagId)
  const tag = await deps.db.prisma.tag.findUnique({ where: { id } })
  if (!tag || tag.deletedAt) return { state: 'cancelled', why: 'the tag was deleted' }
  const newer = await deps.db.prisma.outbox.findFirst({
    where: {
      kind: 'edit_tag',
      id: { gt: row.id },
      dedupeKey: { startsWith: `edit_tag:${tagId}:` },
    },
    select: { id: true },
  })
  if (newer) return { state: 'cancelled', why: 'the tag was renamed again' }
  if (tag.wecomId === null) {
    return {
      state: 'waiting',
      why: 'the tag is not made in WeCom yet',
      delayMs: 3_000,
      counts: true,
    }
  }
  await deps.wecom.post(
    '/cgi-bin/externalcontact/edit_corp_tag',
    { id: tag.wecomId, name },
    { traceId: row.traceId },
  )
  return {
    state: 'sent',
    write: async (tx) => void (await tx.tag.updateMany({ where: { id }, data: { name } })),
  }
}
