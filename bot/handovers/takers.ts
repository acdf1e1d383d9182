import type { HandoverStrategy } from '../../domain/handover.ts'
import { Prisma, type Db } from '../../prisma/db.ts'
import type { BotDeps } from '../deps.ts'
import { WecomError } from '../wecom/error-table.ts'
import type { Giver } from './handover.ts'

/** Somebody who may take customers. */
export interface Taker {
  id: bigint
  userid: string
  name: string
}

/**
 * Who takes a giver's customers, at work and never the giver: the one named, the giver's store's manager, else the guides
 * of that store. Empty: nobody.
 */
export async function findTakers(
  db: Db,
  giver: Giver,
  { strategy, toId }: { strategy: HandoverStrategy; toId: bigint | null },
): Promise<Taker[]> {
  const ofStore = Prisma.sql`e.store_no = ${giver.storeNo}`
  const which = {
    to: Prisma.sql`e.id = ${toId}::bigint`,
    store_manager: Prisma.sql`${ofStore} and e.role = 'manager'`,
    even: Prisma.sql`${ofStore} and e.role = 'guide'`,
    latest_order: Prisma.sql`${ofStore} and e.role = 'guide'`,
  }[strategy]
  const found = await db.$queryRaw<Taker[]>(Prisma.sql`
    select e.id, e.userid, e.name from employee e
    where ${which} and e.active and e.id <> ${giver.id} order by e.id`)
  // a store has one manager; where the chain's systems name two, the one they named first
  return strategy === 'store_manager' ? found.slice(0, 1) : found
}

/**
 * Userids, in lower case, of everybody whom WeCom lets have customers (客户联系); null while it can't be asked, and then
 * its answer to the handover itself tells.
 */
export async function whoMayServe(deps: BotDeps): Promise<ReadonlySet<string> | null> {
  try {
    const { follow_user: listed } = await deps.wecom.get<{ follow_user?: string[] }>(
      '/cgi-bin/externalcontact/get_follow_user_list',
    )
    return listed === undefined ? null : new Set(listed.map((userid) => userid.toLowerCase()))
  } catch (error) {
    if (error instanceof WecomError) return null
    throw error
  }
}

/** Those of some takers whom WeCom lets have customers. */
export function ableTo(takers: readonly Taker[], serving: ReadonlySet<string> | null): Taker[] {
  return takers.filter(({ userid }) => serving?.has(userid.toLowerCase()) ?? true)
}
