import type { BusinessDay } from '../../domain/business-day.ts'
import type { Database, Db } from '../../prisma/db.ts'
import { counts } from '../rules/counted-order.ts'
import { forEachPage } from './customer-pages.ts'
import { runTogether } from './import/run-together.ts'
import { figures, holdsUntil, replaceFigures, writeFigures } from './stats-sql.ts'

/** Most customers of one statement: what a rebuild or a roll works on at a time. */
const CHUNK = 5_000

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
 * Moves every customer's 365-day window to a day. Only those are looked at of whom an order left the window, or came into
 * it: their rows say until when they hold. A roll that was cut off, or a night that was missed, is made good by the next.
 *
 * @returns how many customers' windows were moved
 */
export async function rollWindows(db: Database, today: BusinessDay): Promise<number> {
  let moved = 0
  let after = 0n
  for (;;) {
    const { rows } = await db.pool.query<{ id: string }>(
      `select customer_id::text as id from customer_stats
       where customer_id > $1 and (holds_until < $2::date or holds_until is null
         -- the clock was set back
         or as_of > $2::date)
       order by customer_id limit $3`,
      [after, today, CHUNK],
    )
    const ids = rows.map(({ id }) => BigInt(id))
    if (ids.length === 0) return moved
    // an import may hold some of them, and want others that this holds
    await runTogether(db, (tx) => moveWindows(tx, ids, today), { timeoutMs: 120_000 })
    moved += ids.length
    after = ids.at(-1) ?? after
  }
}

/** What of these customers' orders is in the window of a day; the locks keep it from counting while an import adds. */
async function moveWindows(tx: Db, customerIds: bigint[], today: BusinessDay): Promise<void> {
  await lockCustomers(tx, customerIds)
  await tx.$executeRaw`
    with recent as (
      select o.customer_id, o.amount_fen - o.refunded_fen as net, o.paid_day, o.paid_day <= ${today}::date as in_window
      from orders o
      where o.customer_id = any(${customerIds}::bigint[]) and o.paid_day > ${today}::date - 365 and ${counts('o')}
    ), inside as (
      select customer_id, count(*) filter (where in_window) as orders,
        sum(net) filter (where in_window) as spend,
        count(distinct paid_day) filter (where in_window) as days, ${holdsUntil(today)} as holds_until
      from recent group by customer_id
    )
    update customer_stats s set orders_365 = coalesce(i.orders, 0), spend_365_fen = coalesce(i.spend, 0),
      purchase_days_365 = coalesce(i.days, 0), as_of = ${today}::date,
      holds_until = coalesce(i.holds_until, date '9999-12-31')
    from unnest(${customerIds}::bigint[]) as who(id) left join inside i on i.customer_id = who.id
    where s.customer_id = who.id`
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
  return await forEachPage(db, options, (ids) =>
    // an import may hold some of them, and want others that this holds
    runTogether(db, (tx) => recomputeStats(tx, ids, today), { timeoutMs: 120_000 }),
  )
}
