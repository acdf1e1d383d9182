import { addDays, atTime, businessDay, clockTime } from './business-day.ts'

/** Local clock times between which guides are given assignments: from the first on, before the second. */
export const DISPATCH_HOURS = { from: '07:00', until: '23:00' } as const

/**
 * The moment itself where an assignment may be dispatched then, else the next 07:00.
 * @example nextDispatchTime(new Date('2026-11-22T15:00:00Z'), 'Asia/Shanghai').toISOString() // '2026-11-22T23:00:00.000Z'
 */
export function nextDispatchTime(moment: Date, zone: string): Date {
  const day = businessDay(moment, zone)
  const clock = clockTime(moment, zone)
  if (clock >= DISPATCH_HOURS.until) return atTime(addDays(day, 1), DISPATCH_HOURS.from, zone)
  return clock < DISPATCH_HOURS.from ? atTime(day, DISPATCH_HOURS.from, zone) : moment
}
