import { DateTime } from 'luxon'

/** A calendar day in the business time zone, `YYYY-MM-DD`. */
export type BusinessDay = string

/** The business time zone where nothing else is configured. */
export const DEFAULT_ZONE = 'Asia/Shanghai'

const DAY_MS = 86_400_000

/** A day as a number: midnight in UTC, where every day has 24 hours. Calendars are slow, and pages ask for hundreds. */
function utcDay(day: BusinessDay): number {
  return Date.UTC(Number(day.slice(0, 4)), Number(day.slice(5, 7)) - 1, Number(day.slice(8, 10)))
}

/** Formatters are dear to make; a process knows one zone, tests a few. */
function formatsBy(options: Intl.DateTimeFormatOptions): (zone: string) => Intl.DateTimeFormat {
  const formats = new Map<string, Intl.DateTimeFormat>()
  return (timeZone) => {
    const known = formats.get(timeZone)
    if (known) return known
    // this locale writes YYYY-MM-DD and HH:mm
    const made = new Intl.DateTimeFormat('sv-SE', { ...options, timeZone })
    formats.set(timeZone, made)
    return made
  }
}

const dayFormat = formatsBy({ year: 'numeric', month: '2-digit', day: '2-digit' })
const clockFormat = formatsBy({ hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })

/**
 * The business day of a moment.
 * @example businessDay(new Date('2026-11-21T16:30:00Z'), 'Asia/Shanghai') // '2026-11-22'
 */
export function businessDay(moment: Date, zone: string): BusinessDay {
  return dayFormat(zone).format(moment)
}

/**
 * What a clock in the business time zone shows, HH:mm.
 * @example clockTime(new Date('2026-11-21T16:30:00Z'), 'Asia/Shanghai') // '00:30'
 */
export function clockTime(moment: Date, zone: string): string {
  return clockFormat(zone).format(moment)
}

/**
 * The moment a clock in the business time zone shows `time` on `day`.
 * @param time HH:mm, or HH:mm:ss
 * @example atTime('2026-11-22', '09:00', 'Asia/Shanghai').toISOString() // '2026-11-22T01:00:00.000Z'
 */
export function atTime(day: BusinessDay, time: string, zone: string): Date {
  return DateTime.fromISO(`${day}T${time}`, { zone }).toJSDate()
}

/**
 * The day `days` later (earlier when negative).
 * @example addDays('2026-02-28', 1) // '2026-03-01'
 */
export function addDays(day: BusinessDay, days: number): BusinessDay {
  return new Date(utcDay(day) + days * DAY_MS).toISOString().slice(0, 10)
}

/**
 * Whole days from `from` to `to`.
 * @example daysBetween('2026-11-20', '2026-11-22') // 2
 */
export function daysBetween(from: BusinessDay, to: BusinessDay): number {
  return (utcDay(to) - utcDay(from)) / DAY_MS
}

/** Whether a text is a calendar day that exists: `2026-02-30` does not. */
export function isBusinessDay(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && DateTime.fromISO(text, { zone: 'utc' }).isValid
}

/**
 * The last second of a day: when what is due on that day is due.
 * @example endOfDay('2026-11-22', 'Asia/Shanghai').toISOString() // '2026-11-22T15:59:59.000Z'
 */
export function endOfDay(day: BusinessDay, zone: string): Date {
  return atTime(day, '23:59:59', zone)
}

/**
 * A moment as the business time zone writes it, to the second.
 * @example isoInZone(new Date('2026-11-22T15:59:59Z'), 'Asia/Shanghai') // '2026-11-22T23:59:59+08:00'
 */
export function isoInZone(moment: Date, zone: string): string {
  return DateTime.fromJSDate(moment, { zone }).toFormat("yyyy-MM-dd'T'HH:mm:ssZZ")
}

/**
 * The same day `months` calendar months later, clamped to the end of the month.
 * @example addMonths('2026-11-30', 3) // '2027-02-28'
 */
export function addMonths(day: BusinessDay, months: number): BusinessDay {
  const year = Number(day.slice(0, 4))
  const month = Number(day.slice(5, 7)) - 1 + months
  const lastOfMonth = new Date(Date.UTC(year, month + 1, 0)).getUTCDate()
  const date = Math.min(Number(day.slice(8, 10)), lastOfMonth)
  return new Date(Date.UTC(year, month, date)).toISOString().slice(0, 10)
}

/**
 * The last day of a day's month.
 * @example endOfMonth('2026-02-03') // '2026-02-28'
 */
export function endOfMonth(day: BusinessDay): BusinessDay {
  return addDays(addMonths(`${day.slice(0, 8)}01`, 1), -1)
}
