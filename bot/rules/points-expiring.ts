import { Type } from 'typebox'
import { addDays } from '../../domain/business-day.ts'
import { dayText, whenText } from '../../domain/day-words.ts'
import { Prisma } from '../../prisma/db.ts'
import { lintSteps } from './lint-steps.ts'
import { defineRule, dueDays } from './rule.ts'

/** Points that end in 30 or 7 days; one task a day lists every lot inside the window (domain-rules 3 and 8). */
export const pointsExpiring = defineRule({
  kind: 'points_expiring',
  supersedes: ['points_expiring'],
  label: { 'zh-CN': '积分快到期', en: 'Points expiring' },
  params: Type.Object({
    /** days before the last day of a lot on which it comes up */
    stepDays: Type.Array(Type.Integer({ minimum: 0, maximum: 60 }), { minItems: 1, maxItems: 10 }),
    /** fewer points than this in the whole window are not worth a message */
    minPoints: Type.Integer({ minimum: 1, maximum: 1_000_000 }),
    dueDays: Type.Integer({ minimum: 0, maximum: 60 }),
  }),
  defaults: { stepDays: [30, 7], minPoints: 1, dueDays: 2 },
  facts: Type.Object({
    /** what ends within the longest step, a line for each day, first to end first */
    lots: Type.Array(
      Type.Object({ points: Type.Number(), expiresOn: Type.String(), days: Type.Integer() }),
      { minItems: 1 },
    ),
    points: Type.Number(),
    firstExpiresOn: Type.String(),
    lastExpiresOn: Type.String(),
  }),

  // Most lots end with a month, so that on most days nobody is due: who is comes first, by the index on expires_on, and
  // only their lots are read.
  candidates(window, params) {
    const last = addDays(window.day, Math.max(...params.stepDays))
    return Prisma.sql`
      with due as (
        select distinct customer_id from points_lot
        where expires_on = any(${dueDays(window, params.stepDays)}::date[]) and remaining > 0
        union
        select customer_id from held_back
        where kind = 'points_expiring' and resolved_at is null and scan_day <= ${window.day}::date
      ), ending as (
        select l.customer_id, l.expires_on, sum(l.remaining) as points
        from due join points_lot l using (customer_id)
        where l.remaining > 0 and l.expires_on between ${window.day}::date and ${last}::date
        group by l.customer_id, l.expires_on
      )
      select e.customer_id, ${window.day}::text as occurrence,
        jsonb_build_object(
          'lots', jsonb_agg(jsonb_build_object(
            'points', e.points, 'expiresOn', e.expires_on, 'days', e.expires_on - ${window.day}::date
          ) order by e.expires_on),
          'points', sum(e.points), 'firstExpiresOn', min(e.expires_on), 'lastExpiresOn', max(e.expires_on)) as facts,
        -- a little below coupons, which end sooner and are worth more
        greatest(0.2, 0.7 - 0.02 * (min(e.expires_on) - ${window.day}::date))::float8 as urgency,
        min(e.expires_on) = ${window.day}::date as urgent,
        (least(min(e.expires_on), ${window.day}::date + ${params.dueDays}::int) + time '23:59:59')
          at time zone ${window.zone} as due_at,
        (max(e.expires_on) + time '23:59:59') at time zone ${window.zone} as dies_at
      from ending e
      group by e.customer_id
      having sum(e.points) >= ${params.minPoints}::int`
  },

  reason({ lots, points, firstExpiresOn, lastExpiresOn }, lang, today) {
    const first = whenText(firstExpiresOn, lang, today)
    if (firstExpiresOn === lastExpiresOn) {
      return lang === 'en'
        ? `${points} points end ${first}.`
        : `${points} 积分${spaced(first)}到期。`
    }
    const some = lots[0]?.points ?? 0
    const last = dayText(lastExpiresOn, lang)
    return lang === 'en'
      ? `${points} points are ending: ${some} ${first}, the last on ${last}.`
      : `${points} 积分快到期：${some} 积分${spaced(first)}到期，最晚的 ${last}。`
  },

  words: ({ lots, points, firstExpiresOn, lastExpiresOn }, lang) => ({
    situation: 'any',
    values: {
      积分: String(firstExpiresOn === lastExpiresOn ? points : (lots[0]?.points ?? 0)),
      积分合计: String(points),
      到期日: dayText(firstExpiresOn, lang),
    },
  }),

  advice: (_facts, lang) =>
    lang === 'en' ? 'Remind, invite to the shop' : '提醒用积分，请客人来店',

  notDue({ nextPoints: next }, { stepDays }, lang, day) {
    if (!next) return lang === 'en' ? 'They have no points that end.' : '没有会到期的积分。'
    const when = whenText(next.expiresOn, lang, day)
    return lang === 'en'
      ? `${next.points} points end first, ${when}; points come up ${stepDays.join(' and ')} days before.`
      : `最早到期的是 ${next.points} 积分，${when}；到期前 ${stepDays.join('、')} 天提醒。`
  },

  lint: ({ stepDays }, lang) => lintSteps(stepDays, lang),
})

/** A space between a number and a day that begins with one. */
function spaced(when: string): string {
  return /^\d/.test(when) ? ` ${when}` : when
}
