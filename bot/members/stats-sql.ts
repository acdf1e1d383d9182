import type { BusinessDay } from '../../domain/business-day.ts'
import { Prisma } from '../../prisma/db.ts'

/**
 * Counts the figures of customers, as parts `totals` and `favourite` of a statement's WITH. Before them stand `paid`,
 * orders that count, and `bought` (customer_id, category, times), what their lines are of. The window is
 * (today − 365 d, today], net of refunds (domain-rules 2); the cycle is the median gap of ≥ 3 purchase days
 * (domain-rules 6).
 */
export function figures(today: BusinessDay): Prisma.Sql {
  return Prisma.sql`
    sequence as (
      -- one sort for everything: a gap of 0 days is another order of the same day
      select customer_id, id, order_no, paid_at, paid_day, store_no, guide_userid, cashier_userid,
        amount_fen - refunded_fen as net,
        paid_day > ${today}::date - 365 and paid_day <= ${today}::date as in_window,
        lead(id) over own is null as is_last, paid_day - lag(paid_day) over own as gap
      from paid window own as (partition by customer_id order by paid_at, id)
    ), totals as (
      select customer_id, count(*) as orders_total, sum(net) as spend_total,
        count(*) filter (where in_window) as orders_365,
        coalesce(sum(net) filter (where in_window), 0) as spend_365,
        min(paid_at) as first_paid_at, max(paid_at) as last_paid_at,
        min(paid_day) as first_day, max(paid_day) as last_day,
        count(*) filter (where gap is distinct from 0) as days,
        count(*) filter (where gap is distinct from 0 and in_window) as days_365,
        ${holdsUntil(today)} as holds_until,
        coalesce(array_agg(gap order by gap) filter (where gap > 0), '{}') as gaps,
        min(order_no) filter (where is_last) as order_no, min(store_no) filter (where is_last) as store_no,
        min(guide_userid) filter (where is_last) as guide_userid,
        min(cashier_userid) filter (where is_last) as cashier_userid
      from sequence group by customer_id
    ), favourite as (
      select customer_id, jsonb_object_agg(category, times) as times,
        (array_agg(category order by times desc, category collate "C"))[1] as category
      from bought group by customer_id
    )`
}

/**
 * The last day on which what is in the window is still right: on the next an order leaves it, or one that is dated ahead
 * comes into it. An aggregate over orders with paid_day and in_window.
 */
export function holdsUntil(today: BusinessDay): Prisma.Sql {
  return Prisma.sql`
    least(min(paid_day) filter (where in_window) + 364,
      min(paid_day) filter (where paid_day > ${today}::date) - 1, date '9999-12-31')`
}

/**
 * Writes what figures() counted into customer_stats, which is `s` then; what is to happen with a row that is there
 * already, replaceFigures or addFigures(), follows behind it.
 */
export function writeFigures(today: BusinessDay): Prisma.Sql {
  return Prisma.sql`
    insert into customer_stats as s (
      customer_id, orders_365, spend_365_fen, orders_total, spend_total_fen,
      first_paid_at, last_paid_at, first_purchase_day, last_purchase_day,
      purchase_days, purchase_days_365, gap_days, cycle_days,
      last_order_no, last_store_no, last_guide_userid, last_cashier_userid,
      category_times, main_category, as_of, holds_until)
    select t.customer_id, t.orders_365, t.spend_365, t.orders_total, t.spend_total,
      t.first_paid_at, t.last_paid_at, t.first_day, t.last_day,
      t.days, t.days_365, t.gaps, ${cycleOf('t.gaps')},
      t.order_no, t.store_no, t.guide_userid, t.cashier_userid,
      coalesce(f.times, '{}'), f.category, ${today}::date, t.holds_until
    from totals t left join favourite f using (customer_id)
    order by t.customer_id`
}

/** The counted figures take the place of the row's. */
export const replaceFigures = Prisma.sql`
  on conflict (customer_id) do update set
    orders_365 = excluded.orders_365, spend_365_fen = excluded.spend_365_fen,
    orders_total = excluded.orders_total, spend_total_fen = excluded.spend_total_fen,
    first_paid_at = excluded.first_paid_at, last_paid_at = excluded.last_paid_at,
    first_purchase_day = excluded.first_purchase_day, last_purchase_day = excluded.last_purchase_day,
    purchase_days = excluded.purchase_days, purchase_days_365 = excluded.purchase_days_365,
    gap_days = excluded.gap_days, cycle_days = excluded.cycle_days,
    last_order_no = excluded.last_order_no, last_store_no = excluded.last_store_no,
    last_guide_userid = excluded.last_guide_userid, last_cashier_userid = excluded.last_cashier_userid,
    category_times = excluded.category_times, main_category = excluded.main_category,
    as_of = excluded.as_of, holds_until = excluded.holds_until`

