import { addDays, addMonths, daysBetween, type BusinessDay } from './business-day.ts'
import type { Stage } from './words.ts'

/** What a stage is told from. */
export interface LifecycleFacts {
  joinedDay: BusinessDay | null
  purchaseDays: number
  lastPurchaseDay: BusinessDay | null
  /** the customer's rhythm, or the group's that stands in for it; null when nobody has one */
  cycleDays: number | null
  /** consecutive monthly reviews with a falling tier, up to now */
  fallingReviews?: number
  /** the last of them; a purchase since ends what they warn of (ADR 17) */
  reviewedOn?: BusinessDay | null
}

/** The numbers of domain-rules 7; the night's statement and the churn rule read them too (bot/rules/churn-sql.ts). */
export const STAGE_RULES = {
  newDays: 30,
  lostDays: 365,
  activeCycles: 1.5,
  churnMonths: 3,
  longCycleDays: 45,
  longCycles: 2,
  fallingReviews: 2,
  /** a customer leans away when the churn limit has passed so many times (ADR 17) */
  leaningLimits: 2,
  /** nobody is asked back after so many days of silence (ADR 17) */
  recallDays: 730,
} as const

/** How far a customer has gone, and so how they are called back (domain-rules 7). */
export const CHURN_STEPS = ['warning', 'leaning', 'lost'] as const
export type ChurnStep = (typeof CHURN_STEPS)[number]

/**
 * Where a customer stands on `today` (domain-rules 7).
 * @example stageOf({ joinedDay: '2026-01-01', purchaseDays: 5, lastPurchaseDay: '2026-11-01', cycleDays: 20 }, '2026-11-22') // 'active'
 */
export function stageOf(facts: LifecycleFacts, today: BusinessDay): Stage {
  const joined = facts.joinedDay === null ? Infinity : daysBetween(facts.joinedDay, today)
  if (joined <= STAGE_RULES.newDays && facts.purchaseDays <= 1) return 'new'
  if (facts.lastPurchaseDay === null) return 'prospect'
  const since = daysBetween(facts.lastPurchaseDay, today)
  if (since > STAGE_RULES.lostDays) return 'lost'
  if (isFalling({ ...facts, lastPurchaseDay: facts.lastPurchaseDay })) return 'at_risk'
  if (churnDay(facts.lastPurchaseDay, facts.cycleDays) <= today) return 'at_risk'
  if (facts.cycleDays !== null && since > STAGE_RULES.activeCycles * facts.cycleDays)
    return 'sleeping'
  return 'active'
}

/**
 * The step of the recall that a silence has come to (domain-rules 7): the warning is on; twice its limit has passed;
 * lost. Null while there is nothing to warn of, and after two years.
 *
 * Reviews that took a tier warn of somebody only until they buy again: `lastPurchaseDay` before `reviewedOn`.
 * @example churnStep({ lastPurchaseDay: '2026-05-22', cycleDays: 20 }, '2026-11-22') // 'leaning'
 */
export function churnStep(
  facts: Pick<LifecycleFacts, 'cycleDays' | 'fallingReviews' | 'reviewedOn'> & {
    lastPurchaseDay: BusinessDay
  },
  today: BusinessDay,
): ChurnStep | null {
  const { lastPurchaseDay, cycleDays } = facts
  const since = daysBetween(lastPurchaseDay, today)
  if (since > STAGE_RULES.recallDays) return null
  if (since > STAGE_RULES.lostDays) return 'lost'
  if (churnDay(lastPurchaseDay, cycleDays, STAGE_RULES.leaningLimits) <= today) return 'leaning'
  if (churnDay(lastPurchaseDay, cycleDays) <= today) return 'warning'
  return isFalling(facts) ? 'warning' : null
}

/**
 * Whether reviews warn of somebody: two in a row took a step off their tier, and they have not bought since the last
 * (domain-rules 7, ADR 17).
 */
export function isFalling({
  fallingReviews = 0,
  reviewedOn,
  lastPurchaseDay,
}: Pick<LifecycleFacts, 'fallingReviews' | 'reviewedOn'> & {
  lastPurchaseDay: BusinessDay
}): boolean {
  return fallingReviews >= STAGE_RULES.fallingReviews && lastPurchaseDay < (reviewedOn ?? '')
}

/**
 * The day from which the churn warning is on: three calendar months after the last purchase; with a
 * rhythm above 45 days two cycles, where that is later (domain-rules 7).
 *
 * @param limits how many times that limit must have passed
 * @example churnDay('2026-11-30', 20) // '2027-02-28'
 */
export function churnDay(
  lastPurchaseDay: BusinessDay,
  cycleDays: number | null,
  limits = 1,
): BusinessDay {
  const { churnMonths, longCycleDays, longCycles } = STAGE_RULES
  const months = addMonths(lastPurchaseDay, churnMonths * limits)
  if (cycleDays === null || cycleDays <= longCycleDays) return months
  const cycles = addDays(lastPurchaseDay, Math.ceil(longCycles * limits * cycleDays))
  return cycles > months ? cycles : months
}
