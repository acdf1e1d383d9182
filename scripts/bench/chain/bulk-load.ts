import type pg from 'pg'

/** What a bulk load does without, as statements that bring it back. */
export type LeftOut = readonly string[]

/** Takes every foreign key and every index but the primary keys off the tables. */
export async function beforeBulkLoad(client: pg.ClientBase): Promise<LeftOut> {
  const keys = await client.query<{ drop: string; restore: string }>(`
    select format('alter table %s drop constraint %I', conrelid::regclass, conname) as drop,
      format('alter table %s add constraint %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) as restore
    from pg_constraint where contype = 'f' and connamespace = 'public'::regnamespace
    order by conrelid::regclass::text, conname`)
  const indexes = await client.query<{ drop: string; restore: string }>(`
    select format('drop index %s', indexrelid::regclass) as drop, pg_get_indexdef(indexrelid) as restore
    from pg_index
    where indrelid in (select oid from pg_class where relnamespace = 'public'::regnamespace)
      and not exists (select from pg_constraint where conindid = indexrelid)
    order by indexrelid::regclass::text`)
  for (const { drop } of [...keys.rows, ...indexes.rows]) await client.query(drop)
  return [...indexes.rows, ...keys.rows].map(({ restore }) => restore)
}

/** Brings back what beforeBulkLoad took off. */
export async function afterBulkLoad(client: pg.ClientBase, left: LeftOut): Promise<void> {
  for (const restore of left) await client.query(restore)
}
