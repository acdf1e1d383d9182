import { Prisma, type Db } from '../../prisma/db.ts'
import type { BotDeps } from '../deps.ts'
import { closeTasks } from '../tasks/close.ts'
import { couponsChanged, ordersArrived } from '../tasks/on-orders.ts'
import { pointsChanged } from '../tasks/on-points.ts'

/**
 * Brings the tasks of customers into step whose rows have come together, or gone apart again: what their orders, coupons
 * and points make untrue ends, what they make true again opens, and who wants no more has none (domain-rules 9 and 10).
 * To be called after their figures and lots are told anew.
 *
 * @param by who ends the tasks of those who want no more, and from where
 */
export async function settleTasks(
  tx: Db,
  deps: BotDeps,
  customerIds: readonly bigint[],
  by: { actor: string; via: string; now: Date },
): Promise<void> {
  const unwanted = await tx.$queryRaw<{ id: bigint }[]>(Prisma.sql`
    select t.id from task t join customer c on c.id = t.customer_id and c.consent = 'none'
    where t.customer_id = any(${customerIds.map(String)}::bigint[]) and t.state in ('open', 'in_progress')
    order by t.id`)
  const ids = unwanted.map(({ id }) => id)
  await closeTasks(tx, deps, ids, { ...by, to: 'cancelled', reason: 'no_more' })
  await ordersArrived(tx, deps, customerIds, by.now)
  await couponsChanged(tx, deps, customerIds, by.now)
  await pointsChanged(tx, deps, customerIds, by.now)
}
