import { Type, type Static } from 'typebox'
import { daysBetween } from '../../domain/business-day.ts'
import { dayText } from '../../domain/day-words.ts'
import { formatFen } from '../../domain/money.ts'
import { TIER_WARNING_DAYS, TIER_WINDOW_DAYS } from '../../domain/tier.ts'
import { DEFAULT_TIER_TABLE, tierName } from '../../domain/tier-table.ts'
import type { Lang } from '../../domain/words.ts'
import { Prisma } from '../../prisma/db.ts'
import { counts } from './counted-order.ts'
import { defineRule } from './rule.ts'
import { countedReferral, earnedPoints, tierBounds } from './tier-sql.ts'

const Facts = Type.Object({
  tier: Type.String(),
  /** what it was called then; absent in tasks of before tiers were data */
  tierName: Type.Optional(Type.Object({ 'zh-CN': Type.String(), en: Type.String() })),
  /** the review at which the tier would fall */
  reviewDay: Type.String(),
  /** what is short of keeping it there; an order makes it less (bot/tasks/keep-gaps.ts) */
  spendFen: Type.Integer(),
  orders: Type.Integer(),
  purchaseDays: Type.Integer(),
  referrals: Type.Integer(),
  points: Type.Optional(Type.Integer()),
})

/**
 * Customers whose tier would fall at a review within 30 days, with what is short of keeping it (domain-rules 2). One task
 * for each review; it dies the day before, and ends with the order that closes the gap.
 */
export const tierKeep = defineRule({
  kind: 'tier_keep',
  label: { 'zh-CN': '保级提醒', en: 'Keep the tier' },
  params: Type.Object({
    /** days before the review from which it comes up */
    days: Type.Integer({ minimum: 1, maximum: TIER_WARNING_DAYS }),
    dueDays: Type.Integer({ minimum: 0, maximum: 30 }),
  }),
  defaults: { days: TIER_WARNING_DAYS, dueDays: 2 },
  facts: Facts,

  // Of the warned, who are few; the orders that will have left the window by the review are those of one month, found by
  // the index on paid_day, as the night's tiers find them. A tier falls at the first review 30 days after the warning
  // (domain fallReview()). Who needs many purchases more is asked after the others.
  candidates({ day, zone }, { days, dueDays }) {
    return Prisma.sql`
      with warned as (
        select k.customer_id, k.tier, review.day as review
        from customer_tier k
        cross join lateral (
          select (date_trunc('month', (greatest(k.warned_on + ${TIER_WARNING_DAYS}::int, ${day}::date + 1)
            - 1)::timestamp) + interval '1 month')::date as day
        ) review
        where k.warned_on is not null and review.day - ${days}::int <= ${day}::date
          -- a review that is due is the night's (judge-tiers.ts): by tomorrow it has taken the tier, or kept it
          and not coalesce(k.warned_on + ${TIER_WARNING_DAYS}::int <= ${day}::date
            and k.reviewed_on < date_trunc('month', ${day}::timestamp)::date, false)
      ), leaving as (
        select o.customer_id, sum(o.amount_fen - o.refunded_fen) as spend, count(*) as orders,
          count(distinct o.paid_day) as days
        from orders o join warned w on w.customer_id = o.customer_id
        where o.paid_day > ${day}::date - ${TIER_WINDOW_DAYS}::int
          and o.paid_day <= ${day}::date + ${days}::int - ${TIER_WINDOW_DAYS}::int
          and o.paid_day <= w.review - ${TIER_WINDOW_DAYS}::int and ${counts('o')}
        group by o.customer_id
      ), short as (
        select w.*, w.review - ${day}::date as days_left,
          greatest(0, bound.spend - (coalesce(s.spend_365_fen, 0) - coalesce(l.spend, 0))) as spend_short,
          greatest(0, bound.orders - (coalesce(s.orders_365, 0) - coalesce(l.orders, 0))) as orders_short,
          greatest(0, bound.days - (coalesce(s.purchase_days_365, 0) - coalesce(l.days, 0))) as days_short,
          case when bound.referrals = 0 then 0 else greatest(0, bound.referrals - (
            select count(*) from customer r ${countedReferral} where r.referrer_member_no = c.member_no
          )) end as referrals_short,
          case when bound.points = 0 then 0 else greatest(0, bound.points - (
            select coalesce(sum(e.points), 0) from points_entry e
            where e.customer_id = w.customer_id and ${earnedPoints(Prisma.sql`w.review`, zone)}
          )) end as points_short,
          bound.name
        from warned w
        join ${tierBounds} on bound.tier = w.tier
        join customer c on c.id = w.customer_id
        left join customer_stats s on s.customer_id = w.customer_id
        left join leaving l on l.customer_id = w.customer_id
      )
      select customer_id, review::text as occurrence,
        jsonb_build_object('tier', tier, 'tierName', name, 'reviewDay', review, 'spendFen', spend_short, 'orders', orders_short,
          'purchaseDays', days_short, 'referrals', referrals_short, 'points', points_short) as facts,
        ((0.9 - 0.01 * days_left) * case when orders_short > 5 then 0.6 else 1 end)::float8 as urgency,
        days_left = 1 as urgent,
        (least(${day}::date + ${dueDays}::int, review - 1) + time '23:59:59') at time zone ${zone} as due_at,
        (review - 1 + time '23:59:59') at time zone ${zone} as dies_at
      from short
      where spend_short + orders_short + days_short + referrals_short + points_short > 0`
  },

  reason(facts, lang, today) {
    const tier = called(facts, lang)
    const left = today === undefined ? -1 : daysBetween(today, facts.reviewDay)
    const when = left > 0 ? inDays(left, lang) : dayText(facts.reviewDay, lang)
    return lang === 'en'
      ? `${tier} may be lost ${left > 0 ? when : `on ${when}`}; ${gapText(facts, lang)} short.`
      : `${when}${tier}卡可能降级，还差 ${gapText(facts, lang)}。`
  },

  words: (facts, lang) => ({
    situation: 'any',
    values: {
      保级等级: called(facts, lang),
      保级日: dayText(facts.reviewDay, lang),
      差额: gapText(facts, lang),
    },
  }),

  advice: (_facts, lang) =>
    lang === 'en' ? 'Tell what is short, help out' : '说清还差多少，帮客人想想办法',

  notDue: (_customer, { days }, lang) =>
    lang === 'en'
      ? `There is no tier to lose, or it is safe at the next review; it comes up from ${days} days before one at which it is not.`
      : `没有会掉的等级，或者下次复核时保得住；保不住的话，复核前 ${days} 天起提醒。`,
})

