import { Prisma, type Db } from '../../../prisma/db.ts'

/** A row by column names of the database. A column that is absent keeps what is stored. */
export type Row = Record<string, unknown>

/** How one column is read from a row. */
export interface Column {
  name: string
  /** its type in the recordset */
  type: string
  /** SQL that reads it of the row `r`; the column itself where it is missing */
  read?: string
  /** SQL value where a row has none or null; `null` where it is missing */
  empty?: string
  /** changes only together with this column: a cipher text is another each time for the same text */
  follows?: string
  /** holds as it first came */
  once?: boolean
}

/** Where a kind of row is kept. Names are constants of this program, never input. */
export interface Table {
  name: string
  /** unique column of the natural key */
  key: string
  columns: readonly Column[]
  /** columns that follow from a row `r`, always computed */
  derived?: readonly { name: string; sql: (zone: string) => Prisma.Sql }[]
  /** the row belongs to the member of its member_no: customer_id is kept with it */
  ofMember?: boolean
  /** has updated_at */
  stamped?: boolean
  /** time of the row in the sender's system: an older one changes nothing */
  newest?: string
}

/** Whose a row `r` is: the member's with its number, also one that was merged away. */
const MEMBER = `left join lateral (
  select id from customer where member_no = r.member_no
  union all
  select customer_id from member_alias where member_no = r.member_no
  limit 1) c on true`

export interface Upserted {
  /** natural keys of rows that are new or different now */
  changed: Set<string>
  /** customers that a changed row belongs to, or belonged to before */
  customers: Set<string>
}

interface Stored {
  key: string
  customer: string | null
}

/**
 * Writes a batch of rows with different natural keys: three statements, whatever the size. Rows that are
 * equal to what is stored are not written. Existing rows are locked in the order of their keys, new ones
 * inserted in it, so that two batches wait for each other in a line, not in a circle.
 */
export async function upsertRows(
  tx: Db,
  table: Table,
  rows: Row[],
  context: { now: Date; zone: string },
): Promise<Upserted> {
  const keys = rows.map((row) => String(row[table.key]))
  const before = new Map((await lockRows(tx, table, keys)).map((row) => [row.key, row]))
  const after: Stored[] = []

  const fresh = rows.filter((row) => !before.has(String(row[table.key])))
  if (fresh.length > 0) after.push(...(await insertRows(tx, table, fresh, context)))

  const inserted = new Set(after.map((row) => row.key))
  // also those that another batch inserted since the lock
  const known = rows.filter((row) => !inserted.has(String(row[table.key])))
  if (known.length > 0) after.push(...(await updateRows(tx, table, known, context)))

  const customers = new Set<string>()
  for (const row of after) {
    const old = before.get(row.key)?.customer
    if (old) customers.add(old)
    if (row.customer) customers.add(row.customer)
  }
  return { changed: new Set(after.map((row) => row.key)), customers }
}

function lockRows(tx: Db, table: Table, keys: string[]): Promise<Stored[]> {
  const key = Prisma.raw(table.key)
  const customer = Prisma.raw(table.ofMember ? 't.customer_id::text' : 'null::text')
  return tx.$queryRaw<Stored[]>`
    select t.${key} as key, ${customer} as customer from ${Prisma.raw(table.name)} t
    where t.${key} = any(${keys}::text[]) order by t.${key} for no key update`
}

function insertRows(
  tx: Db,
  table: Table,
  rows: Row[],
  { now, zone }: { now: Date; zone: string },
): Promise<Stored[]> {
  const own = table.columns.map((column) => ({
    name: column.name,
    value: Prisma.raw(valueOf(column)),
  }))
  const all = [...own, ...computed(table, zone), ...(table.stamped ? [stamp(now)] : [])]
  return tx.$queryRaw<Stored[]>`
    insert into ${Prisma.raw(table.name)} as t (${Prisma.raw([table.key, ...all.map((c) => c.name)].join(', '))})
    select r.${Prisma.raw(table.key)}, ${Prisma.join(all.map((c) => c.value))}
    from ${recordset(table, rows)} ${Prisma.raw(table.ofMember ? MEMBER : '')}
    order by r.${Prisma.raw(table.key)}
    on conflict (${Prisma.raw(table.key)}) do nothing
    returning ${returning(table)}`
}

function updateRows(
  tx: Db,
  table: Table,
  rows: Row[],
  { now, zone }: { now: Date; zone: string },
): Promise<Stored[]> {
  const bits = new Map(table.columns.map((column, n) => [column.name, 1 << n]))
  const differs = (column: Column) =>
    `(r.given & ${bits.get(column.name)} <> 0 and t.${column.name} is distinct from ${valueOf(column)})`
  const comparing = (column: Column) =>
    table.columns.find((other) => other.name === column.follows) ?? column
  const changing = table.columns.filter((column) => !column.once)
  const derived = computed(table, zone)
  const sets = [
    ...changing.map((column) =>
      Prisma.raw(
        `${column.name} = case when ${differs(comparing(column))} then ${valueOf(column)} else t.${column.name} end`,
      ),
    ),
    ...derived.map((c) => Prisma.sql`${Prisma.raw(c.name)} = ${c.value}`),
    ...(table.stamped ? [Prisma.sql`updated_at = ${now}::timestamptz`] : []),
  ]
  const changes = [
    ...changing.filter((column) => !column.follows).map((column) => Prisma.raw(differs(column))),
    ...derived.map((c) => Prisma.sql`t.${Prisma.raw(c.name)} is distinct from ${c.value}`),
  ]
  const newest = table.newest
    ? Prisma.raw(
        `and (r.${table.newest} is null or t.${table.newest} is null or r.${table.newest} >= t.${table.newest})`,
      )
    : Prisma.empty
  return tx.$queryRaw<Stored[]>`
    update ${Prisma.raw(table.name)} t set ${Prisma.join(sets)}
    from ${recordset(table, rows)} ${Prisma.raw(table.ofMember ? MEMBER : '')}
    where t.${Prisma.raw(table.key)} = r.${Prisma.raw(table.key)} ${newest} and (${Prisma.join(changes, ' or ')})
    returning ${returning(table)}`
}

function recordset(table: Table, rows: Row[]): Prisma.Sql {
  const marked = rows.map((row) => ({
    ...row,
    // which columns the row has, null ones too: SQL can't tell null from absent
    given: table.columns.reduce(
      (bits, column, n) => (column.name in row ? bits | (1 << n) : bits),
      0,
    ),
  }))
  const types = table.columns.map((column) => `${column.name} ${column.type}`).join(', ')
  return Prisma.sql`json_to_recordset(${JSON.stringify(marked)}::json) as r(${Prisma.raw(
    `${table.key} text, ${types}, given int`,
  )})`
}

function valueOf(column: Column): string {
  const read = column.read ?? `r.${column.name}`
  return column.empty === undefined ? read : `coalesce(${read}, ${column.empty})`
}

function computed(table: Table, zone: string): { name: string; value: Prisma.Sql }[] {
  const derived = (table.derived ?? []).map((d) => ({ name: d.name, value: d.sql(zone) }))
  return table.ofMember ? [...derived, { name: 'customer_id', value: Prisma.sql`c.id` }] : derived
}

function stamp(now: Date): { name: string; value: Prisma.Sql } {
  return { name: 'updated_at', value: Prisma.sql`${now}::timestamptz` }
}

function returning(table: Table): Prisma.Sql {
  return Prisma.raw(
    `t.${table.key} as key, ${table.ofMember ? 't.customer_id::text' : 'null::text'} as customer`,
  )
}
