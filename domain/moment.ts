/** An ISO 8601 time with offset; seconds and parts of them may be left out. */
export const MOMENT_PATTERN =
  '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}(:\\d{2}(\\.\\d{1,9})?)?(Z|[+-]\\d{2}:\\d{2})$'

const MOMENT = new RegExp(MOMENT_PATTERN)

/**
 * Whether a text is a time that a calendar and a clock show, between 1900 and 2199: what lies outside is a mistake, and
 * no database column or program of the chain need hold it.
 *
 * @example isMoment('2026-11-22T10:30:00+08:00') // true
 * @example isMoment('2026-02-30T10:30:00+08:00') // false: no such day
 * @example isMoment('2026-11-22T23:59:60Z') // false: no program counts leap seconds
 * @example isMoment('2026-11-22T10:30:00+08:00[Asia/Shanghai]') // false
 */
export function isMoment(text: string): boolean {
  if (!MOMENT.test(text) || text < '1900' || text >= '2200') return false
  if (Number.isNaN(Date.parse(text))) return false
  // Date.parse takes the 30th of February for the 2nd of March
  const day = Number(text.slice(8, 10))
  return day <= 28 || existsAsDay(Number(text.slice(0, 4)), Number(text.slice(5, 7)), day)
}

/**
 * Whether a month has such a day.
 * @example existsAsDay(2000, 2, 29) // true
 * @example existsAsDay(1990, 2, 30) // false
 */
export function existsAsDay(year: number, month: number, day: number): boolean {
  const date = new Date(Date.UTC(year, month - 1, day))
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day && month >= 1
}
