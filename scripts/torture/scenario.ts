import type { Figure } from '../support/figures.ts'

/** How long a scenario tortures: `full` reaches docs/reliability.md's figures, `short` tells in seconds whether it holds. */
export type TortureSize = 'full' | 'short'

/** What a scenario is given. */
export interface TortureContext {
  size: TortureSize
  /** a folder of its own for data and logs; removed afterwards, kept when the scenario fails */
  folder: string
  /** a sentence for the person who waits, on standard error */
  say: (text: string) => void
}

/** One scenario of `npm run torture`. What must hold is a figure with a goal. */
export interface Scenario {
  /** R1 … S13, as in docs/reliability.md */
  id: string
  /** the guarantee, in the words of the product */
  title: string
  run: (context: TortureContext) => Promise<Figure[]>
}
