import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Bench, BenchSize } from './bench/bench.ts'
import { brainBench } from './bench/brain.ts'
import { sendBench } from './bench/send.ts'
import { bundleBench } from './bench/bundle.ts'
import { consoleBench } from './bench/console.ts'
import { importBench } from './bench/import.ts'
import { ingestBench } from './bench/ingest.ts'
import { profileBench } from './bench/profile.ts'
import { scanBench } from './bench/scan.ts'
import { keptReports, writeFigures } from './support/figures-doc.ts'
import { figureTable, isMet, machine } from './support/figures.ts'
import { DATA_FOLDER, PROJECT, runScript } from './support/open.ts'

/** In the order of docs/performance.md. */
const BENCHES: readonly Bench[] = [
  ingestBench,
  scanBench,
  profileBench,
  importBench,
  sendBench,
  bundleBench,
  brainBench,
  consoleBench,
]

const KEPT = join(DATA_FOLDER, 'bench', 'figures')

const HELP = `npm run bench -- [NAME…] [--quick] [--rounds N] [--json]

Measures what the assistant costs beside what it is compared to, in one run, on a database of its own
(BENCH_DATABASE_URL's server, or an embedded one below .data/bench).

${BENCHES.map(({ name, about }) => `  ${name.padEnd(8)} ${about}`).join('\n')}

  --quick     small and short: shows that it works, its figures mean little
  --rounds N  interleaved rounds; default 5
  --json      the figures as one JSON document on standard output
  --doc       measures nothing: writes the figures kept last into docs/performance.md

The JSON is kept in .data/bench/figures/NAME.json too. Exit code: 0 all goals met, 1 not all, 2 it can't be done as asked.`

await runScript(async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      help: { type: 'boolean', short: 'h' },
      quick: { type: 'boolean' },
      rounds: { type: 'string', default: '5' },
      json: { type: 'boolean' },
      doc: { type: 'boolean' },
    },
  })
  const rounds = Number(values.rounds)
  const unknown = positionals.find((asked) => !BENCHES.some(({ name }) => name === asked))
  if (values.help) {
    process.stdout.write(`${HELP}\n`)
  } else if (unknown !== undefined || !Number.isInteger(rounds) || rounds < 1) {
    process.stderr.write(`${unknown === undefined ? '--rounds' : unknown}: see --help\n\n${HELP}\n`)
    process.exitCode = 2
  } else if (values.doc) {
    const homeless = writeFigures(join(PROJECT, 'docs/performance.md'), keptReports(KEPT))
    if (homeless.length > 0) process.stderr.write(`no place in the page: ${homeless.join(', ')}\n`)
  } else {
    const chosen = BENCHES.filter(
      ({ name }) => positionals.length === 0 || positionals.includes(name),
    )
    const size = values.quick ? 'quick' : 'full'
    for (const bench of chosen) await measure(bench, { size, rounds, json: values.json ?? false })
  }
})

async function measure(
  bench: Bench,
  { size, rounds, json }: { size: BenchSize; rounds: number; json: boolean },
): Promise<void> {
  const say = (text: string) => process.stderr.write(`  ${bench.name}: ${text}\n`)
  const started = performance.now()
  const { figures, raw } = await bench.run({ size, rounds, say })
  const report = {
    name: bench.name,
    command: `npm run bench -- ${bench.name}${size === 'quick' ? ' --quick' : ''}${rounds === 5 ? '' : ` --rounds ${rounds}`}`,
    machine: machine(),
    at: new Date().toISOString(),
    seconds: Math.round((performance.now() - started) / 1000),
    figures: figures.map((figure) => ({ ...figure, met: isMet(figure) })),
    raw,
  }
  const text = JSON.stringify(report, null, 2)
  mkdirSync(KEPT, { recursive: true })
  writeFileSync(join(KEPT, `${bench.name}.json`), `${text}\n`)
  const heading = `${bench.name} · ${report.machine} · ${report.at.slice(0, 10)} · ${report.seconds} s`
  process.stdout.write(json ? `${text}\n` : `\n${heading}\n${figureTable(figures)}\n`)
  if (!figures.every(isMet)) process.exitCode = 1
}
