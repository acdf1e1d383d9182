import { syncCustomer } from '../../members/sync-customer.ts'
import { DONE, type EventHandler } from '../handler.ts'
import { required } from '../parse.ts'

/** A member deleted the customer, or an on-job transfer took the customer away. */
export const delExternalContact: EventHandler = async (deps, event, { traceId }) => {
  const by = event.source === 'DELETE_BY_TRANSFER' ? 'transfer' : 'guide'
  const userid = required(event, 'userId')
  await syncCustomer(deps, required(event, 'externalUserId'), {
    traceId,
    ended: { userid, by, at: event.createdAt },
  })
  return DONE
}
