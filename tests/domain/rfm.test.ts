import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  eightOf,
  fiveOf,
  rankAll,
  RFM_EIGHT,
  RFM_FIVE,
  RFM_MEANS,
  type RfmFacts,
} from '../../domain/rfm.ts'

const medians = { daysSince: 30, orders: 3, spendFen: 50_000 }

describe('the eight classes', () => {
  it.each([
    ['111', 29, 4, 50_001],
    ['101', 29, 3, 50_001],
    ['011', 30, 4, 50_001],
    ['001', 31, 3, 50_001],
    ['110', 29, 4, 50_000],
    ['100', 0, 3, 50_000],
    ['010', 30, 4, 50_000],
    // all equal the median: low
    ['000', 30, 3, 50_000],
  ])('%s: last order %i days ago, %i orders, %i fen', (code, daysSince, orders, spendFen) => {
    expect(eightOf({ daysSince, orders, spendFen }, medians)).toBe(code)
    expect(RFM_EIGHT).toContain(code)
  })
})

describe('the five classes', () => {
  const ranks = (r: number, f: number, m: number) => ({ r, f, m, composite: (r + f + m) / 3 })
  const middle = { nth: 50, of: 100 }

  it.each([
    ['high_value', ranks(0.1, 0.1, 0.1), { nth: 20, of: 100 }, false],
    ['churn_warning', ranks(0.9, 0.9, 0.9), { nth: 81, of: 100 }, false],
    ['growth_potential', ranks(0.67, 0.33, 0.66), middle, false],
    ['untapped_potential', ranks(0.5, 0.5, 0.32), middle, false],
    ['low_frequency', ranks(0.32, 0.5, 0.5), middle, false],
    // no pattern: the nearest by composite
    ['growth_potential', ranks(0.9, 0.9, 0.3), middle, true],
    ['low_frequency', ranks(0.1, 0.5, 0.7), { nth: 80, of: 100 }, true],
    ['untapped_potential', ranks(0.7, 0.1, 0.5), { nth: 21, of: 100 }, true],
  ])('%s', (five, where, place, isFallback) => {
    expect(fiveOf(where, place)).toEqual({ five, isFallback })
  })

  it('give everybody one class, and the edges a fifth each, rounded up', () => {
    const facts = fc.uniqueArray(
      fc.record({
        id: fc.integer({ min: 1, max: 100_000 }),
        daysSince: fc.integer({ min: 0, max: 364 }),
        orders: fc.integer({ min: 1, max: 20 }),
        spendFen: fc.integer({ min: 0, max: 500_000 }),
        lastPaidAt: fc.integer({ min: 0, max: 1_000 }),
      }),
      { selector: ({ id }) => id, minLength: 5, maxLength: 60 },
    )
    fc.assert(
      fc.property(facts, (all: RfmFacts[]) => {
        const ranked = rankAll(all)
        const fives = ranked.map((one) => fiveOf(one, { nth: one.nth, of: all.length }).five)
        const edge = Math.ceil(all.length / 5)
        expect(fives.every((five) => RFM_FIVE.includes(five))).toBe(true)
        expect(fives.slice(0, edge).every((five) => five === 'high_value')).toBe(true)
        expect(fives.slice(-edge).every((five) => five === 'churn_warning')).toBe(true)
        expect(new Set(ranked.map(({ of }) => of))).toEqual(new Set(all))
        expect(new Set(ranked.map(({ r }) => r)).size).toBe(all.length)
      }),
    )
  })
})

describe('ranks', () => {
  it('are 1 for the best; of equals the later order is better, then the lower id', () => {
    const one = { daysSince: 5, orders: 2, spendFen: 900, lastPaidAt: 1 }
    const ranked = rankAll([
      { id: 3, ...one },
      { id: 2, ...one },
      { id: 1, ...one, lastPaidAt: 2 },
    ])

    expect(ranked.map(({ of, r, nth }) => [of.id, r, nth])).toEqual([
      [1, 1, 1],
      [2, 2 / 3, 2],
      [3, 1 / 3, 3],
    ])
  })
})

describe('what a class means', () => {
  it.each([
    ['111', '最近来过，买得勤，花得多'],
    ['011', '好久没来，买得勤，花得多'],
    ['001', '好久没来，买得少，花得多'],
    ['000', '好久没来，买得少，花得少'],
  ] as const)('of %s is %s', (code, means) => {
    expect(RFM_MEANS[code]['zh-CN']).toBe(means)
  })

  it('is told of each class, and of no two the same', () => {
    const said = [...RFM_EIGHT, ...RFM_FIVE].flatMap((code) => Object.values(RFM_MEANS[code]))

    expect(new Set(said).size).toBe(2 * (RFM_EIGHT.length + RFM_FIVE.length))
  })
})
