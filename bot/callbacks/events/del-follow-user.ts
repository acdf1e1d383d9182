import { syncCustomer } from '../../members/sync-customer.ts'
import { DONE, type EventHandler } from '../handler.ts'
import { required } from '../parse.ts'

/**
 * The customer deleted the member. WeCom goes on listing the customer to the member, so the event itself is
 * the evidence; the guide's tasks about the customer are cancelled.
 */
export const delFollowUser: EventHandler = async (deps, event, { traceId }) => {
  const userid = required(event, 'userId')
  await syncCustomer(deps, required(event, 'externalUserId'), {
    traceId,
    ended: { userid, by: 'customer', at: event.createdAt },
  })
  return DONE
}
