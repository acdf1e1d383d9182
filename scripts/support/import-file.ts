import { createReadStream } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import { rowsOfNdjson } from '../../bot/members/import/import-stream.ts'
import type { ImportKind } from '../../bot/members/import/kinds.ts'
import { readLines } from '../../bot/members/import/read-lines.ts'
import { UnusableFile, type FileRow } from './file-row.ts'
import { rowsOfCsv } from './import-csv.ts'

export interface ImportFile {
  /** bytes */
  size: number
  format: 'csv' | 'ndjson'
  encoding: 'utf-8' | 'gb18030'
  /** @param onBytes told how far the file has been read */
  rows: (onBytes: (read: number) => void) => AsyncGenerator<FileRow>
  /** header of a CSV file, read with the first row */
  header: () => string[]
}

const LOOK_BYTES = 65_536

/**
 * Looks at a file: CSV or NDJSON by its extension, else by its first character; UTF-8, else GB18030, which is
 * what Excel in China saves. Nothing is held but the row under way.
 *
 * @throws UnusableFile when there is nothing to read
 */
export async function openImportFile(path: string, kind: ImportKind): Promise<ImportFile> {
  const found = await stat(path).catch(() => undefined)
  if (!found) throw new UnusableFile(`${path}: there is no such file.`)
  if (!found.isFile()) throw new UnusableFile(`${path} is not a file.`)
  const start = await readStart(path)
  if (start.length === 0) throw new UnusableFile(`${path} is empty.`)
  const format = formatOf(path, start)
  const encoding = isUtf8(start) ? 'utf-8' : 'gb18030'
  let header: string[] = []

  const bytes = async function* (onBytes: (read: number) => void) {
    let read = 0
    for await (const chunk of createReadStream(path)) {
      // a file stream without an encoding gives buffers
      const buffer = chunk as Buffer
      read += buffer.length
      onBytes(read)
      yield buffer
    }
  }
  return {
    size: found.size,
    format,
    encoding,
    header: () => header,
    rows: (onBytes) => {
      const source = encoding === 'utf-8' ? bytes(onBytes) : recode(bytes(onBytes))
      return format === 'ndjson'
        ? rowsOfNdjson(readLines(source))
        : rowsOfCsv(source, kind, (columns) => (header = columns))
    },
  }
}

async function readStart(path: string): Promise<Buffer> {
  const file = await open(path).catch(() => {
    throw new UnusableFile(`${path} can't be read: give this user the right to.`)
  })
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(LOOK_BYTES), 0, LOOK_BYTES, 0)
    return buffer.subarray(0, bytesRead)
  } finally {
    await file.close()
  }
}

function formatOf(path: string, start: Buffer): 'csv' | 'ndjson' {
  const first = start
    .toString('utf8')
    .replace(/^\uFEFF/, '')
    .trimStart()
    .charAt(0)
  if (first === '[') {
    throw new UnusableFile(
      `${path} is a JSON list: write one object on each line instead (NDJSON).`,
    )
  }
  if (/\.csv$/i.test(path)) return 'csv'
  if (/\.(ndjson|jsonl)$/i.test(path)) return 'ndjson'
  return first === '{' ? 'ndjson' : 'csv'
}

function isUtf8(start: Buffer): boolean {
  try {
    // the last character may be cut off: `stream` waits for its end
    new TextDecoder('utf-8', { fatal: true }).decode(start, { stream: true })
    return true
  } catch {
    return false
  }
}

async function* recode(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const decoder = new TextDecoder('gb18030')
  for await (const chunk of source) yield Buffer.from(decoder.decode(chunk, { stream: true }))
  yield Buffer.from(decoder.decode())
}
