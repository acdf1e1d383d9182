import { Prisma } from '../../prisma/db.ts'

/**
 * Rhythms that stand in for a customer's own: the median of their customers' own cycles, for each category,
 * each store and the whole chain (domain-rules 6). Common table expressions; cycleJoins brings them to a
 * row of customer_stats named `s`, cycleColumns picks the first that is there.
 */
export const cycleMedians = Prisma.sql`
  category_cycle as (
    select main_category, percentile_cont(0.5) within group (order by cycle_days) as days
    from customer_stats where cycle_days is not null and main_category is not null group by 1
  ), store_cycle as (
    select last_store_no, percentile_cont(0.5) within group (order by cycle_days) as days
    from customer_stats where cycle_days is not null and last_store_no is not null group by 1
  ), chain_cycle as (
    select percentile_cont(0.5) within group (order by cycle_days) as days
    from customer_stats where cycle_days is not null
  )`

export const cycleJoins = Prisma.sql`
  left join category_cycle on category_cycle.main_category = s.main_category
  left join store_cycle on store_cycle.last_store_no = s.last_store_no
  cross join chain_cycle`

/** cycle_days (null when nobody has a rhythm) and cycle_source (own, category, store, chain) */
export const cycleColumns = Prisma.sql`
  coalesce(s.cycle_days, category_cycle.days, store_cycle.days, chain_cycle.days) as cycle_days,
  case
    when s.cycle_days is not null then 'own'
    when category_cycle.days is not null then 'category'
    when store_cycle.days is not null then 'store'
    else 'chain'
  end as cycle_source`