function called({ tier, tierName: name }: Static<typeof Facts>, lang: Lang): string {
  return name?.[lang] ?? tierName(DEFAULT_TIER_TABLE, tier, lang)
}

function inDays(days: number, lang: Lang): string {
  if (days === 1) return lang === 'en' ? 'tomorrow' : '明天'
  return lang === 'en' ? `in ${days} days` : `${days} 天后`
}

/** @example gapText({ spendFen: 32000, orders: 2, … }, 'zh-CN') // '¥320 和 2 次购买' */
function gapText(gap: Static<typeof Facts>, lang: Lang): string {
  const some = (n: number, zh: string, en: string) => {
    if (n === 0) return []
    return [lang === 'en' ? `${n} ${en}${n === 1 ? '' : 's'}` : `${n} ${zh}`]
  }
  const parts = [
    ...(gap.spendFen > 0 ? [formatFen(gap.spendFen)] : []),
    ...some(gap.orders, '次购买', 'purchase'),
    ...some(gap.purchaseDays, '个购买日', 'purchase day'),
    ...some(gap.referrals, '位推荐的新客', 'referral'),
    ...some(gap.points ?? 0, '积分', 'point'),
  ]
  const last = parts.pop() ?? ''
  if (parts.length === 0) return last
  if (lang === 'en') return `${parts.join(', ')} and ${last}`
  const first = parts.join('、')
  return `${first}${/\d$/.test(first) ? ' ' : ''}和 ${last}`
}
