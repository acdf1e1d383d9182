import { Type } from 'typebox'
import type { BotDeps } from '../../deps.ts'
import { WecomError } from '../../wecom/error-table.ts'
import { readPayload, type Delivered, type OutboxRow } from './delivery.ts'

/** Deletes one of our tags in WeCom, which takes it off every relation there. */
const DeleteTag = Type.Object({ tagId: Type.String({ pattern: '^\\d+$' }) })

const NO_SUCH_TAG = 40_068

/** Deletes the tag in WeCom (wecom-protocol 3.5); one that is gone there already is done. */
export async function deliverDeleteTag(deps: BotDeps, row: OutboxRow): Promise<Delivered> {
  const { tagId } = readPayload(DeleteTag, row)
  const id = BigInt(tagId)
  const tag = await deps.db.prisma.tag.findUnique({ where: { id } })
  if (!tag) return { state: 'cancelled', why: 'there is no such tag' }
  if (tag.wecomId === null) {
    const making = await deps.db.prisma.outbox.findFirst({
      where: { dedupeKey: `add_tag:${tagId}`, state: { in: ['pending', 'sending'] } },
      select: { id: true },
    })
    if (!making) return { state: 'cancelled', why: 'the tag was never made in WeCom' }
    return { state: 'waiting', why: 'the tag is being made in WeCom', delayMs: 3_000, counts: true }
  }
  try {
    await deps.wecom.post(
      '/cgi-bin/externalcontact/del_corp_tag',
      { tag_id: [tag.wecomId] },
      { traceId: row.traceId },
    )
  } catch (error) {
    if (!(error instanceof WecomError) || error.errcode !== NO_SUCH_TAG) throw error
  }
  return {
    state: 'sent',
    write: async (tx) => {
      // a reading of WeCom's library in between found it there still
      const deletedAt = tag.deletedAt ?? deps.clock.now()
      await tx.tag.updateMany({ where: { id }, data: { deletedAt } })
      await tx.relationTag.deleteMany({ where: { tagId: id } })
    },
  }
}
