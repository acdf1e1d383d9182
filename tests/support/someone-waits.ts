import { setTimeout as pause } from 'node:timers/promises'
import type { Database } from '../../prisma/db.ts'

/** Resolves when a statement on this database waits for a lock. */
export async function someoneWaits(db: Database): Promise<void> {
  for (;;) {
    const { rowCount } = await db.pool.query(
      `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
    )
    if (rowCount) return
    await pause(5)
  }
}
