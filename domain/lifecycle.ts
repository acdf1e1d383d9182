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
}

/** The numbers of domain-rules 7; the night's statement reads them too (bot/members/classify.ts). */
export const STAGE_RULES = {
  newDays: 30,
  lostDays: 365,
  activeCycles: 1.5,
  longCycleDays: 45,
  fallingReviews: 2,
} as const

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
  if ((facts.fallingReviews ?? 0) >= STAGE_RULES.fallingReviews) return 'at_risk'
  if (churnDay(facts.lastPurchaseDay, facts.cycleDays) <= today) return 'at_risk'
  if (facts.cycleDays !== null && since > STAGE_RULES.activeCycles * facts.cycleDays)
    return 'sleeping'
  return 'active'
}

/**
 * The day from which the churn warning is on: three calendar months after the last purchase; with a
 * rhythm above 45 days two cycles, where that is later (domain-rules 7).
 * @example churnDay('2026-11-30', 20) // '2027-02-28'
 */
export function churnDay(lastPurchaseDay: BusinessDay, cycleDays: number | null): BusinessDay {
  const months = addMonths(lastPurchaseDay, 3)
  if (cycleDays === null || cycleDays <= STAGE_RULES.longCycleDays) return months
  const cycles = addDays(lastPurchaseDay, Math.ceil(2 * cycleDays))
  return cycles > months ? cycles : months
}
