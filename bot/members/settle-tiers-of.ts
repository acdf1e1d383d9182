import type { BusinessDay } from '../../domain/business-day.ts'
import { boundsOf, type TierTable } from '../../domain/tier-table.ts'
import { keptPlan, Prisma, type Db } from '../../prisma/db.ts'
import type { BotDeps } from '../deps.ts'
import { loadTiers } from '../rules/load-tiers.ts'
import { figuresNow, judgeTiers, rankBy, rankOf } from './judge-tiers.ts'
import { lockCustomers } from './stats.ts'
import { tierFigures, type TierQuestion } from './tier-figures.ts'
import { tellTiers, writeTiers } from './write-tiers.ts'

/**
 * Keeps the tiers of customers whose orders have just been counted, at once (domain-rules 2): who rises is told to the
 * chain's systems in the same transaction, a warning that is no longer true ends. So for who brought them: a friend's
 * first order counts. What the night finds later is the same.
 *
 * Left to the night are points, which come by lines of their own; who has no tier kept yet; and whose last order was
 * paid before yesterday: that is history that comes in, and its steps are nobody's news.
 *
 * @param day today
 * @returns customers whose tier changed
 */
export async function settleTiersOf(
  tx: Db,
  deps: Pick<BotDeps, 'clock' | 'zone'>,
  customerIds: readonly bigint[],
  day: BusinessDay,
): Promise<bigint[]> {
  if (customerIds.length === 0) return []
  const { table } = await loadTiers(tx)
  const ids = await findMayRise(tx, table, customerIds, day)
  if (ids.length === 0) return []
  // who brought a buyer may be buying at this moment: the second of two judges by both orders
  await lockCustomers(tx, ids)
  return await keep(tx, deps, { table, day, zone: deps.zone, whom: { ids } })
}

/**
 * Gives customers the tier that all their orders have earned, where it is higher than what is kept of them: for rows that
 * have been parted again, whose orders may be old. The rest is left to the night. To be called when they are counted.
 *
 * @param day today
 * @returns customers whose tier rose
 */
export async function raiseTiersOf(
  tx: Db,
  deps: Pick<BotDeps, 'clock' | 'zone'>,
  customerIds: readonly bigint[],
  day: BusinessDay,
): Promise<bigint[]> {
  const { table } = await loadTiers(tx)
  const question = { table, day, zone: deps.zone, whom: { ids: customerIds } }
  const rows = await tx.$queryRaw<{ id: bigint }[]>(Prisma.sql`
    with ${tierFigures(question)}, ${judgeTiers(question)}
    select customer_id as id from judged where is_kept and tier > held order by 1`)
  if (rows.length === 0) return []
  return await keep(tx, deps, { ...question, whom: { ids: rows.map(({ id }) => id) } })
}

async function keep(
  tx: Db,
  deps: Pick<BotDeps, 'clock' | 'zone'>,
  question: TierQuestion,
): Promise<bigint[]> {
  const changes = await writeTiers(tx, question)
  await tellTiers(tx, deps, question.day, changes)
  return changes.map(({ customerId }) => customerId)
}

/**
 * Those worth judging, who are few: of the buyers, whose figures would give more than they have if everybody they
 * brought counted, or who were warned; and who brought one that has just bought for the first time.
 */
async function findMayRise(
  tx: Db,
  table: TierTable,
  customerIds: readonly bigint[],
  day: BusinessDay,
): Promise<bigint[]> {
  const ids = customerIds.map(String)
  const asksReferrals = table.tiers.some((row) => boundsOf(table, row).referrals > 0)
  const brought = asksReferrals
    ? Prisma.sql`case when exists (select from customer r where r.referrer_member_no = c.member_no) then ${MANY}::int else 0 end`
    : Prisma.sql`0`
  const rows = await tx.$queryRaw<{ id: bigint }[]>(Prisma.sql`${keptPlan(ids.length)}
    with lately as materialized (
      select c.id, c.referrer_member_no, s.spend_365_fen as spend, s.orders_365 as orders,
        s.purchase_days_365 as days, ${brought} as referrals, ${MANY}::int as points,
        s.last_purchase_day as last_day, s.first_purchase_day as first_day, k.tier, k.warned_on
      from customer c join customer_stats s on s.customer_id = c.id
      left join customer_tier k on k.customer_id = c.id and k.customer_id = any(${ids}::bigint[])
      where c.id = any(${ids}::bigint[]) and s.customer_id = any(${ids}::bigint[])
        and s.last_purchase_day >= ${day}::date - 1
    ), judged as (
      select f.id, k.warned_on, ${rankOf(table)} as held, ${rankBy(table, figuresNow(day))} as most
      from lately f cross join lateral (select f.tier, f.warned_on) k where k.tier is not null
    )
    select id from judged where held is null or most > held or warned_on is not null
    union
    select c.id from lately l join customer c on c.member_no = l.referrer_member_no
    join customer_tier k on k.customer_id = c.id
    where ${asksReferrals} and l.first_day >= ${day}::date - 1`)
  return rows.map(({ id }) => id)
}

/** more than any tier asks for, of what isn't counted here */
const MANY = 1_000_000_000
