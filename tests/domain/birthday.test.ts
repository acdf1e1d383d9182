import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { celebrationsBetween, celebrationsOn, nextCelebration } from '../../domain/birthday.ts'
import { addDays } from '../../domain/business-day.ts'
import { lunarText } from '../../domain/lunar-text.ts'

const dayOf = (md: number, lunar: boolean, from: string) =>
  nextCelebration({ md, lunar }, from)?.day

describe('celebrations', () => {
  it.each([
    ['an ordinary day', 1124, false, '2026-11-22', '2026-11-24'],
    ['today', 1122, false, '2026-11-22', '2026-11-22'],
    ['yesterday: next year', 1121, false, '2026-11-22', '2027-11-21'],
    ['29 February in a common year', 229, false, '2026-11-22', '2027-02-28'],
    ['29 February in a leap year', 229, false, '2027-11-22', '2028-02-29'],
    ['29 February in 2100, no leap year', 229, false, '2100-01-01', '2100-02-28'],
    ['lunar new year 2027', 101, true, '2026-11-22', '2027-02-06'],
    ['Mid-autumn 2026', 815, true, '2026-01-01', '2026-09-25'],
    [
      'the sixth month of 2025, whose leap month is left out',
      615,
      true,
      '2025-07-01',
      '2025-07-09',
    ],
    ['30th of the ninth month, which has 29 days in 2026', 930, true, '2026-10-15', '2026-11-08'],
    ['30th of a month of 30 days', 1030, true, '2026-11-22', '2026-12-08'],
  ])('%s: %i, lunar %s, from %s falls on %s', (_name, md, lunar, from, expected) => {
    expect(dayOf(md, lunar, from)).toBe(expected)
  })

  it('knows no birthday that no calendar has', () => {
    expect(nextCelebration({ md: 1332, lunar: false }, '2026-11-22')).toBeNull()
  })

  it('counts a birthday at the end of the Chinese year in that year', () => {
    expect(nextCelebration({ md: 1215, lunar: true }, '2027-01-01')).toMatchObject({
      day: '2027-01-22',
      occurrence: 'L2026',
    })
  })

  it('celebrates nobody twice in an occurrence', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 36_000 }), (n) => {
        const from = addDays('1990-01-01', n)
        const found = celebrationsBetween(from, addDays(from, 400))
        const keys = found.map(({ occurrence, lunar, md }) => `${occurrence} ${lunar} ${md}`)
        expect(new Set(keys).size).toBe(keys.length)
      }),
      { numRuns: 20 },
    )
  })

  it('celebrates every possible birthday in every year', () => {
    const year = celebrationsBetween('2027-01-01', '2027-12-31').filter(({ lunar }) => !lunar)

    expect(new Set(year.map(({ md }) => md)).size).toBe(366)
    for (let y = 2020; y < 2040; y++) {
      const lunar = celebrationsBetween(`${y}-01-01`, `${y + 1}-03-01`).filter(
        (c) => c.occurrence === `L${y}`,
      )
      const days = Array.from({ length: 12 }, (_, m) => [
        (m + 1) * 100 + 1,
        (m + 1) * 100 + 30,
      ]).flat()
      expect(new Set(lunar.map(({ md }) => md))).toEqual(
        new Set([...lunar.map(({ md }) => md), ...days]),
      )
    }
  })

  it('gives each day its own month-day', () => {
    expect(celebrationsOn('2026-11-24')).toEqual([
      { day: '2026-11-24', occurrence: '2026', lunar: false, md: 1124 },
      { day: '2026-11-24', occurrence: 'L2026', lunar: true, md: 1016 },
    ])
  })
})

describe('lunarText', () => {
  it.each([
    [101, '正月初一'],
    [210, '二月初十'],
    [1015, '十月十五'],
    [1120, '冬月二十'],
    [1221, '腊月廿一'],
    [1230, '腊月三十'],
  ])('%i is %s', (md, text) => {
    expect(lunarText(md)).toBe(text)
  })
})
