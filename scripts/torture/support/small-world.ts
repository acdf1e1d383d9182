import { setTimeout as sleep } from 'node:timers/promises'
import { pino } from 'pino'
import { makeChain, type Chain } from '../../../prisma/seed/chain.ts'
import type { Database } from '../../../prisma/db.ts'
import {
  demoEnvironment,
  freePort,
  loadChain,
  readWecom,
  startWorld,
  type World,
} from '../../support/world.ts'
import { openThrowawayDatabase } from './throwaway-database.ts'

/** The morning every small world begins on: a Sunday, 08:30 in Shanghai. */
const MORNING = '2026-11-22T08:30:00+08:00'

/** A small chain with everything around it, in this process. */
export interface SmallWorld {
  world: World
  chain: Chain
  db: Database
  environment: Record<string, string>
  /** resolves when no job is due and no callback under way */
  settled: () => Promise<void>
  close: () => Promise<void>
}

/**
 * Starts database, sandbox and assistant for a chain of `customers`, its data loaded and read.
 *
 * @param options.environment over the demo's, made when the ports are known
 */
export async function startSmallWorld(
  folder: string,
  options: {
    customers: number
    environment?: (ports: { assistant: number; sandbox: number }) => Record<string, string>
  },
): Promise<SmallWorld> {
  const database = await openThrowawayDatabase(folder)
  const ports = { assistant: await freePort(), sandbox: await freePort() }
  const environment = { ...demoEnvironment(ports), ...options.environment?.(ports) }
  const chain = makeChain({ today: MORNING.slice(0, 10), customers: options.customers })
  const world = await startWorld({
    databaseUrl: database.url,
    environment,
    chain,
    startAt: new Date(MORNING),
    log: pino({ level: 'silent' }),
    callbacks: { timeoutMs: 2_000, retryMs: [100, 200, 400] },
    prepare: async (deps) => {
      await loadChain(deps, chain, () => undefined)
      await readWecom(deps)
    },
  })
  return {
    world,
    chain,
    db: database.db,
    environment,
    settled: async () => {
      await world.sandbox.idle()
      await nothingDue(database.db)
    },
    close: async () => {
      await world.close()
      await database.close()
    },
  }
}

/** Twice in a row, as a job may make another; jobs that wait for a later try are not waited for. */
async function nothingDue(db: Database): Promise<void> {
  const until = Date.now() + 60_000
  let quiet = 0
  while (quiet < 2) {
    const { rows } = await db.pool.query<{ n: number }>(
      `select count(*)::int as n from graphile_worker.jobs
       where (run_at <= now() or locked_at is not null) and attempts < max_attempts`,
    )
    quiet = rows[0]?.n === 0 ? quiet + 1 : 0
    if (Date.now() > until) throw new Error('jobs are still due after a minute')
    await sleep(40)
  }
}
