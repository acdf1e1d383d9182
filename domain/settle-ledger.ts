import { addDays } from './business-day.ts'
import {
  POINTS_PENDING_DAYS,
  pointsEnd,
  type Lot,
  type LotUse,
  type PointsLine,
  type SettledLedger,
} from './points-lots.ts'

/**
 * Makes lots of a ledger (domain-rules 3): a giving line makes one, a taking line uses those that expire first; the
 * balance never falls below zero, what was missing is recorded. Lines may come in any order, and in pieces: the whole
 * ledger settled at once gives the same.
 *
 * A taking line uses what may be spent on its day, then what is still pending: the chain let it happen. One that takes
 * back an order's points uses that order's lot first, also where it has ended. The chain's own expiry lines begin with
 * what has ended.
 * @example settleLedger([{ id: 'P1', kind: 'earn', points: 100, day: '2026-11-01', expiresOn: null }]).lots
 * // [{ id: 'P1', points: 100, remaining: 100, availableOn: '2026-11-08', expiresOn: '2027-11-30', about: null }]
 */
export function settleLedger(lines: readonly PointsLine[]): SettledLedger {
  const lots: Lot[] = []
  const uses: LotUse[] = []
  const shortfalls: SettledLedger['shortfalls'] = []
  // both by expiry; a till's account for customers without a number has lots by the ten thousand
  const held: Lot[] = []
  const ended: Lot[] = []
  const byAbout = new Map<string, Lot[]>()

  for (const line of lines.filter(({ points }) => points !== 0).sort(byTime)) {
    for (let first = held[0]; first && first.expiresOn < line.day; first = held[0]) {
      held.shift()
      insert(ended, first)
    }
    if (gives(line)) {
      const lot = lotOf(line)
      lots.push(lot)
      insert(lot.expiresOn < line.day ? ended : held, lot)
      if (lot.about !== null) {
        const own = byAbout.get(lot.about) ?? []
        insert(own, lot)
        byAbout.set(lot.about, own)
      }
      continue
    }
    let wanted = Math.abs(line.points)
    const take = (from: Lot[], may: (lot: Lot) => boolean = () => true) => {
      for (let at = 0; wanted > 0 && at < from.length;) {
        const lot = from[at]
        if (lot && lot.remaining > 0 && may(lot)) {
          const points = Math.min(lot.remaining, wanted)
          lot.remaining -= points
          wanted -= points
          uses.push({ line: line.id, lot: lot.id, points })
        }
        if (lot?.remaining === 0) from.splice(at, 1)
        else at += 1
      }
    }
    if (line.kind === 'expire') {
      take(ended)
      take(held)
      continue
    }
    take(byAbout.get(line.about ?? '') ?? [])
    take(held, ({ availableOn }) => availableOn <= line.day)
    take(held)
    if (wanted > 0) shortfalls.push({ line: line.id, points: wanted })
  }
  return { lots: lots.sort(byExpiry), uses, shortfalls }
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

/** Keeps a list in order. Most lots end later than those before them. */
function insert(lots: Lot[], lot: Lot): void {
  let [low, high] = [0, lots.length]
  while (low < high) {
    const middle = (low + high) >> 1
    const other = lots[middle]
    if (other && byExpiry(other, lot) < 0) low = middle + 1
    else high = middle
  }
  lots.splice(low, 0, lot)
}

function byExpiry(a: Lot, b: Lot): number {
  return compare(a.expiresOn, b.expiresOn) || compare(a.id, b.id)
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
