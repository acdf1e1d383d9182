import { keysCommand } from './support/keys-command.ts'
import { runScript } from './support/open.ts'
import { terminal } from './support/terminal.ts'

await runScript(async () => {
  process.exitCode = await keysCommand(process.argv.slice(2), terminal)
})
