import { Type } from 'typebox'
import { addDays } from '../../domain/business-day.ts'
import { whenText } from '../../domain/day-words.ts'
import { FESTIVAL_CODES, festivalName, type Festival } from '../../domain/festival-list.ts'
import { festivalsBetween } from '../../domain/festivals.ts'
import { STAGE_RULES } from '../../domain/lifecycle.ts'
import { Prisma } from '../../prisma/db.ts'
import { lintSteps } from './lint-steps.ts'
import { defineRule, dueDays } from './rule.ts'

/** days within which each festival comes once at least, by the Chinese calendar too */
const YEAR = 400

const FestivalCode = Type.Unsafe<Festival>({ type: 'string', enum: [...FESTIVAL_CODES] })

/**
 * Wishes on a festival for whoever bought within a year, the day before (domain-rules 8). Off until headquarters turn it
 * on: it finds nearly everybody, and customers want few messages. The lost are the churn warning's.
 */
export const festival = defineRule({
  kind: 'festival',
  label: { 'zh-CN': '节日问候', en: 'Festival' },
  startsOff: true,
  params: Type.Object({
    festivals: Type.Array(FestivalCode, { minItems: 1, maxItems: FESTIVAL_CODES.length }),
    /** days before the festival on which it comes up */
    stepDays: Type.Array(Type.Integer({ minimum: 0, maximum: 14 }), { minItems: 1, maxItems: 5 }),
  }),
  defaults: { festivals: ['spring_festival', 'dragon_boat', 'mid_autumn'], stepDays: [1] },
  facts: Type.Object({ festival: FestivalCode, day: Type.String() }),

  // On other days it reads nothing; before a festival one pass of customer_stats. Women's Day is for women alone.
  candidates(window, { festivals, stepDays }) {
    const { day, zone } = window
    const due = dueDays(window, stepDays)
    const coming = festivalsBetween(day, addDays(day, Math.max(...stepDays))).filter(({ code }) =>
      festivals.includes(code),
    )
    return Prisma.sql`
      select s.customer_id, f.occurrence, jsonb_build_object('festival', f.code, 'day', f.day) as facts,
        case when f.day = ${day}::date then 0.5 else 0.3 end::float8 as urgency,
        f.day = ${day}::date as urgent,
        (f.day + time '23:59:59') at time zone ${zone} as due_at,
        (f.day + time '23:59:59') at time zone ${zone} as dies_at
      from unnest(
          ${coming.map(({ code }) => code)}::text[], ${coming.map((one) => one.day)}::date[],
          ${coming.map((one) => `${one.code}:${one.day.slice(0, 4)}`)}::text[],
          ${coming.map((one) => due.includes(one.day))}::boolean[]
        ) as f(code, day, occurrence, due)
      join customer_stats s on s.last_purchase_day >= f.day - ${STAGE_RULES.lostDays}::int
      join customer c on c.id = s.customer_id and (f.code <> 'womens_day' or c.gender = 'female')
      where f.due or exists (
        select 1 from held_back h
        where h.customer_id = s.customer_id and h.kind = 'festival' and h.occurrence = f.occurrence
          and h.resolved_at is null and h.scan_day <= ${day}::date)`
  },

  reason(facts, lang, today) {
    const when = whenText(facts.day, lang, today)
    const name = festivalName(facts.festival, lang)
    return lang === 'en' ? `${name} ${when}.` : `${when}${name}。`
  },

  words: ({ festival: code }, lang) => ({
    situation: 'any',
    values: { 节日: festivalName(code, lang) },
  }),

  advice: (_facts, lang) => (lang === 'en' ? 'Send wishes, sell nothing' : '送上祝福，不提买东西'),

  lint: ({ stepDays }, lang) => lintSteps(stepDays, lang),

  notDue({ lastPurchaseDay }, { festivals, stepDays }, lang, day) {
    const next = festivalsBetween(addDays(day, 1), addDays(day, YEAR)).find(({ code }) =>
      festivals.includes(code),
    )
    if (!next || lastPurchaseDay === null) {
      return lang === 'en'
        ? 'Wishes go to who bought within a year.'
        : '节日问候只发给近一年买过的客人。'
    }
    const name = festivalName(next.code, lang)
    const when = whenText(next.day, lang, day)
    const ahead = stepDays.join(lang === 'en' ? ' and ' : '、')
    return lang === 'en'
      ? `The next festival is ${name}, ${when}; wishes come up ${ahead} days before.`
      : `下一个节日是${name}，${when}；提前 ${ahead} 天提醒。`
  },
})
