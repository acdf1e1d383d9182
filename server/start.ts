import type { FastifyInstance } from 'fastify'
import type { Logger } from 'pino'
import { startWorkers, type Workers } from '../bot/jobs.ts'
import { startSyncIfNever } from '../bot/members/sync-run.ts'
import { startEmbeddedPostgres } from '../prisma/embedded.ts'
import { EMBEDDED_DATABASE, setDemoAside } from '../prisma/embedded-databases.ts'
import { migrate } from '../prisma/migrate.ts'
import { createApp } from './app.ts'
import { startClock, type RunningClock } from './clock.ts'
import type { Config } from './config.ts'
import { whenDatabaseAnswers } from './database-away.ts'
import { createDeps, type AppDeps } from './deps.ts'
import { stopListening } from './plugins/last-requests.ts'
import { projectFolder } from './project-folder.ts'

export interface RunningServer {
  /** where it listens; undefined without the web role */
  address: string | undefined
  /** stops listening, lets requests and jobs end, closes the database; safe to call twice */
  stop: () => Promise<void>
}

/**
 * Starts what the roles ask for: database first, migrated under a lock, then web, worker and clock. A database that is
 * not there yet is waited for; one that goes away later stops nothing.
 *
 * @param signal ends the waiting for a database
 * @throws the reason when a migration fails, the port is taken or the signal comes; what was started is stopped then
 */
export async function startServer(
  config: Config,
  log: Logger,
  signal?: AbortSignal,
): Promise<RunningServer> {
  const embedded =
    config.databaseUrl === undefined
      ? await startEmbeddedPostgres(projectFolder('.data/postgres'))
      : undefined
  if (embedded) await setDemoAside(embedded, projectFolder('.data'))
  const databaseUrl =
    config.databaseUrl ?? (await embedded?.ensureDatabase(EMBEDDED_DATABASE)) ?? ''
  const parts: Parts = {}
  let stopping: Promise<void> | undefined
  const stop = async (): Promise<void> => {
    // nothing new comes in, then what is under way ends, then what it stands on closes
    if (parts.app) await stopListening(parts.app)
    await parts.clock?.stop()
    await Promise.all([parts.app?.close(), parts.workers?.stop()])
    await parts.deps?.receiver.stop()
    parts.deps?.databaseClock?.stop()
    await parts.deps?.db.close()
    await embedded?.stop()
  }
  const stopOnce = () => (stopping ??= stop())
  try {
    const applied = await whenDatabaseAnswers(() => migrate(databaseUrl), log, signal)
    if (applied.length > 0) log.info({ applied }, 'migrations applied')
    const deps = (parts.deps = createDeps(config, { databaseUrl, log }))
    await deps.databaseClock?.follow(deps.db.pool)
    const address = await startRoles(config, deps, parts, signal)
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
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  let address: string | undefined
  if (config.roles.includes('web')) {
    deps.receiver.start()
    parts.app = await createApp(deps)
    address = await parts.app.listen({ host: config.host, port: config.port })
  }
  if (config.roles.includes('worker')) {
    await whenDatabaseAnswers(() => startSyncIfNever(deps), deps.log, signal)
    parts.workers = await startWorkers(deps)
  }
  if (config.roles.includes('clock')) parts.clock = startClock(deps)
  return address
}
