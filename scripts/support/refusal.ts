import type { Terminal } from './terminal.ts'

/** It can't be done as asked; the sentence says why. */
export class Refused extends Error {
  override name = 'Refused'
}

/**
 * Runs a command, and says what it refuses.
 *
 * @returns the exit code: 0 done, 2 it can't be done as asked
 */
export async function orRefusal(terminal: Terminal, run: () => Promise<void>): Promise<number> {
  try {
    await run()
    return 0
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    terminal.err(error.message)
    return 2
  }
}
