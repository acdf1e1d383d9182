import { addDays, atTime, businessDay, clockTime } from './business-day.ts'
import type { ConsentLevel, HoldReason } from './words.ts'

/** The defaults of domain-rules 10, one ledger for every way of reaching a customer. */
export const CONTACT_LIMITS = {
  /** most touches of a customer, across guides, in so many business days */
  windows: [
    { why: 'customer_day', days: 1, touches: 1 },
    { why: 'customer_week', days: 7, touches: 3 },
    { why: 'customer_month', days: 30, touches: 8 },
  ],
  /** hours before a second guide may follow a first */
  otherGuideHours: 48,
  /** local clock times between which nobody is written to */
  quietFrom: '21:00',
  quietUntil: '09:00',
  /** new tasks a guide gets in a day */
  guideDay: 20,
} as const satisfies {
  windows: readonly { why: HoldReason; days: number; touches: number }[]
  [name: string]: unknown
}

/** What a contact is judged by. Touches are sent ones of the last 30 days, welcomes left out. */
export interface ContactFacts {
  consent: ConsentLevel
  /** the one who wants to write has a live, confirmed relation */
  hasRelation: boolean
  touches: readonly { at: Date; byOther: boolean }[]
}

export type ContactDecision = { ok: true } | { ok: false; why: HoldReason; until: Date | null }

/**
 * Whether a guide may contact a customer at `now` (domain-rules 10). A refusal names the limit that holds
 * longest and the first moment it lets go, moved out of quiet hours; `until` is null when only a change
 * of facts helps.
 * @example decideContact({ consent: 'none', hasRelation: true, touches: [] }, now, 'Asia/Shanghai')
 * // { ok: false, why: 'no_consent', until: null }
 */
export function decideContact(facts: ContactFacts, now: Date, zone: string): ContactDecision {
  if (facts.consent === 'none') return { ok: false, why: 'no_consent', until: null }
  if (!facts.hasRelation) return { ok: false, why: 'no_relation', until: null }
  const holds = [...windowHolds(facts, now, zone), ...otherGuideHold(facts, now)]
  const worst = holds.reduce<{ why: HoldReason; until: Date } | null>(
    (longest, hold) => (longest && longest.until >= hold.until ? longest : hold),
    null,
  )
  if (worst) return { ok: false, why: worst.why, until: afterQuiet(worst.until, zone) }
  const allowed = afterQuiet(now, zone)
  return allowed > now ? { ok: false, why: 'quiet_hours', until: allowed } : { ok: true }
}

/**
 * The moment itself, or the end of the quiet hours it lies in.
 * @example afterQuiet(new Date('2026-11-22T14:00:00Z'), 'Asia/Shanghai').toISOString() // '2026-11-23T01:00:00.000Z'
 */
export function afterQuiet(moment: Date, zone: string): Date {
  const day = businessDay(moment, zone)
  const clock = clockTime(moment, zone)
  if (clock >= CONTACT_LIMITS.quietFrom)
    return atTime(addDays(day, 1), CONTACT_LIMITS.quietUntil, zone)
  return clock < CONTACT_LIMITS.quietUntil ? atTime(day, CONTACT_LIMITS.quietUntil, zone) : moment
}

/** A window is full while its n-th newest touch is still inside; it lets go the day that one leaves. */
function windowHolds(
  facts: ContactFacts,
  now: Date,
  zone: string,
): { why: HoldReason; until: Date }[] {
  const today = businessDay(now, zone)
  const days = facts.touches
    .map(({ at }) => businessDay(at, zone))
    .sort()
    .toReversed()
  return CONTACT_LIMITS.windows.flatMap((window) => {
    const nth = days[window.touches - 1]
    const until = nth === undefined ? today : addDays(nth, window.days)
    return until > today ? [{ why: window.why, until: atTime(until, '00:00', zone) }] : []
  })
}

function otherGuideHold(facts: ContactFacts, now: Date): { why: HoldReason; until: Date }[] {
  const others = facts.touches.filter(({ byOther }) => byOther).map(({ at }) => at.getTime())
  const until = new Date(Math.max(...others) + CONTACT_LIMITS.otherGuideHours * 3_600_000)
  return others.length > 0 && until > now ? [{ why: 'other_guide', until }] : []
}
