import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { addDays, daysBetween } from '../../domain/business-day.ts'
import { churnDay, stageOf, type LifecycleFacts } from '../../domain/lifecycle.ts'
import { cycleOf, median } from '../../domain/rhythm.ts'

describe('median', () => {
  it.each([
    [[], null],
    [[7], 7],
    [[3, 1, 2], 2],
    [[10, 30, 20, 50], 25],
  ])('of %j is %d', (numbers, expected) => {
    expect(median(numbers)).toBe(expected)
  })

  it('lies between the least and the greatest, and does not depend on order', () => {
    fc.assert(
      fc.property(fc.array(fc.integer(), { minLength: 1, maxLength: 30 }), (numbers) => {
        const middle = median(numbers)
        expect(middle).toBeGreaterThanOrEqual(Math.min(...numbers))
        expect(middle).toBeLessThanOrEqual(Math.max(...numbers))
        expect(median(numbers.toReversed())).toBe(middle)
      }),
    )
  })
})

describe('cycleOf', () => {
  it.each([
    [['2026-01-01', '2026-01-11'], null],
    [['2026-01-01', '2026-01-11', '2026-01-11'], null],
    [['2026-01-01', '2026-01-11', '2026-01-31'], 15],
    [['2026-01-31', '2026-01-01', '2026-01-11', '2026-03-02'], 20],
  ])('of %j is %d days', (days, expected) => {
    expect(cycleOf(days)).toBe(expected)
  })

  it('is the gap of somebody who comes regularly', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 90 }),
        fc.integer({ min: 3, max: 12 }),
        (gap, visits) => {
          const days = Array.from({ length: visits }, (_, i) => addDays('2025-01-01', i * gap))
          expect(cycleOf(days)).toBe(gap)
        },
      ),
    )
  })
})

describe('stageOf', () => {
  const today = '2026-11-22'
  const facts = (parts: Partial<LifecycleFacts>): LifecycleFacts => ({
    joinedDay: '2024-01-01',
    purchaseDays: 9,
    lastPurchaseDay: '2026-11-20',
    cycleDays: 20,
    ...parts,
  })
  const ago = (days: number) => ({ lastPurchaseDay: addDays(today, -days) })

  it.each([
    ['joined 30 days ago, one purchase', { joinedDay: '2026-10-23', purchaseDays: 1 }, 'new'],
    ['joined 31 days ago, one purchase', { joinedDay: '2026-10-22', purchaseDays: 1 }, 'active'],
    ['joined lately, bought twice', { joinedDay: '2026-11-01', purchaseDays: 2 }, 'active'],
    ['joined long ago, never bought', { purchaseDays: 0, lastPurchaseDay: null }, 'prospect'],
    ['1.5 cycles', ago(30), 'active'],
    ['above 1.5 cycles', ago(31), 'sleeping'],
    ['a day before three months', { lastPurchaseDay: '2026-08-23' }, 'sleeping'],
    ['three calendar months', { lastPurchaseDay: '2026-08-22' }, 'at_risk'],
    ['two falling reviews', { ...ago(12), fallingReviews: 2, reviewedOn: today }, 'at_risk'],
    [
      'bought on the day of the second',
      { ...ago(0), fallingReviews: 2, reviewedOn: today },
      'active',
    ],
    ['a long rhythm, three months', { ...ago(100), cycleDays: 60 }, 'sleeping'],
    ['a long rhythm, two cycles', { ...ago(120), cycleDays: 60 }, 'at_risk'],
    ['365 days', ago(365), 'at_risk'],
    ['366 days', ago(366), 'lost'],
    ['nobody has a rhythm', { ...ago(50), cycleDays: null }, 'active'],
  ] as const)('%s: %o is %s', (_name, parts, stage) => {
    expect(stageOf(facts(parts), today)).toBe(stage)
  })

  it('warns at the end of a shorter month', () => {
    expect(churnDay('2026-11-30', 20)).toBe('2027-02-28')
  })

  it('never warns before three months', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 700 }),
        fc.integer({ min: 1, max: 200 }),
        (n, cycle) => {
          const last = addDays('2026-01-01', n)
          expect(daysBetween(last, churnDay(last, cycle))).toBeGreaterThanOrEqual(89)
        },
      ),
    )
  })
})
