import closeWithGrace from 'close-with-grace'
import { startWorkers } from '../../../bot/jobs.ts'
import { startSyncIfNever } from '../../../bot/members/sync-run.ts'
import { createApp } from '../../../server/app.ts'
import { startClock } from '../../../server/clock.ts'
import { loadConfig } from '../../../server/config.ts'
import { createDeps } from '../../../server/deps.ts'

/** All roles of the assistant, with a clock that began at TORTURE_NOW: the day's first minutes, whatever the hour is. */
const config = loadConfig({ need: 'everything', envFile: '' })
const offset = Date.parse(process.env['TORTURE_NOW'] ?? '') - Date.now()
const deps = createDeps(config, {
  databaseUrl: config.databaseUrl ?? '',
  clock: { now: () => new Date(Date.now() + offset) },
})
const app = await createApp(deps)
await app.listen({ host: config.host, port: config.port })
await startSyncIfNever(deps)
const workers = await startWorkers(deps)
const clock = startClock(deps)
closeWithGrace({ delay: 10_000, logger: false }, async () => {
  await clock.stop()
  await app.close()
  await workers.stop()
  await deps.db.close()
})
