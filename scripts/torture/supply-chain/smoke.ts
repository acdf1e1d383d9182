import { join } from 'node:path'
import { pino } from 'pino'
import { startEmbeddedPostgres } from '../../../prisma/embedded.ts'
import { migrate } from '../../../prisma/migrate.ts'
import { createApp } from '../../../server/app.ts'
import { loadConfig } from '../../../server/config.ts'
import { createDeps } from '../../../server/deps.ts'
import { demoEnvironment } from '../../support/world.ts'

/** Run in a copy of the project: database, client, host, each of them once. Prints `ready` when they work. */
const server = await startEmbeddedPostgres(join(process.cwd(), '.data/smoke'), { durable: false })
const databaseUrl = await server.ensureDatabase('smoke')
await migrate(databaseUrl)
const env = demoEnvironment({ assistant: 7300, sandbox: 7310 })
const deps = createDeps(loadConfig({ need: 'everything', env, envFile: '' }), {
  databaseUrl,
  log: pino({ level: 'silent' }),
})
const app = await createApp(deps)
const stores = await deps.db.prisma.store.count()
const live = await app.inject('/health/live')
await app.close()
await deps.db.close()
await server.stop()
process.stdout.write(stores === 0 && live.statusCode === 200 ? 'ready\n' : `${live.statusCode}\n`)
