import type { BotDeps } from '../../deps.ts'
import { importItems, MOST_ITEMS } from './import-items.ts'
import type { ImportKind } from './kinds.ts'
import type { Line } from './read-lines.ts'
import type { RowRemark } from './slice.ts'

/** A row of a stream with the line it came from; `refusal` where it could not be read. */
export interface StreamRow {
  line: number
  item?: unknown
  refusal?: { code: string; message: string }
  /** the line as it came, where it was text but no JSON: given back with its refusal */
  raw?: string
}

/** A remark on a row of a stream. `index` counts rows from 0, `line` lines of the file from 1. */
export interface StreamRemark extends RowRemark {
  line: number
}

export interface StreamTotals {
  accepted: number
  unchanged: number
  rejected: number
  warnings: number
}

/** What came of one batch of a stream: told as soon as it is kept. */
export interface StreamBatch {
  totals: StreamTotals
  /** line of the last row of the batch */
  line: number
  rejected: StreamRemark[]
  warnings: StreamRemark[]
}

/**
 * Imports rows of any number in batches of 1000, each kept before the next is read: memory holds one batch, and
 * a sender that is faster waits. What was kept stays when the stream breaks off; sending all again is harmless.
 */
export async function importStream(
  deps: BotDeps,
  kind: ImportKind,
  rows: AsyncIterable<StreamRow>,
  options: { dryRun?: boolean; onBatch?: (batch: StreamBatch) => void | Promise<void> } = {},
): Promise<StreamTotals> {
  const totals: StreamTotals = { accepted: 0, unchanged: 0, rejected: 0, warnings: 0 }
  let position = 0
  let batch: StreamRow[] = []
  const flush = async () => {
    const rows = batch
    const line = rows.at(-1)?.line
    if (line === undefined) return
    batch = []
    const done = await importBatch(deps, kind, rows, position, options.dryRun ?? false)
    position += rows.length
    totals.accepted += done.accepted
    totals.unchanged += done.unchanged
    totals.rejected += done.rejected.length
    totals.warnings += done.warnings.length
    await options.onBatch?.({ totals, line, rejected: done.rejected, warnings: done.warnings })
  }
  try {
    for await (const row of rows) {
      batch.push(row)
      if (batch.length === MOST_ITEMS) await flush()
    }
  } finally {
    // also what came before the stream broke off
    await flush()
  }
  return totals
}

/** Reads lines as JSON, one row each. */
export async function* rowsOfNdjson(lines: AsyncIterable<Line>): AsyncGenerator<StreamRow> {
  for await (const { number, text, trouble } of lines) {
    if (text === null) yield { line: number, refusal: UNREADABLE[trouble ?? 'not_utf8'] }
    else yield readRow(number, text)
  }
}

function readRow(line: number, text: string): StreamRow {
  try {
    return { line, item: JSON.parse(text) as unknown }
  } catch {
    return {
      line,
      raw: text,
      refusal: {
        code: 'BAD_LINE',
        message: `Line ${line} is not JSON: write one object on each line, without a comma at the end.`,
      },
    }
  }
}

const UNREADABLE = {
  too_long: {
    code: 'BAD_LINE',
    message: 'The line is longer than 1 MiB: write one row on each line.',
  },
  not_utf8: { code: 'BAD_LINE', message: 'The line is not UTF-8: save the file as UTF-8.' },
}

async function importBatch(
  deps: BotDeps,
  kind: ImportKind,
  rows: StreamRow[],
  position: number,
  dryRun: boolean,
) {
  const readable = rows.flatMap((row, index) => (row.refusal ? [] : [{ row, index }]))
  const result = await importItems(
    deps,
    kind,
    readable.map(({ row }) => row.item),
    { dryRun },
  )
  const place = (remark: RowRemark): StreamRemark => {
    const origin = readable[remark.index]
    return { ...remark, index: position + (origin?.index ?? 0), line: origin?.row.line ?? 0 }
  }
  const unreadable = rows.flatMap((row, index): StreamRemark[] =>
    row.refusal ? [{ index: position + index, id: null, line: row.line, ...row.refusal }] : [],
  )
  const rejected = [...result.rejected.map(place), ...unreadable]
  rejected.sort((a, b) => a.index - b.index)
  return { ...result, rejected, warnings: result.warnings.map(place) }
}
