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

export interface StoredBirthday {
  year: number | null
  /** month × 100 + day */
  md: number
}

/**
 * Reads `1990-05-20` or `05-20`; null for a day that no calendar has. 29 February without a year is a day; a month of the
 * Chinese calendar has up to 30.
 *
 * @param at.today YYYY-MM-DD; nobody is born after it
 * @example readBirthday('02-30', { today: '2026-11-22', lunar: false }) // null
 * @example readBirthday('02-30', { today: '2026-11-22', lunar: true }) // { year: null, md: 230 }
 */
export function readBirthday(
  text: string,
  { today, lunar }: { today: string; lunar: boolean },
): StoredBirthday | null {
  const parts = /^(?:(\d{4})-)?(\d{2})-(\d{2})$/.exec(text)
  if (!parts) return null
  const [, yearText, monthText = '', dayText = ''] = parts
  const month = Number(monthText)
  const day = Number(dayText)
  if (!(lunar ? isLunarDay(month, day) : isDay(yearText, month, day))) return null
  if (yearText && (Number(yearText) < 1900 || text > today)) return null
  return { year: yearText ? Number(yearText) : null, md: month * 100 + day }
}

function isLunarDay(month: number, day: number): boolean {
  return month >= 1 && month <= 12 && day >= 1 && day <= 30
}

function isDay(year: string | undefined, month: number, day: number): boolean {
  // a leap year takes every day that some year has
  const date = new Date(Date.UTC(year ? Number(year) : 2000, month - 1, day))
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day
}
