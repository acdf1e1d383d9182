import { addDays, atTime, businessDay, clockTime } from './business-day.ts'
import type { ConsentLevel, HoldReason, Lang } from './words.ts'

/** How often, when and by how many a customer may be reached (domain-rules 10): one ledger for every way of reaching them. */
export interface ContactLimits {
  /** most touches of a customer, across guides, in a business day, in 7 and in 30 of them */
  touchesDay: number
  touchesWeek: number
  touchesMonth: number
  /** hours before a second guide may follow a first */
  otherGuideHours: number
  /** hours of the local clock between which nobody is written to, over midnight */
  quietFromHour: number
  quietUntilHour: number
  /** new tasks a guide gets in a day */
  tasksDay: number
}

/** What holds until a chain says otherwise. */
export const CONTACT_LIMITS: ContactLimits = {
  touchesDay: 1,
  touchesWeek: 3,
  touchesMonth: 8,
  otherGuideHours: 48,
  quietFromHour: 21,
  quietUntilHour: 9,
  tasksDay: 20,
}

/** Bounds of each, all whole numbers: a customer's evening and night stay quiet whatever a chain says. */
export const CONTACT_LIMIT_BOUNDS: Record<keyof ContactLimits, { from: number; to: number }> = {
  touchesDay: { from: 1, to: 3 },
  touchesWeek: { from: 1, to: 7 },
  touchesMonth: { from: 1, to: 20 },
  otherGuideHours: { from: 0, to: 168 },
  quietFromHour: { from: 17, to: 22 },
  quietUntilHour: { from: 7, to: 12 },
  tasksDay: { from: 1, to: 100 },
}

/** A limit that can't be used; `remedy` says what to write instead. */
export interface LimitProblem {
  field: string
  remedy: Record<Lang, string>
}

/**
 * What can't be used in limits, or contradicts itself: every problem, not only the first. None: they can be saved.
 *
 * @param limits what somebody wrote, all of it
 * @example checkContactLimits({ ...CONTACT_LIMITS, touchesDay: 9 })
 * // [{ field: 'touchesDay', remedy: { en: 'an integer from 1 to 3', … } }]
 */
export function checkContactLimits(limits: Readonly<Record<string, unknown>>): LimitProblem[] {
  const fields = Object.keys(CONTACT_LIMIT_BOUNDS)
  const unknown = Object.keys(limits)
    .filter((field) => !fields.includes(field))
    .map((field) => ({
      field,
      remedy: {
        'zh-CN': `${fields.join('、')} 中的一个，没有这一项`,
        en: `one of ${fields.join(', ')}: there is no such field`,
      },
    }))
  const outside = Object.entries(CONTACT_LIMIT_BOUNDS)
    .filter(([field, { from, to }]) => {
      const value = limits[field]
      return !(Number.isInteger(value) && Number(value) >= from && Number(value) <= to)
    })
    .map(([field, { from, to }]) => ({
      field,
      remedy: { 'zh-CN': ` ${from} 到 ${to} 之间的整数`, en: `an integer from ${from} to ${to}` },
    }))
  if (unknown.length + outside.length > 0) return [...unknown, ...outside]
  return contradictions(limits as unknown as ContactLimits)
}

/** A longer window that allows less than a shorter one: the shorter one could never be used up. */
function contradictions({ touchesDay, touchesWeek, touchesMonth }: ContactLimits): LimitProblem[] {
  const least = (field: keyof ContactLimits, n: number, zh: string, en: string): LimitProblem => ({
    field,
    remedy: { 'zh-CN': ` ${n} 或更多，不然${zh}`, en: `${n} or more: ${en}` },
  })
  return [
    ...(touchesWeek < touchesDay
      ? [
          least(
            'touchesWeek',
            touchesDay,
            `一天 ${touchesDay} 次就超了`,
            'one day may bring as many',
          ),
        ]
      : []),
    ...(touchesMonth < touchesWeek
      ? [
          least(
            'touchesMonth',
            touchesWeek,
            `7 天 ${touchesWeek} 次就超了`,
            'seven days may bring as many',
          ),
        ]
      : []),
  ]
}

