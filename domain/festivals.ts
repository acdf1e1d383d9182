import { celebrationsOn } from './birthday.ts'
import { addDays, type BusinessDay } from './business-day.ts'
import { FESTIVALS, type Festival } from './festival-list.ts'

/** A festival on a day. */
export interface FestivalDay {
  code: Festival
  day: BusinessDay
}

/**
 * The festivals of a day; two may fall on one.
 * @example festivalsOn('2026-09-25') // ['mid_autumn']
 * @example festivalsOn('2026-06-21') // ['fathers_day']
 */
export function festivalsOn(day: BusinessDay): Festival[] {
  const celebrated = celebrationsOn(day)
  return FESTIVALS.filter(({ on }) => {
    if ('sunday' in on) return isNthSunday(day, on)
    const md = 'lunar' in on ? on.lunar : on.solar
    return celebrated.some((one) => one.md === md && one.lunar === 'lunar' in on)
  }).map(({ code }) => code)
}

/** Every festival from one day to another, both included. */
export function festivalsBetween(from: BusinessDay, to: BusinessDay): FestivalDay[] {
  const found: FestivalDay[] = []
  for (let day = from; day <= to; day = addDays(day, 1)) {
    found.push(...festivalsOn(day).map((code) => ({ code, day })))
  }
  return found
}

function isNthSunday(day: BusinessDay, { month, sunday }: { month: number; sunday: number }) {
  const date = Number(day.slice(8))
  return (
    Number(day.slice(5, 7)) === month &&
    new Date(`${day}T00:00:00Z`).getUTCDay() === 0 &&
    Math.ceil(date / 7) === sunday
  )
}
