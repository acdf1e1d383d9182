import { Prisma, type Db } from '../../prisma/db.ts'
import type { BotDeps } from '../deps.ts'
import { closeTasks } from './close.ts'

/**
 * Ends, in the transaction that stored a sent message, the customer's VIP care that nobody has begun: somebody has
 * written to them (domain-rules 8).
 *
 * @param touch.actor userid of who wrote
 */
export async function customerTouched(
  tx: Db,
  deps: BotDeps,
  touch: { customerId: bigint; actor: string; via: string; now: Date },
): Promise<void> {
  const { customerId, ...by } = touch
  const cared = await tx.$queryRaw<{ id: string }[]>(Prisma.sql`
    select id::text as id from task
    where customer_id = ${customerId} and kind = 'vip_care' and state = 'open'`)
  const ids = cared.map(({ id }) => BigInt(id))
  await closeTasks(tx, deps, ids, { ...by, to: 'cancelled', reason: 'contacted' })
}
