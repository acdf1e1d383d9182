import { Prisma, type Db } from '../../prisma/db.ts'
import type { BotDeps } from '../deps.ts'
import { closeTasks } from './close.ts'

/**
 * Ends, in the transaction that settled a night's tiers, the tasks about keeping a tier that is safe now: an order says so
 * at once (on-orders.ts), a referral is somebody else's order and is found here (domain-rules 2).
 */
export async function tiersSettled(tx: Db, deps: BotDeps, now: Date): Promise<void> {
  const safe = await tx.$queryRaw<{ id: string }[]>(Prisma.sql`
    select t.id::text as id from task t
    join customer_tier k on k.customer_id = t.customer_id and k.warned_on is null
    where t.kind = 'tier_keep' and t.state in ('open', 'in_progress')
    order by t.id`)
  const ids = safe.map(({ id }) => BigInt(id))
  const by = { actor: 'system', via: 'tiers', now }
  await closeTasks(tx, deps, ids, { ...by, to: 'cancelled', reason: 'tier_safe' })
}
