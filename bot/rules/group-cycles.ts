import { Prisma, type Db } from '../../prisma/db.ts'

/** Brings the rhythms of a customer's category, store and chain to a row of customer_stats, `s`. */
export const cycleJoins = Prisma.sql`
  left join group_cycle category_cycle
    on category_cycle.source = 'category' and category_cycle.key = s.main_category
  left join group_cycle store_cycle on store_cycle.source = 'store' and store_cycle.key = s.last_store_no
  left join group_cycle chain_cycle on chain_cycle.source = 'chain'`

/**
 * The first there is (domain-rules 6): cycle_days (null when nobody has a rhythm) and cycle_source (own, category, store,
 * chain).
 */
export const cycleColumns = Prisma.sql`
  coalesce(s.cycle_days, category_cycle.days, store_cycle.days, chain_cycle.days) as cycle_days,
  case
    when s.cycle_days is not null then 'own'
    when category_cycle.days is not null then 'category'
    when store_cycle.days is not null then 'store'
    else 'chain'
  end as cycle_source`

/**
 * Counts the rhythms that stand in for a customer's own: the median of their customers' own cycles, for each category,
 * each store and the whole chain (domain-rules 6). Only those that changed are written.
 */
export async function countGroupCycles(tx: Db): Promise<void> {
  const found = (
    await Promise.all([
      medians(tx, 'category', Prisma.sql`main_category`),
      medians(tx, 'store', Prisma.sql`last_store_no`),
      medians(tx, 'chain', Prisma.sql`''::text`),
    ])
  ).flat()
  await tx.$executeRaw(Prisma.sql`
    with found as (
      select * from unnest(${found.map(({ source }) => source)}::text[], ${found.map(({ key }) => key)}::text[],
        ${found.map(({ days }) => days)}::float8[]) as f(source, key, days)
    ), gone as (
      delete from group_cycle g
      where not exists (select from found f where f.source = g.source and f.key = g.key)
    )
    insert into group_cycle as g (source, key, days) select source, key, days from found
    on conflict (source, key) do update set days = excluded.days where g.days <> excluded.days`)
}

interface GroupCycle {
  source: string
  key: string
  days: number
}

/**
 * The median of each group, told from how many have each cycle: a chain has few different ones, and to count takes no sort
 * of all customers. Read alone, so that PostgreSQL may count with several workers.
 */
async function medians(tx: Db, source: string, key: Prisma.Sql): Promise<GroupCycle[]> {
  return await tx.$queryRaw<GroupCycle[]>(Prisma.sql`
    with counted as (
      select ${key} as key, cycle_days, count(*) as customers from customer_stats
      where cycle_days is not null and ${key} is not null group by 1, 2
    ), placed as (
      select key, cycle_days, sum(customers) over (partition by key order by cycle_days) as upto,
        sum(customers) over (partition by key) as of_all
      from counted
    )
    select ${source} as source, key, (min(cycle_days) filter (where upto >= of_all / 2)
      + min(cycle_days) filter (where upto > of_all / 2)) / 2 as days
    from placed group by key`)
}
