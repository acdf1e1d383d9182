import { Prisma, type Database, type Db } from '../../prisma/db.ts'
import { runTogether } from './import/run-together.ts'

const LONGEST_MS = 30 * 60_000

/**
 * A transaction of a statement over all customers: two of one name wait for each other, and its sorts and joins have
 * memory. Where it met somebody who changes one of them, in another order of tables, it begins again.
 */
export async function overEverybody<T>(
  db: Database,
  name: string,
  work: (tx: Db) => Promise<T>,
): Promise<T> {
  return await runTogether(
    db,
    async (tx) => {
      await tx.$executeRaw(Prisma.sql`select pg_advisory_xact_lock(hashtextextended(${name}, 0))`)
      await tx.$executeRaw(Prisma.sql`set local work_mem = '64MB'`)
      return await work(tx)
    },
    { timeoutMs: LONGEST_MS },
  )
}
