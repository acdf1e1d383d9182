import { randomUUID } from 'node:crypto'
import { mkdir, open, stat, unlink, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import type { DataCipher } from '../members/data-cipher.ts'
import { codeOf, type ArrivedCallback } from './arrived.ts'
import { encodeFrame, fileName, type SpooledCallback } from './spool-file.ts'

export type SpoolResult = 'spooled' | 'unavailable'

/** One file of the spool. */
export interface Segment {
  path: string
  /** callbacks that are not in the inbox yet */
  rows: number
  bytes: number
}

export interface SpoolWriter {
  /** `spooled` once it is on the disk, `unavailable` when it can't be. Never rejects. */
  add: (callback: ArrivedCallback) => Promise<SpoolResult>
  /** the file that is being filled */
  active: () => Segment | undefined
  /** closes the file that is being filled, between two groups; gives up waiting for a disk that hangs */
  retire: () => Promise<void>
  close: () => Promise<void>
}

interface Waiter {
  callback: SpooledCallback
  since: number
  /** null once answered */
  settle: ((result: SpoolResult) => void) | null
}

interface OpenSegment extends Segment {
  handle: FileHandle
}

const GROUP_ROWS = 256
const GROUP_CHARS = 4 * 1024 * 1024
const SEGMENT_BYTES = 4 * 1024 * 1024
const MOST_PENDING = 10_000
const MOST_PENDING_CHARS = 32 * 1024 * 1024
/** a disk that hangs must not hold the answer; what is on its way may be kept all the same */
const TIME_LIMIT_MS = 700
const SWEEP_MS = 100
/** as often as a file is taken away under our hands before we give up */
const TRIES = 3

/**
 * Appends callbacks to files of this process's own, many a write and an fdatasync: those that arrive meanwhile
 * make up the next group. After each sync it looks whether the file still has its name; if another process took
 * it up, taking us for dead, the group is written again into a new one.
 *
 * @param options.hasRoom whether so many characters more may be kept
 * @param options.mine names of this process's files, which it must not take up itself
 * @param options.onRetired gets each file that is full or was asked for, closed
 * @param options.onTrouble why callbacks can't be kept, a code; undefined when they can
 */
export function createSpoolWriter(options: {
  folder: string
  house: string
  cipher: DataCipher
  mine: Set<string>
  hasRoom: (chars: number) => boolean
  onRetired: (segment: Segment) => void
  onTrouble: (code: string | undefined) => void
}): SpoolWriter {
  const { folder, house, cipher, mine, hasRoom, onRetired, onTrouble } = options
  let pending: Waiter[] = []
  let pendingChars = 0
  let group: Waiter[] = []
  let writing: Promise<void> | undefined
  let active: OpenSegment | undefined
  let retirers: (() => void)[] = []
  let sweeper: NodeJS.Timeout | undefined

  function add(arrived: ArrivedCallback): Promise<SpoolResult> {
    const chars = pendingChars + arrived.xml.length
    if (pending.length >= MOST_PENDING || chars > MOST_PENDING_CHARS || !hasRoom(chars)) {
      onTrouble('full')
      return Promise.resolve('unavailable')
    }
    pendingChars = chars
    return new Promise((settle) => {
      // the machine's time, as the inbox has the database's: the demo's clock may jump
      const callback = { ...arrived, arrivedAt: Date.now() }
      pending.push({ callback, since: performance.now(), settle })
      sweeper ??= setInterval(sweep, SWEEP_MS).unref()
      writing ??= writeAll()
    })
  }

  async function writeAll(): Promise<void> {
    while (pending.length > 0) {
      group = takeGroup()
      const isKept = await writeGroup(group.map(({ callback }) => callback))
      if (isKept) onTrouble(undefined)
      settleAll(group, isKept ? 'spooled' : 'unavailable')
      group = []
      if (retirers.length > 0 || (active?.bytes ?? 0) >= SEGMENT_BYTES) await retireNow()
    }
    writing = undefined
    clearInterval(sweeper)
    sweeper = undefined
  }

  function takeGroup(): Waiter[] {
    let rows = 0
    let chars = 0
    for (const { callback } of pending) {
      chars += callback.xml.length
      if (rows === GROUP_ROWS || (rows > 0 && chars > GROUP_CHARS)) break
      rows += 1
    }
    const taken = pending.slice(0, rows)
    pending = pending.slice(rows)
    for (const { callback } of taken) pendingChars -= callback.xml.length
    return taken
  }

  /** Whether the callbacks are on the disk, in a file that is still ours. */
  async function writeGroup(callbacks: SpooledCallback[]): Promise<boolean> {
    try {
      const frame = encodeFrame(cipher, callbacks)
      for (let tries = 0; tries < TRIES; tries += 1) {
        const segment = (active ??= await openSegment())
        await segment.handle.appendFile(frame)
        await segment.handle.datasync()
        if (await hasItsName(segment)) {
          segment.rows += callbacks.length
          segment.bytes += frame.length
          return true
        }
        active = undefined
        mine.delete(segment.path)
        await segment.handle.close()
      }
      return false
    } catch (error) {
      onTrouble(codeOf(error))
      // half a frame may be at its end: nothing may follow it
      await retireNow()
      return false
    }
  }

  async function openSegment(): Promise<OpenSegment> {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    const path = join(folder, fileName(house, randomUUID()))
    mine.add(path)
    const handle = await open(path, 'ax', 0o600)
    const directory = await open(folder, 'r')
    // a file whose name is not on the disk is lost with the power, whatever is in it
    try {
      await directory.sync()
    } finally {
      await directory.close()
    }
    return { path, handle, rows: 0, bytes: 0 }
  }

  async function retireNow(): Promise<void> {
    const segment = active
    active = undefined
    if (segment) {
      await segment.handle.close().catch(() => undefined)
      if (segment.rows > 0) {
        onRetired({ path: segment.path, rows: segment.rows, bytes: segment.bytes })
      } else {
        await unlink(segment.path).catch(() => undefined)
        mine.delete(segment.path)
      }
    }
    for (const done of retirers.splice(0)) done()
  }

  async function retire(): Promise<void> {
    if (!writing) return retireNow()
    await new Promise<void>((done) => {
      retirers.push(done)
      setTimeout(() => {
        retirers = retirers.filter((one) => one !== done)
        done()
      }, TIME_LIMIT_MS).unref()
    })
  }

  function sweep(): void {
    const dueBefore = performance.now() - TIME_LIMIT_MS
    const isLate = ({ since }: Waiter) => since < dueBefore
    const firstInTime = pending.findIndex((waiter) => !isLate(waiter))
    const gone = pending.splice(0, firstInTime < 0 ? pending.length : firstInTime)
    for (const { callback } of gone) pendingChars -= callback.xml.length
    const late = [...gone, ...group.filter((waiter) => waiter.settle !== null && isLate(waiter))]
    if (late.length > 0) onTrouble('slow')
    settleAll(late, 'unavailable')
  }

  return {
    add,
    active: () => active,
    retire,
    close: async () => {
      await writing
      await retireNow()
    },
  }
}

async function hasItsName({ path, handle }: OpenSegment): Promise<boolean> {
  try {
    const [named, own] = await Promise.all([stat(path), handle.stat()])
    return named.ino === own.ino && named.dev === own.dev
  } catch {
    return false
  }
}

function settleAll(waiters: readonly Waiter[], result: SpoolResult): void {
  for (const waiter of waiters) {
    waiter.settle?.(result)
    waiter.settle = null
  }
}
