import { collectDefaultMetrics } from 'prom-client'
import type { Logger } from 'pino'
import { createReceiver, type Receiver } from '../bot/callbacks/receive.ts'
import type { BotDeps, Clock } from '../bot/deps.ts'
import { createDataCipher } from '../bot/members/data-cipher.ts'
import { createMetrics } from '../bot/metrics.ts'
import { createWecom } from '../bot/wecom/client.ts'
import { openDatabase } from '../prisma/db.ts'
import { projectFolder } from './project-folder.ts'
import type { Config } from './config.ts'
import { createLog } from './log.ts'

/** What the HTTP host works with. */
export interface AppDeps extends BotDeps {
  config: Config
  receiver: Receiver
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
  /** default the system's */
  clock?: Clock
  log?: Logger
  clientBridgeUrl?: string
}

/** most connections of one process: callbacks, pages and jobs together */
const CONNECTIONS = 20

/**
 * Builds everything the program is made of, the one place that does. Nothing is connected yet. Close with
 * `deps.db.close()`.
 */
export function createDeps(config: Config, options: DepsOptions): AppDeps {
  const log = options.log ?? createLog(config.logLevel)
  const clock = options.clock ?? { now: () => new Date() }
  const metrics = createMetrics()
  collectDefaultMetrics({ register: metrics.registry })
  const db = openDatabase(options.databaseUrl, { connections: CONNECTIONS })
  const cipher = createDataCipher(config.dataKey)
  const { corpId } = config
  return {
    config,
    db,
    clock,
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
    receiver: createReceiver({
      pool: db.pool,
      corpId,
      token: config.callbackToken,
      aesKey: config.callbackAesKey,
      metrics,
      log,
    }),
    corpId,
    agentId: config.agentId,
    publicUrl: config.publicUrl,
    zone: config.zone,
    scanAt: config.scanAt,
    pushAt: config.pushAt,
    sidebarDir: projectFolder('dist/sidebar'),
    ...(options.clientBridgeUrl === undefined ? {} : { clientBridgeUrl: options.clientBridgeUrl }),
  }
}
