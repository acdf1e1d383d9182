import { rebuildStats, rollWindows } from '../../../bot/members/stats.ts'
import type { Database } from '../../../prisma/db.ts'
import { TODAY } from './seed-orders.ts'

/**
 * Counts everybody anew and answers how many customers' figures were others before. The day's window is rolled first,
 * as each night does: who bought nothing today is not touched by an import.
 */
export async function differingCustomers(db: Database): Promise<number> {
  await rollWindows(db, TODAY)
  await db.pool.query(`create table kept as select * from customer_stats`)
  await rebuildStats(db, TODAY)
  const { rows } = await db.pool.query<{ differing: number }>(
    `select count(*)::int as differing from customer_stats s full join kept k using (customer_id)
     where to_jsonb(s) - 'as_of' is distinct from to_jsonb(k) - 'as_of'`,
  )
  return rows[0]?.differing ?? Number.NaN
}
