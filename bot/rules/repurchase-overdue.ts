import { Type, type Static } from 'typebox'
import { Value } from 'typebox/value'
import { addDays, daysBetween } from '../../domain/business-day.ts'
import { dayText } from '../../domain/day-words.ts'
import { overdueFactor } from '../../domain/rhythm.ts'
import { PRESSING_CYCLES, SILENCE_URGENCY } from '../../domain/silence-urgency.ts'
import { CYCLE_SOURCES, type CycleSource } from '../../domain/words.ts'
import { Prisma } from '../../prisma/db.ts'
import { cycleColumns, cycleJoins } from './group-cycles.ts'
import { cycleText } from './cycle-text.ts'
import { lintDies } from './lint-dies.ts'
import {
  outlookFacts,
  outlookJoin,
  outlookMark,
  outlookSql,
  outlookText,
  UNLIKELY_BELOW,
  unlikelyBelow,
  urgencySql,
} from './outlook.ts'
import { defineRule, type HoldsNow, type ScanWindow } from './rule.ts'
import { silenceValues } from './silence-values.ts'

const Params = Type.Object({
  /** cycles after which a customer is overdue */
  factor: Type.Number({ minimum: 1, maximum: 10 }),
  /** cycles after which a guide is nudged softly, before that; 0 for nobody */
  nudge: Type.Number({ minimum: 0, maximum: 10 }),
  /** days after which a customer is lost, and this rule leaves them alone */
  maxDays: Type.Integer({ minimum: 1, maximum: 3650 }),
  unlikelyBelow,
  dueDays: Type.Integer({ minimum: 0, maximum: 60 }),
  diesDays: Type.Integer({ minimum: 1, maximum: 90 }),
})

const DEFAULTS = {
  factor: 2,
  nudge: 0,
  maxDays: 365,
  unlikelyBelow: UNLIKELY_BELOW,
  dueDays: 2,
  diesDays: 7,
} satisfies Static<typeof Params>

/** The overdue rule in a scan, its numbers and its stores; null while it looks for nobody. */
export function overdueInForce({
  inForce,
}: Pick<ScanWindow, 'inForce'>): (Static<typeof Params> & Pick<HoldsNow, 'stores'>) | null {
  const holds = inForce.get('repurchase_overdue')
  if (!holds) return null
  const { params, stores } = holds
  // numbers that can't be used stop the scan at the rule itself
  return { ...(Value.Check(Params, params) ? params : DEFAULTS), stores }
}

/** what a soft nudge has of the urgency of somebody overdue */
const NUDGE_URGENCY = 0.5

/**
 * Customers who have not come for two of their cycles (domain-rules 6). One task for each last order. Once the churn
 * warning is on, they are its (ADR 17). Where a chain wants it, a soft nudge comes before: its task gives way to this one.
 */
