import type pg from 'pg'
import { rebuildStats } from '../../../bot/members/stats.ts'
import { openDatabase } from '../../../prisma/db.ts'

/** A chain as it stands before the orders of the bench arrive. */
export interface Chain {
  members: number
  /** orders of each member on average, over the last 800 days */
  ordersEach: number
}

/** The bench's today; what the chain bought lies before it, what is imported on it. */
export const TODAY = '2026-11-22'
/** when the import runs: the afternoon of that day, in Shanghai */
export const NOW = '2026-11-22T18:00:00+08:00'
const YESTERDAY = '2026-11-21'

/**
 * Fills an empty database with the chain: every order is of a member, has two lines, and is counted in the figures
 * as of the day before. The same chain each time.
 */
export async function seedOrders(url: string, { members, ordersEach }: Chain): Promise<void> {
  const db = openDatabase(url, { connections: 2 })
  const client = await db.pool.connect()
  try {
    // the rows are right by construction: foreign keys need no look at each
    await client.query('set session_replication_role = replica')
    await client.query(
      `insert into customer (member_no, joined_at, store_no)
       select 'M' || n, '2024-01-01', 'S' || n % 200 from generate_series(0, $1::int - 1) n`,
      [members],
    )
    await sellOrders(client, members, members * ordersEach)
    await client.query('set session_replication_role = origin')
  } finally {
    client.release()
  }
  await db.pool.query('analyze')
  await rebuildStats(db, YESTERDAY)
  // as autovacuum leaves a chain at rest: no work of an earlier hour falls into a measurement
  await db.pool.query('vacuum analyze')
  await db.close()
}

async function sellOrders(client: pg.PoolClient, members: number, orders: number): Promise<void> {
  await client.query(
    `insert into orders (order_no, member_no, customer_id, store_no, guide_userid, cashier_userid,
       paid_at, paid_day, amount_fen, status)
     select 'E' || n, c.member_no, c.id, 'S' || m % 200, 'g' || m % 2000, 'k' || n % 2000,
       t.paid_at, (t.paid_at at time zone 'Asia/Shanghai')::date, 1000 + hashint8(n + 3) & 65535, 'paid'
     from generate_series(0::bigint, $2::bigint - 1) n
     cross join lateral (select (hashint8(n) & 2147483647) % $1::bigint as m,
       timestamptz '2026-11-21T23:00+08:00' - interval '800 days' * (1 - n::float8 / $2::bigint) as paid_at) t
     join customer c on c.id = t.m + 1
     order by n`,
    [members, orders],
  )
  await client.query(
    `insert into order_item (order_id, line, sku, category, quantity, amount_fen)
     select id, line, 'sku' || id % 5000, 'category ' || (hashint8(id * 2 + line) & 2147483647) % 12, 1, 500
     from orders, generate_series(1, 2) line order by id, line`,
  )
}
