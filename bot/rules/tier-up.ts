import { Type } from 'typebox'
import { dayText } from '../../domain/day-words.ts'
import { DEFAULT_TIER_TABLE, tierName } from '../../domain/tier-table.ts'
import type { Lang, Tier } from '../../domain/words.ts'
import { Prisma } from '../../prisma/db.ts'
import { lintDies } from './lint-dies.ts'
import { defineRule } from './rule.ts'
import { tierBounds } from './tier-sql.ts'

const Name = Type.Object({ 'zh-CN': Type.String(), en: Type.String() })

/** Congratulations, the day after a tier rose (domain-rules 8). Of two steps up the later is told. */
export const tierUp = defineRule({
  kind: 'tier_up',
  label: { 'zh-CN': '升级祝贺', en: 'Tier up' },
  supersedes: ['tier_up'],
  params: Type.Object({
    dueDays: Type.Integer({ minimum: 0, maximum: 60 }),
    /** days after that day on which a task dies, and one that waited is given up */
    diesDays: Type.Integer({ minimum: 1, maximum: 90 }),
  }),
  defaults: { dueDays: 2, diesDays: 7 },
  facts: Type.Object({
    /** night that wrote the new tier down */
    day: Type.String(),
    before: Type.String(),
    after: Type.String(),
    /** what they were called then; absent in tasks of before tiers were data */
    names: Type.Optional(Type.Object({ before: Name, after: Name })),
  }),

  // A few days of tier_change, by its index on day; the tier must still be the one it rose to.
  candidates({ day, since, zone }, { dueDays, diesDays }) {
    return Prisma.sql`
      select u.customer_id, u.day::text as occurrence,
        jsonb_build_object('day', u.day, 'before', u.before, 'after', u.after,
          'names', jsonb_build_object('before', coalesce(lower_tier.name, ${nameless('u.before')}),
            'after', bound.name)) as facts,
        0.8::float8 as urgency, false as urgent,
        (least(${day}::date + ${dueDays}::int, u.day + 1 + ${diesDays}::int) + time '23:59:59')
          at time zone ${zone} as due_at,
        (u.day + 1 + ${diesDays}::int + time '23:59:59') at time zone ${zone} as dies_at
      from (
        select distinct on (customer_id) customer_id, day, before, after from tier_change
        where reason = 'upgrade' and day between ${day}::date - 1 - ${diesDays}::int and ${day}::date - 1
        order by customer_id, day desc, id desc
      ) u
      join customer_tier k on k.customer_id = u.customer_id and k.tier = u.after
      join ${tierBounds} on bound.tier = u.after
      left join (select bound.tier, bound.name from ${tierBounds}) lower_tier on lower_tier.tier = u.before
      where u.day + 1 > ${since}::date or exists (
        select 1 from held_back h
        where h.customer_id = u.customer_id and h.kind = 'tier_up' and h.occurrence = u.day::text
          and h.resolved_at is null and h.scan_day <= ${day}::date)`
  },

  reason({ day, before, after, names }, lang) {
    const when = dayText(day, lang)
    const from = called(before, names?.before, lang)
    const to = called(after, names?.after, lang)
    return lang === 'en' ? `Rose from ${from} to ${to} on ${when}.` : `${when}从${from}升到${to}。`
  },

  words: ({ before, after, names }, lang) => ({
    situation: 'any',
    values: {
      新等级: called(after, names?.after, lang),
      原等级: called(before, names?.before, lang),
    },
  }),

  advice: (_facts, lang) =>
    lang === 'en' ? 'Congratulate, tell benefits' : '道声恭喜，讲讲新权益',

  lint: (params, lang) => lintDies(params, lang),

  notDue: (_customer, { diesDays }, lang) =>
    lang === 'en'
      ? `Their tier has not risen within ${diesDays + 1} days; it comes up the day after it does.`
      : `最近 ${diesDays + 1} 天没有升级；升级后的第二天会提醒。`,
})

function called(code: Tier, name: Record<Lang, string> | undefined, lang: Lang): string {
  return `${name?.[lang] ?? tierName(DEFAULT_TIER_TABLE, code, lang)}${lang === 'en' ? '' : '卡'}`
}

/** A tier that the table has no more is called by its code. */
function nameless(code: string): Prisma.Sql {
  return Prisma.raw(`jsonb_build_object('zh-CN', ${code}, 'en', ${code})`)
}
