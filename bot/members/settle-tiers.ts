import { addDays, isoInZone, type BusinessDay } from '../../domain/business-day.ts'
import {
  nextReview,
  TIER_TABLE,
  TIER_WARNING_DAYS,
  TIER_WINDOW_DAYS,
  type TierRow,
} from '../../domain/tier.ts'
import type { Tier } from '../../domain/words.ts'
import { Prisma, type Db } from '../../prisma/db.ts'
import type { BotDeps } from '../deps.ts'
import { announceMany } from '../messages/webhooks.ts'
import { counts } from '../rules/counted-order.ts'
import { countedReferral } from '../rules/tier-sql.ts'
import { tiersSettled } from '../tasks/on-tiers.ts'
import { overEverybody } from './over-everybody.ts'

/** How many tiers a run changed. */
export interface SettledTiers {
  upgraded: number
  downgraded: number
  warned: number
}

/** daily_run row of the nights on which tiers were settled */
const SETTLED = 'tiers_settled'

/** Figures of a window as SQL: columns or sums. */
interface TierFigures {
  spend: string
  orders: string
  days: string
  referrals: string
}

/**
 * Keeps everybody's tier as of a day (domain-rules 2): up at once; from 30 days before a review on, who would fall short
 * of their tier there is warned; at the review, the first of a month, who was warned 30 days ago and still is short goes
 * down one step. Each change is logged with its figures and told to the chain's systems. Doing a day again changes
 * nothing; a review that was missed is made up for by the next night.
 *
 * Between two nights a customer who buys holds the higher tier already (domain heldTier). On most nights only those are
 * looked at for whom something changed since the last one; at a review, and when its warnings begin, everybody is.
 *
 * @param options.everybody looks at everybody on any night; the outcome is the same
 */
export async function settleTiers(
  deps: BotDeps,
  day: BusinessDay,
  options: { everybody?: boolean } = {},
): Promise<SettledTiers> {
  const done = await overEverybody(deps.db, 'tiers', async (tx) => {
    const since = options.everybody ? null : await settledSince(tx, day)
    const changes = await writeTiers(tx, { day, since, zone: deps.zone })
    await tx.$executeRaw(Prisma.sql`
        insert into daily_run (name, day, enqueued_at, finished_at)
        values (${SETTLED}, ${day}::date, ${deps.clock.now()}, ${deps.clock.now()}) on conflict (name, day) do nothing`)
    await tiersSettled(tx, deps, deps.clock.now())
    await tellTiers(tx, deps, day, changes)
    return {
      upgraded: changes.filter(({ reason }) => reason === 'upgrade').length,
      downgraded: changes.filter(({ reason }) => reason === 'review').length,
      warned: changes.find(({ reason }) => reason === 'warned')?.warned ?? 0,
    }
  })
  deps.log.info({ day, ...done }, 'tiers settled')
  return done
}

/**
 * The last night up to a day on which tiers were settled, where looking at what changed since is enough; null where
 * everybody must be looked at: at a review, when its warnings begin, and the first time.
 */
async function settledSince(tx: Db, day: BusinessDay): Promise<BusinessDay | null> {
  const [row] = await tx.$queryRaw<{ last: BusinessDay | null }[]>(Prisma.sql`
    select max(day)::text as last from daily_run where name = ${SETTLED} and day <= ${day}::date`)
  const last = row?.last
  if (!last) return null
  const begins = [`${day.slice(0, 8)}01`, addDays(nextReview(day), -TIER_WARNING_DAYS)]
  return begins.some((from) => last < from && from <= day) ? null : last
}

