import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { nextCelebration } from '../../domain/birthday.ts'
import { addDays, endOfMonth } from '../../domain/business-day.ts'
import {
  birthdayMonths,
  checkProgramme,
  orderPoints,
  PROGRAMME_DEFAULTS,
} from '../../domain/points-programme.ts'

const good = { startsOn: '2026-12-01', pointsPerYuan: 1 }

describe('orderPoints', () => {
  it.each([
    [0, 1, 1, 0],
    [-100, 1, 1, 0],
    [99, 1, 1, 0],
    [100, 1, 1, 1],
    [19_950, 1, 1, 199],
    [19_950, 1, 2, 399],
    [10_000, 0.29, 1, 29],
    [10_000, 0.1, 1.5, 15],
    [1_000_000_000_000, 1000, 10, 100_000_000_000_000],
  ])('%i fen at %f a yuan, %f times, are %i points', (fen, pointsPerYuan, factor, points) => {
    expect(orderPoints(fen, { pointsPerYuan, factor })).toBe(points)
  })

  it('never gives more for less, nor more than the rate', () => {
    fc.assert(
      fc.property(
        fc.nat(10_000_000),
        fc.nat(10_000_000),
        fc.integer({ min: 0, max: 500 }),
        (a, b, hundredths) => {
          const rate = { pointsPerYuan: hundredths / 100, factor: 1 }
          const [less, more] = [Math.min(a, b), Math.max(a, b)]
          expect(orderPoints(less, rate)).toBeLessThanOrEqual(orderPoints(more, rate))
          expect(orderPoints(more, rate) * 10_000).toBeLessThanOrEqual(more * hundredths)
        },
      ),
    )
  })
})

describe('birthdayMonths', () => {
  it.each([
    ['a birthday of the month', '2026-11', 1101, false, true],
    ['its last day', '2026-11', 1130, false, true],
    ['the month before', '2026-11', 1031, false, false],
    ['29 February in a common year', '2027-02', 229, false, true],
    ['Mid-autumn 2026, on 25 September', '2026-09', 815, true, true],
    ['Mid-autumn 2026 is not in October', '2026-10', 815, true, false],
    ['Mid-autumn 2025, on 6 October', '2025-10', 815, true, true],
    ['the lunar month-day is not the solar one', '2026-08', 815, true, false],
  ])('%s', (_name, month, md, lunar, isIn) => {
    const found = birthdayMonths(`${month}-15`, `${month}-15`)

    expect(found.some((one) => one.md === md && one.lunar === lunar)).toBe(isIn)
  })

  it('says what the calendar of birthdays says', () => {
    const anyBirthday = fc.record({ md: fc.integer({ min: 101, max: 1231 }), lunar: fc.boolean() })
    fc.assert(
      fc.property(anyBirthday, fc.nat(3000), (birthday, ahead) => {
        const first = `${addDays('2026-01-01', ahead).slice(0, 8)}01`
        const next = nextCelebration(birthday, first)
        const found = birthdayMonths(first, first)

        expect(found.some((one) => one.md === birthday.md && one.lunar === birthday.lunar)).toBe(
          next !== null && next.day <= endOfMonth(first),
        )
      }),
      { numRuns: 40 },
    )
  })
})

describe('checkProgramme', () => {
  it('takes a programme that says no more than it must', () => {
    expect(checkProgramme(good)).toEqual([])
    expect(checkProgramme({ ...PROGRAMME_DEFAULTS, ...good })).toEqual([])
  })

  it.each([
    [null, 'programme', /an object with startsOn/],
    [[], 'programme', /an object/],
    [{ pointsPerYuan: 1 }, 'startsOn', /a day that exists/],
    [{ ...good, startsOn: '2026-02-30' }, 'startsOn', /a day that exists/],
    [{ startsOn: '2026-12-01' }, 'pointsPerYuan', /a number from 0 to 1000, at most 2 decimals/],
    [{ ...good, pointsPerYuan: -1 }, 'pointsPerYuan', /from 0/],
    [{ ...good, pointsPerYuan: 0.001 }, 'pointsPerYuan', /at most 2 decimals/],
    [{ ...good, pointsPerYuan: '1' }, 'pointsPerYuan', /a number/],
    [{ ...good, pointsPerYuan: Number.NaN }, 'pointsPerYuan', /a number/],
    [{ ...good, pointsPerYuan: 0 }, 'pointsPerYuan', /gives no points at all/],
    [{ ...good, signUpPoints: 1.5 }, 'signUpPoints', /an integer from 0 to 1000000/],
    [{ ...good, signUpPoints: 300 }, 'behaviourDailyCap', /300 or more/],
    [{ ...good, birthdayMonthFactor: 0.5 }, 'birthdayMonthFactor', /from 1 to 10/],
    [{ ...good, pendingDays: 91 }, 'pendingDays', /from 0 to 90/],
    [{ ...good, pendingDays: 7, validDays: 7 }, 'pendingDays', /fewer days than validDays \(7\)/],
    [{ ...good, validDays: 0 }, 'validDays', /from 1 to 3650/],
    [{ ...good, pointPerYuan: 2 }, 'pointPerYuan', /there is no such field/],
  ])('of %j says what is wrong with %s', (programme, field, remedy) => {
    const problems = checkProgramme(programme)

    expect(problems.map((problem) => problem.field)).toEqual([field])
    expect(problems[0]?.remedy.en).toMatch(remedy)
  })

  it('names every problem, not only the first', () => {
    expect(
      checkProgramme({ startsOn: 'x', pointsPerYuan: -1, validDays: 0 }).map(({ field }) => field),
    ).toEqual(['startsOn', 'pointsPerYuan', 'validDays'])
  })
})
