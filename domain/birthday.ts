import { LunarMonth, Solar } from 'lunar-typescript'
import { addDays, type BusinessDay } from './business-day.ts'

/** A birthday as month and day: month × 100 + day, of the Chinese calendar where `lunar`. */
export interface Birthday {
  md: number
  lunar: boolean
}

/** One celebration: which stored birthday falls on which day, and in which year it counts. */
export interface Celebration extends Birthday {
  day: BusinessDay
  /** `2026`, or `L2026` for the year of the Chinese calendar: one task a year */
  occurrence: string
}

/**
 * Every stored birthday that is celebrated on a day (domain-rules 8). 29 February is celebrated on the 28th
 * of common years; the 30th of a Chinese month on its 29th when it has 29 days; a birthday in a leap month
 * counts as one of the plain month, so the days of a leap month itself celebrate nobody.
 * @example celebrationsOn('2027-02-28').map((c) => c.md) // [228, 229, 122]
 */
export function celebrationsOn(day: BusinessDay): Celebration[] {
  const [year, month, date] = parts(day)
  const occurrence = String(year)
  const found: Celebration[] = [{ day, occurrence, lunar: false, md: month * 100 + date }]
  if (month === 2 && date === 28 && !isLeapYear(year)) {
    found.push({ day, occurrence, lunar: false, md: 229 })
  }
  const lunar = Solar.fromYmd(year, month, date).getLunar()
  if (lunar.getMonth() < 0) return found
  const md = lunar.getMonth() * 100 + lunar.getDay()
  const lunarOccurrence = `L${lunar.getYear()}`
  found.push({ day, occurrence: lunarOccurrence, lunar: true, md })
  const length = LunarMonth.fromYm(lunar.getYear(), lunar.getMonth())?.getDayCount() ?? 30
  if (lunar.getDay() === 29 && length === 29) {
    found.push({ day, occurrence: lunarOccurrence, lunar: true, md: md + 1 })
  }
  return found
}

/** Every celebration from one day to another, both included. */
export function celebrationsBetween(from: BusinessDay, to: BusinessDay): Celebration[] {
  const found: Celebration[] = []
  for (let day = from; day <= to; day = addDays(day, 1)) found.push(...celebrationsOn(day))
  return found
}

/**
 * The next celebration on or after a day; null for a month-day that no calendar has.
 * @example nextCelebration({ md: 229, lunar: false }, '2026-11-22')?.day // '2027-02-28'
 */
export function nextCelebration(birthday: Birthday, from: BusinessDay): Celebration | null {
  const isIt = (c: Celebration) => c.lunar === birthday.lunar && c.md === birthday.md
  for (let ahead = 0; ahead <= 400; ahead++) {
    const found = celebrationsOn(addDays(from, ahead)).find(isIt)
    if (found) return found
  }
  return null
}

function isLeapYear(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
}

function parts(day: BusinessDay): [number, number, number] {
  const [year, month, date] = day.split('-').map(Number)
  return [year ?? 0, month ?? 0, date ?? 0]
}
