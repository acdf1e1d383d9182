import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  chanceToCome,
  SILENCE_URGENCY,
  silenceUrgency,
  type Silence,
} from '../../domain/silence-urgency.ts'

const SILENCES: Silence[] = ['overdue', 'warning', 'leaning']

describe('how pressing a silence is', () => {
  it.each<[Silence, number | null, number, number]>([
    // without a model an overdue one goes by the rhythm, the others by their step
    ['overdue', null, 30, 0.6],
    ['overdue', null, 45, 0.4],
    ['overdue', null, 90, 0.2],
    ['overdue', null, 900, 0.2],
    ['warning', null, 100, 0.55],
    ['leaning', null, 200, 0.45],
    // with one, by how likely they come again
    ['overdue', 0, 30, 0.2],
    ['overdue', 1, 900, 0.2 + 0.4 * 0.632],
    ['overdue', 20, 30, 0.6],
    ['warning', 0, 100, 0.4],
    ['warning', 20, 100, 0.7],
    ['leaning', 0, 200, 0.3],
    ['leaning', 20, 200, 0.6],
  ])('%s, %s visits expected, %i days: %d', (silence, expected90, daysSince, urgency) => {
    expect(silenceUrgency(silence, { expected90, daysSince, cycleDays: 15 })).toBeCloseTo(
      urgency,
      3,
    )
  })

  it('rises with what is expected and stays within its bounds', () => {
    const figure = fc.double({ min: 0, max: 90, noNaN: true })
    fc.assert(
      fc.property(fc.constantFrom(...SILENCES), figure, figure, (silence, a, b) => {
        const [less, more] = a < b ? [a, b] : [b, a]
        const at = (expected90: number) =>
          silenceUrgency(silence, { expected90, daysSince: 30, cycleDays: 15 })

        expect(at(less)).toBeLessThanOrEqual(at(more))
        expect(at(less)).toBeGreaterThanOrEqual(SILENCE_URGENCY[silence].least)
        expect(at(more)).toBeLessThanOrEqual(SILENCE_URGENCY[silence].most)
      }),
    )
  })

  it('takes one expected visit for a chance of 63 %', () => {
    expect([chanceToCome(0), chanceToCome(1)]).toEqual([0, 1 - Math.exp(-1)])
  })
})
