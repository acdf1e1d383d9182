import pg from 'pg'
import type { Database } from '../../../prisma/db.ts'

/** How many statements something sends to the database, BEGIN and COMMIT included. */
export async function countStatements(db: Database, run: () => Promise<void>): Promise<number> {
  let count = 0
  await watching(db, () => void (count += 1), run)
  return count
}

/**
 * Runs something whose connection is ended by the server right before its statement `nth` (from 0): what it sent
 * before is done, nothing of it is committed.
 *
 * @returns whether it got that far, and failed of it
 */
export async function breakBefore(
  db: Database,
  adminUrl: string,
  nth: number,
  run: () => Promise<void>,
): Promise<boolean> {
  const admin = new pg.Client({ connectionString: adminUrl })
  await admin.connect()
  let count = 0
  let broken = false
  const watch = async (client: pg.PoolClient) => {
    if (count++ !== nth) return
    broken = true
    const { processID } = client as unknown as { processID: number }
    await admin.query('select pg_terminate_backend($1, 10000)', [processID])
  }
  try {
    await watching(db, watch, run)
    return false
  } catch (error) {
    if (!broken) throw error
    return true
  } finally {
    await admin.end()
  }
}

/** Runs something while `watch` is asked before every statement of the pool's connections. */
async function watching(
  db: Database,
  watch: (client: pg.PoolClient) => Promise<void> | void,
  run: () => Promise<void>,
): Promise<void> {
  const original = Reflect.get(pg.Client.prototype, 'query') as (...args: unknown[]) => unknown
  const watched = async function (this: pg.PoolClient, ...args: unknown[]) {
    await watch(this)
    return Reflect.apply(original, this, args)
  }
  const dress = (client: pg.PoolClient) => void Object.assign(client, { query: watched })
  const undress = (_error: unknown, client: pg.PoolClient) =>
    void Reflect.deleteProperty(client, 'query')
  db.pool.on('acquire', dress)
  db.pool.on('release', undress)
  try {
    await run()
  } finally {
    db.pool.off('acquire', dress)
    db.pool.off('release', undress)
  }
}
