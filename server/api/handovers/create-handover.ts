import { enqueueHandover } from '../../../bot/handovers/work.ts'
import type { AppDeps } from '../../deps.ts'
import { HandoverNoTaker, HandoverNothing } from '../../errors.ts'
import type { SignedIn } from '../../session.ts'
import { previewHandover } from './preview-handover.ts'
import { readWhom } from './read-whom.ts'
import type { NewHandover } from './schema.ts'

/**
 * Makes a handover: its row, its job and its line of the audit. Whose turn each customer is, is decided by the job, as the
 * preview showed it.
 *
 * @returns its id
 * @throws BAD_INPUT naming the field, HANDOVER_NO_TAKER, HANDOVER_NOTHING
 */
export async function createHandover(
  deps: AppDeps,
  user: SignedIn,
  given: NewHandover,
): Promise<bigint> {
  const { message, ...whom } = given
  const { from, strategy, toId } = await readWhom(deps, user, whom)
  const preview = await previewHandover(deps, user, whom, 'zh-CN')
  if (!preview.takers.some(({ able }) => able)) throw new HandoverNoTaker(from.name)
  if (preview.asked + preview.atOnce === 0) throw new HandoverNothing(from.name)
  const now = deps.clock.now()
  return await deps.db.prisma.$transaction(async (tx) => {
    const { id } = await tx.handover.create({
      data: {
        fromId: from.id,
        strategy,
        toId,
        message: message?.trim() || null,
        createdBy: BigInt(user.id),
        createdAt: now,
        storeNo: from.storeNo,
        nextRunAt: now,
      },
      select: { id: true },
    })
    await enqueueHandover(tx, id)
    await tx.auditLog.create({
      data: {
        at: now,
        actor: user.userid,
        action: 'create_handover',
        subject: `handover:${id}`,
        detail: { from: from.userid, ...(whom.to ? { to: whom.to } : { strategy }) },
      },
    })
    return id
  })
}
