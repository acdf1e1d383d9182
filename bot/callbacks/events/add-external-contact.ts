import { rememberHalf, syncCustomer } from '../../members/sync-customer.ts'
import { useridKey } from '../../members/sync-employees.ts'
import { DONE, type EventHandler } from '../handler.ts'
import { required } from '../parse.ts'
import { welcome } from './welcome.ts'

/**
 * A member and a customer became contacts. The welcome message first, its code lives 20 seconds; then the
 * customer is read.
 *
 * `add_half_external_contact` is the same before the member has confirmed (a code that needs no
 * confirmation): WeCom answers 84061 until then, or lists other guides only. The relation is kept as half
 * until an event or the nightly reconcile finds it whole. The two may come in any order, or one alone, so
 * both go by what WeCom lists.
 */
export const addExternalContact: EventHandler = async (deps, event, stored) => {
  const userid = required(event, 'userId')
  const externalUserid = required(event, 'externalUserId')
  const greeted = await welcome(deps, event, stored)

  const { traceId } = stored
  const at = event.createdAt
  const synced = await syncCustomer(deps, externalUserid, { traceId, added: { userid, at } })
  if (!synced.listed.has(useridKey(userid))) {
    await rememberHalf(deps, { externalUserid, userid, state: event.state ?? null, at, traceId })
  }
  return greeted ? DONE : 'done, but too late for the welcome message'
}
