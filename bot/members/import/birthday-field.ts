import { existsAsDay } from '../../../domain/moment.ts'
import type { Problem } from './slice.ts'

export interface Birthday {
  year: number | null
  /** month × 100 + day */
  monthDay: number
}

/**
 * Takes a birthday of the open API apart.
 * @example readBirthday('1990-05-20') // { year: 1990, monthDay: 520 }
 * @example readBirthday('05-20') // { year: null, monthDay: 520 }
 */
export function readBirthday(text: string): Birthday {
  const parts = text.split('-').map(Number)
  const [day = 0, month = 0] = parts.toReversed()
  return { year: parts.length === 3 ? (parts[0] ?? null) : null, monthDay: month * 100 + day }
}

/**
 * What is wrong with a birthday, if anything. 29 February is fine without a year (domain-rules 8); a month of
 * the Chinese calendar has up to 30 days.
 *
 * @example birthdayProblem('1990-02-30', false, now)?.field // 'birthday'
 * @example birthdayProblem('02-29', false, now) // undefined
 */
export function birthdayProblem(text: string, lunar: boolean, now: Date): Problem | undefined {
  const { year, monthDay } = readBirthday(text)
  const [month, day] = [Math.floor(monthDay / 100), monthDay % 100]
  const exists = lunar
    ? month >= 1 && month <= 12 && day >= 1 && day <= 30
    : existsAsDay(year ?? 2000, month, day)
  if (!exists)
    return { field: 'birthday', remedy: 'a day that exists, such as 1990-05-20 or 05-20' }
  const lives = year === null || (year >= 1900 && year <= now.getUTCFullYear() + 1)
  // the year's end comes earlier in Asia than in UTC
  const isPast =
    lives &&
    (year === null || lunar || Date.UTC(year, month - 1, day) <= now.getTime() + 86_400_000)
  return isPast ? undefined : { field: 'birthday', remedy: 'a day between 1900 and today' }
}
