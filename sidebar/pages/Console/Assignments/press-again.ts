/** A guide is sent at most one card of pressing within this time. */
const ONCE_MS = 3_600_000

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
  const hourLater = pressedAt === null ? 0 : Date.parse(pressedAt) + ONCE_MS
  const again = Math.max(hourLater, refusedUntil === undefined ? 0 : Date.parse(refusedUntil))
  return again > now.getTime() ? new Date(again).toISOString() : null
}
