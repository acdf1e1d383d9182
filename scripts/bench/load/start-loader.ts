import { fork } from 'node:child_process'
import { hear } from './hear.ts'
import type { LoadAnswer, LoadOrder, LoadPlan, LoadReport, RequestPlan } from './messages.ts'

/** A process that does nothing but send requests. */
export interface Loader {
  /** Builds the requests that the next loads send. */
  prepare: (plan: RequestPlan) => Promise<void>
  run: (plan: LoadPlan) => Promise<LoadReport>
  stop: () => void
}

/** Starts one; it ends with this process at the latest. */
export function startLoader(): Loader {
  const child = fork(new URL('./process.ts', import.meta.url), {
    execArgv: ['--import', 'tsx'],
    // typed arrays come back as they are
    serialization: 'advanced',
  })
  async function ask(order: LoadOrder): Promise<LoadAnswer> {
    child.send(order)
    const answer = await hear<LoadAnswer>(child, 'the load process')
    if (!answer.ok) throw new Error(`the load process: ${answer.why}`)
    return answer
  }
  return {
    async prepare(plan) {
      await ask({ do: 'prepare', plan })
    },
    async run(plan) {
      const answer = await ask({ do: 'run', plan })
      if (!('report' in answer)) throw new Error('the load process answered something else')
      return answer.report
    },
    stop: () => child.disconnect(),
  }
}
