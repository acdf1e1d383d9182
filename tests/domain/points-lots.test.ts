import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { addDays } from '../../domain/business-day.ts'
import {
  expiringLots,
  pointsEnd,
  pointsOn,
  type Lot,
  type PointsLine,
} from '../../domain/points-lots.ts'
import { settleLedger } from '../../domain/settle-ledger.ts'
import { POINTS_KINDS } from '../../domain/words.ts'

const today = '2026-11-22'
let serial = 0
const line = (
  kind: PointsLine['kind'],
  points: number,
  day: string,
  more: Partial<PointsLine> = {},
): PointsLine => ({
  id: `P${String((serial += 1)).padStart(6, '0')}`,
  kind,
  points,
  day,
  expiresOn: null,
  ...more,
})
const left = (lots: readonly Lot[]) =>
  lots.filter(({ remaining }) => remaining > 0).map(({ remaining }) => remaining)
const balance = (lines: PointsLine[], day = today) => pointsOn(settleLedger(lines).lots, day)

describe('a lot', () => {
  it.each([
    ['2026-11-21', 0, 100],
    ['2026-11-28', 0, 100],
    ['2026-11-29', 100, 0],
    ['2027-11-30', 100, 0],
    ['2027-12-01', 0, 0],
  ])('earned on 22 November 2026 has on %s %i to spend and %i pending', (day, may, pending) => {
    const earned = line('earn', 100, '2026-11-22')

    expect(balance([earned], day)).toEqual({ balance: may, pending })
  })

  it.each([
    ['2026-11-22', '2027-11-30'],
    ['2026-11-30', '2027-11-30'],
    ['2026-12-01', '2027-12-31'],
    ['2027-02-28', '2028-02-29'],
    ['2027-03-01', '2028-02-29'],
    ['2027-03-02', '2028-03-31'],
  ])('earned on %s ends on %s: 365 days, up to the end of the month', (day, end) => {
    expect(pointsEnd(day)).toBe(end)
    expect(settleLedger([line('earn', 1, day)]).lots[0]?.expiresOn).toBe(end)
  })

  it('holds until the day its line names, that day included', () => {
    const earned = line('earn', 100, '2026-10-01', { expiresOn: '2026-11-22' })

    expect(balance([earned], '2026-11-22').balance).toBe(100)
    expect(balance([earned], '2026-11-23').balance).toBe(0)
  })

  it('that would end while it is pending may be spent at once', () => {
    const earned = line('earn', 100, '2026-11-22', { expiresOn: '2026-11-25' })

    expect(balance([earned])).toEqual({ balance: 100, pending: 0 })
  })

  it('that had ended before it came can’t be spent', () => {
    const earned = line('earn', 100, '2026-11-01', { expiresOn: '2026-10-31' })
    const spent = line('spend', 10, '2026-11-01')

    expect(settleLedger([earned, spent]).shortfalls).toEqual([{ line: spent.id, points: 10 }])
  })

  it('of a correction by hand waits for no refund window', () => {
    expect(balance([line('adjust', 50, today)])).toEqual({ balance: 50, pending: 0 })
  })
})

