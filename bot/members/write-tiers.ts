import { addDays, isoInZone, type BusinessDay } from '../../domain/business-day.ts'
import { nextReview, TIER_WARNING_DAYS } from '../../domain/tier.ts'
import type { Tier } from '../../domain/words.ts'
import { Prisma, type Db } from '../../prisma/db.ts'
import type { BotDeps } from '../deps.ts'
import { announceFrom, announceMany } from '../messages/webhooks.ts'
import { codeAt, isValid, judgeTiers } from './judge-tiers.ts'
import { tierFigures, type TierQuestion } from './tier-figures.ts'

/** Why a tier changed: up at once, down at a review, the membership over, the table has the tier no more, or a duplicate's was higher. */
export type TierReason = 'upgrade' | 'review' | 'end' | 'table' | 'merge'

/** One change of a tier. */
export interface TierChanged {
  customerId: bigint
  memberNo: string | null
  externalUserId: string | null
  before: Tier
  after: Tier
  reason: TierReason
}

/**
 * Judges some customers and keeps what differs, in one statement. Doing it again writes nothing. Telling of it is left to
 * the caller.
 *
 * @returns the changes
 */
export async function writeTiers(tx: Db, question: TierQuestion): Promise<TierChanged[]> {
  return await tx.$queryRaw<TierChanged[]>(Prisma.sql`
    with ${writtenTiers(question)}
    select c.id as "customerId", c.member_no as "memberNo", c.external_userid as "externalUserId",
      logged.before, logged.after, logged.reason
    from logged join customer c on c.id = logged.customer_id`)
}

/**
 * The same for any number of customers, and tells the chain's systems of each change: all of it inside the database. What
 * is told is sent from the next minute on.
 *
 * @returns how many changed for which reason, and how many were warned anew
 */
export async function writeTiersOfMany(
  tx: Db,
  deps: Pick<BotDeps, 'clock' | 'zone'>,
  question: TierQuestion,
): Promise<Partial<Record<TierReason | 'warned', number>>> {
  const at = deps.clock.now()
  const news = Prisma.sql`
    select jsonb_build_object('memberNo', c.member_no, 'externalUserId', c.external_userid,
      'before', logged.before, 'after', logged.after, 'reason', logged.reason,
      'day', ${question.day}::text, 'at', ${isoInZone(at, deps.zone)}::text) as body
    from logged join customer c on c.id = logged.customer_id`
  const rows = await tx.$queryRaw<{ reason: TierReason | 'warned'; n: number }[]>(Prisma.sql`
    with ${writtenTiers(question)}, told as (
      ${announceFrom(at, 'tier.changed', news, traceOf(question.day))}
    )
    select reason, count(*)::int as n from logged group by 1
    union all
    select 'warned', count(*)::int from settled where warning is not null and warned_on is null`)
  return Object.fromEntries(rows.map(({ reason, n }) => [reason, n]))
}

/**
 * Parts of a WITH: everybody asked about as judged is in `settled`, the changes with their figures are kept in tier_change
 * and are in `logged`.
 */
function writtenTiers(question: TierQuestion): Prisma.Sql {
  const { table, day } = question
  const review = nextReview(day)
  const thisReview = `${day.slice(0, 8)}01`
  const validThen = isValid(
    table,
    Prisma.sql`j.tier`,
    Prisma.sql`case when j.is_kept and j.tier is distinct from j.held then ${day}::date else j.since end`,
    review,
  )
  return Prisma.sql`${tierFigures(question)}, ${judgeTiers(question)}, settled as (
      select j.*, case
          when j.at_review >= j.tier or ${validThen} then null
          when j.tier = j.held and j.warned_on is not null then j.warned_on
          when ${day}::date >= ${addDays(review, -TIER_WARNING_DAYS)}::date then ${day}::date
        end as warning,
        case when j.held is null then 'table' when j.tier > j.held then 'upgrade'
          when j.is_over then 'end' else 'review' end as reason
      from judged j
    ), written as (
      insert into customer_tier as k (customer_id, tier, since, warned_on, reviewed_on, falling_reviews)
      select customer_id, ${codeAt(table, Prisma.sql`tier`)},
        case when is_kept and tier is distinct from held then ${day}::date end, warning, ${thisReview}::date,
        case when tier < held and is_review then falling_reviews + 1
          when tier > held or held is null or is_review then 0
          else falling_reviews end
      from settled
      where not is_kept or tier is distinct from held or warning is distinct from warned_on
        -- those who are safe need no mark that they were looked at
        or (is_review and (warned_on is not null or falling_reviews > 0))
      order by customer_id
      on conflict (customer_id) do update set tier = excluded.tier,
        since = coalesce(excluded.since, k.since), warned_on = excluded.warned_on,
        reviewed_on = excluded.reviewed_on, falling_reviews = excluded.falling_reviews
    ), logged as (
      insert into tier_change (customer_id, day, before, after, reason, facts)
      select s.customer_id, ${day}::date, s.code, ${codeAt(table, Prisma.sql`s.tier`)}, s.reason,
        jsonb_build_object('spend365Fen', s.spend, 'orders365', s.orders, 'purchaseDays365', s.days,
          'referrals', s.referrals, 'points365', s.points)
      from settled s where s.is_kept and s.tier is distinct from s.held
      order by s.customer_id
      returning customer_id, before, after, reason
    )`
}

function traceOf(day: BusinessDay): string {
  return `tier-${day}`
}

/** The chain's systems hear of some changes. */
export async function tellTiers(
  tx: Db,
  deps: Pick<BotDeps, 'clock' | 'zone'>,
  day: BusinessDay,
  changes: readonly TierChanged[],
): Promise<void> {
  const at = deps.clock.now()
  const news = changes.map(({ memberNo, externalUserId, before, after, reason }) => ({
    body: { memberNo, externalUserId, before, after, reason, day, at: isoInZone(at, deps.zone) },
    traceId: traceOf(day),
  }))
  await announceMany(tx, at, 'tier.changed', news)
}
