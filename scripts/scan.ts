import { runScript } from './support/open.ts'
import { scanCommand } from './support/scan-command.ts'
import { terminal } from './support/terminal.ts'

await runScript(async () => {
  process.exitCode = await scanCommand(process.argv.slice(2), terminal)
})
