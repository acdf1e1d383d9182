import closeWithGrace from 'close-with-grace'
import { ConfigError, loadConfig } from './config.ts'
import { createLog } from './log.ts'
import { projectFolder } from './project-folder.ts'
import { startServer } from './start.ts'

/** a start that is not done yet, when it is to end */
const giveUp = new AbortController()

/** `npm start`: the assistant for real. Everything it needs comes from the environment or `.env`. */
try {
  const config = loadConfig({ need: 'everything', envFile: projectFolder('.env') })
  const log = createLog(config.logLevel)
  const starting = startServer(config, log, giveUp.signal)
  // from the first moment: callbacks are taken before the rest of the start is done
  closeWithGrace({ delay: 10_000, logger: false }, async ({ err, signal }) => {
    if (err) log.fatal({ err }, 'stopping after an error')
    else log.info({ signal }, 'stopping')
    giveUp.abort()
    const started = await starting.catch(() => undefined)
    await started?.stop()
  })
  const server = await starting
  log.info({ address: server.address, roles: config.roles }, 'ready')
} catch (error) {
  if (giveUp.signal.aborted) process.exit(0)
  const text = error instanceof ConfigError ? error.message : describe(error)
  process.stderr.write(`${text}\n`)
  process.exit(1)
}

function describe(error: unknown): string {
  return `The assistant could not start: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`
}
