import { newestTiers, type StoredTiers } from '../../../bot/rules/load-tiers.ts'
import type { Birthday } from '../../../domain/birthday.ts'
import type { BusinessDay } from '../../../domain/business-day.ts'
import type { RfmEight, RfmFive } from '../../../domain/rfm.ts'
import type { Tier } from '../../../domain/words.ts'
import { Prisma } from '../../../prisma/db.ts'
import { CustomerNotFound } from '../../errors.ts'
import type { AppDeps } from '../../deps.ts'
import { rows } from '../../rows.ts'
import { scope } from '../../scope.ts'
import type { SignedIn } from '../../session.ts'
import { earnedOf } from '../customers/profile-row.ts'
import { referrals } from '../tasks/task-row.ts'

/** What the answers to "why" are told from, of one customer; days are business days, money is fen. */
export interface WhyFacts {
  birthdayMd: number | null
  birthdayLunar: boolean
  joinedDay: BusinessDay | null
  consent: 'all' | 'one_to_one' | 'none'
  spend365Fen: number
  orders365: number
  purchaseDays: number
  purchaseDays365: number
  lastPurchaseDay: BusinessDay | null
  cycleDays: number | null
  mainCategory: string | null
  lastStoreNo: string | null
  referrals: number
  points365: number
  tiers: StoredTiers | null
  tier: Tier | null
  tierSince: BusinessDay | null
  warnedOn: BusinessDay | null
  fallingReviews: number
  reviewedOn: BusinessDay | null
  rfm: RfmEight | null
  five: RfmFive | null
  fiveFallback: boolean
  pAlive: number | null
  expected90: number | null
  couponName: string | null
  couponEnds: BusinessDay | null
  points: number | null
  pointsEnd: BusinessDay | null
  /** the night that classes are of, and the medians it found */
  run: {
    day: BusinessDay
    thresholds: {
      scored: number
      daysSince: number | null
      orders: number | null
      spendFen: number | null
    }
    model: Record<string, number | string> | null
  } | null
}

/**
 * Reads them in one statement.
 *
 * @throws CUSTOMER_NOT_FOUND, also for somebody else's
 */
export async function readWhyFacts(
  deps: AppDeps,
  user: SignedIn,
  customerId: string,
  today: BusinessDay,
): Promise<WhyFacts> {
  const [found] = await rows<WhyFacts>(
    deps.db,
    Prisma.sql`
      select c.birthday_md as "birthdayMd", c.birthday_lunar as "birthdayLunar",
        (c.joined_at at time zone ${deps.zone})::date::text as "joinedDay", c.consent::text as consent,
        coalesce(s.spend_365_fen, 0)::float8 as "spend365Fen", coalesce(s.orders_365, 0) as "orders365",
        coalesce(s.purchase_days, 0) as "purchaseDays", coalesce(s.purchase_days_365, 0) as "purchaseDays365",
        s.last_purchase_day::text as "lastPurchaseDay", s.cycle_days as "cycleDays",
        s.main_category as "mainCategory", s.last_store_no as "lastStoreNo", ${referrals} as referrals,
        ${newestTiers} as tiers, earned.now as "points365", t.tier, t.since::text as "tierSince", t.warned_on::text as "warnedOn",
        coalesce(t.falling_reviews, 0) as "fallingReviews", t.reviewed_on::text as "reviewedOn",
        k.rfm, k.five, coalesce(k.five_fallback, false) as "fiveFallback", k.p_alive as "pAlive",
        k.expected_90 as "expected90", cp.name as "couponName", cp.expires_day::text as "couponEnds",
        lot.points::float8 as points, lot.expires_on::text as "pointsEnd",
        (select json_build_object('day', r.day, 'thresholds', r.thresholds, 'model', r.model)
          from class_run r order by r.day desc limit 1) as run
      from customer c
      left join customer_stats s on s.customer_id = c.id
      left join customer_tier t on t.customer_id = c.id
      left join customer_class k on k.customer_id = c.id
      cross join lateral (${earnedOf(today, deps.zone)}) earned
      left join lateral (
        select name, expires_day from coupon
        where customer_id = c.id and status = 'issued' and expires_day >= ${today}::date
        order by expires_day, id limit 1
      ) cp on true
      left join lateral (
        select expires_on, sum(remaining) as points from points_lot
        where customer_id = c.id and remaining > 0 and expires_on >= ${today}::date
        group by expires_on order by expires_on limit 1
      ) lot on true
      where c.id = ${customerId}::bigint and ${scope.customers(user)}`,
  )
  if (!found) throw new CustomerNotFound()
  return found
}

/** The birthday as domain rules take it. */
export function birthdayOf({ birthdayMd, birthdayLunar }: WhyFacts): Birthday | null {
  return birthdayMd === null ? null : { md: birthdayMd, lunar: birthdayLunar }
}
