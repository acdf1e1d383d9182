import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  expectedIfAlive,
  expectedPurchases,
  fitBgNbd,
  logLikelihood,
  pAlive,
  type HistoryCount,
} from '../../domain/bg-nbd.ts'

/** as published for the CDNOW sample, in weeks (Fader, Hardie & Lee 2005, table 2) */
const CDNOW = { r: 0.243, alpha: 4.414, a: 0.793, b: 2.426 }

describe('BG/NBD', () => {
  it('expects of the first CDNOW customer what the authors computed', () => {
    const first = { repeats: 2, recency: 30.43, age: 38.86 }

    expect(expectedPurchases(CDNOW, first, 39)).toBeCloseTo(1.226, 2)
    expect(pAlive(CDNOW, first)).toBeCloseTo(0.7266, 3)
  })

  it('is the likelihood of the paper, with its gamma functions written out', () => {
    const one = { repeats: 2, recency: 30.43, age: 38.86, customers: 1 }
    const { r, alpha, a, b } = CDNOW
    const alive = (r * (r + 1) * alpha ** r) / (alpha + one.age) ** (r + 2)
    const gone = (r * (r + 1) * alpha ** r) / (alpha + one.recency) ** (r + 2)
    const stays = (b * (b + 1)) / ((a + b) * (a + b + 1))
    const leaves = (a * b) / ((a + b) * (a + b + 1))

    expect(logLikelihood(CDNOW, [one])).toBeCloseTo(Math.log(stays * alive + leaves * gone), 10)
  })

  it('finds the numbers again that made-up customers were made by', () => {
    const made = { r: 0.6, alpha: 20, a: 0.9, b: 3 }
    const fit = fitBgNbd(simulate(made, 20_000, 400))

    expect(fit?.r).toBeCloseTo(made.r, 1)
    expect((fit?.alpha ?? 0) / made.alpha).toBeCloseTo(1, 0)
    expect((fit?.a ?? 0) / (fit?.b ?? 1)).toBeCloseTo(made.a / made.b, 1)
  })

  it('fits nothing for a chain where hardly anybody came again', () => {
    const counts: HistoryCount[] = [
      { repeats: 0, recency: 0, age: 100, customers: 10_000 },
      { repeats: 1, recency: 20, age: 100, customers: 49 },
    ]

    expect(fitBgNbd(counts)).toBeNull()
    expect(fitBgNbd([])).toBeNull()
  })

  it('gives numbers that people can use for any history', () => {
    const history = fc
      .record({
        repeats: fc.integer({ min: 0, max: 400 }),
        age: fc.integer({ min: 0, max: 4000 }),
        share: fc.double({ min: 0, max: 1, noNaN: true }),
      })
      .map(({ repeats, age, share }) => ({
        repeats,
        age,
        recency: repeats === 0 ? 0 : Math.round(age * share),
      }))
    // to the bounds of the fit: a chain whose customers are all alike runs to them
    const size = (least: number, most: number) =>
      fc.double({ min: Math.log(least), max: Math.log(most), noNaN: true }).map(Math.exp)
    const params = fc.record({
      r: size(1e-4, 50),
      alpha: size(0.5, 1e4),
      a: fc.oneof(fc.constant(1), size(1e-4, 1e6)),
      b: size(1e-4, 1e6),
    })
    fc.assert(
      fc.property(params, history, fc.integer({ min: 0, max: 365 }), (chain, one, days) => {
        const alive = pAlive(chain, one)
        const expected = expectedPurchases(chain, one, days)
        expect(alive).toBeGreaterThanOrEqual(0)
        expect(alive).toBeLessThanOrEqual(1)
        expect(Number.isFinite(expected)).toBe(true)
        expect(expected).toBeGreaterThanOrEqual(-1e-6)
        expect(expected).toBeLessThanOrEqual(expectedIfAlive(chain, one, days) + 1e-9)
      }),
    )
  })

  it('expects of customers who all leave with one chance what that chance says', () => {
    const alike = { r: 2.8, alpha: 152, a: 40_000, b: 960_000 }
    const history = { repeats: 3, recency: 400, age: 400 }
    const leave = 0.04
    const stays = ((152 + 400) / (152 + 400 + leave * 90)) ** (2.8 + 3)

    expect(expectedIfAlive(alike, history, 90)).toBeCloseTo((1 - stays) / leave, 3)
  })

  it('holds a customer the likelier to be one the later they last came', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 1, max: 299 }),
        (repeats, recency) => {
          const at = (last: number) => pAlive(CDNOW, { repeats, recency: last, age: 300 })
          expect(at(recency + 1)).toBeGreaterThan(at(recency))
        },
      ),
    )
  })
})

/** Customers who do what the model says, by a seeded generator. */
function simulate(
  { r, alpha, a, b }: typeof CDNOW,
  customers: number,
  age: number,
): HistoryCount[] {
  let seed = 42
  const random = () => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0
    return (seed + 0.5) / 2 ** 32
  }
  const normal = () => Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random())
  // Marsaglia & Tsang 2000
  const gamma = (shape: number): number => {
    if (shape < 1) return gamma(shape + 1) * random() ** (1 / shape)
    const d = shape - 1 / 3
    const c = 1 / Math.sqrt(9 * d)
    for (;;) {
      const x = normal()
      const v = (1 + c * x) ** 3
      if (v > 0 && Math.log(random()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v
    }
  }
  return Array.from({ length: customers }, () => {
    const rate = gamma(r) / alpha
    const [up, down] = [gamma(a), gamma(b)]
    const leaves = up / (up + down)
    let at = 0
    let repeats = 0
    let recency = 0
    for (;;) {
      at += -Math.log(random()) / rate
      if (at > age) break
      repeats += 1
      recency = at
      if (random() < leaves) break
    }
    return { repeats, recency, age, customers: 1 }
  })
}
