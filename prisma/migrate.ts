import { readFileSync, readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { PrismaPg } from '@prisma/adapter-pg'
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils'
import { runMigrations as migrateJobQueue } from 'graphile-worker'
import pg from 'pg'

const HERE = findPrismaFolder()
const MIGRATIONS = join(HERE, 'migrations')
const SCHEMA = join(HERE, 'schema.prisma')
/** every process that migrates takes this advisory lock first ("guide" as digits on a phone) */
const LOCK = 48433
/** Prisma is not told about tables of the job queue: they live in a schema of their own */
const FILTERS = { externalTables: [], externalEnums: [] }
/**
 * The queue's own indexes are by priority alone: who looks for one kind of job reads past all others, 40 ms at a
 * backlog of 200,000 for each look. Its migrations may make the table anew, so it is looked for each time.
 */
const JOBS_BY_TASK = `do $$ begin
  if to_regclass('graphile_worker.guide_jobs_by_task') is null then
    create index guide_jobs_by_task on graphile_worker._private_jobs (task_id) where is_available;
  end if;
end $$`

/**
 * Brings a database to the current schema: our migrations and the job queue's. Takes an advisory lock, so
 * any number of processes may call it at once; a second run applies nothing.
 *
 * @returns names of the migrations that were applied now
 * @throws the engine's error with the failing migration's name
 */
export async function migrate(url: string): Promise<string[]> {
  const lock = new pg.Client({ connectionString: url })
  // a connection that breaks fails the statement under way; without a listener it would end the process unexplained
  lock.on('error', () => undefined)
  await lock.connect()
  try {
    await lock.query('select pg_advisory_lock($1)', [LOCK])
    const applied = await withSchemaEngine(url, (engine) =>
      engine.applyMigrations({ migrationsList: migrationsList(), filters: FILTERS }),
    )
    await migrateQueue(url)
    await lock.query(JOBS_BY_TASK)
    return applied.appliedMigrationNames
  } finally {
    await lock.end()
  }
}

/** On a pool of ours: the one the queue would open is still closing, with nobody listening, when its promise is kept. */
async function migrateQueue(url: string): Promise<void> {
  const pool = new pg.Pool({ connectionString: url, max: 1 })
  pool.on('error', () => undefined)
  pool.on('connect', (client) => client.on('error', () => undefined))
  try {
    await migrateJobQueue({ pgPool: pool })
  } finally {
    await pool.end()
  }
}

/** Names of the migrations in prisma/migrations, oldest first. */
export function listMigrations(): string[] {
  return readdirSync(MIGRATIONS, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .toSorted()
}

/**
 * SQL that makes an empty database what schema.prisma says: the first migration was written from it, and a
 * test compares what it makes with what the migrations make.
 */
export async function schemaFromEmpty(url: string): Promise<string> {
  const result = await withSchemaEngine(url, (engine) =>
    engine.diff({
      from: { tag: 'empty' },
      to: {
        tag: 'schemaDatamodel',
        files: [{ path: 'schema.prisma', content: readFileSync(SCHEMA, 'utf8') }],
      },
      script: true,
      exitCode: null,
      shadowDatabaseUrl: null,
      filters: FILTERS,
    }),
  )
  return result.stdout ?? ''
}

function migrationsList() {
  return {
    baseDir: MIGRATIONS,
    lockfile: { path: 'migration_lock.toml', content: 'provider = "postgresql"\n' },
    shadowDbInitScript: '',
    migrationDirectories: listMigrations().map((name) => ({
      path: name,
      migrationFile: {
        path: 'migration.sql',
        content: {
          tag: 'ok' as const,
          value: readFileSync(join(MIGRATIONS, name, 'migration.sql'), 'utf8'),
        },
      },
    })),
  }
}

interface SchemaEngine {
  applyMigrations: (input: object) => Promise<{ appliedMigrationNames: string[] }>
  diff: (input: object) => Promise<{ stdout: string | null }>
}

/** the part of the platform's WebAssembly that is used; Node's types leave it out */
declare const WebAssembly: {
  instantiate: (
    code: Uint8Array,
    imports: Record<string, unknown>,
  ) => Promise<{ instance: { exports: Record<string, unknown> } }>
}

interface EngineModule {
  __wbg_set_wasm: (exports: Record<string, unknown>) => void
  SchemaEngine: {
    new: (options: object, log: () => void, adapter: object) => Promise<SchemaEngine>
  }
}

/**
 * Prisma's adapter cuts a script at every semicolon, which breaks function bodies. PostgreSQL takes the
 * whole script at once, in one transaction, so that a migration holds entirely or not at all.
 */
class WholeScriptPg extends PrismaPg {
  override async connect() {
    const adapter = await super.connect()
    const pool = adapter.underlyingDriver()
    adapter.executeScript = async (script: string) => {
      await pool.query(script)
    }
    return adapter
  }
}

/** one instance a process, also where a test runner loads this file twice: the bindings keep its memory */
const holder = globalThis as { guideSchemaEngine?: Promise<EngineModule> }

/** Prisma's schema engine as WebAssembly: the same engine as `prisma migrate`, without its download. */
async function withSchemaEngine<T>(
  url: string,
  work: (engine: SchemaEngine) => Promise<T>,
): Promise<T> {
  const bindings = await (holder.guideSchemaEngine ??= loadEngine())
  const pool = new pg.Pool({ connectionString: url, max: 2 })
  try {
    return await work(
      await bindings.SchemaEngine.new(
        { datamodels: [['schema.prisma', readFileSync(SCHEMA, 'utf8')]] },
        () => undefined,
        bindMigrationAwareSqlAdapterFactory(new WholeScriptPg(pool)),
      ),
    )
  } finally {
    await pool.end()
  }
}

async function loadEngine(): Promise<EngineModule> {
  const entry = createRequire(import.meta.url).resolve(
    '@prisma/schema-engine-wasm/schema_engine_bg',
  )
  const bindings =
    (await import('@prisma/schema-engine-wasm/schema_engine_bg')) as unknown as EngineModule
  const { instance } = await WebAssembly.instantiate(
    readFileSync(join(dirname(entry), 'schema_engine_bg.wasm')),
    { './schema_engine_bg.js': bindings },
  )
  bindings.__wbg_set_wasm(instance.exports)
  const begin = instance.exports['__wbindgen_start'] as () => void
  begin()
  return bindings
}

/** schema.prisma and the migrations stay where they are when the code runs from dist/. */
function findPrismaFolder(): string {
  const here = fileURLToPath(new URL('.', import.meta.url))
  const parts = here.split('/dist/prisma/')
  return parts.length === 2 ? join(parts[0] ?? '', 'prisma') : here
}
