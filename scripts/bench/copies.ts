import pg from 'pg'
import { openDatabase, type Database } from '../../prisma/db.ts'

/** A copy of a database, the same down to the page. */
export interface Copy {
  db: Database
  drop: () => Promise<void>
}

/**
 * Copies a database that nobody is connected to.
 *
 * @param name the copy's; what an earlier run left under it is dropped
 */
export async function copyDatabase(url: string, name: string): Promise<Copy> {
  const source = new URL(url).pathname.slice(1)
  await asAdmin(url, [
    `drop database if exists ${name} with (force)`,
    `create database ${name} template ${source} strategy file_copy`,
    'checkpoint',
  ])
  const copyUrl = new URL(url)
  copyUrl.pathname = `/${name}`
  const db = openDatabase(copyUrl.toString(), { connections: 4 })
  return {
    db,
    drop: async () => {
      await db.close()
      await asAdmin(url, [`drop database if exists ${name} with (force)`])
    },
  }
}

async function asAdmin(url: string, statements: readonly string[]): Promise<void> {
  const adminUrl = new URL(url)
  adminUrl.pathname = '/postgres'
  const client = new pg.Client({ connectionString: adminUrl.toString() })
  await client.connect()
  try {
    for (const statement of statements) await client.query(statement)
  } finally {
    await client.end()
  }
}
