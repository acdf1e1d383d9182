import fc from 'fast-check'
import { DateTime } from 'luxon'
import { describe, expect, it } from 'vitest'
import { addDays, addMonths, businessDay, daysBetween } from '../../domain/business-day.ts'

const someDay = fc
  .integer({ min: 0, max: 60_000 })
  .map((n) => DateTime.fromISO('1930-01-01', { zone: 'utc' }).plus({ days: n }).toISODate() ?? '')
const someZone = fc.constantFrom('Asia/Shanghai', 'America/New_York', 'UTC', 'Australia/Lord_Howe')

describe('business days', () => {
  it('change at midnight of the business time zone', () => {
    expect(businessDay(new Date('2026-11-21T15:59:59.999Z'), 'Asia/Shanghai')).toBe('2026-11-21')
    expect(businessDay(new Date('2026-11-21T16:00:00Z'), 'Asia/Shanghai')).toBe('2026-11-22')
  })

  it('are the calendar’s, in every zone', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date('1970-01-01'), max: new Date('2090-01-01'), noInvalidDate: true }),
        someZone,
        (moment, zone) => {
          const calendar = DateTime.fromJSDate(moment, { zone }).toFormat('yyyy-MM-dd')
          expect(businessDay(moment, zone)).toBe(calendar)
        },
      ),
    )
  })

  it('are counted as the calendar counts them, there and back', () => {
    fc.assert(
      fc.property(someDay, fc.integer({ min: -5_000, max: 5_000 }), (day, days) => {
        const later = DateTime.fromISO(day, { zone: 'utc' }).plus({ days }).toISODate()
        expect(addDays(day, days)).toBe(later)
        expect(daysBetween(day, addDays(day, days))).toBe(days)
      }),
    )
  })

  it('are moved by months as the calendar moves them, clamped to the end of the month', () => {
    expect(addMonths('2026-11-30', 3)).toBe('2027-02-28')
    fc.assert(
      fc.property(someDay, fc.integer({ min: -100, max: 100 }), (day, months) => {
        const later = DateTime.fromISO(day, { zone: 'utc' }).plus({ months }).toISODate()
        expect(addMonths(day, months)).toBe(later)
      }),
    )
  })
})
