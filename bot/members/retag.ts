import type { Db } from '../../prisma/db.ts'
import { refreshTags } from './apply-tag-rules.ts'
import { tellWecom } from './mirror-queue.ts'

/**
 * Brings the automatic tags of customers into step with what has just changed about them, and has WeCom told; to be
 * called last in the transaction that changed it.
 *
 * @param by traceId of what changed it; rulesHeld as refreshTags takes it
 */
export async function retag(
  tx: Db,
  deps: { zone: string },
  customerIds: readonly bigint[],
  by: { now: Date; traceId: string; rulesHeld?: boolean },
): Promise<void> {
  const changed = await refreshTags(tx, deps, customerIds, by.now, by)
  await tellWecom(tx, changed, by.now, by.traceId)
}
