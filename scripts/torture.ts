import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { r1 } from './torture/r01-server-killed.ts'
import { r2 } from './torture/r02-database-killed.ts'
import { r3 } from './torture/r03-forgetful-database.ts'
import { r4 } from './torture/r04-database-hangs.ts'
import { r5 } from './torture/r05-duplicates.ts'
import { r6 } from './torture/r06-reordered.ts'
import { r7 } from './torture/r07-scan-killed.ts'
import { r11 } from './torture/r11-clocks.ts'
import { r13 } from './torture/r13-poison.ts'
import { r14 } from './torture/r14-figures-recounted.ts'
import { r8 } from './torture/r08-send-crash.ts'
import { r9 } from './torture/r09-wecom-faults.ts'
import { r10 } from './torture/r10-quota.ts'
import { r15 } from './torture/r15-restore.ts'
import { r16 } from './torture/r16-graceful-stop.ts'
import { s1 } from './torture/s01-callback-fuzz.ts'
import { s2 } from './torture/s02-bit-flips.ts'
import { s4 } from './torture/s04-replay.ts'
import { s5 } from './torture/s05-authorisation.ts'
import { s6 } from './torture/s06-properties.ts'
import { s7 } from './torture/s07-sidebar-identity.ts'
import { s8 } from './torture/s08-resource-limits.ts'
import { s10 } from './torture/s10-secrets-in-logs.ts'
import { s9 } from './torture/s09-outbound.ts'
import { s11 } from './torture/s11-page-security.ts'
import { s12 } from './torture/s12-hostile-text.ts'
import { s13 } from './torture/s13-supply-chain.ts'
import type { Scenario, TortureSize } from './torture/scenario.ts'
import { keptReports, writeFigures } from './support/figures-doc.ts'
import { figureTable, isMet, machine, type Figure } from './support/figures.ts'
import { DATA_FOLDER, PROJECT, runScript } from './support/open.ts'

/** In the order of docs/reliability.md. */
const SCENARIOS: readonly Scenario[] = [
  r1,
  r2,
  r3,
  r4,
  r5,
  r6,
  r7,
  r8,
  r9,
  r10,
  r11,
  r13,
  r14,
  r15,
  r16,
  s1,
  s2,
  s4,
  s5,
  s6,
  s7,
  s8,
  s9,
  s10,
  s11,
  s12,
  s13,
]

const KEPT = join(DATA_FOLDER, 'torture')

const HELP = `npm run torture -- [ID…] [--short] [--json]

Breaks the assistant in every way we know and counts what was lost, doubled or let in. Everything runs here: a
PostgreSQL of its own, server processes that are killed, a WeCom that misbehaves.

${SCENARIOS.map(({ id, title }) => `  ${id.padEnd(4)} ${title}`).join('\n')}

  --short   the short form of each
  --json    the figures as one JSON document on standard output
  --doc     tortures nothing: writes the figures kept last into docs/reliability.md

The JSON is kept in .data/torture/ID.json too. Exit code: 0 all held, 1 not all, 2 it can't be done as asked.
The last line is "N passed, N failed".`

interface Ran {
  id: string
  title: string
  seconds: number
  figures: Figure[]
  held: boolean
  error?: string
}

// an interrupted run ends what it started
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130))

await runScript(async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      help: { type: 'boolean', short: 'h' },
      short: { type: 'boolean' },
      json: { type: 'boolean' },
      doc: { type: 'boolean' },
    },
  })
  const asked = positionals.map((id) => id.toUpperCase())
  const unknown = asked.find((id) => !SCENARIOS.some((scenario) => scenario.id === id))
  if (values.help) {
    process.stdout.write(`${HELP}\n`)
    return
  }
  if (unknown !== undefined) {
    process.stderr.write(`${unknown}: no such scenario\n\n${HELP}\n`)
    process.exitCode = 2
    return
  }
  if (values.doc) {
    const homeless = writeFigures(join(PROJECT, 'docs/reliability.md'), keptReports(KEPT))
    if (homeless.length > 0) process.stderr.write(`no place in the page: ${homeless.join(', ')}\n`)
    return
  }
  const size = values.short ? 'short' : 'full'
  const ran: Ran[] = []
  for (const scenario of SCENARIOS) {
    if (asked.length === 0 || asked.includes(scenario.id)) ran.push(await torture(scenario, size))
  }
  const failed = ran.filter(({ held }) => !held).length
  if (values.json) {
    process.stdout.write(`${JSON.stringify(ran, null, 2)}\n`)
  } else {
    for (const one of ran) process.stdout.write(`${describe(one)}\n`)
    process.stdout.write(`\n${machine()} · ${new Date().toISOString().slice(0, 10)}\n`)
    process.stdout.write(`${ran.length - failed} passed, ${failed} failed\n`)
  }
  if (failed > 0) process.exitCode = 1
})

async function torture(scenario: Scenario, size: TortureSize): Promise<Ran> {
  const { id, title } = scenario
  const say = (text: string) => process.stderr.write(`  ${id}: ${text}\n`)
  say(title)
  const folder = mkdtempSync(join(tmpdir(), `guide-torture-${id.toLowerCase()}-`))
  // open, so that PostgreSQL may keep its data here also when it runs as somebody else
  chmodSync(folder, 0o755)
  const started = performance.now()
  const seconds = () => Math.round((performance.now() - started) / 100) / 10
  let one: Ran
  try {
    const figures = await scenario.run({ size, folder, say })
    one = { id, title, seconds: seconds(), figures, held: figures.every(isMet) }
  } catch (error) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
    one = { id, title, seconds: seconds(), figures: [], held: false, error: text }
  }
  if (one.held) rmSync(folder, { recursive: true, force: true })
  else say(`did not hold; what was written is in ${folder}`)
  mkdirSync(KEPT, { recursive: true })
  const command = `npm run torture -- ${id}${size === 'short' ? ' --short' : ''}`
  const at = new Date().toISOString()
  const report = { name: id, command, machine: machine(), at, ...one }
  writeFileSync(join(KEPT, `${id}.json`), `${JSON.stringify(report, null, 2)}\n`)
  return one
}

function describe({ id, title, seconds, figures, held, error }: Ran): string {
  const table = figureTable(figures)
    .split('\n')
    .map((line) => `    ${line}`)
    .join('\n')
  return `\n${held ? '✓' : '✗'} ${id} ${title} (${seconds} s)\n${error === undefined ? table : `    ${error}`}`
}
