import type { Rate } from './schema.ts'

/**
 * A share to four digits with what it was made of (domain-rules 12); null of nothing.
 * @example rateOf(2, 3) // { numerator: 2, denominator: 3, rate: 0.6667 }
 */
export function rateOf(numerator: number, denominator: number): Rate {
  return {
    numerator,
    denominator,
    rate: denominator === 0 ? null : Math.round((numerator / denominator) * 10_000) / 10_000,
  }
}