/** At most so many touches in so many business days, and the reason of who is over. */
interface TouchWindow {
  why: HoldReason
  days: number
  touches: number
}

/** The windows of touches: the day, the week, the month. */
export function touchWindows(
  limits: ContactLimits,
): readonly [TouchWindow, TouchWindow, TouchWindow] {
  return [
    { why: 'customer_day', days: 1, touches: limits.touchesDay },
    { why: 'customer_week', days: 7, touches: limits.touchesWeek },
    { why: 'customer_month', days: 30, touches: limits.touchesMonth },
  ]
}

/**
 * An hour of the local clock as its time.
 * @example hourTime(9) // '09:00'
 */
export function hourTime(hour: number): string {
  return `${String(hour).padStart(2, '0')}:00`
}

/** What a contact is judged by. Touches are sent ones of the last 30 days, welcomes left out. */
export interface ContactFacts {
  consent: ConsentLevel
  /** the one who wants to write has a live, confirmed relation */
  hasRelation: boolean
  touches: readonly { at: Date; byOther: boolean }[]
}

export type ContactDecision = { ok: true } | { ok: false; why: HoldReason; until: Date | null }

/** By which limits, and on which clock, a contact is judged. */
export interface ContactRules {
  limits: ContactLimits
  zone: string
}

/**
 * Whether a guide may contact a customer at `now` (domain-rules 10). A refusal names the limit that holds
 * longest and the first moment it lets go, moved out of quiet hours; `until` is null when only a change
 * of facts helps.
 * @example decideContact({ consent: 'none', hasRelation: true, touches: [] }, now, { limits, zone: 'Asia/Shanghai' })
 * // { ok: false, why: 'no_consent', until: null }
 */
export function decideContact(
  facts: ContactFacts,
  now: Date,
  rules: ContactRules,
): ContactDecision {
  if (facts.consent === 'none') return { ok: false, why: 'no_consent', until: null }
  if (!facts.hasRelation) return { ok: false, why: 'no_relation', until: null }
  const holds = [...windowHolds(facts, now, rules), ...otherGuideHold(facts, now, rules)]
  const worst = holds.reduce<{ why: HoldReason; until: Date } | null>(
    (longest, hold) => (longest && longest.until >= hold.until ? longest : hold),
    null,
  )
  if (worst) return { ok: false, why: worst.why, until: afterQuiet(worst.until, rules) }
  const allowed = afterQuiet(now, rules)
  return allowed > now ? { ok: false, why: 'quiet_hours', until: allowed } : { ok: true }
}

/**
 * The moment itself, or the end of the quiet hours it lies in.
 * @example afterQuiet(new Date('2026-11-22T14:00:00Z'), { limits, zone: 'Asia/Shanghai' }) // 2026-11-23T01:00:00Z
 */
export function afterQuiet(moment: Date, { limits, zone }: ContactRules): Date {
  const day = businessDay(moment, zone)
  const clock = clockTime(moment, zone)
  const until = hourTime(limits.quietUntilHour)
  if (clock >= hourTime(limits.quietFromHour)) return atTime(addDays(day, 1), until, zone)
  return clock < until ? atTime(day, until, zone) : moment
}

/** A window is full while its n-th newest touch is still inside; it lets go the day that one leaves. */
function windowHolds(
  facts: ContactFacts,
  now: Date,
  { limits, zone }: ContactRules,
): { why: HoldReason; until: Date }[] {
  const today = businessDay(now, zone)
  const days = facts.touches
    .map(({ at }) => businessDay(at, zone))
    .sort()
    .toReversed()
  return touchWindows(limits).flatMap((window) => {
    const nth = days[window.touches - 1]
    const until = nth === undefined ? today : addDays(nth, window.days)
    return until > today ? [{ why: window.why, until: atTime(until, '00:00', zone) }] : []
  })
}

function otherGuideHold(
  facts: ContactFacts,
  now: Date,
  { limits }: ContactRules,
): { why: HoldReason; until: Date }[] {
  const others = facts.touches.filter(({ byOther }) => byOther).map(({ at }) => at.getTime())
  const until = new Date(Math.max(...others) + limits.otherGuideHours * 3_600_000)
  return others.length > 0 && until > now ? [{ why: 'other_guide', until }] : []
}
