import { daysBetween, type BusinessDay } from './business-day.ts'
import type { PointsKind } from './words.ts'

/** One line of a member's ledger, days in the business time zone. */
export interface PointsLine {
  kind: PointsKind
  /** taken points are given as a positive number, or as a negative one */
  points: number
  day: BusinessDay
  /** the last day an earned lot holds; null never ends */
  expiresOn: BusinessDay | null
}

/** What is left of one lot. */
export interface Lot {
  points: number
  expiresOn: BusinessDay | null
}

/** A ledger on a day: what may be spent, in which lots, and what was taken without being there. */
export interface PointsState {
  balance: number
  /** first to expire first */
  lots: Lot[]
  shortfall: number
}

/**
 * Replays a ledger in lots: earning makes a lot, taking uses the lots that expire first, an expired lot is
 * gone, the balance never falls below zero (domain-rules 3). Lines may come in any order; those after
 * `today` are left out.
 * @example pointsOn([{ kind: 'earn', points: 100, day: '2026-01-01', expiresOn: null }], '2026-11-22').balance // 100
 */
export function pointsOn(lines: readonly PointsLine[], today: BusinessDay): PointsState {
  const lots: Lot[] = []
  let shortfall = 0
  const inOrder = lines
    .filter((line) => line.day <= today)
    .sort((a, b) => compare(a.day, b.day) || gives(b) - gives(a))
  for (const line of inOrder) {
    if (gives(line)) {
      lots.push({ points: line.points, expiresOn: line.expiresOn })
      lots.sort(byExpiry)
    } else {
      // the chain's own expiry lines take what has expired, other lines only what still holds
      const within = line.kind === 'expire' ? lots : lots.filter((lot) => holds(lot, line.day))
      const missing = take(within, Math.abs(line.points))
      if (line.kind !== 'expire') shortfall += missing
    }
  }
  const left = lots.filter((lot) => lot.points > 0 && holds(lot, today))
  return { balance: left.reduce((sum, lot) => sum + lot.points, 0), lots: left, shortfall }
}

/**
 * Every lot that ends within `days` days, first to expire first; lots of one day are one line
 * (domain-rules 3: all of them, not only the first).
 */
export function expiringLots(
  state: PointsState,
  today: BusinessDay,
  days: number,
): { points: number; expiresOn: BusinessDay; days: number }[] {
  const byDay = new Map<BusinessDay, number>()
  for (const { points, expiresOn } of state.lots) {
    if (expiresOn === null || daysBetween(today, expiresOn) > days) continue
    byDay.set(expiresOn, (byDay.get(expiresOn) ?? 0) + points)
  }
  return [...byDay].map(([expiresOn, points]) => ({
    points,
    expiresOn,
    days: daysBetween(today, expiresOn),
  }))
}

/** Takes from the front; answers what was not there. */
function take(lots: Lot[], points: number): number {
  let wanted = points
  for (const lot of lots) {
    const taken = Math.min(lot.points, wanted)
    lot.points -= taken
    wanted -= taken
  }
  return wanted
}

function gives(line: PointsLine): number {
  return line.points > 0 && (line.kind === 'earn' || line.kind === 'adjust') ? 1 : 0
}

function holds(lot: Lot, day: BusinessDay): boolean {
  return lot.expiresOn === null || lot.expiresOn >= day
}

function byExpiry(a: Lot, b: Lot): number {
  return compare(a.expiresOn ?? '9999-12-31', b.expiresOn ?? '9999-12-31')
}

function compare(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