/**
 * The counted figures, of orders that are new, are added to the row's: where all of them were paid after every order
 * the row counts, and its window figures still hold. Other rows stay as they are and are not returned: they are to be
 * counted anew.
 */
export function addFigures(today: BusinessDay): Prisma.Sql {
  return Prisma.sql`
  on conflict (customer_id) do update set
    orders_365 = s.orders_365 + excluded.orders_365, spend_365_fen = s.spend_365_fen + excluded.spend_365_fen,
    orders_total = s.orders_total + excluded.orders_total,
    spend_total_fen = s.spend_total_fen + excluded.spend_total_fen,
    last_paid_at = excluded.last_paid_at, last_purchase_day = excluded.last_purchase_day,
    -- the first new order may be of the last known purchase day
    purchase_days = s.purchase_days + excluded.purchase_days
      - (excluded.first_purchase_day = s.last_purchase_day)::int,
    purchase_days_365 = s.purchase_days_365 + excluded.purchase_days_365
      - (excluded.first_purchase_day = s.last_purchase_day
        and s.last_purchase_day > ${today}::date - 365 and s.last_purchase_day <= ${today}::date)::int,
    (gap_days, cycle_days) = (
      select g.gaps, ${cycleOf('g.gaps')} from (select ${gapsTogether} as gaps offset 0) as g),
    last_order_no = excluded.last_order_no, last_store_no = excluded.last_store_no,
    last_guide_userid = excluded.last_guide_userid, last_cashier_userid = excluded.last_cashier_userid,
    category_times = case when excluded.category_times = '{}' then s.category_times else (
      select s.category_times || jsonb_object_agg(b.category, b.times) from (${boughtTogether}) as b) end,
    -- counts only grow: the favourite is one of what was bought now, or the one it was
    main_category = case when excluded.category_times = '{}' then s.main_category else (
      select b.category from (${boughtTogether}) as b
      order by b.times desc, b.category collate "C" limit 1) end,
    as_of = excluded.as_of, holds_until = least(s.holds_until, excluded.holds_until)
  where s.last_paid_at < excluded.first_paid_at and ${today}::date between s.as_of and s.holds_until
    and cardinality(s.gap_days) = s.purchase_days - 1`
}

/** SQL of the cycle: the middle of the sorted gaps, null below three purchase days. */
function cycleOf(gaps: string): Prisma.Sql {
  return Prisma.raw(
    `case when cardinality(${gaps}) >= 2
      then (${gaps}[(cardinality(${gaps}) + 1) / 2] + ${gaps}[cardinality(${gaps}) / 2 + 1]) / 2.0::float8 end`,
  )
}

/** SQL of the row's gaps and the new orders', sorted: the gap before the first of them comes in at its place. */
const gapsTogether = Prisma.sql`
  case
    when cardinality(excluded.gap_days) > 0 then array(
      select gap from unnest(s.gap_days || excluded.gap_days
        || nullif(excluded.first_purchase_day - s.last_purchase_day, 0)) as gap where gap is not null order by gap)
    when excluded.first_purchase_day = s.last_purchase_day then s.gap_days
    when s.gap_days = '{}' then array[excluded.first_purchase_day - s.last_purchase_day]
    else s.gap_days[:width_bucket(excluded.first_purchase_day - s.last_purchase_day, s.gap_days)]
      || (excluded.first_purchase_day - s.last_purchase_day)
      || s.gap_days[width_bucket(excluded.first_purchase_day - s.last_purchase_day, s.gap_days) + 1:]
  end`

/** SQL of how often each category was bought that the new orders have, and the favourite so far. */
const boughtTogether = Prisma.sql`
  select key as category, value::int + coalesce((s.category_times ->> key)::int, 0) as times
  from jsonb_each_text(excluded.category_times)
  union all
  select s.main_category, (s.category_times ->> s.main_category)::int
  where s.main_category is not null and not excluded.category_times ? s.main_category`
