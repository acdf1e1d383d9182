import { Prisma, type Db } from '../../prisma/db.ts'
import { lockMembersShared } from './members-lock.ts'

/** For transactions that take the lock: an import may hold members for seconds. */
export const PATIENT = { maxWait: 10_000, timeout: 60_000 }

/**
 * Until the transaction ends, nobody else stores what WeCom says of these customers: their relations and
 * tags are compared and written as one step. Taken first of all and always in one order (members before
 * customers before rows), so that two transactions never wait for each other.
 */
export async function lockCustomers(tx: Db, externalUserids: string[]): Promise<void> {
  await lockMembersShared(tx)
  await tx.$queryRaw(Prisma.sql`
    select pg_advisory_xact_lock(hashtextextended('customer:' || e, 0))::text
    from (select distinct e from unnest(${externalUserids}::text[]) as e order by e) as sorted`)
}
