import { assert, constantFrom, integer, property } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { addDays, atHour, daysBetween, wallClock, weekday } from '../../sidebar/time/day.ts'

describe('calendar days in a zone', () => {
  it.each([
    ['2026-11-22T16:00:00Z', 'Asia/Shanghai', { day: '2026-11-23', hour: 0, minute: 0 }],
    ['2026-11-22T01:05:00Z', 'Asia/Shanghai', { day: '2026-11-22', hour: 9, minute: 5 }],
    ['2026-11-22T01:05:00Z', 'America/New_York', { day: '2026-11-21', hour: 20, minute: 5 }],
  ])('shows %s in %s', (moment, zone, shown) => {
    expect(wallClock(new Date(moment), zone)).toEqual(shown)
  })

  it('finds the moment of an hour, whatever the zone', () => {
    const day = integer({ min: 0, max: 20_000 }).map((days) => addDays('2000-01-01', days))
    const zone = constantFrom('Asia/Shanghai', 'UTC', 'Asia/Kolkata', 'America/Sao_Paulo')

    assert(
      property(day, integer({ min: 6, max: 22 }), zone, (on, hour, where) => {
        const shown = wallClock(atHour(on, hour, where), where)

        expect(shown).toEqual({ day: on, hour, minute: 0 })
      }),
    )
  })

  it('adds and subtracts days across months and leap years', () => {
    expect(addDays('2028-02-28', 1)).toBe('2028-02-29')
    expect(daysBetween('2026-02-28', '2026-03-01')).toBe(1)
    expect(weekday('2026-11-22')).toBe(6)
  })
})