/** Whom to look at: everybody, or those for whom something changed since a night. `look(id, member_no)` */
function look(since: BusinessDay | null, zone: string): Prisma.Sql {
  if (since === null) return Prisma.sql`look as (select id, member_no from customer)`
  const special = TIER_TABLE.filter((row) => row.minReferrals !== undefined).map(({ code }) => code)
  return Prisma.sql`
    changed as materialized (
      select c.id, c.member_no, c.referrer_member_no, s.customer_id is null as never_bought,
        k.customer_id is null or s.as_of >= ${since}::date
          or c.updated_at >= (${since}::date)::timestamp at time zone ${zone}
          -- whoever returned everything has no figures any more
          or (s.customer_id is null and k.tier <> ${TIER_TABLE[0]?.code ?? ''}) as is_changed
      from customer c
      left join customer_stats s on s.customer_id = c.id
      left join customer_tier k on k.customer_id = c.id
    ), look as (
      select id, member_no from changed where is_changed
      union
      -- a friend's first order counts for who brought them, and so does its return
      select c.id, c.member_no from changed f join customer c on c.member_no = f.referrer_member_no
      where f.is_changed or (f.never_bought
        and exists (select from customer_tier k where k.customer_id = c.id and k.tier = any(${special}::text[])))
    )`
}

async function writeTiers(
  tx: Db,
  { day, since, zone }: { day: BusinessDay; since: BusinessDay | null; zone: string },
): Promise<Change[]> {
  const review = nextReview(day)
  const thisReview = `${day.slice(0, 8)}01`
  const now = { spend: 'f.spend', orders: 'f.orders', days: 'f.days', referrals: 'f.referrals' }
  const then = {
    spend: '(f.spend - f.spend_out)',
    orders: '(f.orders - f.orders_out)',
    days: '(f.days - f.days_out)',
    referrals: 'f.referrals',
  }
  return await tx.$queryRaw<Change[]>(Prisma.sql`
    with ${look(since, zone)}, leaving as (
      -- what will have left the window by the next review
      select o.customer_id, sum(o.amount_fen - o.refunded_fen) as spend, count(*)::int as orders,
        count(distinct o.paid_day)::int as days
      from orders o
      where o.paid_day > ${day}::date - ${TIER_WINDOW_DAYS}::int
        and o.paid_day <= ${addDays(review, -TIER_WINDOW_DAYS)}::date
        and o.customer_id is not null and ${counts('o')}
      group by o.customer_id
    ), referred as (
      select r.referrer_member_no as member_no, count(*)::int as n
      from customer r
      ${since === null ? Prisma.empty : Prisma.sql`join look on look.member_no = r.referrer_member_no`}
      ${countedReferral}
      where r.referrer_member_no is not null
      group by 1
    ), figures as (
      select c.id as customer_id, coalesce(s.spend_365_fen, 0) as spend, coalesce(s.orders_365, 0) as orders,
        coalesce(s.purchase_days_365, 0) as days, coalesce(r.n, 0) as referrals,
        coalesce(l.spend, 0) as spend_out, coalesce(l.orders, 0) as orders_out, coalesce(l.days, 0) as days_out
      from look c
      left join customer_stats s on s.customer_id = c.id
      left join leaving l on l.customer_id = c.id
      left join referred r on r.member_no = c.member_no
    ), ranked as (
      select f.*, k.customer_id is not null as is_kept, k.warned_on, k.reviewed_on, k.falling_reviews,
        ${rankOf('k.tier')} as held, ${rankBy(now)} as due, ${rankBy(then)} as at_review
      from figures f left join customer_tier k on k.customer_id = f.customer_id
    ), judged as (
      select r.*, case
          when not r.is_kept or r.due > r.held then r.due
          when r.due < r.held and r.reviewed_on < ${thisReview}::date
            and r.warned_on <= ${day}::date - ${TIER_WARNING_DAYS}::int then r.held - 1
          else r.held
        end as tier
      from ranked r
    ), settled as (
      select j.*, case
          when j.at_review >= j.tier then null
          when j.tier = j.held and j.warned_on is not null then j.warned_on
          when ${day}::date >= ${addDays(review, -TIER_WARNING_DAYS)}::date then ${day}::date
        end as warning,
        j.is_kept and j.reviewed_on < ${thisReview}::date as is_review
      from judged j
    ), written as (
      insert into customer_tier as k (customer_id, tier, since, warned_on, reviewed_on, falling_reviews)
      select customer_id, ${codeOf('tier')}, case when tier <> held then ${day}::date end, warning,
        ${thisReview}::date,
        case when tier < held then falling_reviews + 1 when tier > held or is_review then 0
          else coalesce(falling_reviews, 0) end
      from settled
      where not is_kept or tier <> held or warning is distinct from warned_on
        -- those who are safe need no mark that they were looked at
        or (is_review and (warned_on is not null or falling_reviews > 0))
      on conflict (customer_id) do update set tier = excluded.tier,
        since = coalesce(excluded.since, k.since), warned_on = excluded.warned_on,
        reviewed_on = excluded.reviewed_on, falling_reviews = excluded.falling_reviews
    ), logged as (
      insert into tier_change (customer_id, day, before, after, reason, facts)
      select s.customer_id, ${day}::date, ${codeOf('s.held')}, ${codeOf('s.tier')},
        case when s.tier > s.held then 'upgrade' else 'review' end,
        jsonb_build_object('spend365Fen', s.spend, 'orders365', s.orders, 'purchaseDays365', s.days,
          'referrals', s.referrals)
      from settled s where s.is_kept and s.tier <> s.held
      returning customer_id, before, after, reason
    )
    select c.member_no as "memberNo", c.external_userid as "externalUserId",
      logged.before, logged.after, logged.reason, 0 as warned
    from logged join customer c on c.id = logged.customer_id
    union all
    select null, null, '', '', 'warned', count(*)::int from settled
    where warning is not null and warned_on is null`)
}

