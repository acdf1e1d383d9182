import { schedule } from 'node-cron'
import type { BotDeps } from '../bot/deps.ts'
import { tick } from '../bot/tasks/tick.ts'

export interface RunningClock {
  stop: () => Promise<void>
}

/**
 * Ticks each minute, and once at the start for what the time before asks for. A tick only enqueues; any number of
 * processes may tick. One that fails is made good by the next.
 */
export function startClock(deps: BotDeps): RunningClock {
  let ticking: Promise<void> = Promise.resolve()
  const once = (): Promise<void> => {
    ticking = tick(deps).catch((error: unknown) => {
      deps.log.error({ err: error }, 'tick failed, the next one makes it good')
    })
    return ticking
  }
  const minutes = schedule('* * * * *', once, {
    name: 'tick',
    timezone: deps.zone,
    noOverlap: true,
    suppressMissedWarning: true,
    logger: {
      info: () => undefined,
      warn: (message) => deps.log.warn({ says: message }, 'clock'),
      error: (message) => deps.log.error({ says: String(message) }, 'clock'),
      debug: () => undefined,
    },
  })
  void once()
  return {
    stop: async () => {
      await minutes.destroy()
      await ticking
    },
  }
}
