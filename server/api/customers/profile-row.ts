import type { Lot } from '../../../domain/points-lots.ts'
import type { ConsentLevel, Tier } from '../../../domain/words.ts'
import type { RfmEight, RfmFive } from '../../../domain/rfm.ts'
import { newestLimits, type LimitsInForce } from '../../../bot/rules/contact-limits.ts'
import { counts } from '../../../bot/rules/counted-order.ts'
import { newestTiers, type StoredTiers } from '../../../bot/rules/load-tiers.ts'
import { earnedPoints, tiersAskPoints } from '../../../bot/rules/tier-sql.ts'
import { nextReview, TIER_WINDOW_DAYS } from '../../../domain/tier.ts'
import { addDays, type BusinessDay } from '../../../domain/business-day.ts'
import { Prisma } from '../../../prisma/db.ts'
import { scopeOfMe } from '../../scope.ts'
import type { SignedIn } from '../../session.ts'
import { ruleName, type TagRow } from './tag-view.ts'
import { referrals, taskColumns, taskJoins, type TaskRow } from '../tasks/task-row.ts'

interface Person {
  userid: string
  name: string
}

export interface TouchLine {
  at: string
  name: string
  channel: string
  mine: boolean
}

/** Everything the database knows for a profile, in one row; days are business days, times ISO text. */
export interface ProfileRow {
  /** who is asking */
  me: SignedIn
  id: string
  externalUserId: string | null
  memberNo: string | null
  name: string | null
  wecomName: string | null
  avatar: string | null
  gender: 'male' | 'female' | null
  /** hex digits */
  mobileEnc: string | null
  birthdayMd: number | null
  birthdayLunar: boolean
  joinedAt: string | null
  joinedDay: BusinessDay | null
  matchIssue: string | null
  consent: ConsentLevel
  store: { storeNo: string; name: string } | null
  spend365Fen: number
  orders365: number
  purchaseDays: number
  purchaseDays365: number
  lastPurchaseDay: BusinessDay | null
  cycleDays: number | null
  /** as of the last night */
  rfm: RfmEight | null
  five: RfmFive | null
  pAlive: number | null
  mainCategory: string | null
  lastStoreNo: string | null
  referrals: number
  /** earned points, where a tier asks for them: within today's window, and what of them the next review will count */
  points365: number
  pointsAtReview: number
  /** the tier table in force; null: the product's own */
  tiers: StoredTiers | null
  /** the limits of contact in force; null: the product's own */
  limits: LimitsInForce | null
  /** the kept one; see heldTier */
  tier: Tier | null
  tierSince: BusinessDay | null
  /** since when the next review is in danger */
  warnedOn: BusinessDay | null
  fallingReviews: number
  reviewedOn: BusinessDay | null
  assignedGuide: Person | null
  relation: {
    remark: string | null
    addedAt: string
    endedAt: string | null
    endedBy: string | null
    half: boolean
  } | null
  guides: Person[] | null
  tags: TagRow[] | null
  coupons:
    | {
        couponNo: string
        name: string
        faceValueFen: number | null
        discount: number | null
        minSpendFen: number | null
        expiresOn: BusinessDay
        days: number
      }[]
    | null
  /** lots with something left, by their end */
  lots: Pick<Lot, 'remaining' | 'availableOn' | 'expiresOn'>[] | null
  pointsShortfall: number
  /** newest first: what was paid on each purchase day inside the window of the next review, and the last 12 */
  days: { day: BusinessDay; spendFen: number; orders: number }[] | null
  tasks: TaskRow[] | null
  /** sent ones of the last 30 days, newest first */
  recentTouches: TouchLine[] | null
  lastTouchByMe: TouchLine | null
  lastTouchByOthers: TouchLine | null
}

/** How a customer is asked for. */
export type CustomerKey = { id: string } | { externalUserId: string }

/** purchase days shown as a strip */
const STRIP_DAYS = 12

/**
 * One statement for a whole profile (docs/performance.md: one query answers six times as fast as a
 * query per block), and for who is asking. Its text differs by key only, so each text is planned once a connection.
 *
 * @param userid of the session; without an active employee of that name there is no row
 */
