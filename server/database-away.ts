import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from 'pino'

/** SQLSTATE classes and driver codes that mean: no database, for now. Class 53 is one that has no more room. */
const AWAY =
  /^(08...|57P0[123]|53...|ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|ENOTFOUND|P1001|P1002|P1017|P2024|P2037)$/

/** node-postgres gives its own timeouts no code: they are known by their only two sentences */
const AWAY_SAYS = /^(Connection terminated|timeout exceeded when trying to connect)/

/** Whether an error says that the database can't be reached now, rather than that a statement is wrong. */
export function isDatabaseAway(error: unknown): boolean {
  return isOrComesOf(
    error,
    (one) => hasCode(one, AWAY) || (one instanceof Error && AWAY_SAYS.test(one.message)),
  )
}

/** query_canceled by statement_timeout, idle_in_transaction_session_timeout; Prisma's own: the transaction ran out */
const CANCELLED = /^(57014|25P03|P2028)$/

/** Whether the database gave a statement up because it took longer than a request may (server/deps.ts). */
export function isStatementCancelled(error: unknown): boolean {
  return isOrComesOf(error, (one) => hasCode(one, CANCELLED))
}

/**
 * Does something as soon as the database answers: containers start in any order, and databases restart.
 *
 * @throws what else goes wrong, and an AbortError when the signal comes while it waits
 */
export async function whenDatabaseAnswers<T>(
  work: () => Promise<T>,
  log: Logger,
  signal?: AbortSignal,
): Promise<T> {
  for (let pauseMs = 500; ; pauseMs = Math.min(pauseMs * 2, 10_000)) {
    try {
      return await work()
    } catch (error) {
      if (!isDatabaseAway(error)) throw error
      log.warn({ err: error, pauseMs }, 'the database does not answer yet')
      await sleep(pauseMs, undefined, signal ? { signal } : {})
    }
  }
}

/** The error itself, what caused it, and what Prisma keeps of the driver's error. */
function isOrComesOf(error: unknown, is: (one: object) => boolean, depth = 0): boolean {
  if (typeof error !== 'object' || error === null || depth > 4) return false
  if (is(error)) return true
  const deeper = (one: unknown) => isOrComesOf(one, is, depth + 1)
  if (error instanceof AggregateError && error.errors.some(deeper)) return true
  const { cause, meta } = error as Record<string, unknown>
  if (deeper(cause)) return true
  return (
    typeof meta === 'object' &&
    meta !== null &&
    'driverAdapterError' in meta &&
    deeper(meta.driverAdapterError)
  )
}

function hasCode(error: object, codes: RegExp): boolean {
  const { code, originalCode } = error as Record<string, unknown>
  return [code, originalCode].some((word) => typeof word === 'string' && codes.test(word))
}
