import { Type } from 'typebox'
import { addDays, atTime, daysBetween } from '../../domain/business-day.ts'
import { dayText } from '../../domain/day-words.ts'
import type { Lang } from '../../domain/words.ts'
import { Prisma } from '../../prisma/db.ts'
import { lintDies } from './lint-dies.ts'
import { lintSteps } from './lint-steps.ts'
import { defineRule } from './rule.ts'

/**
 * 七天激活: members who joined 1, 3 or 7 days ago and have no paid order (domain-rules 8). One task for each step; the
 * next step takes the place of one that nobody has begun. The first order ends it (bot/tasks/order-truth.ts).
 */
export const newMember = defineRule({
  kind: 'new_member',
  label: { 'zh-CN': '新会员', en: 'New member' },
  supersedes: ['new_member'],
  params: Type.Object({
    /** days after joining on which it comes up */
    stepDays: Type.Array(Type.Integer({ minimum: 1, maximum: 60 }), { minItems: 1, maxItems: 10 }),
    dueDays: Type.Integer({ minimum: 0, maximum: 60 }),
    /** days after its step on which a task dies, and one that waited is given up */
    diesDays: Type.Integer({ minimum: 1, maximum: 90 }),
  }),
  defaults: { stepDays: [1, 3, 7], dueDays: 2, diesDays: 7 },
  facts: Type.Object({
    /** day the member joined */
    joined: Type.String(),
    /** days after joining, of this step */
    step: Type.Integer(),
  }),

  // Who joined lately are few: the index on joined_at finds them. Of several steps that missed nights made due at once
  // the last one counts.
  candidates({ day, since, zone }, { stepDays, dueDays, diesDays }) {
    const earliest = atTime(addDays(day, -Math.max(...stepDays) - diesDays), '00:00', zone)
    return Prisma.sql`
      select c.id as customer_id, step.days::text as occurrence,
        jsonb_build_object('joined', joined.day, 'step', step.days) as facts,
        greatest(0.4, 0.7 - 0.03 * step.days)::float8 as urgency, false as urgent,
        (least(${day}::date + ${dueDays}::int, joined.day + step.days + ${diesDays}::int)
          + time '23:59:59') at time zone ${zone} as due_at,
        (joined.day + step.days + ${diesDays}::int + time '23:59:59') at time zone ${zone} as dies_at
      from customer c
      cross join lateral (select (c.joined_at at time zone ${zone})::date as day) joined
      cross join lateral (
        select max(s.days) as days from unnest(${stepDays}::int[]) as s(days)
        where joined.day + s.days <= ${day}::date
      ) step
      where c.joined_at >= ${earliest} and c.joined_at < ${atTime(day, '00:00', zone)}
        and joined.day + step.days + ${diesDays}::int >= ${day}::date
        and not exists (
          select 1 from customer_stats s where s.customer_id = c.id and s.last_order_no is not null)
        and (joined.day + step.days > ${since}::date or exists (
          select 1 from held_back h
          where h.customer_id = c.id and h.kind = 'new_member' and h.occurrence = step.days::text
            and h.resolved_at is null and h.scan_day <= ${day}::date))`
  },

  reason({ joined }, lang, today) {
    const when = dayText(joined, lang)
    if (today === undefined) {
      return lang === 'en' ? `Joined on ${when}, no order yet.` : `${when}入会，还没下过单。`
    }
    const days = daysBetween(joined, today)
    return lang === 'en'
      ? `Joined ${days === 1 ? 'yesterday' : `${days} days ago`} (${when}), no order yet.`
      : `${when}入会，第 ${days} 天了，还没下过单。`
  },

  words: ({ joined, step }, lang) => ({
    situation: stageOfWelcome(step),
    values: { 入会日: dayText(joined, lang) },
  }),

  advice: ({ step }, lang) => ADVICE[stageOfWelcome(step)][lang],

  lint: (params, lang) => [...lintSteps(params.stepDays, lang), ...lintDies(params, lang)],

  notDue({ joinedDay, purchaseDays }, { stepDays }, lang, day) {
    const en = lang === 'en'
    if (purchaseDays > 0) return en ? 'They have bought already.' : '已经下过单了。'
    if (joinedDay === null) return en ? 'They are not a member yet.' : '还不是会员。'
    const days = daysBetween(joinedDay, day)
    const next = Math.min(...stepDays.filter((step) => step > days))
    if (next === Infinity) {
      return en
        ? `They joined ${days} days ago: past the first days.`
        : `入会 ${days} 天了，过了激活期。`
    }
    const when = dayText(addDays(joinedDay, next), lang)
    return en
      ? `Comes up on ${when}, day ${next} after joining.`
      : `${when}（入会第 ${next} 天）提醒。`
  },
})

/** Of the first days, of the next ones, and then. */
function stageOfWelcome(step: number): 'first' | 'next' | 'later' {
  if (step <= 2) return 'first'
  return step <= 5 ? 'next' : 'later'
}

const ADVICE = {
  first: { 'zh-CN': '打个招呼，问问喜好', en: 'Say hello, ask their taste' },
  next: { 'zh-CN': '按喜好推荐几款', en: 'Suggest a few things' },
  later: { 'zh-CN': '请客人来店，可以送张首单券', en: 'Invite them to the store' },
} as const satisfies Record<string, Record<Lang, string>>
