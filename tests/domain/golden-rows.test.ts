import { describe, expect, it } from 'vitest'
import { stageOf } from '../../domain/lifecycle.ts'
import { pAlive } from '../../domain/bg-nbd.ts'
import { fiveOf } from '../../domain/rfm.ts'

/** Edges of the domain rules that no table of a part's own test has. */

describe('the stage of a customer (domain-rules 7)', () => {
  const since = (lastPurchaseDay: string | null, more: object = {}) => ({
    joinedDay: '2024-01-01',
    purchaseDays: lastPurchaseDay === null ? 0 : 9,
    lastPurchaseDay,
    cycleDays: 20,
    ...more,
  })

  it.each([
    ['never bought, joined today', since(null, { joinedDay: '2026-11-22' }), 'new'],
    ['never bought, joined 30 days ago', since(null, { joinedDay: '2026-10-23' }), 'new'],
    ['never bought, joined 31 days ago', since(null, { joinedDay: '2026-10-22' }), 'prospect'],
    ['never bought, joined nothing', since(null, { joinedDay: null }), 'prospect'],
    // 1.5 × 15.5 days are 23.25
    ['23 days, every 15.5', since('2026-10-30', { cycleDays: 15.5 }), 'active'],
    ['24 days, every 15.5', since('2026-10-29', { cycleDays: 15.5 }), 'sleeping'],
    [
      'one falling review',
      since('2026-10-31', { cycleDays: 30, fallingReviews: 1, reviewedOn: '2026-11-01' }),
      'active',
    ],
    [
      'two falling reviews',
      since('2026-10-31', { cycleDays: 30, fallingReviews: 2, reviewedOn: '2026-11-01' }),
      'at_risk',
    ],
    // who has bought since is no longer warned of (ADR 17)
    [
      'two falling reviews, bought that day',
      since('2026-11-01', { cycleDays: 30, fallingReviews: 2, reviewedOn: '2026-11-01' }),
      'active',
    ],
    // a rhythm of 45 days is not a long one: three months
    ['91 days, every 45', since('2026-08-23', { cycleDays: 45 }), 'sleeping'],
    ['92 days, every 45', since('2026-08-22', { cycleDays: 45 }), 'at_risk'],
    // above it two cycles where they are later: 2 × 50 days
    ['99 days, every 50', since('2026-08-15', { cycleDays: 50 }), 'sleeping'],
    ['100 days, every 50', since('2026-08-14', { cycleDays: 50 }), 'at_risk'],
  ])('%s', (_name, facts, stage) => {
    expect(stageOf(facts, '2026-11-22')).toBe(stage)
  })
})

describe('the axes of the five classes (domain-rules 5)', () => {
  const middle = { nth: 50, of: 100 }
  const place = (r: number, f: number, m: number) => ({ r, f, m, composite: (r + f + m) / 3 })

  it.each([
    [place(0.67, 0.66, 0.66), 'growth_potential', false],
    [place(0.669, 0.66, 0.66), 'growth_potential', true],
    [place(0.67, 0.67, 0.4), 'growth_potential', true],
    [place(0.33, 0.33, 0.329), 'untapped_potential', false],
    [place(0.329, 0.33, 0.329), 'untapped_potential', true],
    [place(0.5, 0.4, 0.33), 'untapped_potential', true],
    [place(0.329, 0.33, 0.33), 'low_frequency', false],
    [place(0.33, 0.33, 0.34), 'low_frequency', true],
    [place(0.1, 0.67, 0.5), 'low_frequency', true],
  ])('%j is %s, a fallback: %s', (ranks, five, isFallback) => {
    expect(fiveOf(ranks, middle)).toEqual({ five, isFallback })
  })

  it.each([
    [20, 'high_value'],
    [21, 'growth_potential'],
    [80, 'growth_potential'],
    [81, 'churn_warning'],
  ])('the %ith of 100 is %s', (nth, five) => {
    expect(fiveOf(place(0.7, 0.5, 0.5), { nth, of: 100 }).five).toBe(five)
  })
})

describe('P(alive) (domain-rules 6)', () => {
  const model = { r: 0.5, alpha: 10, a: 1, b: 2 }

  it.each([
    // x = 0
    [{ repeats: 0, recency: 0, age: 500 }, 1],
    // 1 / (1 + 1/2 · (20/20)^1.5)
    [{ repeats: 1, recency: 10, age: 10 }, 2 / 3],
    // 1 / (1 + 1/2 · (40/10)^1.5), which is 1 / (1 + 8/2)
    [{ repeats: 1, recency: 0, age: 30 }, 1 / 5],
  ])('of %j is %d', (history, share) => {
    expect(pAlive(model, history)).toBeCloseTo(share, 10)
  })
})
