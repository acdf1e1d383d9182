import { createServer } from 'node:net'
import { randomBytes } from 'node:crypto'
import cron from 'node-cron'
import type { Logger } from 'pino'
import type { BotDeps } from '../../bot/deps.ts'
import { startWorkers } from '../../bot/jobs.ts'
import { importItems } from '../../bot/members/import/import-items.ts'
import { runSync, startFullSync } from '../../bot/members/sync-run.ts'
import { tick } from '../../bot/tasks/tick.ts'
import type { Chain } from '../../prisma/seed/chain.ts'
import { createSandbox, type Sandbox } from '../../sandbox/sandbox.ts'
import { createApp } from '../../server/app.ts'
import { loadConfig, type Config } from '../../server/config.ts'
import { createDeps, type AppDeps } from '../../server/deps.ts'

/** The assistant and its sandbox, running together: the demo, the browser journeys, the screenshots. */
export interface World {
  assistantUrl: string
  sandboxUrl: string
  sandbox: Sandbox
  deps: AppDeps
  /** looks whether the clock makes anything due, as each minute does */
  tick: () => Promise<void>
  close: () => Promise<void>
}

export interface WorldOptions {
  /** an empty or earlier database, already migrated */
  databaseUrl: string
  /** environment of the assistant, from demoEnvironment() */
  environment: Record<string, string>
  /** WeCom's side of the chain; used when the sandbox has no state yet */
  chain: Chain
  /** keeps the sandbox's state over a restart */
  stateFile?: string
  /** sets a new sandbox's clock before anything runs */
  startAt?: Date
  /** fills the database once the assistant answers and before its jobs and clock run */
  prepare?: (deps: AppDeps) => Promise<void>
  log?: Logger
  /** folder of the built pages; default dist/sidebar */
  sidebarDir?: string
  /** shorter pauses between repeated callbacks, for tests */
  callbacks?: { timeoutMs?: number; retryMs?: readonly number[] }
}

/**
 * The environment of an assistant whose WeCom is the sandbox. Keys are made anew: keep what it answers.
 *
 * @param ports of the assistant and the sandbox, on 127.0.0.1
 */
export function demoEnvironment(ports: {
  assistant: number
  sandbox: number
}): Record<string, string> {
  const sandbox = `http://127.0.0.1:${ports.sandbox}`
  return {
    HOST: '127.0.0.1',
    PORT: String(ports.assistant),
    PUBLIC_URL: `http://127.0.0.1:${ports.assistant}`,
    WECOM_API_URL: sandbox,
    WECOM_OAUTH_URL: sandbox,
    WECOM_SSO_URL: sandbox,
    WECOM_CORP_ID: `ww${randomBytes(8).toString('hex')}`,
    WECOM_AGENT_ID: '1000002',
    WECOM_AGENT_SECRET: randomBytes(24).toString('hex'),
    WECOM_CALLBACK_TOKEN: randomBytes(12).toString('hex'),
    WECOM_CALLBACK_AES_KEY: randomBytes(32).toString('hex').slice(0, 43),
    SESSION_KEY: randomBytes(32).toString('hex'),
    DATA_KEY: randomBytes(32).toString('hex'),
    LOG_LEVEL: 'warn',
  }
}

/** The sandbox that an assistant of this configuration takes for WeCom. */
export function sandboxOf(config: Config) {
  return {
    port: Number(new URL(config.wecomApiUrl).port),
    corp: {
      corpId: config.corpId,
      agentId: config.agentId,
      agentSecret: config.agentSecret,
      callbackToken: config.callbackToken,
      callbackAesKey: config.callbackAesKey,
    },
    callbackUrl: `${config.publicUrl}/wecom/callback`,
    appUrl: config.publicUrl,
  }
}

/** Starts sandbox and assistant; the assistant's clock is the sandbox's, and a jump of it ticks at once. */
export async function startWorld(options: WorldOptions): Promise<World> {
  const config = loadConfig({ need: 'everything', env: options.environment, envFile: '' })
  const sandbox = await createSandbox({
    ...sandboxOf(config),
    seed: options.chain.wecom,
    ...(options.stateFile ? { stateFile: options.stateFile } : {}),
    ...(options.callbacks ? { callbacks: options.callbacks } : {}),
  })
  if (options.startAt) sandbox.clock.set(options.startAt)
  const deps = createDeps(config, {
    databaseUrl: options.databaseUrl,
    clock: sandbox.clock,
    clientBridgeUrl: `${sandbox.url}/bridge.js`,
    ...(options.log ? { log: options.log } : {}),
    ...(options.sidebarDir === undefined ? {} : { sidebarDir: options.sidebarDir }),
  })
  const assistant = await startAssistant(config, deps, options.prepare)
  const stopListening = sandbox.clock.onJump(() => void assistant.tick().catch(() => undefined))
  return {
    assistantUrl: config.publicUrl,
    sandboxUrl: sandbox.url,
    sandbox,
    deps,
    tick: assistant.tick,
    close: async () => {
      stopListening()
      await assistant.close()
      await sandbox.close()
      await deps.db.close()
    },
  }
}

async function startAssistant(config: Config, deps: AppDeps, prepare: WorldOptions['prepare']) {
  deps.receiver.start()
  const app = await createApp(deps)
  await app.listen({ host: config.host, port: config.port })
  await prepare?.(deps)
  const workers = await startWorkers(deps)
  const tickNow = () => tick(deps)
  const minutes = cron.schedule('* * * * *', () => tickNow().catch(() => undefined), {
    noOverlap: true,
  })
  return {
    tick: tickNow,
    close: async () => {
      await minutes.destroy()
      await app.close()
      await workers.stop()
      await deps.receiver.stop()
    },
  }
}

/** Loads the chain's rows as its POS would, in batches through the open API's use case. */
export async function loadChain(
  deps: BotDeps,
  chain: Chain,
  say: (text: string) => void,
): Promise<void> {
  for (const kind of ['stores', 'employees', 'members', 'orders', 'coupons', 'points'] as const) {
    const rows: object[] = chain[kind]
    for (let from = 0; from < rows.length; from += 1000) {
      const result = await importItems(deps, kind, rows.slice(from, from + 1000))
      const bad = result.rejected[0]
      if (bad) throw new Error(`the demo's ${kind} were refused: ${bad.code} ${bad.message}`)
    }
    say(`  ${kind.padEnd(10)} ${rows.length}`)
  }
}

/** Reads everything from WeCom once, now. */
export async function readWecom(deps: AppDeps): Promise<void> {
  await runSync(deps, await startFullSync(deps, { enqueue: false }))
}

/** A port that is free now. */
export function freePort(): Promise<number> {
  return new Promise((done, fail) => {
    const probe = createServer()
    probe.on('error', fail)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() =>
        address && typeof address === 'object' ? done(address.port) : fail(new Error('no port')),
      )
    })
  })
}
