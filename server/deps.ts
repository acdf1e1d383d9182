import { collectDefaultMetrics } from 'prom-client'
import type { Logger } from 'pino'
import { createReceiver, type Receiver } from '../bot/callbacks/receive.ts'
import { createSpool } from '../bot/callbacks/spool.ts'
import type { BotDeps, Clock } from '../bot/deps.ts'
import { createDataCipher } from '../bot/members/data-cipher.ts'
import { createMetrics } from '../bot/metrics.ts'
import { createWecom } from '../bot/wecom/client.ts'
import { openDatabase, type Database } from '../prisma/db.ts'
import { projectFolder } from './project-folder.ts'
import type { Config } from './config.ts'
import { createDatabaseClock, type DatabaseClock } from './database-clock.ts'
import { createLog } from './log.ts'

/** What the HTTP host works with. */
export interface AppDeps extends BotDeps {
  config: Config
  receiver: Receiver
  /**
   * The database as people's and systems' requests use it: connections of their own, and no statement may take long.
   * Absent: `db`.
   */
  requestDb?: Database
  /** the clock, where it is the database's: the host has it follow, and stops it */
  databaseClock?: DatabaseClock
  /** folder of the built pages */
  sidebarDir: string
  /**
   * Script of the demo's stand-in for the WeCom client, put into the pages. The environment can't set it: in
   * production no page of another house may play the client.
   */
  clientBridgeUrl?: string
}

export interface DepsOptions {
  databaseUrl: string
  /** default the database's, see database-clock.ts */
  clock?: Clock
  log?: Logger
  clientBridgeUrl?: string
  /** folder of the built pages; default dist/sidebar */
  sidebarDir?: string
}

/** most connections of one process for imports and jobs together; the queue has ten of its own */
const CONNECTIONS = 20
/** those of requests, beside them: pages wait for no import and no job, and none of these for a page */
const REQUEST_CONNECTIONS = 16
/**
 * Those of callbacks: two batches, and as many that hang while a database is away. Nothing else uses them, so that no
 * import keeps WeCom waiting, and no other plans of the queue's functions are kept in them (migration 095700).
 */
const INBOX_CONNECTIONS = 5
/** milliseconds after which nobody waits for a page any more */
const REQUEST_STATEMENT_MS = 5_000

/**
 * Builds everything the program is made of, the one place that does. Nothing is connected yet. Close with
 * `deps.db.close()`; the host closes `requestDb`, the receiver what it stores with.
 */
export function createDeps(config: Config, options: DepsOptions): AppDeps {
  const log = options.log ?? createLog(config.logLevel)
  const metrics = createMetrics()
  const databaseClock = createDatabaseClock({ log, metrics })
  const clock = options.clock ?? databaseClock
  collectDefaultMetrics({ register: metrics.registry })
  const db = openDatabase(options.databaseUrl, { connections: CONNECTIONS })
  const cipher = createDataCipher(config.dataKey)
  const { corpId } = config
  const spool =
    config.spoolFolder === undefined
      ? undefined
      : createSpool({
          folder: config.spoolFolder,
          corpId,
          cipher,
          log,
          onChange: (waiting) => metrics.spooled.set(waiting),
        })
  const inboxDb = openDatabase(options.databaseUrl, { connections: INBOX_CONNECTIONS })
  const receiver = createReceiver({
    pool: inboxDb.pool,
    corpId,
    token: config.callbackToken,
    aesKey: config.callbackAesKey,
    spool,
    metrics,
    log,
  })
  return {
    config,
    db,
    requestDb: openDatabase(options.databaseUrl, {
      connections: REQUEST_CONNECTIONS,
      statementMs: REQUEST_STATEMENT_MS,
    }),
    clock,
    ...(options.clock ? {} : { databaseClock }),
    log,
    metrics,
    cipher,
    wecom: createWecom({
      db,
      clock,
      log,
      metrics,
      apiUrl: config.wecomApiUrl,
      corpId,
      agentSecret: config.agentSecret,
      cipher,
    }),
    receiver: {
      ...receiver,
      stop: async () => {
        await receiver.stop()
        await inboxDb.close()
      },
    },
    corpId,
    agentId: config.agentId,
    publicUrl: config.publicUrl,
    zone: config.zone,
    scanAt: config.scanAt,
    pushAt: config.pushAt,
    sidebarDir: options.sidebarDir ?? projectFolder('dist/sidebar'),
    ...(options.clientBridgeUrl === undefined ? {} : { clientBridgeUrl: options.clientBridgeUrl }),
  }
}
