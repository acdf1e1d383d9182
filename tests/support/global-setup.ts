import { randomBytes } from 'node:crypto'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import type { TestProject } from 'vitest/node'
import { startEmbeddedPostgres } from '../../prisma/embedded.ts'
import { migrate } from '../../prisma/migrate.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** administrator's URL of the server the tests run on, and the migrated database to copy */
    postgres: { adminUrl: string; template: string }
  }
}

/**
 * One PostgreSQL for the whole run: TEST_DATABASE_URL when given, else a throw-away embedded one. Its template
 * database is migrated once; each test file works in a copy (database.ts).
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const given = process.env['TEST_DATABASE_URL']
  const folder = mkdtempSync(join(tmpdir(), 'guide-test-'))
  // open, so that the server may keep its data here also when it runs as somebody else
  chmodSync(folder, 0o755)
  const server = given ? undefined : await startEmbeddedPostgres(folder, { durable: false })
  const adminUrl = given ?? server?.url('postgres') ?? ''
  const run = randomBytes(4).toString('hex')
  const template = `guide_template_${run}`

  const admin = new pg.Client({ connectionString: adminUrl })
  await admin.connect()
  await admin.query(`create database ${template}`)
  await migrate(databaseUrl(adminUrl, template))
  project.provide('postgres', { adminUrl, template })

  return async () => {
    const left = await admin.query<{ datname: string }>(
      `select datname from pg_database where datname like $1`,
      [`guide_test_${run}_%`],
    )
    for (const { datname } of left.rows)
      await admin.query(`drop database if exists ${datname} with (force)`)
    await admin.query(`drop database if exists ${template} with (force)`)
    await admin.end()
    await server?.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

function databaseUrl(adminUrl: string, database: string): string {
  const url = new URL(adminUrl)
  url.pathname = `/${database}`
  return url.toString()
}
