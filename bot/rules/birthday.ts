import { Type } from 'typebox'
import { celebrationsBetween, nextCelebration } from '../../domain/birthday.ts'
import { addDays } from '../../domain/business-day.ts'
import { dayText, whenText } from '../../domain/day-words.ts'
import { lunarText } from '../../domain/lunar-text.ts'
import { Prisma } from '../../prisma/db.ts'
import { defineRule, dueDays } from './rule.ts'
import { lintSteps } from './lint-steps.ts'

/** Birthdays, T−3 and T0, by either calendar (domain-rules 8). One task a year. */
export const birthday = defineRule({
  kind: 'birthday',
  label: { 'zh-CN': '生日', en: 'Birthday' },
  params: Type.Object({
    /** days before the birthday on which it comes up */
    stepDays: Type.Array(Type.Integer({ minimum: 0, maximum: 30 }), { minItems: 1, maxItems: 10 }),
  }),
  defaults: { stepDays: [3, 0] },
  facts: Type.Object({
    /** the day it is celebrated */
    day: Type.String(),
    /** as stored, of the Chinese calendar where lunar */
    md: Type.Integer(),
    lunar: Type.Boolean(),
    /** on the day of the scan that made the task, or made it urgent */
    daysUntil: Type.Integer(),
  }),

  // The days of the window are few: their month-days, by both calendars, are looked up in the index on
  // (birthday_lunar, birthday_md). What waits in held_back stays a candidate until the birthday is over.
  candidates(window, { stepDays }) {
    const due = new Set(dueDays(window, stepDays))
    const days = celebrationsBetween(window.day, addDays(window.day, Math.max(...stepDays)))
    return Prisma.sql`
      select c.id as customer_id, b.occurrence,
        jsonb_build_object('day', b.day, 'md', b.md, 'lunar', b.lunar,
          'daysUntil', b.day - ${window.day}::date) as facts,
        case when b.day = ${window.day}::date then 1.0 else 0.8 end::float8 as urgency,
        b.day = ${window.day}::date as urgent,
        (b.day + time '23:59:59') at time zone ${window.zone} as due_at,
        (b.day + time '23:59:59') at time zone ${window.zone} as dies_at
      from unnest(
          ${days.map((c) => c.lunar)}::boolean[], ${days.map((c) => c.md)}::int[],
          ${days.map((c) => c.day)}::date[], ${days.map((c) => c.occurrence)}::text[],
          ${days.map((c) => due.has(c.day))}::boolean[]
        ) as b(lunar, md, day, occurrence, due)
      join customer c on c.birthday_lunar = b.lunar and c.birthday_md = b.md
      where b.due or exists (
        select 1 from held_back h
        where h.customer_id = c.id and h.kind = 'birthday' and h.occurrence = b.occurrence
          and h.resolved_at is null and h.scan_day <= ${window.day}::date)`
  },

  reason({ day, md, lunar }, lang, today) {
    const when = whenText(day, lang, today)
    if (lang === 'en') {
      const chinese = lunar ? `, ${md % 100}/${Math.floor(md / 100)} by the Chinese calendar` : ''
      return `Birthday ${when}${chinese}.`
    }
    return `${when}生日${lunar ? `（农历${lunarText(md)}）` : ''}。`
  },

  words: ({ day, daysUntil }, lang) => ({
    situation: daysUntil === 0 ? 'day' : 'before',
    values: { 生日: dayText(day, lang) },
  }),

  advice({ daysUntil }, lang) {
    if (lang === 'en') return daysUntil === 0 ? 'Send wishes today' : 'Send wishes, invite'
    return daysUntil === 0 ? '今天送上生日祝福' : '送上生日祝福，请客人来坐坐'
  },

  notDue({ birthday: known }, { stepDays }, lang, day) {
    const next = known && nextCelebration(known, day)
    if (!next) {
      return lang === 'en'
        ? 'No birthday is known: add month and day, and it will come up.'
        : '还不知道生日，补上月和日就会提醒。'
    }
    const when = whenText(next.day, lang, day)
    const ahead = stepDays.toSorted((a, b) => b - a).find((step) => addDays(next.day, -step) > day)
    if (ahead === undefined) return lang === 'en' ? `The birthday is ${when}.` : `生日是${when}。`
    const from = dayText(addDays(next.day, -ahead), lang)
    if (lang === 'en') return `The next birthday is ${when}; it comes up on ${from}.`
    const early = ahead > 0 ? `提前 ${ahead} 天（${from}）` : '当天'
    return `下次生日：${when}，${early}提醒。`
  },

  lint: ({ stepDays }, lang) => lintSteps(stepDays, lang),
})
