import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import pg from 'pg'
import { atTime, businessDay, DEFAULT_ZONE } from '../../domain/business-day.ts'
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../../prisma/embedded.ts'
import { DEMO_DATABASE, markDemoApart, setDemoAside } from '../../prisma/embedded-databases.ts'
import { migrate } from '../../prisma/migrate.ts'
import { makeChain, type Chain } from '../../prisma/seed/chain.ts'
import type { AppDeps } from '../../server/deps.ts'
import { buildPages } from './build-pages.ts'
import { assignSomething } from './demo-assignments.ts'
import { turnOnTagRules } from './demo-tag-rules.ts'
import { liveNights } from './live-nights.ts'
import { DATA_FOLDER, DEMO_ENV } from './open.ts'
import { demoEnvironment, loadChain, readWecom, startWorld, type World } from './world.ts'

const STATE_FILE = join(DATA_FOLDER, 'demo-sandbox.json')
/** written last: a demo that was cut off while it was made is made anew */
const COMPLETE = join(DATA_FOLDER, 'demo-complete')

/** What a demo is made of besides its world. */
export interface Demo extends Pick<World, 'assistantUrl' | 'sandboxUrl'> {
  close: () => Promise<void>
}

/**
 * Starts the whole demo: embedded PostgreSQL, sandbox, chain, assistant, beside a real chain that may live on the same
 * server. A second start keeps what is there.
 *
 * @param options.fresh starts over
 * @param options.say progress, a line at a time
 * @throws Error when a port is taken
 */
export async function startDemo(options: {
  fresh: boolean
  say: (text: string) => void
}): Promise<Demo> {
  const { say } = options
  mkdirSync(DATA_FOLDER, { recursive: true })
  const ports = { assistant: portOf('PORT', 7300), sandbox: portOf('SANDBOX_PORT', 7310) }
  say('· PostgreSQL')
  const server = await startEmbeddedPostgres(join(DATA_FOLDER, 'postgres'))
  await setDemoAside(server, DATA_FOLDER)
  markDemoApart(DATA_FOLDER)
  const complete = existsSync(COMPLETE) && existsSync(DEMO_ENV) && existsSync(STATE_FILE)
  if (options.fresh || !complete) await startOver(server)
  const databaseUrl = await server.ensureDatabase(DEMO_DATABASE)
  await migrate(databaseUrl)
  const environment = keepEnvironment(ports)

  say('· 页面 pages')
  await buildPages()

  say('· 沙盒与助手 sandbox and assistant')
  const chain = makeChain({ today: businessDay(new Date(), DEFAULT_ZONE) })
  const isNew = !existsSync(COMPLETE)
  const world = await startWorld({
    databaseUrl,
    environment,
    chain,
    stateFile: STATE_FILE,
    ...(isNew ? { startAt: firstMorning(), prepare: (deps) => fill(deps, chain, say) } : {}),
  })
  if (isNew) {
    await world.sandbox.save()
    writeFileSync(COMPLETE, `${new Date().toISOString()}\n`)
  }
  await world.tick()
  return {
    assistantUrl: world.assistantUrl,
    sandboxUrl: world.sandboxUrl,
    close: async () => {
      await world.close()
      await server.stop()
    },
  }
}

/** Whatever the hour is here, the demo starts at 08:30: the next 9:00 is its first morning. */
function firstMorning(): Date {
  return atTime(businessDay(new Date(), DEFAULT_ZONE), '08:30', DEFAULT_ZONE)
}

async function fill(deps: AppDeps, chain: Chain, say: (text: string) => void): Promise<void> {
  say('· 连锁的数据 the chain')
  await loadChain(deps, chain, say)
  say('· 从企业微信读客户 reading customers from WeCom')
  await readWecom(deps)
  await liveNights(deps, businessDay(deps.clock.now(), deps.zone))
  say(`· 自动标签 automatic tags: ${await turnOnTagRules(deps)}`)
  say(`· 派单 assignments: ${await assignSomething(deps)}`)
}

async function startOver(server: EmbeddedPostgres): Promise<void> {
  for (const file of [COMPLETE, STATE_FILE, DEMO_ENV]) rmSync(file, { force: true })
  const client = new pg.Client({ connectionString: server.url('postgres') })
  await client.connect()
  await client.query(`drop database if exists ${DEMO_DATABASE} with (force)`)
  await client.end()
}

/** The demo's keys live as long as its data; addresses follow the ports of this start. */
function keepEnvironment(ports: { assistant: number; sandbox: number }): Record<string, string> {
  const made = { ...demoEnvironment(ports), SPOOL_FOLDER: join(DATA_FOLDER, 'demo-spool') }
  const kept = existsSync(DEMO_ENV) ? parseEnv(readFileSync(DEMO_ENV, 'utf8')) : {}
  const addresses = [
    'HOST',
    'PORT',
    'PUBLIC_URL',
    'WECOM_API_URL',
    'WECOM_OAUTH_URL',
    'WECOM_SSO_URL',
  ]
  const environment: Record<string, string> = { ...made }
  for (const [name, value] of Object.entries(kept)) {
    if (value !== undefined && !addresses.includes(name)) environment[name] = value
  }
  const lines = Object.entries(environment).map(([name, value]) => `${name}=${value}`)
  writeFileSync(
    DEMO_ENV,
    `# the demo's own settings; npm run demo -- --fresh makes new ones\n${lines.join('\n')}\n`,
    {
      mode: 0o600,
    },
  )
  return environment
}

function portOf(name: string, fallback: number): number {
  const port = Number(process.env[name] ?? fallback)
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw new Error(`${name} must be a port number`)
  return port
}
