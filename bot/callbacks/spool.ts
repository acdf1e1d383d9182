import { randomUUID } from 'node:crypto'
import { readdir, readFile, rename, stat, unlink, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import type { Logger } from 'pino'
import type { DataCipher } from '../members/data-cipher.ts'
import { codeOf, type ArrivedCallback } from './arrived.ts'
import {
  decodeBody,
  fileName,
  houseOf,
  isOfHouse,
  isOwnerGone,
  leftName,
  splitFrames,
  type SpooledCallback,
} from './spool-file.ts'
import { createSpoolWriter, type Segment, type SpoolResult } from './spool-writer.ts'

/** Puts callbacks, up to 256 at a time, where they belong; answers how many can never be taken. */
export type StoreSpooled = (callbacks: SpooledCallback[]) => Promise<number>

/** Local files for callbacks that the database can't take now. */
export interface Spool {
  /** `spooled` once it is on the disk, `unavailable` when it can't be. Never rejects. */
  add: (callback: ArrivedCallback) => Promise<SpoolResult>
  /**
   * Hands everything over: this process's files, oldest first, then those of dead ones. A file goes once
   * all of it was stored. What `store` throws ends the round; the next one goes on behind what was stored.
   *
   * @throws what `store` throws, nothing else
   */
  playBack: (store: StoreSpooled) => Promise<void>
  /** callbacks in this process's files that are not in the inbox yet */
  waiting: () => number
  /** ends what is being written; the files stay for whoever starts next */
  close: () => Promise<void>
}

interface ClosedSegment extends Segment {
  /** frames that are in the inbox already */
  played: number
  refused: number
}

const HEARTBEAT_MS = 10_000
const FORSAKEN_MS = 60_000
const BATCH_ROWS = 256
const BATCH_BYTES = 4 * 1024 * 1024
const MOST_BYTES = 64 * 1024 * 1024

/**
 * Keeps callbacks in files below `folder`, encrypted and for its owner only (docs/adr/0014).
 *
 * Processes need no lock: who takes up another's file renames it first, and the writer looks after each sync
 * whether its file still has its name. Taking a live process for dead costs a repetition, never a callback.
 *
 * @param options.onChange hears how many callbacks wait, whenever that changes
 * @param options.mostBytes of this process's files, beyond which callbacks are refused; default 64 MiB
 */
export function createSpool(options: {
  folder: string
  corpId: string
  cipher: DataCipher
  log?: Logger | undefined
  onChange?: (waiting: number) => void
  mostBytes?: number
}): Spool {
  const { folder, corpId, cipher, log, onChange, mostBytes = MOST_BYTES } = options
  const house = houseOf(cipher, corpId)
  const mine = new Set<string>()
  const closed: ClosedSegment[] = []
  const heartbeat = setInterval(() => void keepAlive(), HEARTBEAT_MS).unref()
  let isTrouble = false

  const writer = createSpoolWriter({
    folder,
    house,
    cipher,
    mine,
    hasRoom: (chars) => sumOf('bytes') + chars <= mostBytes,
    onRetired: (segment) => closed.push({ ...segment, played: 0, refused: 0 }),
    onTrouble: noteTrouble,
  })

  function segments(): Segment[] {
    const active = writer.active()
    return active ? [...closed, active] : closed
  }

  function sumOf(what: 'bytes' | 'rows'): number {
    return segments().reduce((sum, segment) => sum + segment[what], 0)
  }

  async function playBack(store: StoreSpooled): Promise<void> {
    for (let segment = await next(); segment; segment = await next()) {
      await play(segment, store)
      closed.splice(closed.indexOf(segment), 1)
    }
  }

  /** The next file to play, or undefined when there is none. */
  async function next(): Promise<ClosedSegment | undefined> {
    if (closed.length === 0 && writer.active()) await writer.retire()
    return closed[0] ?? (await takeForsaken())
  }

  async function play(segment: ClosedSegment, store: StoreSpooled): Promise<void> {
    const bytes = await read(segment.path)
    if (!bytes) return
    const { bodies, torn } = splitFrames(bytes)
    if (torn > 0) log?.warn({ bytes: torn }, 'spool: a torn end, never acknowledged, is dropped')
    while (segment.played < bodies.length) {
      const { callbacks, frames, unreadable } = takeBatch(bodies, segment.played)
      segment.refused += unreadable + (callbacks.length > 0 ? await store(callbacks) : 0)
      segment.rows -= callbacks.length
      segment.played += frames
      onChange?.(sumOf('rows'))
    }
    await putAway(segment)
  }

  /** As many frames as make up a batch: at low load each holds one callback, and a commit for each takes too long. */
  function takeBatch(bodies: readonly Buffer[], from: number) {
    const callbacks: SpooledCallback[] = []
    let frames = 0
    let unreadable = 0
    let bytes = 0
    for (const body of bodies.slice(from, from + BATCH_ROWS)) {
      const some = tryDecode(body)
      bytes += body.length
      const isFull = callbacks.length + (some?.length ?? 0) > BATCH_ROWS || bytes > BATCH_BYTES
      if (frames > 0 && isFull) break
      if (some) callbacks.push(...some)
      else unreadable += 1
      frames += 1
    }
    return { callbacks, frames, unreadable }
  }

  /** Stored files go; one with something that was refused is kept aside for a person. */
  async function putAway({ path, refused }: ClosedSegment): Promise<void> {
    if (refused > 0) {
      log?.error({ refused }, 'spool: callbacks that can never be stored, kept as a .refused file')
    }
    try {
      if (refused > 0) await rename(path, `${path}.refused`)
      else await unlink(path)
      mine.delete(path)
    } catch (error) {
      // it stays ours, not to be played again before the next start
      if (codeOf(error) !== 'ENOENT') log?.warn({ code: codeOf(error) }, 'spool: a file stays')
    }
  }

  /** A file's bytes; undefined when another process has it now, or it can't be read before the next start. */
  async function read(path: string): Promise<Buffer | undefined> {
    try {
      return await readFile(path)
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') {
        log?.error(
          { code: codeOf(error) },
          'spool: a file can not be read; it is tried at the start',
        )
      }
      return undefined
    }
  }

  function tryDecode(body: Buffer): SpooledCallback[] | undefined {
    try {
      return decodeBody(cipher, body)
    } catch {
      return undefined
    }
  }

  /** Takes up one file of a process that is gone; by renaming it, so that only one takes it. */
  async function takeForsaken(): Promise<ClosedSegment | undefined> {
    for (const name of await readdir(folder).catch(() => [])) {
      const from = join(folder, name)
      if (!isOfHouse(house, name) || mine.has(from) || !(await isForsaken(name, from))) continue
      const path = join(folder, fileName(house, randomUUID()))
      mine.add(path)
      if (!(await renamed(from, path))) {
        mine.delete(path)
        continue
      }
      await touch(path)
      const bytes = (await read(path)) ?? Buffer.alloc(0)
      const rows = splitFrames(bytes).bodies.reduce(
        (sum, body) => sum + (tryDecode(body)?.length ?? 0),
        0,
      )
      const segment = { path, rows, bytes: bytes.length, played: 0, refused: 0 }
      closed.push(segment)
      onChange?.(sumOf('rows'))
      log?.info({ callbacks: rows }, 'spool: what another process left is taken up')
      return segment
    }
    return undefined
  }

  async function keepAlive(): Promise<void> {
    for (const { path } of segments()) await touch(path)
  }

  /** Says once that nothing can be kept, until something is kept again. */
  function noteTrouble(code: string | undefined): void {
    if (code !== undefined && !isTrouble) {
      log?.error(
        { code, folder, waiting: sumOf('rows') },
        'the spool takes no callbacks: they are refused while the database is away, and WeCom repeats them',
      )
    }
    isTrouble = code !== undefined
    onChange?.(sumOf('rows'))
  }

  return {
    add: writer.add,
    playBack,
    waiting: () => sumOf('rows'),
    close: async () => {
      clearInterval(heartbeat)
      await writer.close()
      for (const { path } of closed.splice(0)) {
        await renamed(path, join(folder, leftName(house, randomUUID())))
      }
    },
  }
}

async function isForsaken(name: string, path: string): Promise<boolean> {
  if (isOwnerGone(name)) return true
  // another machine's, or a number that some other program has now: who lives keeps its files fresh
  const found = await stat(path).catch(() => undefined)
  return found !== undefined && Date.now() - found.mtimeMs > FORSAKEN_MS
}

async function renamed(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to)
    return true
  } catch {
    // somebody else was first
    return false
  }
}

async function touch(path: string): Promise<void> {
  const now = new Date()
  await utimes(path, now, now).catch(() => undefined)
}
