import { PRESS_LIMITS } from '../../../../domain/press-limits.ts'

/**
 * When a guide may be pressed again; null where they may now.
 *
 * @param pressedAt when they were pressed last, ISO
 * @param refusedUntil what the server said when it was asked too soon, ISO
 */
export function pressAgainAt(
  pressedAt: string | null,
  refusedUntil: string | undefined,
  now: Date,
): string | null {
  const hourLater =
    pressedAt === null ? 0 : Date.parse(pressedAt) + PRESS_LIMITS.everyMinutes * 60_000
  const again = Math.max(hourLater, refusedUntil === undefined ? 0 : Date.parse(refusedUntil))
  return again > now.getTime() ? new Date(again).toISOString() : null
}
