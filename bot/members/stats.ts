import type { BusinessDay } from '../../domain/business-day.ts'
import type { Database, Db } from '../../prisma/db.ts'
import { counts } from '../rules/counted-order.ts'
import { forEachPage } from './customer-pages.ts'
import { runTogether } from './import/run-together.ts'
import { figures, replaceFigures, writeFigures } from './stats-sql.ts'

/** Most customers of one statement: what a rebuild or a roll works on at a time. */
const CHUNK = 5_000
/** daily_run row that says up to which day all windows are right */
const ROLLED = 'stats_roll'

/**
 * Counts the statistics of customers anew from their orders, in one statement; who has no order left loses the
 * row. What is counted, and how: `stats-sql.ts`.
 *
 * The customers are locked first, in the order of their ids: of two transactions that bring orders of one
 * customer the second counts both.
 *
 * @param options.locked the transaction has locked them before
 */
export async function recomputeStats(
  tx: Db,
  customerIds: bigint[],
  today: BusinessDay,
  options: { locked?: boolean } = {},
): Promise<void> {
  if (customerIds.length === 0) return
  if (!options.locked) await lockCustomers(tx, customerIds)
  await tx.$executeRaw`
    with paid as materialized (
      select customer_id, id, order_no, paid_at, paid_day, amount_fen, refunded_fen,
        store_no, guide_userid, cashier_userid
      from orders o where customer_id = any(${customerIds}::bigint[]) and ${counts('o')}
    ), bought as (
      select p.customer_id, i.category, count(*)::int as times
      from paid p
      -- offset 0: by the orders' own lines, never by reading all lines there are
      cross join lateral (
        select category from order_item where order_id = p.id and category is not null offset 0) i
      group by p.customer_id, i.category
    ), gone as (
      delete from customer_stats s
      where s.customer_id = any(${customerIds}::bigint[])
        and not exists (select from paid p where p.customer_id = s.customer_id)
    ), ${figures(today)} ${writeFigures(today)} ${replaceFigures}`
}

/** Nobody else counts or judges these customers until the transaction ends. */
export async function lockCustomers(tx: Db, ids: readonly bigint[]): Promise<void> {
  await tx.$executeRaw`
    select 1 from customer where id = any(${ids}::bigint[]) order by id for no key update`
}

/**
 * Moves every customer's 365-day window to a day. Only customers with an order that left the window, or came
 * into it, since the last roll are counted anew; a roll that was cut off is made good by the next.
 *
 * @returns how many customers were counted
 */
export async function rollWindows(db: Database, today: BusinessDay): Promise<number> {
  const crossed = await db.pool.query<{ id: string }>(
    // one day of overlap for a batch that was under way across midnight; a first roll looks at every order
    `with span as (
       select case when max(day) is null then '-infinity' else least(max(day), $1::date) - 1 end as low,
         greatest(max(day), $1::date) as high
       from daily_run where name = $2 and finished_at is not null
     )
     select distinct o.customer_id::text as id from span, orders o
     where o.customer_id is not null
       and (o.paid_day > span.low - 365 and o.paid_day <= span.high - 365
         or o.paid_day > span.low and o.paid_day <= span.high)
     order by 1`,
    [today, ROLLED],
  )
  const ids = crossed.rows.map((row) => BigInt(row.id))
  await inChunks(db, ids, today)
  await markRolled(db, today)
  return ids.length
}

/**
 * Counts everyone anew, in chunks by id.
 *
 * @param progress told after each chunk how many customers are done, and of how many
 * @returns how many customers were counted
 */
export async function rebuildStats(
  db: Database,
  today: BusinessDay,
  progress: (done: number, total: number) => void = () => undefined,
): Promise<number> {
  const total = await db.prisma.customer.count()
  const options = { size: CHUNK, progress: (done: number) => progress(done, total) }
  const done = await forEachPage(db, options, (ids) => inChunks(db, ids, today))
  await markRolled(db, today)
  return done
}

async function inChunks(db: Database, ids: bigint[], today: BusinessDay): Promise<void> {
  for (let start = 0; start < ids.length; start += CHUNK) {
    const chunk = ids.slice(start, start + CHUNK)
    // an import may hold some of them, and want others that this holds
    await runTogether(db, (tx) => recomputeStats(tx, chunk, today), { timeoutMs: 120_000 })
  }
}

async function markRolled(db: Database, today: BusinessDay): Promise<void> {
  // the latest row tells the day: a clock that was set back must not leave a later one
  await db.pool.query(`delete from daily_run where name = $1 and day > $2::date`, [ROLLED, today])
  await db.pool.query(
    `insert into daily_run (name, day, enqueued_at, finished_at)
     values ($1, $2::date, $2::date, $2::date) on conflict (name, day) do nothing`,
    [ROLLED, today],
  )
}
