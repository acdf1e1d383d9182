/** SQLSTATE classes and driver codes that mean: no database, for now. */
const AWAY =
  /^(08...|57P0[123]|53300|ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|ENOTFOUND|P1001|P1002|P1017|P2024)$/

/**
 * Whether an error says that the database can't be reached now, rather than that a statement is wrong.
 * node-postgres gives its own timeouts no code: they are known by their only two sentences.
 */
export function isDatabaseAway(error: unknown, depth = 0): boolean {
  if (!(error instanceof Error) || depth > 3) return false
  if ('code' in error && AWAY.test(String(error.code))) return true
  if (/^(Connection terminated|timeout exceeded when trying to connect)/.test(error.message))
    return true
  if (error instanceof AggregateError)
    return error.errors.some((one) => isDatabaseAway(one, depth + 1))
  return isDatabaseAway(error.cause, depth + 1)
}
