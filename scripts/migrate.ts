import { migrate } from '../prisma/migrate.ts'
import { loadConfig } from '../server/config.ts'
import { databaseFor, runScript, settingsForScript } from './support/open.ts'

const HELP = `npm run migrate
Brings the database of DATABASE_URL (none: the embedded one) to the current schema.
Safe to run twice, and from several machines at once.`

await runScript(async () => {
  if (process.argv.includes('--help')) {
    process.stdout.write(`${HELP}\n`)
    return
  }
  const settings = settingsForScript()
  const config = loadConfig({ need: 'database', envFile: settings.envFile })
  const { url, stop } = await databaseFor(config, settings)
  try {
    const applied = await migrate(url)
    process.stdout.write(
      applied.length === 0 ? 'The database is up to date.\n' : `Applied: ${applied.join(', ')}\n`,
    )
  } finally {
    await stop()
  }
})
