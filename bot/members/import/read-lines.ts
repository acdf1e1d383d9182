const NEWLINE = 0x0a
/** Longest line of NDJSON that is read; a longer one is skipped, so that memory stays bounded. */
const MOST_BYTES = 1024 * 1024

/** One line of a stream; `text` is null where it was too long or not UTF-8. */
export interface Line {
  /** from 1 */
  number: number
  text: string | null
  /** why there is no text */
  trouble?: 'too_long' | 'not_utf8'
}

/**
 * Cuts a stream of bytes into lines, whatever its length: only the line under way is held. Empty lines are left
 * out, a byte order mark too; the stream is read as fast as lines are taken.
 */
export async function* readLines(source: AsyncIterable<Uint8Array | string>): AsyncGenerator<Line> {
  let parts: Buffer[] = []
  let held = 0
  let number = 1
  const take = (): Line | undefined => {
    const line = toLine(number, parts, held)
    parts = []
    held = 0
    number++
    return line
  }
  for await (const chunk of source) {
    const bytes = Buffer.from(chunk as Uint8Array)
    let start = 0
    for (let end = bytes.indexOf(NEWLINE); end !== -1; end = bytes.indexOf(NEWLINE, start)) {
      if (held + end - start <= MOST_BYTES) parts.push(bytes.subarray(start, end))
      held += end - start
      const line = take()
      if (line) yield line
      start = end + 1
    }
    if (held + bytes.length - start <= MOST_BYTES) parts.push(bytes.subarray(start))
    else parts = []
    held += bytes.length - start
  }
  const last = take()
  if (last) yield last
}

function toLine(number: number, parts: Buffer[], length: number): Line | undefined {
  if (length > MOST_BYTES) return { number, text: null, trouble: 'too_long' }
  const text = decode(Buffer.concat(parts))
  if (text === undefined) return { number, text: null, trouble: 'not_utf8' }
  return text.trim() === '' ? undefined : { number, text }
}

function decode(bytes: Buffer): string | undefined {
  try {
    // a byte order mark is taken off by the decoder
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return undefined
  }
}
