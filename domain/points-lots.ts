import { addDays, daysBetween, endOfMonth, type BusinessDay } from './business-day.ts'
import type { PointsKind } from './words.ts'

/** Days an earned lot waits before it may be spent: the refund window (domain-rules 3). */
export const POINTS_PENDING_DAYS = 7
/** Days a lot holds where its line names no end; rounded up to the end of the month (domain-rules 3). */
export const POINTS_VALID_DAYS = 365

/** One line of a member's ledger; days in the business time zone. */
export interface PointsLine {
  /** its number, one of a kind: lines of one day and direction come in the order of their numbers */
  id: string
  kind: PointsKind
  /** taken points are given as a positive number, or as a negative one */
  points: number
  day: BusinessDay
  /** the last day an earned lot holds; null where the line names none */
  expiresOn: BusinessDay | null
  /** what the points are given for, or taken back for: an order, a referral */
  about?: string | null
  /** days of waiting and of validity, where the line's programme has others than usual */
  pendingDays?: number | null
  validDays?: number | null
}

/** Points that came in together: when they may be spent, when they end, what is left. */
export interface Lot {
  /** number of the line that gave it */
  id: string
  points: number
  remaining: number
  /** the day its pending ends */
  availableOn: BusinessDay
  /** its last day */
  expiresOn: BusinessDay
  about: string | null
}

/** How many points of one lot one line took. */
export interface LotUse {
  line: string
  lot: string
  points: number
}

/** What a ledger comes to; it does not depend on the day it is read. */
export interface SettledLedger {
  /** first to expire first */
  lots: Lot[]
  uses: LotUse[]
  /** lines that took what was not there, and how much of it */
  shortfalls: { line: string; points: number }[]
}

/**
 * Makes lots of a ledger (domain-rules 3): a giving line makes one, a taking line uses those that expire first; the
 * balance never falls below zero, what was missing is recorded. Lines may come in any order, and in pieces: the whole
 * ledger settled at once gives the same.
 *
 * A taking line uses what may be spent on its day, then what is still pending: the chain let it happen. One that takes
 * back an order's points uses that order's lot first, also where it has ended. The chain's own expiry lines begin with what has ended.
 * @example settleLedger([{ id: 'P1', kind: 'earn', points: 100, day: '2026-11-01', expiresOn: null }]).lots
 * // [{ id: 'P1', points: 100, remaining: 100, availableOn: '2026-11-08', expiresOn: '2027-11-30', about: null }]
 */
export function settleLedger(lines: readonly PointsLine[]): SettledLedger {
  const lots: Lot[] = []
  const uses: LotUse[] = []
  const shortfalls: SettledLedger['shortfalls'] = []
  for (const line of lines.filter(({ points }) => points !== 0).sort(byTime)) {
    if (gives(line)) {
      insert(lots, lotOf(line))
      continue
    }
    let wanted = Math.abs(line.points)
    for (const lot of usable(lots, line)) {
      if (wanted === 0) break
      const points = Math.min(lot.remaining, wanted)
      lot.remaining -= points
      wanted -= points
      uses.push({ line: line.id, lot: lot.id, points })
    }
    // what has ended on the chain's side had ended on ours
    if (wanted > 0 && line.kind !== 'expire') shortfalls.push({ line: line.id, points: wanted })
  }
  return { lots, uses, shortfalls }
}

/**
 * What a member has on a day: `balance` may be spent, `pending` may be later.
 * @example pointsOn([{ remaining: 100, availableOn: '2026-11-08', expiresOn: '2027-11-30' }], '2026-11-07')
 * // { balance: 0, pending: 100 }
 */
export function pointsOn(
  lots: readonly Pick<Lot, 'remaining' | 'availableOn' | 'expiresOn'>[],
  today: BusinessDay,
): { balance: number; pending: number } {
  const held = lots.filter(({ expiresOn }) => expiresOn >= today)
  const sum = (some: typeof held) => some.reduce((total, { remaining }) => total + remaining, 0)
  return {
    balance: sum(held.filter(({ availableOn }) => availableOn <= today)),
    pending: sum(held.filter(({ availableOn }) => availableOn > today)),
  }
}

/**
 * Every lot that ends within `days` days, first to expire first; lots of one day are one line
 * (domain-rules 3: all of them, not only the first).
 */
export function expiringLots(
  lots: readonly Pick<Lot, 'remaining' | 'expiresOn'>[],
  today: BusinessDay,
  days: number,
): { points: number; expiresOn: BusinessDay; days: number }[] {
  const byDay = new Map<BusinessDay, number>()
  for (const { remaining, expiresOn } of lots) {
    const left = daysBetween(today, expiresOn)
    if (remaining === 0 || left < 0 || left > days) continue
    byDay.set(expiresOn, (byDay.get(expiresOn) ?? 0) + remaining)
  }
  return [...byDay]
    .sort(([a], [b]) => compare(a, b))
    .map(([expiresOn, points]) => ({ points, expiresOn, days: daysBetween(today, expiresOn) }))
}

/**
 * The last day of points that came in on `day`: `validDays` later, rounded up to the end of that month.
 * @example pointsEnd('2026-11-22') // '2027-11-30'
 */
export function pointsEnd(day: BusinessDay, validDays = POINTS_VALID_DAYS): BusinessDay {
  return endOfMonth(addDays(day, validDays))
}

function lotOf({
  id,
  kind,
  points,
  day,
  expiresOn,
  about,
  pendingDays,
  validDays,
}: PointsLine): Lot {
  const end = expiresOn ?? pointsEnd(day, validDays ?? undefined)
  // a correction waits for no refund; what ends within the pending days could never be spent
  const pending = kind === 'earn' ? (pendingDays ?? POINTS_PENDING_DAYS) : 0
  const ready = addDays(day, pending)
  return {
    id,
    points,
    remaining: points,
    availableOn: ready > end ? day : ready,
    expiresOn: end,
    about: about ?? null,
  }
}

/** The lots a line may take from, in the order it does. */
function usable(lots: readonly Lot[], line: PointsLine): Lot[] {
  const left = lots.filter(({ remaining }) => remaining > 0)
  if (line.kind === 'expire') return left
  const own = (lot: Lot) => lot.about !== null && lot.about === line.about
  const held = left.filter((lot) => !own(lot) && lot.expiresOn >= line.day)
  return [
    ...left.filter(own),
    ...held.filter(({ availableOn }) => availableOn <= line.day),
    ...held.filter(({ availableOn }) => availableOn > line.day),
  ]
}

/** Keeps the list in order: by expiry, then by number. */
function insert(lots: Lot[], lot: Lot): void {
  const at = lots.findIndex((other) => {
    const order = compare(other.expiresOn, lot.expiresOn) || compare(other.id, lot.id)
    return order > 0
  })
  lots.splice(at === -1 ? lots.length : at, 0, lot)
}

/** By day; within a day what gives comes first: tills often post both at once. */
function byTime(a: PointsLine, b: PointsLine): number {
  return compare(a.day, b.day) || Number(gives(b)) - Number(gives(a)) || compare(a.id, b.id)
}

function gives(line: PointsLine): boolean {
  return line.points > 0 && (line.kind === 'earn' || line.kind === 'adjust')
}

function compare(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
