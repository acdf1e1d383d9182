import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { migrate, schemaFromEmpty } from '../../prisma/migrate.ts'
import { createTestDatabase } from '../support/database.ts'

/** Everything of a schema that Prisma models: columns, keys, indexes, enums. */
const CATALOGUE = `
  select 'column ' || table_name || '.' || column_name || ' ' || udt_name || ' ' || is_nullable
         || ' ' || coalesce(column_default, '') || ' ' || coalesce(datetime_precision::text, '') as line
  from information_schema.columns where table_schema = $1 and table_name not like '\\_prisma%'
  union all
  select 'index ' || replace(indexdef, $1 || '.', '') from pg_indexes
  where schemaname = $1 and tablename not like '\\_prisma%'
  union all
  select 'constraint ' || conrelid::regclass || ' ' || replace(pg_get_constraintdef(c.oid), $1 || '.', '')
  from pg_constraint c join pg_namespace n on n.oid = connamespace
  where nspname = $1 and contype <> 'n' and conrelid::regclass::text not like '\\_prisma%'
  union all
  select 'enum ' || typname || ' ' || string_agg(enumlabel, ',' order by enumsortorder)
  from pg_enum e join pg_type t on t.oid = enumtypid join pg_namespace n on n.oid = typnamespace
  where nspname = $1 group by typname
  order by 1`

describe('prisma/migrations', () => {
  let migrated: Awaited<ReturnType<typeof createTestDatabase>>
  let modelled: Awaited<ReturnType<typeof createTestDatabase>>

  beforeAll(async () => {
    migrated = await createTestDatabase()
    modelled = await createTestDatabase()
  })
  afterAll(async () => {
    await migrated.drop()
    await modelled.drop()
  })

  it('make what schema.prisma says', async () => {
    const sql = await schemaFromEmpty(modelled.url)
    const client = new pg.Client({ connectionString: modelled.url })
    await client.connect()
    await client.query('drop schema public cascade; create schema public')
    await client.query(sql)
    await client.end()

    const fromMigrations = await catalogue(migrated.url)
    const fromSchema = await catalogue(modelled.url)

    expect(fromMigrations).toEqual(fromSchema)
    expect(fromSchema.length).toBeGreaterThan(200)
  })

  it('apply once, however many processes start at the same time', async () => {
    const empty = await createTestDatabase()
    const client = new pg.Client({ connectionString: empty.url })
    await client.connect()
    await client.query('drop schema public cascade; create schema public')

    const applied = await Promise.all([migrate(empty.url), migrate(empty.url), migrate(empty.url)])

    const rows = await client.query('select migration_name from _prisma_migrations')
    expect(applied.flat().length).toBe(rows.rowCount)
    expect(await migrate(empty.url)).toEqual([])
    await client.end()
    await empty.drop()
  })
})

async function catalogue(url: string): Promise<string[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const found = await client.query<{ line: string }>(CATALOGUE, ['public'])
  await client.end()
  return found.rows.map((row) => row.line)
}
