import { importCommand } from './support/import-command.ts'
import { runScript } from './support/open.ts'
import { terminal } from './support/terminal.ts'

await runScript(async () => {
  process.exitCode = await importCommand(process.argv.slice(2), terminal)
})
