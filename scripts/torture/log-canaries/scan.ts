import { closeSync, existsSync, openSync, readSync } from 'node:fs'

/** What to look for: what it is, and how it may be written. */
export type Needles = Readonly<Record<string, readonly string[]>>

/** What was looked through and found. */
export interface Scanned {
  bytes: number
  /** by what was found: how often, and the place of the first */
  hits: Map<string, { count: number; near: string }>
}

const CHUNK = 4 * 1024 * 1024
/** no needle is longer: one that lies across two chunks is found in the next */
const OVERLAP = 4096
/** shorter ones would be found by chance */
const SHORTEST = 6

/** Looks through files of any size. @param files those that are not there are left out */
export function scanFiles(files: readonly string[], needles: Needles): Scanned {
  const scanned: Scanned = { bytes: 0, hits: new Map() }
  for (const file of files.filter((name) => existsSync(name))) {
    const handle = openSync(file, 'r')
    const buffer = Buffer.alloc(CHUNK + OVERLAP)
    let kept = 0
    try {
      for (;;) {
        const read = readSync(handle, buffer, kept, CHUNK, null)
        if (read === 0) break
        scanned.bytes += read
        look(buffer.subarray(0, kept + read), needles, scanned)
        const all = kept + read
        kept = Math.min(OVERLAP, all)
        buffer.copyWithin(0, all - kept, all)
      }
    } finally {
      closeSync(handle)
    }
  }
  return scanned
}

/** Looks through a text. */
export function scanText(text: string, needles: Needles): Scanned {
  const scanned: Scanned = { bytes: text.length, hits: new Map() }
  look(Buffer.from(text), needles, scanned)
  return scanned
}

function look(chunk: Buffer, needles: Needles, { hits }: Scanned): void {
  for (const [what, words] of Object.entries(needles)) {
    for (const word of words) {
      if (word.length < SHORTEST && !/[^ -~]/.test(word)) continue
      const at = chunk.indexOf(word)
      if (at < 0) continue
      const seen = hits.get(what)
      // the line without what was found in it: the report must not repeat it
      const near = chunk
        .subarray(Math.max(0, at - 160), at)
        .toString('utf8')
        .replaceAll('\n', ' ')
      hits.set(what, { count: (seen?.count ?? 0) + 1, near: seen?.near ?? near })
    }
  }
}
