import { readFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { loadProgramme, saveProgramme } from '../../bot/members/points-programme.ts'
import { checkProgramme } from '../../domain/points-programme.ts'
import type { OpenScript } from './open.ts'
import { orRefusal, Refused } from './refusal.ts'
import type { Terminal } from './terminal.ts'

const HELP = `npm run points-programme -- show         the programme that holds
npm run points-programme -- check FILE   says what can't be used in a programme, and saves nothing
npm run points-programme -- save FILE    saves it as the next version; it holds from the next night on
npm run points-programme -- off          gives no more points; refunds still take theirs back

FILE is JSON: { "startsOn": "2026-12-01", "pointsPerYuan": 1, … }, see docs/recipes/give-points.md.
Exit code: 0 done, 2 it can't be done as asked.`

/**
 * The command `npm run points-programme`.
 *
 * @param args what was typed behind it
 * @returns the exit code
 */
export async function pointsProgrammeCommand(args: string[], terminal: Terminal): Promise<number> {
  return await orRefusal(terminal, async () => {
    const { command, file, help } = readArguments(args)
    if (help) terminal.out(HELP)
    else await run(command, file, terminal)
  })
}

function readArguments(args: string[]) {
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: { help: { type: 'boolean', short: 'h' } },
    })
    const [command, file, ...more] = positionals
    if (more.length > 0) throw new Error('too many')
    return { command, file, help: values.help ?? false }
  } catch {
    throw new Refused(HELP)
  }
}

async function run(
  command: string | undefined,
  file: string | undefined,
  terminal: Terminal,
): Promise<void> {
  const takesFile = command === 'check' || command === 'save'
  if (takesFile ? file === undefined : file !== undefined) throw new Refused(HELP)
  const params = file === undefined ? undefined : await readProgramme(file)
  if (command === 'check') return terminal.out('The programme can be saved.')
  if (command !== 'show' && command !== 'save' && command !== 'off') throw new Refused(HELP)
  const script = await terminal.open({ need: 'database' })
  try {
    if (command === 'show') await show(script, terminal)
    else if (command === 'save') await save(script, { params, enabled: true }, terminal)
    else await turnOff(script, terminal)
  } finally {
    await script.close()
  }
}

async function readProgramme(file: string): Promise<unknown> {
  let params: unknown
  try {
    params = JSON.parse(await readFile(file, 'utf8'))
  } catch {
    throw new Refused(`${file}: there is no such file, or it is not JSON.`)
  }
  const problems = checkProgramme(params)
  if (problems.length === 0) return params
  throw new Refused(problems.map(({ field, remedy }) => `${field}: write ${remedy.en}.`).join('\n'))
}

async function show({ db }: OpenScript, terminal: Terminal): Promise<void> {
  const programme = await loadProgramme(db.prisma)
  if (!programme)
    return terminal.out('There is no points programme: points come from your systems.')
  const { version, enabled, params } = programme
  terminal.out(`Version ${version}, ${enabled ? 'on' : 'off'}`)
  terminal.out(JSON.stringify(params, undefined, 2))
}

async function turnOff(script: OpenScript, terminal: Terminal): Promise<void> {
  const programme = await loadProgramme(script.db.prisma)
  if (!programme) throw new Refused('There is no points programme that could be turned off.')
  await save(script, { params: programme.params, enabled: false }, terminal)
}

async function save(
  { db, clock }: OpenScript,
  programme: { params: unknown; enabled: boolean },
  terminal: Terminal,
): Promise<void> {
  const version = await saveProgramme(db, programme, { by: 'operator', now: clock.now() })
  terminal.out(
    `Version ${version} is saved and ${programme.enabled ? 'on' : 'off'} from the next night on.`,
  )
}
