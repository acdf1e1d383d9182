import { syncCustomer } from '../../members/sync-customer.ts'
import { DONE, type EventHandler } from '../handler.ts'
import { required } from '../parse.ts'

/** A member changed remark, phone or tags of a customer. The event tells no difference: read and compare. */
export const editExternalContact: EventHandler = async (deps, event, { traceId }) => {
  await syncCustomer(deps, required(event, 'externalUserId'), { traceId })
  return DONE
}
