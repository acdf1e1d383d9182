import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { cdnowRows } from './support/cdnow.ts'
import { UnusableFile } from './support/file-row.ts'

const HELP = `npm run cdnow -- CDNOW_sample.txt FOLDER

Writes the CDNOW sample as members.ndjson and orders.ndjson into FOLDER, to be imported:
  npm run import -- members FOLDER/members.ndjson
  npm run import -- orders FOLDER/orders.ndjson
Mapping: customer 00004 is member CDNOW-00004, who joined on the day of the first purchase; each line is an order
paid at noon (business time), its dollars in cents taken for fen.`

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { help: { type: 'boolean', short: 'h' } },
})
const [file, folder] = positionals
if (values.help || file === undefined || folder === undefined) {
  process.stdout.write(`${HELP}\n`)
  process.exitCode = values.help ? 0 : 2
} else {
  try {
    const rows = await cdnowRows(file)
    mkdirSync(folder, { recursive: true })
    for (const kind of ['members', 'orders'] as const) {
      const lines = rows[kind].map((row) => `${JSON.stringify(row)}\n`)
      writeFileSync(join(folder, `${kind}.ndjson`), lines.join(''))
      process.stdout.write(`${rows[kind].length} ${kind}\n`)
    }
  } catch (error) {
    if (!(error instanceof UnusableFile)) throw error
    process.stderr.write(`${error.message}\n`)
    process.exitCode = 2
  }
}
