/** A point and what the function is there. */
interface Vertex {
  at: number[]
  value: number
}

const REFLECT = 1
const EXPAND = 2
const CONTRACT = 0.5
const SHRINK = 0.5

/**
 * Finds a local minimum without derivatives, by the simplex of Nelder & Mead (Computer Journal 7, 1965). The registry's
 * packages for it can't be loaded by Node as modules, or bring their build tools along.
 *
 * @param f may answer Infinity where it is not defined
 * @param start the first corner; the others lie `step` beside it along each axis
 * @param options.tolerance it ends when the corners' values differ by less
 * @example minimise(([x = 0]) => (x - 3) ** 2, [0]).at // [3.000…]
 */
export function minimise(
  f: (at: readonly number[]) => number,
  start: readonly number[],
  options: { step?: number; tolerance?: number; mostSteps?: number } = {},
): Vertex {
  const { step = 0.5, tolerance = 1e-7, mostSteps = 2_000 } = options
  const vertex = (at: number[]): Vertex => ({ at, value: f(at) })
  const corners = [
    vertex([...start]),
    ...start.map((_, axis) => vertex(start.map((x, i) => (i === axis ? x + step : x)))),
  ]
  for (let n = 0; n < mostSteps; n += 1) {
    corners.sort((a, b) => a.value - b.value)
    const best = corners[0]
    const worst = corners.at(-1)
    const second = corners.at(-2)
    if (!best || !worst || !second) break
    if (worst.value - best.value <= tolerance) break
    const centre = start.map((_, i) => mean(corners.slice(0, -1).map(({ at }) => at[i] ?? 0)))
    const along = (by: number): Vertex =>
      vertex(centre.map((x, i) => x + by * (x - (worst.at[i] ?? 0))))
    const reflected = along(REFLECT)
    if (reflected.value < best.value) {
      const expanded = along(EXPAND)
      corners[corners.length - 1] = expanded.value < reflected.value ? expanded : reflected
    } else if (reflected.value < second.value) {
      corners[corners.length - 1] = reflected
    } else {
      const contracted = along(reflected.value < worst.value ? CONTRACT : -CONTRACT)
      if (contracted.value < Math.min(reflected.value, worst.value)) {
        corners[corners.length - 1] = contracted
      } else {
        for (let i = 1; i < corners.length; i += 1) {
          const from = corners[i]?.at ?? []
          corners[i] = vertex(best.at.map((x, axis) => x + SHRINK * ((from[axis] ?? 0) - x)))
        }
      }
    }
  }
  corners.sort((a, b) => a.value - b.value)
  return corners[0] ?? vertex([...start])
}

function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, x) => sum + x, 0) / numbers.length
}
