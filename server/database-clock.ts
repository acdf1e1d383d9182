import type pg from 'pg'
import type { Logger } from 'pino'
import type { Clock } from '../bot/deps.ts'
import type { Metrics } from '../bot/metrics.ts'

/** The database's time, told without asking: what all processes of one assistant agree on. */
export interface DatabaseClock extends Clock {
  /** compares with the database now and four times a minute; until then the machine's own clock is told */
  follow: (pool: Pick<pg.Pool, 'query'>) => Promise<void>
  stop: () => void
}

const EVERY_MS = 15_000
/** an answer that took longer says too little about its moment */
const LONGEST_ANSWER_MS = 1_000
/** a machine's clock that is further off is somebody's business: sign-ins and certificates go by it */
const ALARM_MS = 30_000

/**
 * Makes the clock of a process. Between two looks at the database it counts by the machine's steady counter, which no
 * setting of the machine's clock moves: a machine whose clock is wrong, or is set while a scan runs, neither starts a
 * day too early nor forgets one, and rows of two machines can be compared by their times. A machine that is off by
 * more than half a minute is an alarm in the log and a metric, and works all the same.
 */
export function createDatabaseClock(options: {
  log: Logger
  metrics: Pick<Metrics, 'clockOffset'>
}): DatabaseClock {
  const { log, metrics } = options
  let startedAt = Date.now() - performance.now()
  let timer: NodeJS.Timeout | undefined
  let isAlarmed = false

  async function look(pool: Pick<pg.Pool, 'query'>): Promise<void> {
    const asked = performance.now()
    const { rows } = await pool.query<{ at: number }>(
      'select (extract(epoch from clock_timestamp()) * 1000)::float8 as at',
    )
    const answered = performance.now()
    const at = rows[0]?.at
    if (at === undefined || answered - asked > LONGEST_ANSWER_MS) return
    startedAt = at - (asked + answered) / 2
    watch(Date.now() - (startedAt + answered))
  }

  function watch(offMs: number): void {
    metrics.clockOffset.set(offMs / 1000)
    const isOff = Math.abs(offMs) > ALARM_MS
    if (isOff && !isAlarmed) {
      log.error({ seconds: Math.round(offMs / 1000) }, "this machine's clock is not the database's")
    }
    isAlarmed = isOff
  }

  return {
    now: () => new Date(startedAt + performance.now()),
    follow: async (pool) => {
      // a database that is away keeps what it said last
      const lookSafely = () => look(pool).catch(() => undefined)
      timer = setInterval(() => void lookSafely(), EVERY_MS).unref()
      await lookSafely()
    },
    stop: () => clearInterval(timer),
  }
}
