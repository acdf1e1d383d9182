import closeWithGrace from 'close-with-grace'
import { openDatabase } from '../../../prisma/db.ts'
import { createApp } from '../../../server/app.ts'
import { loadConfig } from '../../../server/config.ts'
import { createDeps } from '../../../server/deps.ts'
import { CLIENT_LIMITS } from '../../../server/slow-clients.ts'

/** The host as it is, with a fraction of the patience: what the short form waits for. */
const config = loadConfig({ need: 'everything', envFile: '' })
const databaseUrl = config.databaseUrl ?? ''
const deps = {
  ...createDeps(config, { databaseUrl }),
  requestDb: openDatabase(databaseUrl, { connections: 16, statementMs: 300 }),
}
const app = await createApp(deps, {
  clientLimits: { ...CLIENT_LIMITS, headers: 700, request: 1_000, look: 100 },
})
await app.listen({ host: config.host, port: config.port })
closeWithGrace({ delay: 10_000, logger: false }, async () => {
  await app.close()
  await deps.db.close()
})
