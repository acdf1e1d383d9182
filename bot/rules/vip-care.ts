import { Type } from 'typebox'
import { addDays, atTime } from '../../domain/business-day.ts'
import { formatFen } from '../../domain/money.ts'
import { Prisma } from '../../prisma/db.ts'
import { lintDies } from './lint-dies.ts'
import { defineRule } from './rule.ts'

/**
 * VIP管家: the tenth of the buyers who spent most in 365 days, ties in, to whom nobody has written for 30 days
 * (domain-rules 8). Made again after 30 days where still nobody has. A message to the customer ends it
 * (bot/tasks/on-touch.ts).
 */
export const vipCare = defineRule({
  kind: 'vip_care',
  label: { 'zh-CN': 'VIP 关怀', en: 'VIP care' },
  params: Type.Object({
    /** share of those who bought in the window, in percent */
    topPercent: Type.Integer({ minimum: 1, maximum: 50 }),
    /** days without a contact */
    quietDays: Type.Integer({ minimum: 7, maximum: 180 }),
    dueDays: Type.Integer({ minimum: 0, maximum: 60 }),
    diesDays: Type.Integer({ minimum: 1, maximum: 90 }),
  }),
  defaults: { topPercent: 10, quietDays: 30, dueDays: 2, diesDays: 7 },
  facts: Type.Object({
    spendFen: Type.Integer(),
    topPercent: Type.Integer(),
    quietDays: Type.Integer(),
  }),

  // The place of the last one in, ceil(percent × N), is reckoned in whole numbers: 0.1 × 70 is more than 7 in floating
  // point. One pass for the bound, one for those above it; the touches of the quiet days by their index on time.
  // `occurrence` counts a customer's tasks of this kind: it stays the same while one waits.
  candidates({ day, zone }, { topPercent, quietDays, dueDays, diesDays }) {
    const quietSince = atTime(addDays(day, 1 - quietDays), '00:00', zone)
    return Prisma.sql`
      with bound as (
        select spend_365_fen as fen from customer_stats where orders_365 > 0
        order by spend_365_fen desc limit 1 offset greatest(0, (
          select (count(*) * ${topPercent}::int + 99) / 100 - 1 from customer_stats where orders_365 > 0))
      ), touched as (
        select distinct t.customer_id from touch t
        where t.at >= ${quietSince} and t.at < ${atTime(addDays(day, 1), '00:00', zone)}
          and t.result = 'sent' and t.channel <> 'welcome'
      )
      select s.customer_id, (before.tasks + 1)::text as occurrence,
        jsonb_build_object('spendFen', s.spend_365_fen, 'topPercent', ${topPercent}::int,
          'quietDays', ${quietDays}::int) as facts,
        0.5::float8 as urgency, false as urgent,
        (${day}::date + ${dueDays}::int + time '23:59:59') at time zone ${zone} as due_at,
        (${day}::date + ${diesDays}::int + time '23:59:59') at time zone ${zone} as dies_at
      from bound
      join customer_stats s on s.spend_365_fen >= bound.fen and s.orders_365 > 0
      cross join lateral (
        -- who could not be asked is asked as soon as they can be (ADR 30)
        select count(*) as tasks, max(t.scan_day) filter (where t.occurrence not like '%:unasked:%') as last
        from task t
        where t.customer_id = s.customer_id and t.kind = 'vip_care' and t.scan_day < ${day}::date
      ) before
      where s.spend_365_fen > 0 and (before.last is null or before.last <= ${day}::date - ${quietDays}::int)
        and not exists (select 1 from touched where touched.customer_id = s.customer_id)`
  },

  reason({ spendFen, topPercent, quietDays }, lang) {
    const spent = formatFen(spendFen)
    return lang === 'en'
      ? `Spent ${spent} in a year (top ${topPercent}%); nobody wrote for ${quietDays} days.`
      : `近一年消费 ${spent}，排在前 ${topPercent}%，${quietDays} 天没人联系过了。`
  },

  words: () => ({ situation: 'any', values: {} }),

  advice: (_facts, lang) => (lang === 'en' ? 'Just ask how they are' : '不推销，问候近况就好'),

  lint: (params, lang) => lintDies(params, lang),

  notDue: ({ lastPurchaseDay }, { topPercent, quietDays }, lang) => {
    if (lastPurchaseDay === null) {
      return lang === 'en' ? 'They have not bought anything yet.' : '还没有买过。'
    }
    return lang === 'en'
      ? `Not of the ${topPercent}% who spent most in a year, or somebody wrote within ${quietDays} days.`
      : `近一年的消费没有排进前 ${topPercent}%，或者 ${quietDays} 天内已经有人联系过。`
  },
})
