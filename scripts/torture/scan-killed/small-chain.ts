import type { BotDeps } from '../../../bot/deps.ts'
import { rebuildStats } from '../../../bot/members/stats.ts'
import type { BusinessDay } from '../../../domain/business-day.ts'
import type { Database } from '../../../prisma/db.ts'
import { CHAIN_DATA_KEY, CHAIN_DAY, chainRows, COUNTED_AFTER } from '../../bench/chain/rows.ts'
import { nightDeps } from '../../support/night-deps.ts'

/** Fills the database with a small chain in which every limit holds somebody back. */
export async function makeSmallChain(db: Database, members: number): Promise<void> {
  const client = await db.pool.connect()
  try {
    for (const { what, sql } of chainRows(members)) {
      if (what === COUNTED_AFTER) await rebuildStats(db, CHAIN_DAY)
      await client.query(sql)
    }
    // more of everything than a day allows
    await client.query(`update customer_stats set cycle_days = 10, last_purchase_day = date '${CHAIN_DAY}' - 40
      where customer_id % 3 = 0`)
    await client.query(
      `update coupon set expires_day = date '${CHAIN_DAY}' + (id % 12)::int where id % 2 = 0`,
    )
    await client.query('analyze')
  } finally {
    client.release(true)
  }
}

/** What a scan of the chain needs on a day. */
export function depsOf(db: Database, day: BusinessDay): BotDeps {
  return nightDeps(db, { day, dataKey: CHAIN_DATA_KEY })
}