describe('settleLedger', () => {
  it('takes the lots that expire first, and links to them', () => {
    const late = line('earn', 100, '2026-01-01', { expiresOn: '2027-06-30' })
    const soon = line('earn', 50, '2026-02-01', { expiresOn: '2026-12-31' })
    const spent = line('spend', 70, '2026-03-01')

    const settled = settleLedger([late, soon, spent])

    expect(settled.uses).toEqual([
      { line: spent.id, lot: soon.id, points: 50 },
      { line: spent.id, lot: late.id, points: 20 },
    ])
    expect(left(settled.lots)).toEqual([80])
  })

  it('drops what has expired, whether the chain writes a line for it or not', () => {
    const lines = [
      line('earn', 100, '2026-01-01', { expiresOn: '2026-10-31' }),
      line('earn', 30, '2026-02-01', { expiresOn: '2027-01-31' }),
    ]

    expect(balance(lines).balance).toBe(30)
    expect(balance([...lines, line('expire', 100, '2026-11-01')]).balance).toBe(30)
    const spentBetween = [line('spend', 10, '2026-11-01'), line('expire', 100, '2026-11-02')]
    expect(balance([...lines, ...spentBetween]).balance).toBe(20)
  })

  it('never falls below zero; what was missing is recorded with its line', () => {
    const earned = line('earn', 40, '2026-01-01')
    const spent = line('spend', 100, '2026-02-01')

    const settled = settleLedger([earned, spent, line('earn', 5, '2026-03-01')])

    expect(settled.shortfalls).toEqual([{ line: spent.id, points: 60 }])
    expect(pointsOn(settled.lots, today).balance).toBe(5)
  })

  it('lets a line that the chain booked take pending points, once nothing else is left', () => {
    const ready = line('earn', 30, '2026-11-01', { expiresOn: '2027-12-31' })
    const pending = line('earn', 50, '2026-11-20', { expiresOn: '2026-12-31' })
    const spent = line('spend', 60, '2026-11-21')

    const { uses, shortfalls } = settleLedger([ready, pending, spent])

    expect(uses.map(({ lot, points }) => [lot, points])).toEqual([
      [ready.id, 30],
      [pending.id, 30],
    ])
    expect(shortfalls).toEqual([])
  })

  it('takes back an order’s points from its own lot first, then from others, then records what is missing', () => {
    const other = line('earn', 20, '2026-01-01', { expiresOn: '2026-12-31' })
    const bought = line('earn', 100, '2026-02-01', { about: 'O1' })
    const back = line('adjust', -100, '2026-05-01', { about: 'O1' })

    expect(left(settleLedger([other, bought, back]).lots)).toEqual([20])
    const spent = line('spend', 90, '2026-03-01')
    const settled = settleLedger([other, bought, spent, back])
    expect(left(settled.lots)).toEqual([])
    expect(settled.shortfalls).toEqual([{ line: back.id, points: 70 }])
  })

  it('takes points whether they are written as 30 or as -30, adjusts both ways, and knows nothing of none', () => {
    const earned = line('earn', 100, '2026-01-01')

    expect(balance([earned, line('spend', -30, '2026-02-01')]).balance).toBe(70)
    expect(balance([earned, line('adjust', -20, '2026-02-01')]).balance).toBe(80)
    expect(balance([earned, line('adjust', 20, '2026-02-01')]).balance).toBe(120)
    expect(settleLedger([line('earn', 0, '2026-01-01'), line('spend', 0, '2026-01-02')])).toEqual({
      lots: [],
      uses: [],
      shortfalls: [],
    })
  })

  const anyLine = fc
    .record({
      kind: fc.constantFrom(...POINTS_KINDS),
      points: fc.integer({ min: -200, max: 500 }),
      day: fc.integer({ min: 0, max: 600 }).map((n) => addDays('2025-06-01', n)),
      expiresOn: fc.option(fc.integer({ min: 0, max: 900 }).map((n) => addDays('2025-06-01', n))),
      about: fc.option(fc.constantFrom('O1', 'O2')),
    })
    .map(({ kind, points, day, ...more }) => line(kind, points, day, more))
  const anyLedger = fc.array(anyLine, { maxLength: 20 })

  it('is never negative, adds up to the last point, and doesn’t depend on the order of its lines', () => {
    fc.assert(
      fc.property(anyLedger, fc.func(fc.integer()), (lines, chance) => {
        const settled = settleLedger(lines)
        const shuffled = lines.toSorted((a, b) => chance(a.id) - chance(b.id))

        for (const lot of settled.lots) {
          const used = settled.uses.filter((use) => use.lot === lot.id)
          expect(lot.remaining).toBeGreaterThanOrEqual(0)
          expect(lot.remaining + used.reduce((sum, { points }) => sum + points, 0)).toBe(lot.points)
        }
        for (const taking of lines.filter(({ kind }) => kind === 'spend')) {
          const taken = [...settled.uses, ...settled.shortfalls].filter(
            (part) => part.line === taking.id,
          )
          expect(taken.reduce((sum, { points }) => sum + points, 0)).toBe(Math.abs(taking.points))
        }
        expect(settleLedger(shuffled)).toEqual(settled)
      }),
    )
  })

  it('never takes a lot while another one that may be spent ends earlier', () => {
    fc.assert(
      fc.property(anyLedger, (lines) => {
        const byId = new Map(lines.map((one) => [one.id, one]))
        const { lots, uses } = settleLedger(lines)
        const lotOf = new Map(lots.map((lot) => [lot.id, lot]))
        const spends = new Set(lines.filter((l) => l.kind === 'spend' && !l.about).map((l) => l.id))
        for (const use of uses.filter(({ line: id }) => spends.has(id))) {
          const day = byId.get(use.line)?.day ?? ''
          const taken = lotOf.get(use.lot)
          const before = lots.filter(
            (lot) =>
              (byId.get(lot.id)?.day ?? '') <= day &&
              lot.availableOn <= day &&
              lot.expiresOn >= day &&
              lot.expiresOn < (taken?.expiresOn ?? '') &&
              // left to the end: nobody took the rest later
              lot.remaining > 0,
          )
          expect(before).toEqual([])
        }
      }),
    )
  })

  it('takes what the plain definition takes', () => {
    fc.assert(
      fc.property(anyLedger, (lines) => {
        const settled = settleLedger(lines)

        expect({ uses: settled.uses, shortfalls: settled.shortfalls }).toEqual(
          plainly(lines, settled.lots),
        )
      }),
    )
  })

  it('leaves the caller’s lines as they are', () => {
    const lines = [line('spend', 5, '2026-02-01'), line('earn', 10, '2026-01-01')]
    const before = structuredClone(lines)

    settleLedger(lines)

    expect(lines).toEqual(before)
  })
})

