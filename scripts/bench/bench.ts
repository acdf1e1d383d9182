import type { Figure } from '../support/figures.ts'

/** How big a bench runs: `full` is what docs/performance.md shows, `quick` tells in a minute whether it works. */
export type BenchSize = 'full' | 'quick'

/** What a bench is given. */
export interface BenchContext {
  size: BenchSize
  /** interleaved rounds per variant, at least 5 in `full` */
  rounds: number
  /** a sentence for the person who waits, on standard error */
  say: (text: string) => void
}

/** One of the benches of `npm run bench`. */
export interface Bench {
  name: string
  /** one line for --help */
  about: string
  run: (context: BenchContext) => Promise<BenchResult>
}

export interface BenchResult {
  figures: Figure[]
  /** what was measured round by round, for the JSON */
  raw: Record<string, unknown>
}
