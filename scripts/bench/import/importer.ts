import type { BotDeps } from '../../../bot/deps.ts'
import type { Database } from '../../../prisma/db.ts'
import { nightDeps } from '../../support/night-deps.ts'
import { NOW, TODAY } from './seed-orders.ts'

/** What `npm run import` works with, on a database of the bench; its WeCom is never asked. */
export function importerOf(db: Database): BotDeps {
  const deps = nightDeps(db, { day: TODAY, dataKey: '11'.repeat(32) })
  return { ...deps, clock: { now: () => new Date(NOW) } }
}
