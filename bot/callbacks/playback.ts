import type pg from 'pg'
import type { Logger } from 'pino'
import { codeOf, isAboutARow } from './arrived.ts'
import type { SpooledCallback } from './spool-file.ts'
import type { Spool } from './spool.ts'

/** Brings what was spooled into the inbox, and so finds out when the database is back. */
export interface Playback {
  /** the database takes nothing: look for it, soon and then once a second */
  wake: () => void
  /** takes up, now and every half minute, what dead processes left */
  start: () => void
  /** ends after the batch under way; safe to call twice */
  stop: () => Promise<void>
}

const FIRST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 1_000
const ROUND_MS = 30_000
const STATEMENT_LIMIT_MS = 5_000
/** a welcome code lives 20 seconds (wecom-protocol 3.6): an older one goes with the others */
const URGENT_MS = 20_000

/**
 * Plays the spool back, one batch after another on one connection. The inbox knows what it has by its key, so
 * that a batch may come twice. A batch that a row spoils is split until the row stands alone.
 *
 * @param options.onBack the database took something again
 * @param options.onCommit rows the inbox took, and rows it had already
 */
export function createPlayback(options: {
  pool: pg.Pool
  corpId: string
  spool: Spool
  onBack: () => void
  onCommit: (counts: { stored: number; repeated: number }) => void
  log?: Logger | undefined
}): Playback {
  const { pool, corpId, spool, onBack, onCommit, log } = options
  let pauseMs = FIRST_PAUSE_MS
  let isStarted = false
  let isStopped = false
  let timer: NodeJS.Timeout | undefined
  let round: Promise<void> | undefined

  function plan(ms: number): void {
    clearTimeout(timer)
    if (isStopped) return
    timer = setTimeout(() => {
      round ??= play().finally(() => (round = undefined))
    }, ms).unref()
  }

  async function play(): Promise<void> {
    try {
      const before = spool.waiting()
      if (before === 0) await insert([])
      await spool.playBack(store)
      back()
      if (before > 0) log?.info({ callbacks: before }, 'spool: played back')
      if (spool.waiting() > 0) plan(0)
      else if (isStarted) plan(ROUND_MS)
    } catch (error) {
      log?.debug({ code: codeOf(error) }, 'spool: the database is still away')
      plan(pauseMs)
      pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)
    }
  }

  function back(): void {
    pauseMs = FIRST_PAUSE_MS
    onBack()
  }

  async function store(callbacks: SpooledCallback[]): Promise<number> {
    if (isStopped) throw new Error('stopping')
    try {
      const stored = await insert(callbacks)
      onCommit({ stored, repeated: callbacks.length - stored })
      back()
      return 0
    } catch (error) {
      if (!isAboutARow(error)) throw error
      if (callbacks.length > 1) {
        const half = callbacks.length >> 1
        return (await store(callbacks.slice(0, half))) + (await store(callbacks.slice(half)))
      }
      const traceId = callbacks[0]?.traceId
      log?.error({ traceId, code: codeOf(error) }, 'the inbox refuses a callback')
      return 1
    }
  }

  async function insert(callbacks: SpooledCallback[]): Promise<number> {
    const ages = callbacks.map(({ arrivedAt }) => Math.max(0, Date.now() - arrivedAt))
    const statement: pg.QueryConfig & { query_timeout: number } = {
      text: 'select inbox_store_late($1, $2::bytea[], $3::text[], $4::text[], $5::boolean[], $6::float8[]) as stored',
      values: [
        corpId,
        callbacks.map(({ key }) => key),
        callbacks.map(({ xml }) => xml),
        callbacks.map(({ traceId }) => traceId),
        callbacks.map(({ urgent }, i) => urgent && (ages[i] ?? 0) < URGENT_MS),
        ages,
      ],
      query_timeout: STATEMENT_LIMIT_MS,
    }
    const { rows } = await pool.query<{ stored: number }>(statement)
    return rows[0]?.stored ?? 0
  }

  return {
    wake: () => {
      pauseMs = FIRST_PAUSE_MS
      plan(pauseMs)
    },
    start: () => {
      isStarted = true
      plan(0)
    },
    stop: async () => {
      isStopped = true
      clearTimeout(timer)
      await round
    },
  }
}
