import { describe, expect, it } from 'vitest'
import { churnDay, churnStep } from '../../domain/lifecycle.ts'

describe('churnStep', () => {
  it.each([
    // three calendar months, the month's end clamped
    ['2026-11-29', '2027-02-27', 20, null],
    ['2026-11-29', '2027-02-28', 20, 'warning'],
    ['2026-11-30', '2027-02-27', 20, null],
    ['2026-11-30', '2027-02-28', 20, 'warning'],
    ['2026-05-22', '2026-08-21', null, null],
    ['2026-05-22', '2026-08-22', null, 'warning'],
    // a rhythm of 45 days is not yet a long one
    ['2026-01-01', '2026-04-01', 45, 'warning'],
    // above it two cycles count, where they are later
    ['2026-01-01', '2026-04-01', 46, null],
    ['2026-01-01', '2026-04-02', 46, null],
    ['2026-01-01', '2026-04-03', 46, 'warning'],
    ['2026-01-01', '2026-05-30', 75, null],
    ['2026-01-01', '2026-05-31', 75, 'warning'],
    // twice the limit
    ['2026-05-22', '2026-11-21', 20, 'warning'],
    ['2026-05-22', '2026-11-22', 20, 'leaning'],
    ['2026-01-01', '2026-10-27', 75, 'warning'],
    ['2026-01-01', '2026-10-28', 75, 'leaning'],
    // a year, and two
    ['2025-11-22', '2026-11-22', 20, 'leaning'],
    ['2025-11-21', '2026-11-22', 20, 'lost'],
    ['2024-11-22', '2026-11-22', 20, 'lost'],
    ['2024-11-21', '2026-11-22', 20, null],
    // somebody who comes every seven months is not warned of before they are lost
    ['2025-11-22', '2026-11-22', 210, null],
    ['2025-11-21', '2026-11-22', 210, 'lost'],
  ])('last bought %s, on %s with a rhythm of %j days: %j', (last, today, cycleDays, step) => {
    expect(churnStep({ lastPurchaseDay: last, cycleDays }, today)).toBe(step)
  })

  it.each([
    [1, '2026-11-01', '2026-10-20', null],
    [2, '2026-11-01', '2026-10-31', 'warning'],
    [2, '2026-11-01', '2026-11-01', null],
    [3, '2026-11-01', '2026-10-31', 'warning'],
  ])(
    'after %i falling reviews, the last on %s, bought on %s: %j',
    (fallingReviews, reviewedOn, lastPurchaseDay, step) => {
      const facts = { lastPurchaseDay, cycleDays: 20, fallingReviews, reviewedOn }

      expect(churnStep(facts, '2026-11-22')).toBe(step)
    },
  )
})

describe('churnDay', () => {
  it('doubles both limits for those who lean away', () => {
    expect(churnDay('2026-08-31', 20, 2)).toBe('2027-02-28')
    expect(churnDay('2026-01-01', 50, 2)).toBe('2026-07-20')
  })
})
