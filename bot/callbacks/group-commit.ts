import type pg from 'pg'
import type { Logger } from 'pino'
import { codeOf, isAboutARow, type ArrivedCallback } from './arrived.ts'
import { binaryArray } from './binary-array.ts'
import { createPlayback } from './playback.ts'
import type { Spool } from './spool.ts'

/**
 * `stored` and `repeated`: safe in the inbox. `spooled`: safe on this machine's disk, on its way there.
 * `unavailable`: not known to be safe, so that WeCom repeats it.
 */
export type StoreResult = 'stored' | 'repeated' | 'spooled' | 'unavailable'

export interface GroupCommit {
  /** Answers after COMMIT, or after the spool's fsync, or `unavailable`, within 2 seconds. Never rejects. */
  add: (callback: ArrivedCallback) => Promise<StoreResult>
  /** begins to play back what the spool holds of earlier processes */
  start: () => void
  /** ends playing back and closes the spool; what it holds stays there */
  stop: () => Promise<void>
}

interface Waiter {
  callback: ArrivedCallback
  arrivedAt: number
  /** null once answered */
  settle: ((result: StoreResult) => void) | null
}

/** a second one would share the processor with the first, and both would be smaller: a commit's price for less */
const BATCHES_IN_FLIGHT = 1
const BATCH_ROWS = 256
const BATCH_CHARS = 4 * 1024 * 1024
const MOST_WAITING = 10_000
const MOST_WAITING_CHARS = 64 * 1024 * 1024
/** answers are due within 2 seconds, of the 5 after which WeCom hangs up (wecom-protocol 1.3) */
const TIME_LIMIT_MS = 1_500
/** what the database has not taken by then goes to the spool, which may take 0.7 seconds of the 2 */
const SPOOL_AFTER_MS = 700
/** an error that lasts so long over several tries is an outage; one connection that broke is not */
const OUTAGE_AFTER_MS = 250
const SWEEP_MS = 100
const RETRY_PAUSE_MS = 50
/** a statement that hangs longer gives its connection up, so that a frozen server doesn't hold us for ever */
const STATEMENT_LIMIT_MS = 5_000

/**
 * Stores callbacks in groups: while a batch is on its way, what arrives waits for the next. One
 * commit then serves up to 256 callbacks, and at low load nothing waits at all (performance.md B1, D2).
 *
 * A batch that a single row spoils is split until the row stands alone. A broken connection is tried again
 * for a moment: storing twice is storing once. The queue is bounded in rows and characters.
 *
 * With a spool, an outage sends everything there at once, what is waiting and what comes, until playing it back
 * shows that the database takes rows again. Without one, what can't be stored in time is refused.
 */
