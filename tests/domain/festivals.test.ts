import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { addDays } from '../../domain/business-day.ts'
import { FESTIVAL_CODES, festivalName } from '../../domain/festival-list.ts'
import { festivalsBetween, festivalsOn } from '../../domain/festivals.ts'

describe('festivals', () => {
  it.each([
    ['2026-01-01', ['new_year']],
    ['2025-01-29', ['spring_festival']],
    ['2026-02-17', ['spring_festival']],
    ['2027-02-06', ['spring_festival']],
    ['2026-03-03', ['lantern']],
    ['2026-03-08', ['womens_day']],
    ['2026-05-10', ['mothers_day']],
    ['2027-05-09', ['mothers_day']],
    ['2022-05-08', ['mothers_day']],
    ['2026-06-19', ['dragon_boat']],
    ['2026-06-21', ['fathers_day']],
    ['2025-06-15', ['fathers_day']],
    ['2026-08-19', ['qixi']],
    // 2025 had a second sixth month, and Mid-Autumn in October
    ['2025-08-29', ['qixi']],
    ['2026-09-10', ['teachers_day']],
    ['2022-09-10', ['teachers_day', 'mid_autumn']],
    ['2025-10-06', ['mid_autumn']],
    ['2026-09-25', ['mid_autumn']],
    ['2026-10-01', ['national_day']],
    ['2026-05-03', []],
    ['2026-05-17', []],
    ['2026-02-16', []],
    ['2026-02-18', []],
  ])('of %s are %j', (day, festivals) => {
    expect(festivalsOn(day)).toEqual(festivals)
  })

  it('come once in every year', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2000, max: 2060 }), (year) => {
        const found = festivalsBetween(`${year}-01-01`, `${year}-12-31`).map(({ code }) => code)
        expect(found.toSorted()).toEqual(FESTIVAL_CODES.toSorted())
      }),
      { numRuns: 8 },
    )
  })

  it('are listed with their days, both ends included', () => {
    expect(festivalsBetween('2026-06-19', addDays('2026-06-19', 2))).toEqual([
      { code: 'dragon_boat', day: '2026-06-19' },
      { code: 'fathers_day', day: '2026-06-21' },
    ])
  })

  it('have a name in both languages; a later one keeps its code', () => {
    expect(festivalName('mid_autumn', 'zh-CN')).toBe('中秋节')
    expect(festivalName('mid_autumn', 'en')).toBe('Mid-Autumn')
    expect(festivalName('a_later_one', 'en')).toBe('a_later_one')
  })
})
