import { describe, expect, it } from 'vitest'
import { CUSTOMER_TABLES } from '../../../bot/members/customer-tables.ts'
import { MERGE_FIELDS } from '../../../bot/members/merge-fields.ts'
import { useDatabase } from '../../support/database.ts'

const db = useDatabase()

describe('what hangs on a customer', () => {
  it('is named with what a merge makes of it, every table with a customer_id', async () => {
    const { rows } = await db.pool.query<{ name: string }>(
      `select table_name as name from information_schema.columns
       where table_schema = 'public' and column_name = 'customer_id'`,
    )

    expect(CUSTOMER_TABLES.map(({ table }) => table).toSorted()).toEqual(
      rows.map(({ name }) => name).toSorted(),
    )
  })

  it('is found by customer_id and nothing else', async () => {
    const { rows } = await db.pool.query<{ name: string }>(
      `select a.attname as name from pg_constraint f
       join pg_attribute a on a.attrelid = f.conrelid and a.attnum = any(f.conkey)
       where f.contype = 'f' and f.confrelid = 'customer'::regclass and a.attname <> 'customer_id'`,
    )

    expect(rows).toEqual([])
  })

  it('has rows that are named by what one customer may have only once', async () => {
    const { rows } = await db.pool.query<{ table: string; columns: string[] }>(
      `select t.relname as table, array_agg(a.attname::text order by a.attname) as columns
       from pg_index i join pg_class t on t.oid = i.indrelid
       join pg_namespace n on n.oid = t.relnamespace and n.nspname = 'public'
       join pg_attribute a on a.attrelid = t.oid and a.attnum = any(i.indkey)
       where i.indisunique group by i.indexrelid, t.relname
       having 'customer_id' = any(array_agg(a.attname::text)) and count(*) > 1`,
    )

    // relations and tasks have ways of their own: merge-by-hand.ts refuses the former and renames the latter
    const own = ['relation', 'task']
    const named = CUSTOMER_TABLES.filter(({ how }) => how === 'collides').map(
      ({ table, key, once = [key] }) => ({ table, columns: ['customer_id', ...once].toSorted() }),
    )
    expect(
      rows
        .filter(({ table }) => !own.includes(table))
        .toSorted((a, b) => a.table.localeCompare(b.table)),
    ).toEqual(named.toSorted((a, b) => a.table.localeCompare(b.table)))
  })

  it('has no column of its own that a merge forgets', async () => {
    const { rows } = await db.pool.query<{ name: string }>(
      `select column_name as name from information_schema.columns
       where table_schema = 'public' and table_name = 'customer'`,
    )
    const always = [
      'member_no external_userid unionid wecom_name avatar wecom_type joined_at attributes consent match_issue updated_at',
      // the kept row's own
      'id created_at',
    ].flatMap((names) => names.split(' '))

    expect([...Object.values(MERGE_FIELDS).flat(), ...always].toSorted()).toEqual(
      rows.map(({ name }) => name).toSorted(),
    )
  })
})
