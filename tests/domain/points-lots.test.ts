import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { addDays } from '../../domain/business-day.ts'
import { expiringLots, pointsOn, type PointsLine } from '../../domain/points-lots.ts'
import { POINTS_KINDS } from '../../domain/words.ts'

const today = '2026-11-22'
const line = (
  kind: PointsLine['kind'],
  points: number,
  day: string,
  expiresOn: string | null = null,
): PointsLine => ({ kind, points, day, expiresOn })

describe('pointsOn', () => {
  it('takes the lots that expire first', () => {
    const state = pointsOn(
      [
        line('earn', 100, '2026-01-01', '2027-06-30'),
        line('earn', 50, '2026-02-01', '2026-12-31'),
        line('spend', 70, '2026-03-01'),
      ],
      today,
    )

    expect(state).toEqual({
      balance: 80,
      lots: [{ points: 80, expiresOn: '2027-06-30' }],
      shortfall: 0,
    })
  })

  it('drops what has expired, whether the chain writes a line for it or not', () => {
    const lines = [
      line('earn', 100, '2026-01-01', '2026-10-31'),
      line('earn', 30, '2026-02-01', '2027-01-31'),
    ]

    expect(pointsOn(lines, today).balance).toBe(30)
    expect(pointsOn([...lines, line('expire', 100, '2026-11-01')], today).balance).toBe(30)
    const spentBetween = [line('spend', 10, '2026-11-01'), line('expire', 100, '2026-11-02')]
    expect(pointsOn([...lines, ...spentBetween], today).balance).toBe(20)
  })

  it('never falls below zero; what was missing is recorded', () => {
    const state = pointsOn(
      [
        line('earn', 40, '2026-01-01'),
        line('spend', 100, '2026-02-01'),
        line('earn', 5, '2026-03-01'),
      ],
      today,
    )

    expect(state).toMatchObject({ balance: 5, shortfall: 60 })
  })

  it('takes points whether they are written as 30 or as -30, and adjusts both ways', () => {
    const earned = line('earn', 100, '2026-01-01')

    expect(pointsOn([earned, line('spend', -30, '2026-02-01')], today).balance).toBe(70)
    expect(pointsOn([earned, line('adjust', -20, '2026-02-01')], today).balance).toBe(80)
    expect(pointsOn([earned, line('adjust', 20, '2026-02-01')], today).balance).toBe(120)
  })

  const anyLine = fc.record({
    kind: fc.constantFrom(...POINTS_KINDS),
    points: fc.integer({ min: -200, max: 500 }),
    day: fc.integer({ min: 0, max: 600 }).map((n) => addDays('2025-06-01', n)),
    expiresOn: fc.option(fc.integer({ min: 0, max: 900 }).map((n) => addDays('2025-06-01', n))),
  })

  it('has a balance that is the sum of its lots, is never negative and holds only living lots', () => {
    fc.assert(
      fc.property(fc.array(anyLine, { maxLength: 20 }), (lines) => {
        const state = pointsOn(lines, today)
        expect(state.balance).toBe(state.lots.reduce((sum, lot) => sum + lot.points, 0))
        expect(state.balance).toBeGreaterThanOrEqual(0)
        for (const lot of state.lots) {
          expect(lot.points).toBeGreaterThan(0)
          expect(lot.expiresOn ?? '9999').toSatisfy((day: string) => day >= today)
        }
      }),
    )
  })

  it('leaves the caller’s lines as they are', () => {
    const lines = [line('spend', 5, '2026-02-01'), line('earn', 10, '2026-01-01')]
    const before = structuredClone(lines)

    pointsOn(lines, today)

    expect(lines).toEqual(before)
  })
})

describe('expiringLots', () => {
  it('lists every lot inside the window, one line a day', () => {
    const state = pointsOn(
      [
        line('earn', 10, '2026-01-01', '2026-11-30'),
        line('earn', 20, '2026-01-02', '2026-11-30'),
        line('earn', 30, '2026-01-03', '2026-12-22'),
        line('earn', 40, '2026-01-04', '2026-12-23'),
        line('earn', 50, '2026-01-05'),
      ],
      today,
    )

    expect(expiringLots(state, today, 30)).toEqual([
      { points: 30, expiresOn: '2026-11-30', days: 8 },
      { points: 30, expiresOn: '2026-12-22', days: 30 },
    ])
  })
})
