/** How often a guide may be pressed (催办) about one assignment: once an hour, three times a day. */
export const PRESS_LIMITS = { everyMinutes: 60, aDay: 3 } as const

/**
 * When a guide may be pressed again; null: now.
 *
 * @param presses of the guide about the assignment, in any order
 * @param startOfDay of the business day of `now`
 * @param nextDay when the next business day begins
 */
export function nextPress(
  presses: readonly Date[],
  now: Date,
  { startOfDay, nextDay }: { startOfDay: Date; nextDay: Date },
): Date | null {
  const last = Math.max(0, ...presses.map((at) => at.getTime()))
  const hour = new Date(last + PRESS_LIMITS.everyMinutes * 60_000)
  const today = presses.filter((at) => at >= startOfDay).length
  const free = today >= PRESS_LIMITS.aDay && nextDay > hour ? nextDay : hour
  return free > now ? free : null
}
