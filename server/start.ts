import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'
import type { Logger } from 'pino'
import { startWorkers, type Workers } from '../bot/jobs.ts'
import { startSyncIfNever } from '../bot/members/sync-run.ts'
import { startEmbeddedPostgres } from '../prisma/embedded.ts'
import { migrate } from '../prisma/migrate.ts'
import { createApp } from './app.ts'
import { startClock, type RunningClock } from './clock.ts'
import type { Config } from './config.ts'
import { isDatabaseAway } from './database-away.ts'
import { createDeps, type AppDeps } from './deps.ts'
import { projectFolder } from './project-folder.ts'

export interface RunningServer {
  /** where it listens; undefined without the web role */
  address: string | undefined
  /** stops listening, lets requests and jobs end, closes the database; safe to call twice */
  stop: () => Promise<void>
}

/** database of the embedded server; the commands of scripts/ use the same */
const EMBEDDED_DATABASE = 'guide'

/**
 * Starts what the roles ask for: database first, migrated under a lock, then web, worker and clock. A database that is
 * not there yet is waited for; one that goes away later stops nothing.
 *
 * @throws the reason when a migration fails or the port is taken; what was started is stopped then
 */
export async function startServer(config: Config, log: Logger): Promise<RunningServer> {
  const embedded =
    config.databaseUrl === undefined
      ? await startEmbeddedPostgres(projectFolder('.data/postgres'))
      : undefined
  const databaseUrl =
    config.databaseUrl ?? (await embedded?.ensureDatabase(EMBEDDED_DATABASE)) ?? ''
  const parts: Parts = {}
  let stopping: Promise<void> | undefined
  const stop = async (): Promise<void> => {
    // nothing new comes in, then what is under way ends, then what it stands on closes
    await parts.clock?.stop()
    await Promise.all([parts.app?.close(), parts.workers?.stop()])
    await parts.deps?.db.close()
    await embedded?.stop()
  }
  const stopOnce = () => (stopping ??= stop())
  try {
    await migrateWhenThere(databaseUrl, log)
    const deps = (parts.deps = createDeps(config, { databaseUrl, log }))
    const address = await startRoles(config, deps, parts)
    return { address, stop: stopOnce }
  } catch (error) {
    await stopOnce().catch(() => undefined)
    throw error
  }
}

interface Parts {
  deps?: AppDeps
  app?: FastifyInstance
  workers?: Workers
  clock?: RunningClock
}

async function startRoles(
  config: Config,
  deps: AppDeps,
  parts: Parts,
): Promise<string | undefined> {
  let address: string | undefined
  if (config.roles.includes('web')) {
    parts.app = await createApp(deps)
    address = await parts.app.listen({ host: config.host, port: config.port })
  }
  if (config.roles.includes('worker')) {
    await startSyncIfNever(deps)
    parts.workers = await startWorkers(deps)
  }
  if (config.roles.includes('clock')) parts.clock = startClock(deps)
  return address
}

/** Migrates as soon as the database answers; containers start in any order. */
async function migrateWhenThere(databaseUrl: string, log: Logger): Promise<void> {
  for (let pauseMs = 500; ; pauseMs = Math.min(pauseMs * 2, 10_000)) {
    try {
      const applied = await migrate(databaseUrl)
      if (applied.length > 0) log.info({ applied }, 'migrations applied')
      return
    } catch (error) {
      if (!isDatabaseAway(error)) throw error
      log.warn({ err: error, pauseMs }, 'the database does not answer yet')
      await sleep(pauseMs)
    }
  }
}
