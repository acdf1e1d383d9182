import { syncCustomer } from '../../members/sync-customer.ts'
import type { EventHandler } from '../handler.ts'
import { required } from '../parse.ts'

/** A handover did not take place: the customer refused, or the receiver has too many customers. */
export const transferFail: EventHandler = async (deps, event, { traceId, inboxId }) => {
  const reason = required(event, 'failReason')
  await syncCustomer(deps, required(event, 'externalUserId'), { traceId })
  deps.log.warn({ inboxId: String(inboxId), traceId, reason }, 'callback: a transfer failed')
  return `transfer failed: ${reason}`
}
