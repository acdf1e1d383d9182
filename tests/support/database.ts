import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { afterAll, beforeAll, inject } from 'vitest'
import { openDatabase, type Database } from '../../prisma/db.ts'

/**
 * A real PostgreSQL database for this test file alone, a copy of the migrated template. Call it at the top of
 * the file; the answer is filled in before the first test.
 */
export function useDatabase(): Database {
  const handle = {} as Database
  let drop: (() => Promise<void>) | undefined
  beforeAll(async () => {
    const made = await createTestDatabase()
    Object.assign(handle, made.database)
    drop = made.drop
  })
  afterAll(async () => {
    await drop?.()
  })
  return handle
}

/** Copies the template; `drop` closes what is open and removes the copy. */
export async function createTestDatabase(): Promise<{
  database: Database
  url: string
  drop: () => Promise<void>
}> {
  const { adminUrl, template } = inject('postgres')
  const run = template.split('_').pop() ?? '0'
  const name = `guide_test_${run}_${randomBytes(6).toString('hex')}`
  await asAdmin(adminUrl, `create database ${name} template ${template}`)
  const url = new URL(adminUrl)
  url.pathname = `/${name}`
  const database = openDatabase(url.toString())
  return {
    database,
    url: url.toString(),
    drop: async () => {
      await database.close()
      await asAdmin(adminUrl, `drop database if exists ${name} with (force)`)
    },
  }
}

/**
 * Empties every table of ours and the job queue, and starts the ids anew: between tests of one file. Deletes where
 * there is something: truncating forty tables that are mostly empty takes fifteen times as long.
 */
export async function emptyDatabase(database: Database): Promise<void> {
  await database.pool.query(`
    do $$
    declare t record; filled boolean;
    begin
      set local session_replication_role = replica;
      for t in select format('%I.%I', schemaname, tablename) as name from pg_tables
               where schemaname = 'public' and tablename <> '_prisma_migrations' loop
        execute format('select exists (select 1 from %s)', t.name) into filled;
        if filled then execute format('delete from %s', t.name); end if;
      end loop;
      for t in select format('%I.%I', schemaname, sequencename) as name from pg_sequences
               where schemaname = 'public' and last_value is not null loop
        perform setval(t.name, 1, false);
      end loop;
      delete from graphile_worker._private_jobs;
    end $$`)
}

async function asAdmin(adminUrl: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl })
  await client.connect()
  try {
    await client.query(sql)
  } finally {
    await client.end()
  }
}
