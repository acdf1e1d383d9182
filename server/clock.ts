import { schedule } from 'node-cron'
import type { BotDeps } from '../bot/deps.ts'
import { tick } from '../bot/tasks/tick.ts'

export interface RunningClock {
  stop: () => Promise<void>
}

const LOOK_MS = 20_000

/**
 * Ticks each minute, and once at the start for what the time before asks for. A tick only enqueues; any number of
 * processes may tick. One that fails is made good by the next.
 *
 * A schedule waits for the next full minute of the machine's clock: set back by a day, it would stand still for one.
 * It is made anew then.
 */
export function startClock(deps: BotDeps): RunningClock {
  let ticking: Promise<void> = Promise.resolve()
  const once = (): Promise<void> => {
    ticking = tick(deps).catch((error: unknown) => {
      deps.log.error({ err: error }, 'tick failed, the next one makes it good')
    })
    return ticking
  }
  const everyMinute = () =>
    schedule('* * * * *', once, {
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
  let minutes = everyMinute()
  let last = Date.now()
  const look = setInterval(() => {
    const isSetBack = Date.now() < last
    last = Date.now()
    if (!isSetBack) return
    void minutes.destroy()
    minutes = everyMinute()
    void once()
  }, LOOK_MS)
  void once()
  return {
    stop: async () => {
      clearInterval(look)
      await minutes.destroy()
      await ticking
    },
  }
}
