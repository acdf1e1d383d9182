/** quantile of the normal distribution for 95 % */
const Z = 1.959964

/** A share with the bounds between which the true one lies in 95 of 100 cases. */
export interface Proportion {
  low: number
  high: number
}

/**
 * Wilson's 95 % interval of a share: holds for few too, and never leaves 0 to 1.
 *
 * @returns null of nothing
 * @example wilson(8, 40) // { low: 0.105, high: 0.348 } (rounded)
 */
export function wilson(hits: number, of: number): Proportion | null {
  if (of === 0) return null
  const p = hits / of
  const z2 = Z * Z
  const middle = (p + z2 / (2 * of)) / (1 + z2 / of)
  const half = (Z / (1 + z2 / of)) * Math.sqrt((p * (1 - p)) / of + z2 / (4 * of * of))
  return { low: Math.max(0, middle - half), high: Math.min(1, middle + half) }
}

/** So many of so many. */
export interface Tally {
  hits: number
  of: number
}

/**
 * Whether the share of one is above the other's beyond chance: the 95 % interval of the difference (Newcombe 1998, by
 * Wilson's bounds) lies above 0.
 *
 * @example isClearlyAbove({ hits: 40, of: 100 }, { hits: 20, of: 100 }) // true
 */
export function isClearlyAbove(a: Tally, b: Tally): boolean {
  const boundsA = wilson(a.hits, a.of)
  const boundsB = wilson(b.hits, b.of)
  if (!boundsA || !boundsB) return false
  const pA = a.hits / a.of
  const pB = b.hits / b.of
  return pA - pB - Math.hypot(pA - boundsA.low, boundsB.high - pB) > 0
}
