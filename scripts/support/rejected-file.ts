import { createWriteStream, rmSync } from 'node:fs'
import { once } from 'node:events'
import { stringify, type Stringifier } from 'csv-stringify'
import type { StreamRemark } from '../../bot/members/import/import-stream.ts'
import type { FileRow } from './file-row.ts'

/** Where rejected rows are given back, each with its reason. Made with the first of them. */
export interface RejectedFile {
  path: string
  add: (remark: StreamRemark, row: FileRow | undefined, header: string[]) => Promise<void>
  close: () => Promise<void>
}

const OURS = ['_line', '_code', '_message']

/**
 * Rows of a CSV file come back with their own columns, rows of NDJSON as text in one, `_row`: either file can be
 * corrected and imported. A file of an earlier run is taken away.
 */
export function openRejectedFile(importPath: string): RejectedFile {
  const path = `${importPath}.rejected.csv`
  rmSync(path, { force: true })
  let csv: Stringifier | undefined
  let written: Promise<unknown> | undefined
  const start = (columns: string[]): Stringifier => {
    // the mark at the start lets Excel read it as UTF-8
    const made = stringify({ bom: true })
    made.write(columns)
    const file = createWriteStream(path, { mode: 0o600 })
    made.pipe(file)
    written = once(file, 'finish')
    return made
  }
  return {
    path,
    async add(remark, row, header) {
      const cells = row?.cells
      const own = header.filter((name) => !OURS.includes(name))
      csv ??= start(cells ? [...OURS, ...own] : [...OURS, '_id', '_row'])
      const reason = [remark.line, remark.code, noFormula(remark.message)]
      const records = cells
        ? cells.map((line) => [
            ...reason,
            ...own.map((name) => line[header.indexOf(name)] ?? ''),
            // cells without a column: still too many when the file is read again
            ...line.slice(header.length),
          ])
        : [
            [
              ...reason,
              noFormula(remark.id ?? ''),
              row?.item === undefined ? (row?.raw ?? '') : JSON.stringify(row.item),
            ],
          ]
      for (const record of records) if (!csv.write(record)) await once(csv, 'drain')
    },
    async close() {
      csv?.end()
      await written
    },
  }
}

/** What we write about a row must not become a formula of a spreadsheet; the row's own cells come back as they were. */
function noFormula(text: string): string {
  return /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
}
