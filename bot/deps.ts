import type { Logger } from 'pino'
import type { Database } from '../prisma/db.ts'
import type { Metrics } from './metrics.ts'
import type { DataCipher } from './members/data-cipher.ts'
import type { Wecom } from './wecom/client.ts'

/** The present moment. The demo's follows the sandbox's movable clock; nothing else reads the system's. */
export interface Clock {
  now: () => Date
}

/** What the assistant works with; made once in server/deps.ts, handed to every function that needs a part. */
export interface BotDeps {
  db: Database
  clock: Clock
  log: Logger
  metrics: Metrics
  wecom: Wecom
  cipher: DataCipher
  corpId: string
  agentId: number
  /** where guides reach us, without a trailing slash */
  publicUrl: string
  /** IANA name of the business time zone */
  zone: string
  /** HH:mm in the business time zone: when the day's scan runs, and when guides get their cards */
  scanAt: string
  pushAt: string
}
