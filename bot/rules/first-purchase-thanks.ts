import { Type } from 'typebox'
import { atTime } from '../../domain/business-day.ts'
import { hourTime } from '../../domain/contact-limits.ts'
import { dayText } from '../../domain/day-words.ts'
import { Prisma } from '../../prisma/db.ts'
import { defineRule } from './rule.ts'

/**
 * Thanks within 48 hours of the first paid order, and never later (domain-rules 8): the task dies with the hour, and
 * what could not be made until then never is. The first purchase of a customer is thanked for once.
 */
export const firstPurchaseThanks = defineRule({
  kind: 'first_purchase_thanks',
  label: { 'zh-CN': '首单感谢', en: 'First purchase' },
  params: Type.Object({
    /** hours after the first paid order within which it is said */
    hours: Type.Integer({ minimum: 12, maximum: 168 }),
  }),
  defaults: { hours: 48 },
  facts: Type.Object({
    /** day of the first purchase */
    paidOn: Type.String(),
    /** the last minute for it, "2026-11-23 15:20" in the business time zone */
    thankBy: Type.String(),
  }),

  // A state: whoever first bought before today and whose hours are not over when guides may write again. One pass of
  // customer_stats. An older order that arrives late makes another day the first: who was thanked already is left alone.
  candidates({ day, zone, now, limits }, { hours }) {
    const opens = atTime(day, hourTime(limits.quietUntilHour), zone)
    return Prisma.sql`
      select s.customer_id, s.first_purchase_day::text as occurrence,
        jsonb_build_object('paidOn', s.first_purchase_day,
          'thankBy', to_char(ends.at at time zone ${zone}, 'YYYY-MM-DD HH24:MI')) as facts,
        0.95::float8 as urgency,
        (ends.at at time zone ${zone})::date = ${day}::date as urgent,
        ends.at as due_at, ends.at as dies_at
      from customer_stats s
      cross join lateral (select s.first_paid_at + make_interval(hours => ${hours}::int) as at) ends
      where s.first_paid_at > ${now > opens ? now : opens}::timestamptz - make_interval(hours => ${hours}::int)
        and s.first_purchase_day < ${day}::date
        and not exists (
          select 1 from task t
          where t.customer_id = s.customer_id and t.kind = 'first_purchase_thanks'
            and t.occurrence <> s.first_purchase_day::text and t.state <> 'cancelled')`
  },

  reason({ paidOn, thankBy }, lang) {
    const first = dayText(paidOn, lang)
    const last = `${dayText(thankBy.slice(0, 10), lang)} ${thankBy.slice(11)}`
    return lang === 'en'
      ? `First purchase on ${first}; thank them before ${last}.`
      : `${first}第一次下单，${last} 前道声谢。`
  },

  words: ({ paidOn }, lang) => ({ situation: 'any', values: { 首单日: dayText(paidOn, lang) } }),

  advice: (_facts, lang) =>
    lang === 'en' ? 'Say thanks, ask how it is' : '道声谢，问问用得怎么样',

  notDue({ purchaseDays }, { hours }, lang) {
    const en = lang === 'en'
    if (purchaseDays === 0) return en ? 'They have not bought anything yet.' : '还没有买过。'
    return en
      ? `The ${hours} hours after the first purchase are over, or begin tomorrow.`
      : `只在首单后 ${hours} 小时内、下单次日起提醒。`
  },
})
