import { basename } from 'node:path'
import { parseArgs } from 'node:util'
import { SingleBar } from 'cli-progress'
import type { BotDeps } from '../../bot/deps.ts'
import { recordedImport } from '../../bot/members/import/import-run.ts'
import {
  importStream,
  type StreamBatch,
  type StreamTotals,
} from '../../bot/members/import/import-stream.ts'
import { IMPORT_KINDS, isImportKind, type ImportKind } from '../../bot/members/import/kinds.ts'
import { botDepsOf } from './bot-deps.ts'
import { UnusableFile, type FileRow } from './file-row.ts'
import { openImportFile, type ImportFile } from './import-file.ts'
import { openRejectedFile, type RejectedFile } from './rejected-file.ts'
import type { Terminal } from './terminal.ts'

const HELP = `npm run import -- <${IMPORT_KINDS.join('|')}> FILE [--dry-run]

Reads FILE into the database: CSV (the first line names the fields) or NDJSON (one object on each line), by its
extension, else by its first character; UTF-8 or GB18030. Fields: docs/recipes/connect-your-pos.md.
Run again, it brings nothing in twice. Rejected rows go to FILE.rejected.csv, each with the reason: correct them
there and import that file.

  --dry-run   says what would be done, and keeps nothing
  --help      this text

Exit code: 0 all rows were read (also when some were rejected), 2 the file or the command can't be used.`

/**
 * The command `npm run import`.
 *
 * @param args what was typed behind it
 * @returns the exit code
 */
export async function importCommand(args: string[], terminal: Terminal): Promise<number> {
  try {
    const { values, positionals } = readArguments(args)
    const [kind, path] = positionals
    if (values.help) {
      terminal.out(HELP)
      return 0
    }
    if (!kind || !path || positionals.length > 2) throw new UnusableFile(HELP)
    if (!isImportKind(kind)) {
      throw new UnusableFile(`There is no kind ${kind}: write one of ${IMPORT_KINDS.join(', ')}.`)
    }
    await importFile(terminal, kind, path, values['dry-run'] ?? false)
    return 0
  } catch (error) {
    if (!(error instanceof UnusableFile)) throw error
    terminal.err(error.message)
    return 2
  }
}

function readArguments(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: { 'dry-run': { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
    })
  } catch (error) {
    throw new UnusableFile(`${error instanceof Error ? error.message : String(error)}\n\n${HELP}`)
  }
}

async function importFile(
  terminal: Terminal,
  kind: ImportKind,
  path: string,
  dryRun: boolean,
): Promise<void> {
  const file = await openImportFile(path, kind)
  const script = await terminal.open({ need: kind === 'members' ? 'data' : 'database' })
  const rejected = openRejectedFile(path)
  const bar = new SingleBar({
    format: `${kind} {bar} {percentage}% · {accepted} accepted · {unchanged} unchanged · {rejected} rejected`,
    hideCursor: true,
  })
  const shows = process.stderr.isTTY
  if (shows) bar.start(file.size, 0, { accepted: 0, unchanged: 0, rejected: 0 })
  let soFar: StreamTotals = { accepted: 0, unchanged: 0, rejected: 0, warnings: 0 }
  try {
    const totals = await readIn(botDepsOf(script), kind, path, file, rejected, {
      dryRun,
      onTotals: (now) => {
        soFar = { ...now }
        bar.update({ ...now })
      },
      onBytes: (read) => bar.update(read),
      onWarning: terminal.err,
    })
    bar.stop()
    await rejected.close()
    terminal.out(summary(kind, totals, rejected.path, dryRun))
  } catch (error) {
    // the rest can't be read; what came before it is done and said
    if (error instanceof UnusableFile) {
      bar.stop()
      await rejected.close()
      terminal.out(summary(kind, soFar, rejected.path, dryRun))
    }
    throw error
  } finally {
    bar.stop()
    await rejected.close()
    await script.close()
  }
}

interface Watch {
  dryRun: boolean
  onTotals: (totals: StreamTotals) => void
  onBytes: (read: number) => void
  onWarning: (text: string) => void
}

async function readIn(
  deps: BotDeps,
  kind: ImportKind,
  path: string,
  file: ImportFile,
  rejected: RejectedFile,
  watch: Watch,
): Promise<StreamTotals> {
  // rows of the batch under way: what a rejected one is given back as
  const underWay = new Map<number, FileRow>()
  const rows = async function* () {
    for await (const row of file.rows(watch.onBytes)) {
      underWay.set(row.line, row)
      yield row
    }
  }
  const onBatch = async (batch: StreamBatch) => {
    for (const remark of batch.rejected) {
      await rejected.add(remark, underWay.get(remark.line), file.header())
    }
    for (const remark of batch.warnings) {
      watch.onWarning(`line ${remark.line}: ${remark.code} ${remark.message}`)
    }
    underWay.clear()
    watch.onTotals(batch.totals)
  }
  return watch.dryRun
    ? importStream(deps, kind, rows(), { dryRun: true, onBatch })
    : recordedImport(deps, kind, basename(path), rows(), onBatch)
}

function summary(kind: ImportKind, totals: StreamTotals, path: string, dryRun: boolean): string {
  const { accepted, unchanged, rejected } = totals
  const counts = `${kind}: ${accepted} accepted, ${unchanged} unchanged, ${rejected} rejected`
  const lines = [dryRun ? `${counts} — a dry run: nothing was kept.` : `${counts}.`]
  if (rejected > 0) {
    lines.push(
      `Rejected rows, each with the reason: ${path}`,
      'Correct them there and import that file; all other rows are done.',
    )
  }
  return lines.join('\n')
}
