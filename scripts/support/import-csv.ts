import { Readable } from 'node:stream'
import { parse } from 'csv-parse'
import { sliceOf, type ImportKind } from '../../bot/members/import/kinds.ts'
import { UnusableFile, type FileRow } from './file-row.ts'

/** Columns of an order's single line: several rows of one order that follow each other are one order. */
const LINE = 'item_'
/** Columns that are ours: a rejected file can be corrected and imported as it is. */
const OURS = '_'
/** The column in which a rejected file gives back rows of NDJSON. */
const ROW = '_row'

interface Field {
  type: string
  properties?: Record<string, Field>
}

interface Cells {
  line: number
  cells: string[]
}

/**
 * Reads CSV whose header names the fields. An empty cell is an absent field; numbers and true/false are told from
 * text by the field; `items` and `attributes` hold JSON.
 *
 * @throws UnusableFile when the header names no key, or a field that is unknown
 */
export async function* rowsOfCsv(
  source: AsyncIterable<Uint8Array>,
  kind: ImportKind,
  onHeader: (columns: string[]) => void,
): AsyncGenerator<FileRow> {
  const fields = fieldsOf(kind)
  const keyField = sliceOf(kind).keyField
  let header: string[] | undefined
  let held: FileRow | undefined
  for await (const { line, cells } of readCells(source)) {
    if (!header) {
      header = cells.includes(ROW) ? cells : checkHeader(cells, fields, keyField)
      if (!header.includes(ROW)) onHeader(header)
      continue
    }
    if (header.includes(ROW)) {
      yield readJsonRow(line, cells[header.indexOf(ROW)] ?? '')
      continue
    }
    const row = readRow(line, cells, header, fields)
    if (held && joins(held, row, keyField)) {
      held = append(held, row)
      continue
    }
    if (held) yield held
    held = row
  }
  if (!header) throw new UnusableFile('The file has no header: its first line names the fields.')
  if (held) yield held
}

async function* readCells(source: AsyncIterable<Uint8Array>): AsyncGenerator<Cells> {
  const parser = parse({
    bom: true,
    trim: true,
    info: true,
    relax_column_count: true,
    relax_quotes: true,
    max_record_size: 1024 * 1024,
  })
  const bytes = Readable.from(source)
  bytes.on('error', (error) => parser.destroy(error)).pipe(parser)
  let before = 0
  try {
    for await (const entry of parser) {
      // the shape that `info: true` makes
      const { record, info } = entry as { record: string[]; info: { lines: number } }
      // spreadsheets leave lines of commas behind
      if (record.some((cell) => cell !== '')) yield { line: before + 1, cells: record }
      before = info.lines
    }
  } catch (error) {
    if (error instanceof UnusableFile) throw error
    const why = error instanceof Error ? error.message : String(error)
    throw new UnusableFile(
      `The file can't be read from line ${before + 1} on: ${why}. What came before it was kept; correct it and import again.`,
    )
  }
}

function checkHeader(cells: string[], fields: Record<string, Field>, keyField: string): string[] {
  const known = new Set([
    ...Object.keys(fields),
    ...Object.keys(lineFields(fields)).map((name) => LINE + name),
  ])
  const list = [...known].join(', ')
  if (!cells.includes(keyField)) {
    throw new UnusableFile(
      `The first line must name the fields, ${keyField} among them (${list}); it is: ${cells.join(', ').slice(0, 200)}`,
    )
  }
  const unknown = cells.filter((cell) => !known.has(cell) && !cell.startsWith(OURS))
  if (unknown.length > 0) {
    throw new UnusableFile(
      `There is no field ${unknown.join(', ')}: correct the first line, or put _ before columns that are not to be read. Fields: ${list}`,
    )
  }
  const doubled = cells.find((cell, n) => cells.indexOf(cell) !== n)
  if (doubled !== undefined) throw new UnusableFile(`The first line names ${doubled} twice.`)
  return cells
}

