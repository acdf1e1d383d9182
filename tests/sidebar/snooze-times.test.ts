import { assert, date, integer, property } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { wallClock } from '../../sidebar/time/day.ts'
import { snoozeTimes } from '../../sidebar/time/snooze-times.ts'
import { ZONE } from './support/builders.ts'

const names = (now: string, diesAt: string) =>
  snoozeTimes(new Date(now), new Date(diesAt), ZONE).map((time) => time.name)

describe('snoozeTimes', () => {
  it.each([
    // Sunday 11:10: tomorrow is next Monday already
    ['2026-11-22T03:10:00Z', ['inTwoHours', 'thisEvening', 'tomorrowMorning', 'dayAfter']],
    // Wednesday 17:00
    ['2026-11-25T09:00:00Z', ['inTwoHours', 'tomorrowMorning', 'dayAfter', 'nextMonday']],
    // Wednesday 19:30: two hours later is quiet time
    ['2026-11-25T11:30:00Z', ['tomorrowMorning', 'dayAfter', 'nextMonday']],
  ])('offers sensible times at %s', (now, offered) => {
    expect(names(now, '2026-12-10T00:00:00Z')).toEqual(offered)
  })

  it('offers nothing at or after the moment the task dies', () => {
    expect(names('2026-11-22T03:10:00Z', '2026-11-22T05:10:00Z')).toEqual([])
  })

  it('never lands in quiet hours, in the past, after the end, or twice on one moment', () => {
    const moment = date({
      min: new Date('2026-01-01'),
      max: new Date('2027-12-31'),
      noInvalidDate: true,
    })

    assert(
      property(moment, integer({ min: 1, max: 240 }), (now, hours) => {
        const diesAt = new Date(now.getTime() + hours * 3_600_000)
        const times = snoozeTimes(now, diesAt, ZONE)

        for (const { until } of times) {
          const { hour } = wallClock(until, ZONE)
          expect(hour >= 9 && hour < 21).toBe(true)
          expect(until > now && until < diesAt).toBe(true)
        }
        expect(new Set(times.map(({ until }) => until.getTime())).size).toBe(times.length)
      }),
    )
  })
})
