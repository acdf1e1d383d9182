/** Calendar days and clock times in a named zone, with Intl only. A day is `YYYY-MM-DD`. */

const DAY_MS = 86_400_000

interface WallClock {
  day: string
  hour: number
  minute: number
}

/**
 * What a clock on the wall of `zone` shows at a moment.
 * @example wallClock(new Date('2026-11-22T01:05:00Z'), 'Asia/Shanghai') // { day: '2026-11-22', hour: 9, minute: 5 }
 */
export function wallClock(moment: Date, zone: string): WallClock {
  const parts = new Intl.DateTimeFormat('en-CA', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  }).formatToParts(moment)
  const part = (type: string) => parts.find((found) => found.type === type)?.value ?? '0'
  return {
    day: `${part('year')}-${part('month')}-${part('day')}`,
    hour: Number(part('hour')),
    minute: Number(part('minute')),
  }
}

/** The day of a moment in `zone`. */
export function dayOf(moment: Date, zone: string): string {
  return wallClock(moment, zone).day
}

/**
 * Whole days from one day to another, negative when `to` is earlier.
 * @example daysBetween('2026-11-20', '2026-11-22') // 2
 */
export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / DAY_MS)
}

/** @example addDays('2026-02-28', 1) // '2026-03-01' */
export function addDays(day: string, days: number): string {
  return new Date(Date.parse(day) + days * DAY_MS).toISOString().slice(0, 10)
}

/** 0 Monday … 6 Sunday. */
export function weekday(day: string): number {
  return (new Date(Date.parse(day)).getUTCDay() + 6) % 7
}

/**
 * The moment a clock in `zone` shows `hour`:00 on `day`.
 * @example atHour('2026-11-22', 9, 'Asia/Shanghai').toISOString() // '2026-11-22T01:00:00.000Z'
 */
export function atHour(day: string, hour: number, zone: string): Date {
  const guess = Date.parse(`${day}T${String(hour).padStart(2, '0')}:00:00Z`)
  const shown = wallClock(new Date(guess), zone)
  const shownMs = Date.parse(shown.day) + (shown.hour * 60 + shown.minute) * 60_000
  return new Date(guess - (shownMs - guess))
}

/** `HH:mm` in `zone`. */
export function clockTime(moment: Date, zone: string): string {
  const { hour, minute } = wallClock(moment, zone)
  return `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`
}