/** Who takes what, by the words of the rule, looking at all lots for each line. */
function plainly(lines: PointsLine[], lots: Lot[]) {
  const dayOf = new Map(lines.map(({ id, day }) => [id, day]))
  const gives = ({ kind, points }: PointsLine) => points > 0 && ['earn', 'adjust'].includes(kind)
  const remaining = new Map(lots.map(({ id, points }) => [id, points]))
  const uses: object[] = []
  const shortfalls: object[] = []
  const inOrder = lines
    .filter((one) => one.points !== 0 && !gives(one))
    .sort((a, b) => a.day.localeCompare(b.day) || a.id.localeCompare(b.id))
  for (const taking of inOrder) {
    const there = lots.filter(({ id }) => (dayOf.get(id) ?? '') <= taking.day)
    const rank = (lot: Lot) => {
      if (taking.kind === 'expire') return 0
      if (taking.about && lot.about === taking.about) return 0
      if (lot.expiresOn < taking.day) return null
      return lot.availableOn <= taking.day ? 1 : 2
    }
    let wanted = Math.abs(taking.points)
    for (const wantedRank of [0, 1, 2]) {
      for (const lot of there.filter((one) => rank(one) === wantedRank)) {
        const points = Math.min(wanted, remaining.get(lot.id) ?? 0)
        if (points === 0) continue
        remaining.set(lot.id, (remaining.get(lot.id) ?? 0) - points)
        wanted -= points
        uses.push({ line: taking.id, lot: lot.id, points })
      }
    }
    if (wanted > 0 && taking.kind !== 'expire') shortfalls.push({ line: taking.id, points: wanted })
  }
  return { uses, shortfalls }
}

describe('expiringLots', () => {
  it('lists every lot inside the window, one line a day', () => {
    const { lots } = settleLedger([
      line('earn', 10, '2026-01-01', { expiresOn: '2026-11-21' }),
      line('earn', 10, '2026-01-01', { expiresOn: '2026-11-30' }),
      line('earn', 20, '2026-01-02', { expiresOn: '2026-11-30' }),
      line('earn', 30, '2026-01-03', { expiresOn: '2026-12-22' }),
      line('earn', 40, '2026-01-04', { expiresOn: '2026-12-23' }),
      line('earn', 50, '2026-01-05'),
    ])

    expect(expiringLots(lots, today, 30)).toEqual([
      { points: 30, expiresOn: '2026-11-30', days: 8 },
      { points: 30, expiresOn: '2026-12-22', days: 30 },
    ])
  })
})