export function createGroupCommit(options: {
  pool: pg.Pool
  corpId: string
  spool?: Spool | undefined
  /** rows the inbox took, and rows it had already */
  onCommit: (counts: { stored: number; repeated: number }) => void
  log?: Logger | undefined
}): GroupCommit {
  const { pool, corpId, spool, onCommit, log } = options
  const timeLimitMs = spool ? SPOOL_AFTER_MS : TIME_LIMIT_MS
  const playback = spool && createPlayback({ pool, corpId, spool, onBack: comeBack, onCommit, log })
  let isAway = false
  let queue: Waiter[] = []
  let waitingChars = 0
  const flying = new Set<Waiter[]>()
  let sweeper: NodeJS.Timeout | undefined
  let isPlanned = false

  function add(callback: ArrivedCallback): Promise<StoreResult> {
    const isFull =
      queue.length >= MOST_WAITING || waitingChars + callback.xml.length > MOST_WAITING_CHARS
    if (isAway || isFull) return spool ? spool.add(callback) : Promise.resolve('unavailable')
    waitingChars += callback.xml.length
    return new Promise((settle) => {
      queue.push({ callback, arrivedAt: performance.now(), settle })
      sweeper ??= setInterval(sweep, SWEEP_MS).unref()
      planFlush()
    })
  }

  /** Once this turn of the event loop has brought all it has: else the first of many is a batch of its own. */
  function planFlush(): void {
    if (isPlanned || (flying.size >= BATCHES_IN_FLIGHT && queue.length > 0)) return
    isPlanned = true
    setImmediate(() => {
      isPlanned = false
      flush()
    })
  }

  function flush(): void {
    while (flying.size < BATCHES_IN_FLIGHT && queue.length > 0) {
      const batch = takeBatch()
      flying.add(batch)
      void store(batch).finally(() => {
        flying.delete(batch)
        planFlush()
      })
    }
    if (flying.size === 0 && queue.length === 0) {
      clearInterval(sweeper)
      sweeper = undefined
    }
  }

  function takeBatch(): Waiter[] {
    let rows = 0
    let chars = 0
    for (const { callback } of queue) {
      chars += callback.xml.length
      if (rows === BATCH_ROWS || (rows > 0 && chars > BATCH_CHARS)) break
      rows += 1
    }
    const batch = queue.slice(0, rows)
    queue = queue.slice(rows)
    for (const { callback } of batch) waitingChars -= callback.xml.length
    return batch
  }

  async function store(batch: Waiter[]): Promise<void> {
    let failingSince: number | undefined
    for (;;) {
      try {
        const stored = await insert(batch)
        const repeated = batch.length - stored
        onCommit({ stored, repeated })
        // a mixed batch doesn't say which: the counts are exact, and the sender is told the same either way
        settleAll(batch, stored === 0 ? 'repeated' : 'stored')
        return
      } catch (error) {
        if (isAboutARow(error)) {
          await isolate(batch, error)
          return
        }
        failingSince ??= performance.now()
        if (spool && performance.now() - failingSince > OUTAGE_AFTER_MS) goAway(codeOf(error))
        const oldest = batch.find((waiter) => waiter.settle !== null)
        if (!oldest) return
        if (performance.now() - oldest.arrivedAt > timeLimitMs - 3 * RETRY_PAUSE_MS) {
          refuse(batch)
          return
        }
        await new Promise((resume) => setTimeout(resume, RETRY_PAUSE_MS))
      }
    }
  }

  async function isolate(batch: Waiter[], error: unknown): Promise<void> {
    if (batch.length === 1) {
      const traceId = batch[0]?.callback.traceId
      log?.error({ traceId, code: codeOf(error) }, 'the inbox refuses a callback')
      settleAll(batch, 'unavailable')
      return
    }
    const half = batch.length >> 1
    await store(batch.slice(0, half))
    await store(batch.slice(half))
  }

  async function insert(batch: Waiter[]): Promise<number> {
    const statement: pg.QueryConfig & { query_timeout: number } = {
      name: 'inbox_store',
      text: 'select inbox_store($1, $2::bytea[], $3::text[], $4::text[], $5::boolean[]) as stored',
      values: [
        corpId,
        binaryArray(
          'bytea',
          batch.map(({ callback }) => callback.key),
        ),
        binaryArray(
          'text',
          batch.map(({ callback }) => callback.xml),
        ),
        binaryArray(
          'text',
          batch.map(({ callback }) => callback.traceId),
        ),
        binaryArray(
          'bool',
          batch.map(({ callback }) => callback.urgent),
        ),
      ],
      query_timeout: STATEMENT_LIMIT_MS,
    }
    const { rows } = await pool.query<{ stored: number }>(statement)
    return rows[0]?.stored ?? 0
  }

  /** Answers those who waited too long; what is on its way may still be stored, and is stored once all the same. */
  function sweep(): void {
    const dueBefore = performance.now() - timeLimitMs
    const isLate = (waiter: Waiter) => waiter.settle !== null && waiter.arrivedAt < dueBefore
    const isOutage = queue.some(isLate) || [...flying].some((batch) => batch.some(isLate))
    if (!isOutage) return
    if (spool) {
      goAway('slow')
      return
    }
    const firstInTime = queue.findIndex((waiter) => !isLate(waiter))
    const gone = queue.splice(0, firstInTime < 0 ? queue.length : firstInTime)
    for (const { callback } of gone) waitingChars -= callback.xml.length
    refuse(gone)
    for (const batch of flying) refuse(batch.filter(isLate))
  }

  /** The database takes nothing: everything goes to the spool, what hangs is left to its time limit. */
  function goAway(code: string): void {
    if (!isAway) log?.warn({ code }, 'the database takes no callbacks, they are spooled')
    isAway = true
    const leaving = [...[...flying].flat(), ...queue]
    queue = []
    waitingChars = 0
    flying.clear()
    refuse(leaving)
    playback?.wake()
  }

  function comeBack(): void {
    if (isAway) log?.warn('the database takes callbacks again')
    isAway = false
  }

  /** To the spool where there is one, else back to WeCom. */
  function refuse(waiters: readonly Waiter[]): void {
    if (!spool) {
      settleAll(waiters, 'unavailable')
      return
    }
    for (const waiter of waiters) {
      if (waiter.settle) void spool.add(waiter.callback).then(waiter.settle)
      waiter.settle = null
    }
  }

  return {
    add,
    start: () => playback?.start(),
    stop: async () => {
      await playback?.stop()
      await spool?.close()
    },
  }
}

function settleAll(waiters: readonly Waiter[], result: StoreResult): void {
  for (const waiter of waiters) {
    waiter.settle?.(result)
    waiter.settle = null
  }
}
