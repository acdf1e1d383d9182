import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseEnv } from 'node:util'
import { pino, type Logger } from 'pino'
import type { Clock } from '../../bot/deps.ts'
import { createDataCipher, type DataCipher } from '../../bot/members/data-cipher.ts'
import { openDatabase, type Database } from '../../prisma/db.ts'
import { startEmbeddedPostgres } from '../../prisma/embedded.ts'
import { DEMO_DATABASE, EMBEDDED_DATABASE, setDemoAside } from '../../prisma/embedded-databases.ts'
import { migrate } from '../../prisma/migrate.ts'
import { ConfigError, loadConfig, type Config } from '../../server/config.ts'

/** The project's folder; data of the embedded database and of the demo lives below `.data` in it. */
export const PROJECT = fileURLToPath(new URL('../..', import.meta.url))
export const DATA_FOLDER = join(PROJECT, '.data')
/** what the demo made for itself: keys, and where its sandbox is */
export const DEMO_ENV = join(DATA_FOLDER, 'demo.env')
const ENV_FILE = join(PROJECT, '.env')

export interface OpenScript {
  config: Config
  db: Database
  clock: Clock
  cipher: DataCipher
  log: Logger
  close: () => Promise<void>
}

/** Which chain a command works on. */
export interface Settings {
  envFile: string
  isDemo: boolean
}

/**
 * The demo's settings where there is a demo, unless the environment or `.env` name a database or a company: then the
 * real chain's.
 */
export function settingsForScript(): Settings {
  const own = { ...(existsSync(ENV_FILE) ? parseEnv(readFileSync(ENV_FILE, 'utf8')) : {}) }
  const isReal = ['DATABASE_URL', 'WECOM_CORP_ID'].some((name) => process.env[name] || own[name])
  const isDemo = !isReal && existsSync(DEMO_ENV)
  return { isDemo, envFile: isDemo ? DEMO_ENV : ENV_FILE }
}

/**
 * Opens what a command needs: configuration, database (embedded where DATABASE_URL is not set), clock, cipher: the
 * demo's or the real chain's, as settingsForScript says. Migrates first, so that a command works on a fresh clone.
 * Logs go to standard error.
 *
 * @param options.need `data` when the command reads or writes personal data: DATA_KEY must be there
 */
export async function openForScript(options: { need: 'data' | 'database' }): Promise<OpenScript> {
  const settings = settingsForScript()
  const config = loadConfig({ need: options.need, envFile: settings.envFile })
  const log = pino({ level: config.logLevel }, pino.destination(2))
  const { url, stop } = await databaseFor(config, settings)
  await migrate(url)
  const db = openDatabase(url, { connections: 4 })
  return {
    config,
    db,
    clock: settings.isDemo ? await demoClock() : systemClock,
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
  { isDemo }: Pick<Settings, 'isDemo'>,
): Promise<{ url: string; stop: () => Promise<void> }> {
  if (config.databaseUrl) return { url: config.databaseUrl, stop: () => Promise.resolve() }
  const server = await startEmbeddedPostgres(join(DATA_FOLDER, 'postgres'))
  await setDemoAside(server, DATA_FOLDER)
  if (isDemo) {
    process.stderr.write(
      '用的是演示数据；要用正式的，请先在 .env 里设置 DATABASE_URL 或 WECOM_CORP_ID。\n' +
        'Working on the demo; DATABASE_URL or WECOM_CORP_ID in .env mean the real chain.\n',
    )
  }
  const url = await server.ensureDatabase(isDemo ? DEMO_DATABASE : EMBEDDED_DATABASE)
  return { url, stop: server.stop }
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
