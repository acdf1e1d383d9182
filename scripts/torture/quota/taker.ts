import { appendFileSync } from 'node:fs'
import pg from 'pg'
import { WecomError } from '../../../bot/wecom/error-table.ts'
import { createLimits } from '../../../bot/wecom/limits.ts'
import { createRandom } from '../../../prisma/seed/random.ts'
import { inParallel } from '../support/deliver.ts'

/** What the process is told at its start, as JSON in its only argument. */
export interface TakerOrder {
  databaseUrl: string
  /** each call that is made becomes a line here: member, virtual milliseconds of its arrival */
  file: string
  path: string
  members: number
  seed: number
}

/** Asked: send whatever may be sent at this virtual moment. */
export interface Ask {
  now: number
  /** members for whom there is still something to send */
  members: readonly number[]
}

/** Answered: when the first of those held back may be tried again. */
export interface Told {
  nextAt: number
}

/** from being taken to arriving: less than the second the limiter allows for, on a slow moment and on a quick one */
const SLOW_WAY_MS = 800
const WAYS_DIFFER_MS = 100
const WIDTH = 6

const order = JSON.parse(process.argv[2] ?? '{}') as TakerOrder
const pool = new pg.Pool({ connectionString: order.databaseUrl, max: WIDTH })
const limits = createLimits({ pool, longestWaitMs: 0 })
const random = createRandom(order.seed)

process.on('message', (ask: Ask) => {
  void sendAll(ask).then((told) => process.send?.(told))
})
process.on('disconnect', () => process.exit(0))
process.send?.({ nextAt: 0 } satisfies Told)

async function sendAll({ now, members }: Ask): Promise<Told> {
  let nextAt = Number.POSITIVE_INFINITY
  const wayMs = random.chance(0.5) ? SLOW_WAY_MS : 0
  await inParallel(members, WIDTH, async (member) => {
    for (;;) {
      try {
        const turn = await limits.take(order.path, order.members > 0 ? [`virtual${member}`] : [])
        const arrived = now + wayMs + random.between(0, WAYS_DIFFER_MS)
        appendFileSync(order.file, `${member} ${arrived}\n`)
        await turn.end('let_in')
      } catch (error) {
        if (!(error instanceof WecomError) || error.retryAfterMs === undefined) throw error
        nextAt = Math.min(nextAt, now + error.retryAfterMs)
        return
      }
    }
  })
  return { nextAt }
}
