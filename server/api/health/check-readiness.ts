import type { Database } from '../../../prisma/db.ts'
import { listMigrations } from '../../../prisma/migrate.ts'

/** `ok`, or what is wrong, for each thing a process needs. */
export interface Readiness {
  database: string
  migrations: string
  jobs: string
}

/** milliseconds after which no answer is an answer */
const TIME_LIMIT_MS = 2_000

/** Whether this process can do its work now. Never rejects. */
export async function checkReadiness(db: Database): Promise<Readiness> {
  const database = await within(db.pool.query('select 1').then(() => 'ok'))
  if (database !== 'ok') return { database, migrations: 'unknown', jobs: 'unknown' }
  const [migrations, jobs] = await Promise.all([
    within(checkMigrations(db)),
    within(db.pool.query('select 1 from graphile_worker.migrations limit 1').then(() => 'ok')),
  ])
  return {
    database,
    migrations,
    jobs: jobs === 'ok' ? jobs : 'the queue is not there: npm run migrate',
  }
}

async function checkMigrations(db: Database): Promise<string> {
  const applied = await db.pool.query<{ name: string }>(
    'select migration_name as name from _prisma_migrations where finished_at is not null and rolled_back_at is null',
  )
  const names = new Set(applied.rows.map((row) => row.name))
  const missing = listMigrations().filter((name) => !names.has(name))
  return missing.length === 0 ? 'ok' : `${missing.length} not applied: npm run migrate`
}

async function within(check: Promise<string>): Promise<string> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<string>((done) => {
    timer = setTimeout(() => done('no answer in 2 seconds'), TIME_LIMIT_MS)
  })
  try {
    return await Promise.race([check, late])
  } catch {
    return 'not reachable'
  } finally {
    clearTimeout(timer)
  }
}
