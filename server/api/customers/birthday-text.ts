/**
 * A stored birthday as text, as far as it is known.
 * @param md month × 100 + day
 * @example birthdayText(1990, 520) // '1990-05-20'
 * @example birthdayText(null, 520) // '05-20'
 */
export function birthdayText(year: number | null, md: number | null): string | null {
  if (md === null) return null
  const two = (n: number) => String(n).padStart(2, '0')
  const day = `${two(Math.floor(md / 100))}-${two(md % 100)}`
  return year === null ? day : `${year}-${day}`
}

export interface SolarBirthday {
  year: number | null
  /** month × 100 + day */
  md: number
}

/**
 * Reads `1990-05-20` or `05-20`; null for a day that no calendar has. 29 February without a year is a day.
 *
 * @param today YYYY-MM-DD; nobody is born after it
 * @example readBirthday('02-30', '2026-11-22') // null
 */
export function readBirthday(text: string, today: string): SolarBirthday | null {
  const parts = /^(?:(\d{4})-)?(\d{2})-(\d{2})$/.exec(text)
  if (!parts) return null
  const [, yearText, monthText = '', dayText = ''] = parts
  const month = Number(monthText)
  const day = Number(dayText)
  // a leap year takes every day that some year has
  const date = new Date(Date.UTC(yearText ? Number(yearText) : 2000, month - 1, day))
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return null
  if (yearText && (Number(yearText) < 1900 || text > today)) return null
  return { year: yearText ? Number(yearText) : null, md: month * 100 + day }
}
