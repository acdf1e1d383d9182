import { Type } from 'typebox'
import { daysBetween } from '../../domain/business-day.ts'
import { dayText, whenText } from '../../domain/day-words.ts'
import { FESTIVAL_CODES, festivalName, type Festival } from '../../domain/festival-list.ts'
import { CHURN_STEPS, churnDay, STAGE_RULES, type ChurnStep } from '../../domain/lifecycle.ts'
import { CYCLE_SOURCES, type CycleSource, type Lang } from '../../domain/words.ts'
import { churnCandidates } from './churn-candidates.ts'
import { cycleText } from './cycle-text.ts'
import { lintDies } from './lint-dies.ts'
import { outlookFacts, outlookMark, outlookText, UNLIKELY_BELOW, unlikelyBelow } from './outlook.ts'
import { defineRule } from './rule.ts'
import { silenceValues } from './silence-values.ts'

const nullable = <T extends Parameters<typeof Type.Union>[0][number]>(type: T) =>
  Type.Union([type, Type.Null()])

const Facts = Type.Object({
  step: Type.Unsafe<ChurnStep>({ type: 'string', enum: [...CHURN_STEPS] }),
  /** the order that nothing has followed */
  lastOrder: Type.String(),
  lastPurchase: Type.String(),
  daysSince: Type.Integer(),
  /** null where nobody in the chain has a rhythm, and of the lost */
  cycleDays: nullable(Type.Number()),
  cycleSource: nullable(Type.Unsafe<CycleSource>({ type: 'string', enum: [...CYCLE_SOURCES] })),
  /** reviews that took a tier, one after the other; 0 where the silence alone warns */
  fallingReviews: Type.Integer(),
  /** of the lost: `birthday` or a festival, and its day */
  occasion: nullable(Type.Object({ name: Type.String(), day: Type.String() })),
  ...outlookFacts,
})

const Params = Type.Object({
  /** days that an overdue task about the same silence is left to work */
  restDays: Type.Integer({ minimum: 0, maximum: 90 }),
  /** days before a date that matters on which a lost customer comes up */
  occasionDays: Type.Integer({ minimum: 0, maximum: 14 }),
  /** festivals for lost customers whose birthday is not known */
  festivals: Type.Array(Type.Unsafe<Festival>({ type: 'string', enum: [...FESTIVAL_CODES] }), {
    maxItems: FESTIVAL_CODES.length,
  }),
  /** the lost are greeted once in years: of them nothing is said of it */
  unlikelyBelow,
  dueDays: Type.Integer({ minimum: 0, maximum: 60 }),
  diesDays: Type.Integer({ minimum: 1, maximum: 90 }),
})

/**
 * The recall in three steps (domain-rules 7, ADR 17): the churn warning is on; the customer leans away; lost, on a date
 * that matters. One task for each step of a silence; an order ends it (bot/tasks/order-truth.ts).
 */
export const churnWarning = defineRule({
  kind: 'churn_warning',
  label: { 'zh-CN': '流失预警', en: 'Churn warning' },
  supersedes: ['churn_warning', 'repurchase_overdue'],
  params: Params,
  defaults: {
    restDays: 14,
    occasionDays: 3,
    festivals: ['spring_festival', 'mid_autumn'],
    unlikelyBelow: UNLIKELY_BELOW,
    dueDays: 2,
    diesDays: 7,
  },
  facts: Facts,

  candidates: churnCandidates,

  reason(facts, lang, today) {
    const since = today === undefined ? facts.daysSince : daysBetween(facts.lastPurchase, today)
    const { cycleDays, cycleSource, occasion, fallingReviews, step } = facts
    const en = lang === 'en'
    if (occasion) {
      const when = whenText(occasion.day, lang, today)
      const name = occasionName(occasion.name, lang)
      return en
        ? `Not seen for ${since} days; ${name} ${when}.`
        : `已经 ${since} 天没来，${when}${name}，借这天问候一声。`
    }
    const outlook = outlookText(facts, lang)
    const silence = en ? `Not seen for ${since} days` : `已经 ${since} 天没来`
    if (fallingReviews > 0) {
      return en
        ? `${silence}, tier down ${fallingReviews} reviews in a row${outlook}.`
        : `${silence}，等级连降 ${fallingReviews} 次，有流失风险${outlook}。`
    }
    const usual =
      cycleDays === null || cycleSource === null ? '' : cycleText({ cycleDays, cycleSource }, lang)
    const risk = RISK[step][lang]
    if (en) return `${usual ? `${usual}; n` : 'N'}ot seen for ${since} days: ${risk}${outlook}.`
    return `${usual ? `${usual}，` : ''}${silence}，${risk}${outlook}。`
  },

  words: ({ step, occasion, ...silence }, lang, today) => ({
    situation: occasion ? 'occasion' : step,
    values: {
      ...silenceValues(silence, lang, today),
      节日: occasion && occasionName(occasion.name, lang),
    },
  }),

  advice: (facts, lang) => outlookMark(facts, lang) ?? ADVICE[facts.step][lang],

  mark: outlookMark,

  lint: (params, lang) => lintDies(params, lang),

  notDue({ lastPurchaseDay, cycle }, _params, lang, day) {
    const en = lang === 'en'
    if (lastPurchaseDay === null)
      return en ? 'They have not bought anything yet.' : '还没有买过，谈不上流失。'
    const since = daysBetween(lastPurchaseDay, day)
    if (since > STAGE_RULES.recallDays) {
      return en
        ? `Not seen for ${since} days: nobody is asked back after two years.`
        : `已经 ${since} 天没来，超过两年不再打扰。`
    }
    if (since > STAGE_RULES.lostDays) {
      return en
        ? `Not seen for ${since} days: greeted on the next date that matters to them, once.`
        : `已经 ${since} 天没来，等到对 TA 重要的日子再问候，只问候一次。`
    }
    const from = churnDay(lastPurchaseDay, cycle?.days ?? null)
    if (from <= day) {
      return en
        ? `Not seen for ${since} days; an overdue task about it is left to work first.`
        : `已经 ${since} 天没来，先等「该复购了」的任务见效。`
    }
    return en
      ? `Last seen ${since} days ago; warned of from ${dayText(from, lang)} on.`
      : `${since} 天前来过，到 ${dayText(from, lang)}还没来才预警。`
  },
})

function occasionName(name: string, lang: Lang): string {
  if (name !== 'birthday') return festivalName(name, lang)
  return lang === 'en' ? 'birthday' : '生日'
}

const RISK = {
  warning: { 'zh-CN': '有流失风险', en: 'may be leaving' },
  leaning: { 'zh-CN': '正在走远', en: 'is drifting away' },
  lost: { 'zh-CN': '已经流失', en: 'is lost' },
} as const satisfies Record<ChurnStep, Record<Lang, string>>

const ADVICE = {
  warning: { 'zh-CN': '问问近况，送张召回券', en: 'Ask after them, send a coupon' },
  leaning: { 'zh-CN': '问问原因，给一份升级礼遇', en: 'Ask why, offer more' },
  lost: { 'zh-CN': '只送祝福，不提买东西', en: 'Send wishes, sell nothing' },
} as const satisfies Record<ChurnStep, Record<Lang, string>>
