import { runScript } from './support/open.ts'
import { pointsProgrammeCommand } from './support/points-programme-command.ts'
import { terminal } from './support/terminal.ts'

await runScript(async () => {
  process.exitCode = await pointsProgrammeCommand(process.argv.slice(2), terminal)
})
