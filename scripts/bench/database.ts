import { join } from 'node:path'
import pg from 'pg'
import { openDatabase, type Database } from '../../prisma/db.ts'
import { startEmbeddedPostgres } from '../../prisma/embedded.ts'
import { migrate } from '../../prisma/migrate.ts'
import { DATA_FOLDER } from '../support/open.ts'

/** A database of the bench's own. */
export interface BenchDatabase {
  db: Database
  url: string
  /** closes its connections, the server goes on: a database that nobody is connected to can be copied */
  disconnect: () => Promise<void>
  /** closes it; the data stays for the next run unless `drop` */
  close: (options?: { drop?: boolean }) => Promise<void>
}

/**
 * Opens the migrated database `name` on the bench's own server: BENCH_DATABASE_URL's where it is given (any database
 * of it, by a role that may create databases), else an embedded PostgreSQL below .data/bench, durable as in production.
 *
 * @param options.fresh drops what an earlier run left
 */
export async function openBenchDatabase(
  name: string,
  options: { fresh?: boolean; connections?: number } = {},
): Promise<BenchDatabase> {
  const given = process.env['BENCH_DATABASE_URL']
  const server = given ? undefined : await startEmbeddedPostgres(join(DATA_FOLDER, 'bench'))
  const adminUrl = given ?? server?.url('postgres') ?? ''
  const url = withDatabase(adminUrl, name)
  if (options.fresh) await asAdmin(adminUrl, `drop database if exists ${name} with (force)`)
  const found = await asAdmin(adminUrl, `select 1 from pg_database where datname = '${name}'`)
  if (found === 0) await asAdmin(adminUrl, `create database ${name}`)
  await migrate(url)
  const db = openDatabase(url, { connections: options.connections ?? 10 })
  let disconnected: Promise<void> | undefined
  const disconnect = () => (disconnected ??= db.close())
  return {
    db,
    url,
    disconnect,
    close: async ({ drop = false } = {}) => {
      await disconnect()
      if (drop) await asAdmin(adminUrl, `drop database if exists ${name} with (force)`)
      await server?.stop()
    },
  }
}

function withDatabase(adminUrl: string, name: string): string {
  const url = new URL(adminUrl)
  url.pathname = `/${name}`
  return url.toString()
}

async function asAdmin(adminUrl: string, sql: string): Promise<number> {
  const client = new pg.Client({ connectionString: adminUrl })
  await client.connect()
  try {
    return (await client.query(sql)).rowCount ?? 0
  } finally {
    await client.end()
  }
}
