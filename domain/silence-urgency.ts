import type { ChurnStep } from './lifecycle.ts'

/** A silence that a guide is asked to end: overdue, or a step of the recall. */
export type Silence = 'overdue' | Exclude<ChurnStep, 'lost'>

/** Between which numbers a silence presses, by how likely the customer comes again; what holds where nothing is known. */
export const SILENCE_URGENCY = {
  overdue: { least: 0.2, most: 0.6, unknown: null },
  warning: { least: 0.4, most: 0.7, unknown: 0.55 },
  leaning: { least: 0.3, most: 0.6, unknown: 0.45 },
} as const satisfies Record<Silence, { least: number; most: number; unknown: number | null }>

/** Of how many rhythms' silence an overdue customer without a model presses most, and less the longer it lasts. */
export const PRESSING_CYCLES = 1.2

/**
 * How likely a customer comes at least once, of whom so many purchase days are expected (BG/NBD, P(alive) is in it):
 * 1 − e^−expected.
 * @example chanceToCome(1) // 0.632…
 */
export function chanceToCome(expected: number): number {
  return -Math.expm1(-expected)
}

/**
 * How pressing a silence is, 0 to 1; times the customer's value it is the task's priority (domain-rules 6 and 9): the
 * likelier they come again, the sooner a word is worth it. Without a model an overdue one goes by the rhythm.
 *
 * @param known expected90: purchase days expected within 90 days, null without a model; daysSince and cycleDays in days
 * @example silenceUrgency('warning', { expected90: 1, daysSince: 100, cycleDays: 20 }) // 0.589…
 */
export function silenceUrgency(
  silence: Silence,
  { expected90, daysSince, cycleDays }: SilenceFacts,
): number {
  const { least, most, unknown } = SILENCE_URGENCY[silence]
  if (expected90 !== null) return least + (most - least) * chanceToCome(expected90)
  if (unknown !== null) return unknown
  return Math.max(least, Math.min(most, (PRESSING_CYCLES * cycleDays) / daysSince))
}

interface SilenceFacts {
  expected90: number | null
  daysSince: number
  cycleDays: number
}
