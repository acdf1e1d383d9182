import type { CallRecord } from '../options.ts'

const KEEP = 5000
const SECRETS = new Set(['access_token', 'corpsecret', 'code', 'welcome_code', 'response_code'])

/** Appends a call, numbered; the oldest beyond 5000 go. */
export function remember(calls: CallRecord[], call: Omit<CallRecord, 'seq'>): void {
  calls.push({ seq: (calls.at(-1)?.seq ?? 0) + 1, ...call })
  if (calls.length > KEEP) calls.splice(0, calls.length - KEEP)
}

/** The values of a query or body without tokens, secrets and one-use codes. */
export function withoutSecrets<T>(values: Record<string, T>): Record<string, T | string> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, SECRETS.has(name) ? '***' : value]),
  )
}
