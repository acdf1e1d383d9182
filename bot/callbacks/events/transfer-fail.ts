import { failHandover } from '../../members/settle-handover.ts'
import { syncCustomer } from '../../members/sync-customer.ts'
import { Prisma } from '../../../prisma/db.ts'
import type { EventHandler } from '../handler.ts'
import { required } from '../parse.ts'

/** WeCom writes whole seconds, by a clock of its own */
const SLACK_MS = 60_000

/** A handover did not take place: the customer refused, or the receiver has too many customers. */
export const transferFail: EventHandler = async (deps, event, { traceId, inboxId }) => {
  const reason = required(event, 'failReason')
  const externalUserid = required(event, 'externalUserId')
  await syncCustomer(deps, externalUserid, { traceId })
  // an event that was late must not fail what was asked for after it
  const until = new Date(event.createdAt.getTime() + SLACK_MS)
  const which = Prisma.sql`r.asked_at <= ${until} and r.customer_id = (
    select c.id from customer c where c.external_userid = ${externalUserid})`
  const state = reason === 'customer_limit_exceed' ? 'limit' : 'refused'
  await deps.db.prisma.$transaction((tx) => failHandover(tx, deps, which, state))
  deps.log.warn({ inboxId: String(inboxId), traceId, reason }, 'callback: a transfer failed')
  return `transfer failed: ${reason}`
}
