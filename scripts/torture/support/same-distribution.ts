/**
 * Two-sample Kolmogorov–Smirnov test: how likely two samples of one distribution differ by at least this much.
 *
 * @returns p between 0 and 1, by the asymptotic formula (Numerical Recipes 14.3): good from some hundred values on
 */
export function sameDistribution(one: readonly number[], other: readonly number[]): number {
  const a = Float64Array.from(one).sort()
  const b = Float64Array.from(other).sort()
  let i = 0
  let j = 0
  let most = 0
  while (i < a.length && j < b.length) {
    const value = Math.min(a[i] ?? 0, b[j] ?? 0)
    while (i < a.length && (a[i] ?? 0) <= value) i += 1
    while (j < b.length && (b[j] ?? 0) <= value) j += 1
    most = Math.max(most, Math.abs(i / a.length - j / b.length))
  }
  const n = Math.sqrt((a.length * b.length) / (a.length + b.length))
  return tail((n + 0.12 + 0.11 / n) * most)
}

function tail(lambda: number): number {
  if (lambda < 0.2) return 1
  let sum = 0
  for (let k = 1, sign = 1; k <= 100; k += 1, sign = -sign) {
    sum += sign * Math.exp(-2 * k * k * lambda * lambda)
  }
  return Math.min(1, Math.max(0, 2 * sum))
}
