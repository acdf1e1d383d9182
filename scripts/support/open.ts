import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { pino, type Logger } from 'pino'
import type { Clock } from '../../bot/deps.ts'
import { createDataCipher, type DataCipher } from '../../bot/members/data-cipher.ts'
import { openDatabase, type Database } from '../../prisma/db.ts'
import { startEmbeddedPostgres } from '../../prisma/embedded.ts'
import { migrate } from '../../prisma/migrate.ts'
import { ConfigError, loadConfig, type Config } from '../../server/config.ts'

/** The project's folder; data of the embedded database and of the demo lives below `.data` in it. */
export const PROJECT = fileURLToPath(new URL('../..', import.meta.url))
export const DATA_FOLDER = join(PROJECT, '.data')
/** what the demo made for itself: keys, and where its sandbox is */
export const DEMO_ENV = join(DATA_FOLDER, 'demo.env')
/** database of the embedded server that everything uses where DATABASE_URL is not set */
export const EMBEDDED_DATABASE = 'guide'

export interface OpenScript {
  config: Config
  db: Database
  clock: Clock
  cipher: DataCipher
  log: Logger
  close: () => Promise<void>
}

/**
 * Opens what a command needs: configuration, database (embedded where DATABASE_URL is not set; then the demo's
 * settings hold too, when there is a demo), clock, cipher. Migrates first, so that a command works on a fresh
 * clone. Logs go to standard error.
 *
 * @param options.need `data` when the command reads or writes personal data: DATA_KEY must be there
 */
export async function openForScript(options: { need: 'data' | 'database' }): Promise<OpenScript> {
  const useDemo = !process.env['DATABASE_URL'] && existsSync(DEMO_ENV)
  const config = loadConfig({
    need: options.need,
    envFile: useDemo ? DEMO_ENV : join(PROJECT, '.env'),
  })
  const log = pino({ level: config.logLevel }, pino.destination(2))
  const { url, stop } = await databaseFor(config)
  await migrate(url)
  const db = openDatabase(url, { connections: 4 })
  return {
    config,
    db,
    clock: useDemo ? await demoClock() : systemClock,
    cipher: config.dataKey ? createDataCipher(config.dataKey) : cipherWithoutKey,
    log,
    close: async () => {
      await db.close()
      await stop()
    },
  }
}

/** The database of the configuration: the given one, or the embedded server's, started when it isn't running. */
export async function databaseFor(
  config: Config,
): Promise<{ url: string; stop: () => Promise<void> }> {
  if (config.databaseUrl) return { url: config.databaseUrl, stop: () => Promise.resolve() }
  const server = await startEmbeddedPostgres(join(DATA_FOLDER, 'postgres'))
  return { url: await server.ensureDatabase(EMBEDDED_DATABASE), stop: server.stop }
}

/** Runs a command's body; a ConfigError becomes one clear line and exit code 1. */
export async function runScript(body: () => Promise<void>): Promise<void> {
  try {
    await body()
  } catch (error) {
    const text =
      error instanceof ConfigError
        ? error.message
        : String(error instanceof Error ? error.stack : error)
    process.stderr.write(`${text}\n`)
    process.exitCode = 1
  }
}

export const systemClock: Clock = { now: () => new Date() }

const cipherWithoutKey: DataCipher = {
  encrypt: () => missingKey(),
  decrypt: () => missingKey(),
  blindIndex: () => missingKey(),
}

function missingKey(): never {
  throw new ConfigError('DATA_KEY is missing: write 64 hex digits (openssl rand -hex 32)')
}

/** The running demo's time: its sandbox's clock may have been moved. */
async function demoClock(): Promise<Clock> {
  const address = loadDemoSandboxUrl()
  if (!address) return systemClock
  try {
    const answer = await fetch(`${address}/sandbox/clock`, { signal: AbortSignal.timeout(1000) })
    const { now } = (await answer.json()) as { now: string }
    const ahead = new Date(now).getTime() - Date.now()
    return { now: () => new Date(Date.now() + ahead) }
  } catch {
    return systemClock
  }
}

function loadDemoSandboxUrl(): string | undefined {
  const config = loadConfig({ need: 'database', envFile: DEMO_ENV })
  // in the demo, WeCom's API is the sandbox
  return config.wecomApiUrl.startsWith('http://127.0.0.1') ? config.wecomApiUrl : undefined
}
