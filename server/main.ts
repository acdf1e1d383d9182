import { existsSync } from 'node:fs'
import closeWithGrace from 'close-with-grace'
import { ConfigError, loadConfig } from './config.ts'
import { createLog } from './log.ts'
import { projectFolder } from './project-folder.ts'
import { startServer } from './start.ts'

/** `npm start`: the assistant for real. Everything it needs comes from the environment or `.env`. */
try {
  const config = loadConfig({ need: 'everything', envFile: projectFolder('.env') })
  if (config.databaseUrl === undefined && existsSync(projectFolder('.data/demo.env'))) {
    throw new ConfigError(
      "This machine's embedded database holds the demo's chain: set DATABASE_URL, or remove .data",
    )
  }
  const log = createLog(config.logLevel)
  const server = await startServer(config, log)
  log.info({ address: server.address, roles: config.roles }, 'ready')
  closeWithGrace({ delay: 10_000, logger: false }, async ({ err, signal }) => {
    if (err) log.fatal({ err }, 'stopping after an error')
    else log.info({ signal }, 'stopping')
    await server.stop()
  })
} catch (error) {
  const text = error instanceof ConfigError ? error.message : describe(error)
  process.stderr.write(`${text}\n`)
  process.exit(1)
}

function describe(error: unknown): string {
  return `The assistant could not start: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`
}
