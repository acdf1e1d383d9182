import type { CallbackSecrets } from '../../support/callback-request.ts'

/** What the load process sends, built before anything is measured. */
export type RequestPlan =
  | {
      kind: 'callbacks'
      secrets: CallbackSecrets
      /** as many, each of another event; told apart by their place, 0 … count − 1 */
      count: number
    }
  | { kind: 'get'; requests: { path: string; headers: Record<string, string> }[] }

/** How they are sent. */
export interface LoadPlan {
  port: number
  connections: number
  /** ends after so long, when what is under way has been answered */
  ms: number
  /** only the first so many requests */
  first?: number
  /** from the start again after the last one; else the load ends there */
  again?: boolean
  /** so many a second, due at even times whatever the answers do; without it each connection sends when it may */
  perSecond?: number
}

/** What came back. */
export interface LoadReport {
  answered: number
  seconds: number
  /** answers with status 200 */
  ok: number
  /** milliseconds; at a fixed rate from when the request was due, not from when it could be sent */
  p50: number
  p99: number
  max: number
  /** processor time of the load process ÷ wall time: near 1 it is the bottleneck itself */
  busy: number
  /** 1 at the place of each request that was answered with 200 */
  acknowledged: Uint8Array
}

export type LoadOrder = { do: 'prepare'; plan: RequestPlan } | { do: 'run'; plan: LoadPlan }
export type LoadAnswer =
  { ok: true; bytes: number } | { ok: true; report: LoadReport } | { ok: false; why: string }
