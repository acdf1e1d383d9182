import { runTogether } from '../../../bot/members/import/run-together.ts'
import { mergeByHand, type NotMergeable } from '../../../bot/members/merge-by-hand.ts'
import { undoMerge, type NotUndoable } from '../../../bot/members/undo-merge.ts'
import type { Lang } from '../../../domain/words.ts'
import { badField } from '../../bad-field.ts'
import type { AppDeps } from '../../deps.ts'
import {
  CustomerMergeNotFound,
  CustomerNotFound,
  CustomersNotMergeable,
  MergeNotUndoable,
} from '../../errors.ts'
import type { SignedIn } from '../../session.ts'
import { findMerge } from './find-merges.ts'
import type { MergeView, NewMerge } from './schema.ts'

/**
 * Makes two customers one, at once.
 *
 * @throws CUSTOMER_NOT_FOUND, CUSTOMERS_NOT_MERGEABLE, BAD_INPUT for one and the same
 */
export async function mergeCustomers(
  deps: AppDeps,
  user: SignedIn,
  { from, into, take }: NewMerge,
  traceId: string,
  lang: Lang,
): Promise<MergeView> {
  const input = { from: BigInt(from), into: BigInt(into), take, by: user.userid, traceId }
  const merged = await runTogether(deps.db, (tx) =>
    mergeByHand(tx, deps, { ...input, now: deps.clock.now() }),
  )
  if (!merged.ok) throw refusal(merged.why)
  return await findMerge(deps, merged.mergeId, lang)
}

/**
 * Puts back what a merge moved.
 *
 * @throws CUSTOMER_MERGE_NOT_FOUND, MERGE_NOT_UNDOABLE
 */
export async function undoCustomerMerge(
  deps: AppDeps,
  user: SignedIn,
  id: string,
  traceId: string,
  lang: Lang,
): Promise<MergeView> {
  const mergeId = BigInt(id)
  const undone = await runTogether(deps.db, (tx) =>
    undoMerge(tx, deps, { mergeId, by: user.userid, now: deps.clock.now(), traceId }),
  )
  if (!undone.ok) throw undoRefusal(undone.why, id)
  return await findMerge(deps, mergeId, lang)
}

function refusal(why: NotMergeable): Error {
  if (why === 'not_found') return new CustomerNotFound()
  if (why === 'same') return badField('from', 'is “into” itself: name two customers.')
  return new CustomersNotMergeable()
}

function undoRefusal(why: NotUndoable, id: string): Error {
  if (why === 'not_found') return new CustomerMergeNotFound(id)
  const says: Record<Exclude<NotUndoable, 'not_found'>, string> = {
    undone: '它已经撤销过了',
    too_late: '已经超过 30 天',
    merged_again: '保留的客户后来又合并过，请先撤销那一次',
  }
  return new MergeNotUndoable(says[why])
}
