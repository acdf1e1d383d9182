import { Type, type Static } from 'typebox'
import { addDays } from '../../domain/business-day.ts'
import { cutLength } from '../../domain/cut-text.ts'
import { dayText, whenText } from '../../domain/day-words.ts'
import { formatFen } from '../../domain/money.ts'
import type { Lang } from '../../domain/words.ts'
import { Prisma } from '../../prisma/db.ts'
import { lintSteps } from './lint-steps.ts'
import { defineRule, dueDays } from './rule.ts'

const nullable = (type: ReturnType<typeof Type.Number>) => Type.Union([type, Type.Null()])

const Facts = Type.Object({
  /** every coupon that ends within the longest step, first to end first */
  coupons: Type.Array(
    Type.Object({
      couponNo: Type.String(),
      name: Type.String(),
      faceValueFen: nullable(Type.Number()),
      discount: nullable(Type.Number()),
      minSpendFen: nullable(Type.Number()),
      expiresOn: Type.String(),
      days: Type.Integer(),
    }),
    { minItems: 1 },
  ),
  firstExpiresOn: Type.String(),
  lastExpiresOn: Type.String(),
})

/** Coupons that end in 7, 3 or 1 days; one task a day lists all of them (domain-rules 4 and 8). */
export const couponExpiring = defineRule({
  kind: 'coupon_expiring',
  label: { 'zh-CN': '券快到期', en: 'Coupon expiring' },
  supersedes: ['coupon_expiring'],
  params: Type.Object({
    /** days before the last day of a coupon on which it comes up */
    stepDays: Type.Array(Type.Integer({ minimum: 0, maximum: 60 }), { minItems: 1, maxItems: 10 }),
  }),
  defaults: { stepDays: [7, 3, 1] },
  facts: Facts,

  // Reads the coupons that end within the longest step through the index on (expires_day, status).
  candidates(window, { stepDays }) {
    const last = addDays(window.day, Math.max(...stepDays))
    return Prisma.sql`
      select cp.customer_id, ${window.day}::text as occurrence,
        jsonb_build_object(
          'coupons', jsonb_agg(jsonb_build_object(
            'couponNo', cp.coupon_no, 'name', cp.name, 'faceValueFen', cp.face_value_fen,
            'discount', cp.discount, 'minSpendFen', cp.min_spend_fen,
            'expiresOn', cp.expires_day, 'days', cp.expires_day - ${window.day}::date
          ) order by cp.expires_day, cp.coupon_no),
          'firstExpiresOn', min(cp.expires_day), 'lastExpiresOn', max(cp.expires_day)) as facts,
        (0.9 - 0.06 * least(min(cp.expires_day) - ${window.day}::date, 10))::float8 as urgency,
        min(cp.expires_day) = ${window.day}::date as urgent,
        (min(cp.expires_day) + time '23:59:59') at time zone ${window.zone} as due_at,
        (max(cp.expires_day) + time '23:59:59') at time zone ${window.zone} as dies_at
      from coupon cp
      where cp.status = 'issued' and cp.customer_id is not null
        and cp.expires_day between ${window.day}::date and ${last}::date
      group by cp.customer_id
      having bool_or(cp.expires_day = any(${dueDays(window, stepDays)}::date[])) or exists (
        select 1 from held_back h
        where h.customer_id = cp.customer_id and h.kind = 'coupon_expiring'
          and h.resolved_at is null and h.scan_day <= ${window.day}::date)`
  },

  reason({ coupons, firstExpiresOn, lastExpiresOn }, lang, today) {
    const first = whenText(firstExpiresOn, lang, today)
    const name = couponName({ coupons })
    if (coupons.length === 1) {
      return lang === 'en' ? `“${name}” ends ${first}.` : `「${name}」${first}到期。`
    }
    const same = firstExpiresOn === lastExpiresOn
    const n = coupons.length
    if (lang === 'en') {
      const rest = same ? '' : `, the last on ${dayText(lastExpiresOn, lang)}`
      return `${n} coupons are ending: the first, “${name}”, ${first}${rest}.`
    }
    if (same) return `${n} 张券${first}到期，有「${name}」等。`
    return `${n} 张券快到期：「${name}」${first}到期，最晚的 ${dayText(lastExpiresOn, lang)}。`
  },

  words: ({ coupons, firstExpiresOn }, lang) => ({
    situation: coupons.length === 1 ? 'one' : 'several',
    values: {
      券名: coupons[0]?.name ?? null,
      券数: String(coupons.length),
      面额: coupons[0] ? worthText(coupons[0], lang) : null,
      到期日: dayText(firstExpiresOn, lang),
    },
  }),

  advice: (_facts, lang) => (lang === 'en' ? 'Remind, help choose' : '提醒用券，帮客人先挑好'),

  notDue({ nextCoupon: next }, { stepDays }, lang, day) {
    const ahead = Math.max(...stepDays)
    if (!next) return lang === 'en' ? 'They have no coupon to use.' : '没有还能用的券。'
    const when = whenText(next.expiresOn, lang, day)
    const name = cutLength(next.name, 24)
    return lang === 'en'
      ? `“${name}” ends first, ${when}; coupons come up ${ahead} days before.`
      : `最早到期的是「${name}」，${when}；到期前 ${ahead} 天起提醒。`
  },

  lint: ({ stepDays }, lang) => lintSteps(stepDays, lang),
})

function couponName({ coupons }: Pick<Static<typeof Facts>, 'coupons'>, max = 24): string {
  return cutLength(coupons[0]?.name ?? '', max)
}

/** What a coupon is worth; null where the chain doesn't say. @example worthText({ faceValueFen: null, discount: 0.88 }, 'zh-CN') // '8.8 折' */
function worthText(
  {
    faceValueFen,
    discount,
  }: Pick<Static<typeof Facts>['coupons'][number], 'faceValueFen' | 'discount'>,
  lang: Lang,
): string | null {
  if (faceValueFen !== null) return formatFen(faceValueFen)
  if (discount === null) return null
  return lang === 'en'
    ? `${Math.round((1 - discount) * 100)}% off`
    : `${Math.round(discount * 1000) / 100} 折`
}
