import type pg from 'pg'

/** What a count of the orders gives, column by column: written apart from the product, so that it shares no mistake. */
const RECOUNTED = {
  orders_365: 't.orders_365',
  spend_365_fen: 't.spend_365',
  orders_total: 't.orders_total',
  spend_total_fen: 't.spend_total',
  first_paid_at: 't.first_paid_at',
  last_paid_at: 't.last_paid_at',
  first_purchase_day: 't.first_day',
  last_purchase_day: 't.last_day',
  purchase_days: 'd.days',
  purchase_days_365: 'd.days_365',
  gap_days: 'd.gaps',
  cycle_days: 'd.cycle',
  last_order_no: 'l.order_no',
  last_store_no: 'l.store_no',
  last_guide_userid: 'l.guide_userid',
  last_cashier_userid: 'l.cashier_userid',
  main_category: 'f.main',
  category_times: `coalesce(f.times, '{}')`,
  holds_until: 't.holds_until',
} as const

/** Columns that say nothing about the orders. */
const ASIDE = ['customer_id', 'as_of']

/** Columns of customer_stats that the comparison does not look at: none. */
export async function notCompared(pool: pg.Pool): Promise<string[]> {
  const { rows } = await pool.query<{ name: string }>(
    `select column_name as name from information_schema.columns where table_name = 'customer_stats'`,
  )
  return rows
    .map(({ name }) => name)
    .filter((name) => !(name in RECOUNTED) && !ASIDE.includes(name))
}

/**
 * Counts everybody's orders by plain SQL and compares every figure with the kept one.
 *
 * @param options.onlyOfDay looks only at rows that say to be of this day: the others' windows have yet to be rolled
 * @returns how many customers have other figures, none or one too many, and how many have figures at all
 */
export async function compareWithRecount(
  pool: pg.Pool,
  day: string,
  options: { onlyOfDay?: boolean } = {},
): Promise<{ differing: number; counted: number; columns: string[] }> {
  await pool.query('drop table if exists recounted')
  await pool.query(recount(day))
  const columns = Object.keys(RECOUNTED)
  const differs = (name: string) => `s.${name} is distinct from r.${name}`
  const { rows } = await pool.query<Record<string, number>>(
    `select count(*)::int as counted,
       count(*) filter (where s.customer_id is null or r.customer_id is null
         or ${columns.map(differs).join(' or ')})::int as differing,
       ${columns.map((name) => `count(*) filter (where ${differs(name)})::int as ${name}`).join(', ')}
     from customer_stats s full join recounted r using (customer_id)
     where not $1 or s.as_of = $2::date`,
    [options.onlyOfDay ?? false, day],
  )
  const found = rows[0] ?? {}
  return {
    differing: found['differing'] ?? Number.NaN,
    counted: found['counted'] ?? 0,
    columns: columns.filter((name) => (found[name] ?? 0) > 0),
  }
}

function recount(day: string): string {
  const inWindow = (at: string) => `${at} between date '${day}' - 364 and date '${day}'`
  return `
    create table recounted as
    with counted as materialized (
      select o.*, o.amount_fen - o.refunded_fen as net from orders o
      where o.customer_id is not null and o.status = 'paid'
        and not (o.refunded_fen > 0 and o.refunded_fen >= o.amount_fen)
    ), totals as (
      select customer_id, count(*) as orders_total, sum(net) as spend_total,
        count(case when ${inWindow('paid_day')} then 1 end) as orders_365,
        sum(case when ${inWindow('paid_day')} then net else 0 end) as spend_365,
        min(paid_at) as first_paid_at, max(paid_at) as last_paid_at,
        min(paid_day) as first_day, max(paid_day) as last_day,
        least(min(case when ${inWindow('paid_day')} then paid_day + 364 end),
          min(case when paid_day > date '${day}' then paid_day - 1 end), '9999-12-31') as holds_until
      from counted group by customer_id
    ), bought_days as (
      select customer_id, paid_day, lead(paid_day) over (partition by customer_id order by paid_day) - paid_day as gap
      from (select distinct customer_id, paid_day from counted) as each_once
    ), days as (
      select customer_id, count(*) as days, count(case when ${inWindow('paid_day')} then 1 end) as days_365,
        coalesce(array_agg(gap order by gap) filter (where gap is not null), '{}') as gaps,
        case when count(*) > 2 then percentile_cont(0.5) within group (order by gap) end as cycle
      from bought_days group by customer_id
    ), latest as (
      select distinct on (customer_id) * from counted order by customer_id, paid_at desc, id desc
    ), categories as (
      select customer_id, category, count(*) as n
      from order_item i join counted c on c.id = i.order_id where category is not null group by 1, 2
    ), favourite as (
      select customer_id, jsonb_object_agg(category, n) as times,
        (array_agg(category order by n desc, category collate "C"))[1] as main
      from categories group by customer_id
    )
    select t.customer_id, ${Object.entries(RECOUNTED)
      .map(([name, value]) => `${value} as ${name}`)
      .join(', ')}
    from totals t join days d using (customer_id) join latest l using (customer_id)
    left join favourite f using (customer_id)`
}