export const repurchaseOverdue = defineRule({
  kind: 'repurchase_overdue',
  label: { 'zh-CN': '该复购了', en: 'Repurchase due' },
  params: Params,
  defaults: DEFAULTS,
  facts: Type.Object({
    lastPurchase: Type.String(),
    cycleDays: Type.Number(),
    cycleSource: Type.Unsafe<CycleSource>({ type: 'string', enum: [...CYCLE_SOURCES] }),
    daysSince: Type.Integer(),
    factor: Type.Number(),
    lastOrder: Type.Optional(Type.String()),
    /** it is only about time */
    isNudge: Type.Optional(Type.Boolean()),
    ...outlookFacts,
  }),

  // A state, not a step: who is overdue stays a candidate until an order, so a missed night needs no care.
  // Urgency is how likely they come again; without a model it falls with the factor, since somebody just late is likelier
  // to come than somebody long gone.
  // A silence that the churn warning has asked about already is asked about no second time (ADR 17).
  candidates({ day, zone }, { factor, nudge, maxDays, unlikelyBelow: below, dueDays, diesDays }) {
    const { least, most } = SILENCE_URGENCY.overdue
    const byRhythm = Prisma.sql`
      greatest(${least}::float8, least(${most}::float8, ${PRESSING_CYCLES}::float8 * r.cycle_days / r.days_since))`
    return Prisma.sql`
      with rhythm as (
        select s.customer_id, s.last_order_no, s.last_purchase_day,
          (${day}::date - s.last_purchase_day) as days_since, ${cycleColumns}
        from customer_stats s ${cycleJoins}
        where s.last_order_no is not null
          and s.last_purchase_day between ${day}::date - ${maxDays}::int and ${day}::date - 1
      ), late as (
        select *, days_since < ${factor}::float8 * cycle_days as is_nudge from rhythm
        where days_since >= ${nudge > 0 ? Math.min(nudge, factor) : factor}::float8 * cycle_days
      )
      select r.customer_id, r.last_order_no || case when r.is_nudge then ':nudge' else '' end as occurrence,
        jsonb_build_object('lastPurchase', r.last_purchase_day, 'cycleDays', round(r.cycle_days::numeric, 1),
          'cycleSource', r.cycle_source, 'daysSince', r.days_since,
          'factor', round((r.days_since / r.cycle_days)::numeric, 2), 'lastOrder', r.last_order_no,
          'isNudge', r.is_nudge) || ${outlookSql(below)} as facts,
        ${urgencySql('overdue', byRhythm)} * case when r.is_nudge then ${NUDGE_URGENCY}::float8 else 1 end as urgency,
        false as urgent,
        (${day}::date + ${dueDays}::int + time '23:59:59') at time zone ${zone} as due_at,
        (${day}::date + ${diesDays}::int + time '23:59:59') at time zone ${zone} as dies_at
      from late r ${outlookJoin}
      where not exists (
        select 1 from task t
        where t.customer_id = r.customer_id and t.kind = 'churn_warning'
          and t.occurrence in (r.last_order_no || ':warning', r.last_order_no || ':leaning'))`
  },

  reason(facts, lang, today) {
    const daysSince = today === undefined ? facts.daysSince : daysBetween(facts.lastPurchase, today)
    const times = overdueFactor(daysSince, facts.cycleDays).toFixed(1)
    const usual = cycleText(facts, lang)
    const outlook = outlookText(facts, lang)
    if (facts.isNudge) {
      return lang === 'en'
        ? `${usual}; ${daysSince} days so far, about time${outlook}.`
        : `${usual}，已经 ${daysSince} 天，差不多该来了${outlook}。`
    }
    return lang === 'en'
      ? `${usual}; not seen for ${daysSince} days (${times}×)${outlook}.`
      : `${usual}，已经 ${daysSince} 天没来（${times} 倍）${outlook}。`
  },

  words: ({ isNudge, ...silence }, lang, today) => ({
    situation: isNudge ? 'nudge' : 'overdue',
    values: silenceValues(silence, lang, today),
  }),

  advice: (facts, lang) =>
    outlookMark(facts, lang) ??
    (facts.isNudge
      ? lang === 'en'
        ? 'A short hello is enough'
        : '轻轻问候一句就好'
      : lang === 'en'
        ? 'Ask how they are'
        : '问问近况，可以送张回购券'),

  mark: outlookMark,

  supersedes: ['repurchase_overdue'],

  notDue({ lastPurchaseDay, cycle }, { factor, nudge, maxDays }, lang, day) {
    if (lastPurchaseDay === null) {
      return lang === 'en' ? 'They have not bought anything yet.' : '还没有买过，看不出复购的节奏。'
    }
    if (!cycle) {
      return lang === 'en'
        ? 'Nobody in the chain has a rhythm yet: it takes three purchase days.'
        : '还没有顾客买满 3 天，看不出复购的节奏。'
    }
    const daysSince = daysBetween(lastPurchaseDay, day)
    if (daysSince > maxDays) {
      return lang === 'en'
        ? `Not seen for ${daysSince} days, more than ${maxDays}: lost, no longer overdue.`
        : `已经 ${daysSince} 天没来，超过 ${maxDays} 天算流失，不再按复购提醒。`
    }
    const days = Math.round(cycle.days * 10) / 10
    if (daysSince >= factor * cycle.days) {
      return lang === 'en'
        ? `Not seen for ${daysSince} days: the churn warning has taken over.`
        : `已经 ${daysSince} 天没来，改由「流失预警」来提醒。`
    }
    const first = nudge > 0 ? Math.min(nudge, factor) : factor
    const due = dayText(addDays(lastPurchaseDay, Math.ceil(first * cycle.days)), lang)
    const usual = cycleText({ cycleDays: days, cycleSource: cycle.source }, lang)
    return lang === 'en'
      ? `${usual}; ${daysSince} days so far. A reminder from ${due} on (${first}×).`
      : `${usual}，${daysSince < cycle.days ? '才过' : '已过'} ${daysSince} 天；${due}（${first} 倍）还没来才提醒。`
  },

  lint: (params, lang) => lintDies(params, lang),
})
