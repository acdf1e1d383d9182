import { addDays, atHour, wallClock, weekday } from './day.ts'

export const SNOOZE_NAMES = [
  'inTwoHours',
  'thisEvening',
  'tomorrowMorning',
  'dayAfter',
  'nextMonday',
] as const
export type SnoozeName = (typeof SNOOZE_NAMES)[number]

export interface SnoozeTime {
  name: SnoozeName
  until: Date
}

/** Customers are not written to from 21:00 to 09:00 (domain-rules 10), so no time falls in there. */
const QUIET_FROM = 21
const MORNING = 9
const EVENING = 18

/**
 * Sensible times to put a task off to: each later than now, outside quiet hours, before the task dies, none twice.
 * @example at 11:00 on a Sunday, dying in a week: 13:00, 18:00, tomorrow 9:00 (which is next Monday), the day after 9:00
 */
export function snoozeTimes(now: Date, diesAt: Date, zone: string): SnoozeTime[] {
  const { day, hour } = wallClock(now, zone)
  const inTwoHours = new Date(now.getTime() + 2 * 3_600_000)
  const shown = wallClock(inTwoHours, zone)
  const quiet = shown.day !== day || shown.hour >= QUIET_FROM || shown.hour < MORNING
  const all: (SnoozeTime | null)[] = [
    quiet ? null : { name: 'inTwoHours', until: inTwoHours },
    hour < EVENING - 2 ? { name: 'thisEvening', until: atHour(day, EVENING, zone) } : null,
    { name: 'tomorrowMorning', until: atHour(addDays(day, 1), MORNING, zone) },
    { name: 'dayAfter', until: atHour(addDays(day, 2), MORNING, zone) },
    { name: 'nextMonday', until: atHour(addDays(day, 7 - weekday(day)), MORNING, zone) },
  ]
  const seen = new Set<number>()
  return all.filter((time): time is SnoozeTime => {
    if (!time || time.until <= now || time.until >= diesAt) return false
    const fresh = !seen.has(time.until.getTime())
    seen.add(time.until.getTime())
    return fresh
  })
}
