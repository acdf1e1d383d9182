/** A verified callback on its way into the inbox. */
export interface ArrivedCallback {
  /** SHA-256 of the decrypted XML */
  key: Buffer
  xml: string
  traceId: string
  /** carries a welcome code: 20 seconds from now it is worth nothing */
  urgent: boolean
}

/** Data that PostgreSQL can't take (classes 22, 23, 54), as opposed to a server that can't take data. */
export function isAboutARow(error: unknown): boolean {
  return /^(?:22|23|54)/.test(codeOf(error))
}

/** The error's code where it has one; never its text, which may quote the data. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
}