/** The chain's systems hear of each change. */
async function tellTiers(
  tx: Db,
  deps: BotDeps,
  day: BusinessDay,
  changes: readonly Change[],
): Promise<void> {
  const at = deps.clock.now()
  const news = changes
    .filter(({ reason }) => reason !== 'warned')
    .map(({ memberNo, externalUserId, before, after, reason }) => ({
      body: { memberNo, externalUserId, before, after, reason, day, at: isoInZone(at, deps.zone) },
      traceId: `tier-${day}`,
    }))
  await announceMany(tx, at, 'tier.changed', news)
}

interface Change {
  memberNo: string | null
  externalUserId: string | null
  before: Tier
  after: Tier
  reason: 'upgrade' | 'review' | 'warned'
  warned: number
}

/**
 * The tier that figures give, as its place in the table: domain tierOf() in SQL. Of the ladder the lower of amount and
 * count; a tier that asks for referrals is above it.
 */
function rankBy(figures: TierFigures): Prisma.Sql {
  const ladder = TIER_TABLE.map((row, rank) => ({ row, rank })).filter(
    ({ row }) => row.minReferrals === undefined,
  )
  const band = (bound: (row: TierRow) => number, figure: string) =>
    `case ${ladder
      .toReversed()
      .map(({ row, rank }) => `when ${figure} >= ${bound(row)} then ${rank}`)
      .join(' ')} else 0 end`
  const special = TIER_TABLE.map((row, rank) => ({ row, rank }))
    .filter(({ row }) => row.minReferrals !== undefined)
    .toReversed()
    .map(
      ({ row, rank }) =>
        `when ${figures.referrals} >= ${row.minReferrals ?? 0} and ${figures.days} >= ${row.minPurchaseDays ?? 0}
          and ${figures.spend} >= ${row.minSpendFen} and ${figures.orders} >= ${row.minOrders} then ${rank}`,
    )
  const lower = `least(${band((row) => row.minSpendFen, figures.spend)}, ${band((row) => row.minOrders, figures.orders)})`
  return Prisma.raw(special.length > 0 ? `(case ${special.join(' ')} else ${lower} end)` : lower)
}

function rankOf(code: string): Prisma.Sql {
  return Prisma.raw(
    `(case ${code} ${TIER_TABLE.map(({ code: tier }, rank) => `when '${tier}' then ${rank}`).join(' ')} end)`,
  )
}

function codeOf(rank: string): Prisma.Sql {
  return Prisma.raw(
    `(case ${rank} ${TIER_TABLE.map(({ code }, at) => `when ${at} then '${code}'`).join(' ')} end)`,
  )
}
