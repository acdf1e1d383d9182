import type pg from 'pg'
import type { Logger } from 'pino'

/** A verified callback on its way into the inbox. */
export interface ArrivedCallback {
  /** SHA-256 of the decrypted XML */
  key: Buffer
  xml: string
  traceId: string
  /** carries a welcome code: 20 seconds from now it is worth nothing */
  urgent: boolean
}

/** `stored` and `repeated`: safe in the inbox. `unavailable`: not known to be, so that WeCom repeats it. */
export type StoreResult = 'stored' | 'repeated' | 'unavailable'

export interface GroupCommit {
  /** Answers after COMMIT, or `unavailable` within the time limit. Never rejects. */
  add: (callback: ArrivedCallback) => Promise<StoreResult>
}

interface Waiter {
  callback: ArrivedCallback
  arrivedAt: number
  /** null once answered */
  settle: ((result: StoreResult) => void) | null
}

const BATCHES_IN_FLIGHT = 2
const BATCH_ROWS = 256
const BATCH_CHARS = 4 * 1024 * 1024
const MOST_WAITING = 10_000
const MOST_WAITING_CHARS = 64 * 1024 * 1024
/** answers are due within 2 seconds, of the 5 after which WeCom hangs up (wecom-protocol 1.3) */
const TIME_LIMIT_MS = 1_500
const SWEEP_MS = 100
const RETRY_PAUSE_MS = 100
/** a statement that hangs longer gives its connection up, so that a frozen server doesn't hold us for ever */
const STATEMENT_LIMIT_MS = 5_000

/**
 * Stores callbacks in groups: while two batches are on their way, what arrives waits for the next. One
 * commit then serves up to 256 callbacks, and at low load nothing waits at all (performance.md B1, D2).
 *
 * A batch that a single row spoils is split until the row stands alone. A broken connection is tried again
 * until the time limit: storing twice is storing once. The queue is bounded in rows and characters.
 */
export function createGroupCommit(options: {
  pool: pg.Pool
  corpId: string
  /** rows the inbox took, and rows it had already */
  onCommit: (counts: { stored: number; repeated: number }) => void
  log?: Logger | undefined
}): GroupCommit {
  const { pool, corpId, onCommit, log } = options
  let queue: Waiter[] = []
  let waitingChars = 0
  const flying = new Set<Waiter[]>()
  let sweeper: NodeJS.Timeout | undefined

  function add(callback: ArrivedCallback): Promise<StoreResult> {
    const isFull =
      queue.length >= MOST_WAITING || waitingChars + callback.xml.length > MOST_WAITING_CHARS
    if (isFull) return Promise.resolve('unavailable')
    waitingChars += callback.xml.length
    return new Promise((settle) => {
      queue.push({ callback, arrivedAt: performance.now(), settle })
      sweeper ??= setInterval(sweep, SWEEP_MS).unref()
      flush()
    })
  }

  function flush(): void {
    while (flying.size < BATCHES_IN_FLIGHT && queue.length > 0) {
      const batch = takeBatch()
      flying.add(batch)
      void store(batch).finally(() => {
        flying.delete(batch)
        flush()
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
        const waiting = batch.filter((waiter) => waiter.settle !== null)
        const oldest = waiting[0]
        const isLate =
          !oldest || performance.now() - oldest.arrivedAt > TIME_LIMIT_MS - 3 * RETRY_PAUSE_MS
        if (isLate) {
          settleAll(batch, 'unavailable')
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
        batch.map(({ callback }) => callback.key),
        batch.map(({ callback }) => callback.xml),
        batch.map(({ callback }) => callback.traceId),
        batch.map(({ callback }) => callback.urgent),
      ],
      query_timeout: STATEMENT_LIMIT_MS,
    }
    const { rows } = await pool.query<{ stored: number }>(statement)
    return rows[0]?.stored ?? 0
  }

  /** Tells those who waited too long; what is on its way may still be stored, and a repetition finds it there. */
  function sweep(): void {
    const dueBefore = performance.now() - TIME_LIMIT_MS
    const isLate = (waiter: Waiter) => waiter.arrivedAt < dueBefore
    const firstInTime = queue.findIndex((waiter) => !isLate(waiter))
    const gone = queue.splice(0, firstInTime < 0 ? queue.length : firstInTime)
    for (const { callback } of gone) waitingChars -= callback.xml.length
    settleAll(gone, 'unavailable')
    for (const batch of flying) settleAll(batch.filter(isLate), 'unavailable')
  }

  return { add }
}

function settleAll(waiters: Waiter[], result: StoreResult): void {
  for (const waiter of waiters) {
    waiter.settle?.(result)
    waiter.settle = null
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
}

/** Data that PostgreSQL can't take (classes 22, 23, 54), as opposed to a server that can't take data. */
function isAboutARow(error: unknown): boolean {
  return /^(?:22|23|54)/.test(codeOf(error))
}
