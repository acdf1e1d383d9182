import { openDatabase, type Database } from '../../../prisma/db.ts'
import { startCluster } from './cluster.ts'

/** A migrated database that nothing but the scenario uses, and that nobody minds to lose. */
export interface ThrowawayDatabase {
  db: Database
  url: string
  close: () => Promise<void>
}

/** Not durable: what the S scenarios ask has nothing to do with power cuts. */
const SETTINGS = ['fsync=off', 'full_page_writes=off', 'synchronous_commit=off']

/** Starts a fresh cluster below `folder` and opens its database. Close it when done: it stops the cluster. */
export async function openThrowawayDatabase(folder: string): Promise<ThrowawayDatabase> {
  const cluster = await startCluster(folder, { settings: SETTINGS })
  const db = openDatabase(cluster.url, { connections: 10 })
  return {
    db,
    url: cluster.url,
    close: async () => {
      await db.close()
      await cluster.stop()
    },
  }
}
