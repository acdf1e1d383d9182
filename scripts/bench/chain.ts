import { rebuildLots } from '../../bot/members/settle-lots.ts'
import { rebuildStats } from '../../bot/members/stats.ts'
import type { Database } from '../../prisma/db.ts'
import type { BenchContext } from './bench.ts'
import { afterBulkLoad, beforeBulkLoad } from './chain/bulk-load.ts'
import { CHAIN_DAY, CHAIN_ZONE, chainRows, COUNTED_AFTER } from './chain/rows.ts'
import { openBenchDatabase, type BenchDatabase } from './database.ts'

export { CHAIN_DATA_KEY, CHAIN_DAY, CHAIN_ZONE } from './chain/rows.ts'

/** A bench database that holds a chain. */
export interface ChainDatabase extends BenchDatabase {
  /** customers, each with ten orders on average */
  members: number
}

/** of the chain's making: a database that an older one made is made anew */
const VERSION = 3

/**
 * Opens a database with a chain of 1 000 000 customers and 10 000 000 orders (`quick`: a tenth of both). The first
 * run makes it, which takes some minutes, and later ones find it: who changes it puts it back. The rows are those
 * of CHAIN_DAY, the same on every machine.
 *
 * @param options.members another size, for comparing sizes; 100 000 and 1 000 000 share the databases above
 */
export async function openChain(
  { size, say }: BenchContext,
  options: { members?: number } = {},
): Promise<ChainDatabase> {
  const members = options.members ?? (size === 'full' ? 1_000_000 : 100_000)
  const name = databaseName(members)
  let database = await openBenchDatabase(name)
  if (!(await isComplete(database.db, members))) {
    await database.close()
    database = await openBenchDatabase(name, { fresh: true })
    await make(database.db, members, say)
  }
  return { ...database, members }
}

function databaseName(members: number): string {
  if (members === 1_000_000) return 'bench_chain'
  return members === 100_000 ? 'bench_chain_quick' : `bench_chain_${members}`
}

async function make(db: Database, members: number, say: (text: string) => void): Promise<void> {
  const client = await db.pool.connect()
  try {
    await client.query(`set work_mem = '256MB'`)
    await client.query(`set maintenance_work_mem = '512MB'`)
    const left = await beforeBulkLoad(client)
    for (const { what, sql } of chainRows(members)) {
      if (what === COUNTED_AFTER) {
        // the product's own counting, which reads orders by customer
        say('indexes')
        await afterBulkLoad(client, left)
        await client.query('analyze')
        await rebuildStats(db, CHAIN_DAY, (done, total) => {
          if (done % 100_000 === 0) say(`statistics of ${done} of ${total}`)
        })
      }
      say(what)
      await client.query(sql)
    }
    say('points in lots')
    await rebuildLots(db, CHAIN_ZONE)
    say('vacuum')
    await client.query('vacuum (analyze)')
    await client.query('checkpoint')
    await client.query(`comment on table customer is '${mark(members)}'`)
  } finally {
    client.release(true)
  }
}

async function isComplete(db: Database, members: number): Promise<boolean> {
  const { rows } = await db.pool.query<{ mark: string | null }>(
    `select obj_description('customer'::regclass) as mark`,
  )
  return rows[0]?.mark === mark(members)
}

function mark(members: number): string {
  return `bench chain ${VERSION}: ${members} members`
}