export function profileStatement(
  userid: string,
  key: CustomerKey,
  now: Date,
  today: BusinessDay,
  zone: string,
): { name: string; statement: Prisma.Sql } {
  const byId = 'id' in key
  const which = byId
    ? Prisma.sql`c.id = ${key.id}::bigint`
    : Prisma.sql`c.external_userid = ${key.externalUserId}`
  const reviewFrom = addDays(nextReview(today), -TIER_WINDOW_DAYS)
  const earned = earnedOf(today, zone)
  const recently = new Date(now.getTime() - 31 * 86_400_000)
  const touch = Prisma.sql`touch.at, toucher.name, touch.channel, touch.employee_id = me.id as mine`
  const sent = Prisma.sql`touch join employee toucher on toucher.id = touch.employee_id
    where touch.customer_id = c.id and touch.result = 'sent'`
  // one column: a driver reads one text faster than forty
  const statement = Prisma.sql`select row_to_json(profile) as profile from (
    select json_build_object('id', me.id::text, 'userid', me.userid, 'name', me.name, 'role', me.role,
        'storeNo', me.store_no) as me,
      c.id::text as id, c.external_userid as "externalUserId", c.member_no as "memberNo", c.name,
      c.wecom_name as "wecomName", c.avatar, c.gender::text as gender, encode(c.mobile_enc, 'hex') as "mobileEnc",
      c.birthday_md as "birthdayMd", c.birthday_lunar as "birthdayLunar",
      to_json(c.joined_at) #>> '{}' as "joinedAt",
      (c.joined_at at time zone ${zone})::date::text as "joinedDay",
      c.match_issue as "matchIssue", c.consent::text as consent,
      (select json_build_object('storeNo', st.store_no, 'name', st.name)
        from store st where st.store_no = c.store_no) as store,
      coalesce(s.spend_365_fen, 0)::float8 as "spend365Fen", coalesce(s.orders_365, 0) as "orders365",
      coalesce(s.purchase_days, 0) as "purchaseDays", coalesce(s.purchase_days_365, 0) as "purchaseDays365",
      s.last_purchase_day::text as "lastPurchaseDay", s.cycle_days as "cycleDays",
      k.rfm, k.five, k.p_alive as "pAlive", tier.tier, tier.since::text as "tierSince", tier.warned_on::text as "warnedOn",
      coalesce(tier.falling_reviews, 0) as "fallingReviews", tier.reviewed_on::text as "reviewedOn",
      ${newestTiers} as tiers, ${newestLimits} as limits, earned.now as "points365", earned.at_review as "pointsAtReview", s.main_category as "mainCategory", s.last_store_no as "lastStoreNo", ${referrals} as referrals,
      (select json_build_object('userid', e.userid, 'name', e.name)
        from employee e where e.userid_key = lower(c.guide_userid)) as "assignedGuide",
      (select json_build_object('remark', r.remark, 'addedAt', r.added_at, 'endedAt', r.ended_at,
          'endedBy', r.ended_by, 'half', r.half)
        from relation r where r.customer_id = c.id and r.employee_id = me.id) as relation,
      (select json_agg(json_build_object('userid', e.userid, 'name', e.name) order by r.added_at, r.id)
        from relation r join employee e on e.id = r.employee_id
        where r.customer_id = c.id and r.ended_at is null) as guides,
      (select json_agg(json_build_object('id', t.id::text, 'name', t.name, 'dimension', g.dimension,
          'groupName', g.name, 'origin', ct.origin, 'originBy', ct.origin_by, 'addedAt', ct.added_at, 'evidence', ct.evidence,
          'rule', ${ruleName})
          order by g.sort_order desc, g.id, t.sort_order desc, t.id)
        from customer_tag ct join tag t on t.id = ct.tag_id join tag_group g on g.id = t.group_id
        where ct.customer_id = c.id and ct.removed_at is null and t.deleted_at is null
          and (ct.expires_at is null or ct.expires_at > ${now})) as tags,
      (select json_agg(json_build_object('couponNo', k.coupon_no, 'name', k.name,
          'faceValueFen', k.face_value_fen, 'discount', k.discount, 'minSpendFen', k.min_spend_fen,
          'expiresOn', k.expires_day, 'days', k.expires_day - ${today}::date) order by k.expires_day, k.id)
        from coupon k
        where k.customer_id = c.id and k.status = 'issued' and k.expires_day >= ${today}::date) as coupons,
      (select json_agg(json_build_object('remaining', l.remaining, 'availableOn', l.available_on,
          'expiresOn', l.expires_on) order by l.expires_on)
        from points_lot l
        where l.customer_id = c.id and l.remaining > 0 and l.expires_on >= ${today}::date) as lots,
      (select coalesce(sum(missing.points), 0)::float8 from points_shortfall missing
        where missing.customer_id = c.id) as "pointsShortfall",
      (select json_agg(json_build_object('day', d.day, 'spendFen', d.spend, 'orders', d.n) order by d.day desc)
        from (
          select o.paid_day as day, sum(o.amount_fen - o.refunded_fen)::float8 as spend, count(*)::int as n,
            row_number() over (order by o.paid_day desc) as nth
          from orders o where o.customer_id = c.id and ${counts('o')} and o.paid_day <= ${today}::date
          group by o.paid_day
        ) d where d.day > ${reviewFrom}::date or d.nth <= ${STRIP_DAYS}) as days,
      (select json_agg(row_to_json(x) order by x.urgent desc, x."snoozedUntil" nulls first, x.priority desc)
        from (
          select ${taskColumns}, t.priority from task t ${taskJoins}
          where t.customer_id = c.id and t.state in ('open', 'in_progress') and t.dies_at > ${now}
            and ${scopeOfMe.tasks}
        ) x) as tasks,
      (select json_agg(row_to_json(x)) from (
        select ${touch} from ${sent} and touch.at > ${recently} and touch.channel <> 'welcome'
        order by touch.at desc limit 50) x) as "recentTouches",
      (select row_to_json(x) from (
        select ${touch} from ${sent} and touch.employee_id = me.id
        order by touch.at desc limit 1) x) as "lastTouchByMe",
      (select row_to_json(x) from (
        select ${touch} from ${sent} and touch.employee_id <> me.id
        order by touch.at desc limit 1) x) as "lastTouchByOthers"
    from employee me cross join customer c left join customer_stats s on s.customer_id = c.id
      left join customer_class k on k.customer_id = c.id
      left join customer_tier tier on tier.customer_id = c.id
      cross join lateral (${earned}) earned
    where me.userid_key = ${userid.toLowerCase()} and me.active and ${which} and ${scopeOfMe.customers}) profile`
  return { name: `profile-${byId ? 'id' : 'external'}`, statement }
}

/**
 * Columns `now` and `at_review` of a customer `c`: the points that tiers count, today and at the next review. Zero, and
 * the ledger isn't read, where no tier asks for points.
 */
export function earnedOf(today: BusinessDay, zone: string): Prisma.Sql {
  const sum = (day: BusinessDay) =>
    Prisma.sql`greatest(coalesce(sum(e.points) filter (where ${earnedPoints(day, zone)}), 0), 0)::float8`
  return Prisma.sql`
    select ${sum(today)} as now, ${sum(nextReview(today))} as at_review from points_entry e
    where e.customer_id = c.id and ${tiersAskPoints}`
}
