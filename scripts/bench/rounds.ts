import { median } from '../support/figures.ts'
import type { BenchContext } from './bench.ts'

/** Measures one variant once; answers seconds, requests a second, or whatever the bench compares. */
export type Measure = () => Promise<number>

export interface Rounds<Name extends string> {
  /** what each round measured, in order */
  raw: Record<Name, number[]>
  median: (name: Name) => number
  /** median over the rounds of one variant divided by another within the same round */
  ratio: (of: Name, to: Name) => number
}

/**
 * Measures every variant in turn, round after round, so that what disturbs the machine disturbs all alike. One round
 * before them is thrown away.
 */
export async function measureRounds<Name extends string>(
  { rounds, say }: BenchContext,
  variants: Record<Name, Measure>,
): Promise<Rounds<Name>> {
  const names = Object.keys(variants) as Name[]
  const raw = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<
    Name,
    number[]
  >
  for (let round = 0; round <= rounds; round += 1) {
    for (const name of names) {
      const value = await variants[name]()
      if (round > 0) raw[name].push(value)
    }
    say(round === 0 ? 'warmed up' : `round ${round} of ${rounds}`)
  }
  return {
    raw,
    median: (name) => median(raw[name]),
    ratio: (of, to) => median(raw[of].map((value, at) => value / (raw[to][at] ?? Number.NaN))),
  }
}

/** How many seconds something took. */
export async function seconds(run: () => Promise<unknown>): Promise<number> {
  const started = performance.now()
  await run()
  return (performance.now() - started) / 1000
}
