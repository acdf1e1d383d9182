import type { BusinessDay } from '../../domain/business-day.ts'
import type { Database, Db } from '../../prisma/db.ts'

/** Most customers of one statement: what a rebuild or a roll works on at a time. */
const CHUNK = 5_000
/** daily_run row that says up to which day all windows are right */
const ROLLED = 'stats_roll'

/**
 * Counts the statistics of customers anew from their orders, in one statement; who has no order left loses the
 * row. What counts: paid orders that were not fully refunded, net of refunds; the window is (today − 365 d,
 * today] (domain-rules 2); the cycle is the median gap of ≥ 3 purchase days (domain-rules 6).
 *
 * The customers are locked first, in the order of their ids: of two transactions that bring orders of one
 * customer the second counts both.
 */
export async function recomputeStats(
  tx: Db,
  customerIds: bigint[],
  today: BusinessDay,
): Promise<void> {
  if (customerIds.length === 0) return
  await tx.$executeRaw`
    select 1 from customer where id = any(${customerIds}::bigint[]) order by id for no key update`
  await tx.$executeRaw`
    with paid as materialized (
      select customer_id, id, order_no, paid_at, paid_day, amount_fen - refunded_fen as net,
        store_no, guide_userid, cashier_userid,
        paid_day > ${today}::date - 365 and paid_day <= ${today}::date as in_window
      from orders
      where customer_id = any(${customerIds}::bigint[]) and status = 'paid'
        and (refunded_fen < amount_fen or refunded_fen = 0)
    ), sequence as (
      -- one sort for everything: a gap of 0 days is another order of the same day
      select paid.*, lead(id) over own is null as is_last, paid_day - lag(paid_day) over own as gap
      from paid window own as (partition by customer_id order by paid_at, id)
    ), totals as (
      select customer_id, count(*) as orders_total, sum(net) as spend_total,
        count(*) filter (where in_window) as orders_365,
        coalesce(sum(net) filter (where in_window), 0) as spend_365,
        min(paid_at) as first_paid_at, max(paid_at) as last_paid_at,
        min(paid_day) as first_day, max(paid_day) as last_day,
        count(*) filter (where gap is distinct from 0) as days,
        count(*) filter (where gap is distinct from 0 and in_window) as days_365,
        percentile_cont(0.5) within group (order by nullif(gap, 0)) as median_gap,
        min(order_no) filter (where is_last) as order_no, min(store_no) filter (where is_last) as store_no,
        min(guide_userid) filter (where is_last) as guide_userid,
        min(cashier_userid) filter (where is_last) as cashier_userid
      from sequence group by customer_id
    ), favourite as (
      select distinct on (customer_id) customer_id, category
      from (
        select p.customer_id, i.category, count(*) as times
        from paid p
        -- offset 0: by the orders' own lines, never by reading all lines there are
        cross join lateral (
          select category from order_item where order_id = p.id and category is not null offset 0) i
        group by p.customer_id, i.category
      ) bought order by customer_id, times desc, category collate "C"
    ), gone as (
      delete from customer_stats s
      where s.customer_id = any(${customerIds}::bigint[])
        and not exists (select from paid p where p.customer_id = s.customer_id)
    )
    insert into customer_stats as s (
      customer_id, orders_365, spend_365_fen, orders_total, spend_total_fen,
      first_paid_at, last_paid_at, first_purchase_day, last_purchase_day,
      purchase_days, purchase_days_365, cycle_days,
      last_order_no, last_store_no, last_guide_userid, last_cashier_userid, main_category, as_of)
    select t.customer_id, t.orders_365, t.spend_365, t.orders_total, t.spend_total,
      t.first_paid_at, t.last_paid_at, t.first_day, t.last_day,
      t.days, t.days_365, case when t.days >= 3 then t.median_gap end,
      t.order_no, t.store_no, t.guide_userid, t.cashier_userid, f.category, ${today}::date
    from totals t left join favourite f using (customer_id)
    order by t.customer_id
    on conflict (customer_id) do update set
      orders_365 = excluded.orders_365, spend_365_fen = excluded.spend_365_fen,
      orders_total = excluded.orders_total, spend_total_fen = excluded.spend_total_fen,
      first_paid_at = excluded.first_paid_at, last_paid_at = excluded.last_paid_at,
      first_purchase_day = excluded.first_purchase_day, last_purchase_day = excluded.last_purchase_day,
      purchase_days = excluded.purchase_days, purchase_days_365 = excluded.purchase_days_365,
      cycle_days = excluded.cycle_days, last_order_no = excluded.last_order_no,
      last_store_no = excluded.last_store_no, last_guide_userid = excluded.last_guide_userid,
      last_cashier_userid = excluded.last_cashier_userid, main_category = excluded.main_category,
      as_of = excluded.as_of`
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
  let done = 0
  let after = 0n
  for (;;) {
    const page = await db.prisma.customer.findMany({
      where: { id: { gt: after } },
      orderBy: { id: 'asc' },
      take: CHUNK,
      select: { id: true },
    })
    const last = page.at(-1)
    if (!last) break
    await inChunks(
      db,
      page.map((row) => row.id),
      today,
    )
    after = last.id
    done += page.length
    progress(done, total)
  }
  await markRolled(db, today)
  return done
}

async function inChunks(db: Database, ids: bigint[], today: BusinessDay): Promise<void> {
  for (let start = 0; start < ids.length; start += CHUNK) {
    const chunk = ids.slice(start, start + CHUNK)
    await db.prisma.$transaction((tx) => recomputeStats(tx, chunk, today), {
      timeout: 120_000,
      maxWait: 30_000,
    })
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