function readRow(
  line: number,
  cells: string[],
  header: string[],
  fields: Record<string, Field>,
): FileRow {
  if (cells.length !== header.length) {
    return {
      line,
      cells: [cells],
      refusal: {
        code: 'BAD_LINE',
        message: `The row has ${cells.length} cells, the header ${header.length}: put text with commas in quotes.`,
      },
    }
  }
  const item: Record<string, unknown> = {}
  const orderLine: Record<string, unknown> = {}
  header.forEach((name, n) => {
    const text = cells[n] ?? ''
    if (text === '' || name.startsWith(OURS)) return
    if (name.startsWith(LINE)) {
      const field = name.slice(LINE.length)
      orderLine[field] = readCell(text, lineFields(fields)[field]?.type)
    } else item[name] = readCell(text, fields[name]?.type)
  })
  if (Object.keys(orderLine).length > 0) item['items'] = [orderLine]
  return { line, cells: [cells], item }
}

function readJsonRow(line: number, text: string): FileRow {
  try {
    return { line, item: JSON.parse(text) as unknown }
  } catch {
    const message = `Line ${line}: _row is not JSON; write one object there.`
    return { line, raw: text, refusal: { code: 'BAD_LINE', message } }
  }
}

/** A cell as its field's type, or as the text it is: the import says then what is wrong. */
function readCell(text: string, type: string | undefined): unknown {
  if ((type === 'number' || type === 'integer') && /^[+-]?\d{1,15}(\.\d+)?$/.test(text)) {
    return Number(text)
  }
  if (type === 'boolean') {
    if (/^(true|1|yes|是)$/i.test(text)) return true
    if (/^(false|0|no|否)$/i.test(text)) return false
  }
  if (type === 'object' || type === 'array') {
    try {
      return JSON.parse(text) as unknown
    } catch {
      return text
    }
  }
  return text
}

/** Whether a row goes on with the order of the row before it. */
function joins(held: FileRow, row: FileRow, keyField: string): boolean {
  const [a, b] = [asRecord(held.item), asRecord(row.item)]
  if (!a || !b || !Array.isArray(a['items']) || !Array.isArray(b['items'])) return false
  return (
    a[keyField] !== undefined &&
    a[keyField] === b[keyField] &&
    // the lines of one order tell it again; other values are another version of it
    JSON.stringify({ ...a, items: null }) === JSON.stringify({ ...b, items: null })
  )
}

function append(held: FileRow, row: FileRow): FileRow {
  const [a, b] = [asRecord(held.item), asRecord(row.item)]
  return {
    ...held,
    cells: [...(held.cells ?? []), ...(row.cells ?? [])],
    item: { ...a, items: [...asList(a?.['items']), ...asList(b?.['items'])] },
  }
}

function asRecord(item: unknown): Record<string, unknown> | undefined {
  return typeof item === 'object' && item !== null ? (item as Record<string, unknown>) : undefined
}

function asList(value: unknown): unknown[] {
  return Array.isArray(value) ? value : []
}

interface SchemaNode {
  type?: string
  anyOf?: SchemaNode[]
  properties?: Record<string, SchemaNode>
  items?: SchemaNode
}

function fieldsOf(kind: ImportKind): Record<string, Field> {
  return readFields(sliceOf(kind).schema)
}

function readFields(schema: SchemaNode): Record<string, Field> {
  return Object.fromEntries(
    Object.entries(schema.properties ?? {}).map(([name, node]) => {
      const inner = node.anyOf?.find((option) => option.type !== 'null') ?? node
      const properties = inner.items?.properties ? readFields(inner.items) : undefined
      return [name, { type: inner.type ?? 'string', ...(properties ? { properties } : {}) }]
    }),
  )
}

function lineFields(fields: Record<string, Field>): Record<string, Field> {
  return fields['items']?.properties ?? {}
}
