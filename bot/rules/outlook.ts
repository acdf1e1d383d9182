import { Type } from 'typebox'
import { SILENCE_URGENCY, type Silence } from '../../domain/silence-urgency.ts'
import type { Lang } from '../../domain/words.ts'
import { Prisma } from '../../prisma/db.ts'

/** What the last night expected of a customer, in a task's facts; tasks of an older version have none of it. */
export const outlookFacts = {
  /** P(alive), 0 to 1; null without a model, as expected90 */
  pAlive: Type.Optional(Type.Union([Type.Number(), Type.Null()])),
  /** purchase days to be expected within 90 days */
  expected90: Type.Optional(Type.Union([Type.Number(), Type.Null()])),
  /** P(alive) was below the rule's limit */
  unlikely: Type.Optional(Type.Boolean()),
}

interface Outlook {
  pAlive?: number | null
  expected90?: number | null
  unlikely?: boolean
}

/** P(alive) below which a task says that its customer may be left alone, of 0 to 1. */
export const unlikelyBelow = Type.Number({ minimum: 0, maximum: 1 })
export const UNLIKELY_BELOW = 0.05

/** Brings customer_class, as `outlook`, to a row named `r` with customer_id. */
export const outlookJoin = Prisma.sql`
  left join customer_class outlook on outlook.customer_id = r.customer_id`

/** SQL of the facts above, to be added to the others of a row with outlookJoin. */
export function outlookSql(below: number): Prisma.Sql {
  return Prisma.sql`
    jsonb_build_object('pAlive', outlook.p_alive, 'expected90', outlook.expected_90,
      'unlikely', coalesce(outlook.p_alive < ${below}::float8, false))`
}

/**
 * Domain silenceUrgency() in SQL.
 *
 * @param unknown what holds without a model
 */
export function urgencySql(silence: Silence, unknown: Prisma.Sql): Prisma.Sql {
  const { least, most } = SILENCE_URGENCY[silence]
  return Prisma.sql`
    case when outlook.expected_90 is null then ${unknown}
      else ${least}::float8 + ${most - least}::float8 * (1 - exp(-outlook.expected_90)) end::float8`
}

/**
 * What is expected of the customer, as the end of a sentence; empty where nothing is known.
 * @example outlookText({ pAlive: 0.8, expected90: 1.3 }, 'zh-CN') // '，估计 90 天内还会来 1.3 次'
 */
export function outlookText({ pAlive, expected90, unlikely }: Outlook, lang: Lang): string {
  const en = lang === 'en'
  if (unlikely && typeof pAlive === 'number') {
    const percent = Math.round(pAlive * 100)
    return en
      ? `; by everybody’s habits a customer still with ${percent}%`
      : `，按大家的购买习惯，还会再来的可能只有 ${percent}%`
  }
  if (typeof expected90 !== 'number') return ''
  if (expected90 < 0.1) return en ? '; hardly expected within 90 days' : '，估计 90 天内不大会来'
  return en
    ? `; about ${expected90} ${expected90 === 1 ? 'visit' : 'visits'} expected within 90 days`
    : `，估计 90 天内还会来 ${expected90} 次`
}

/** What marks a task whose customer may be left alone (domain-rules 6): it is marked, never dropped. */
export function outlookMark({ unlikely }: Outlook, lang: Lang): string | null {
  if (!unlikely) return null
  return lang === 'en' ? 'Probably gone; fine to skip' : '多半不会再来，可以不打扰'
}
