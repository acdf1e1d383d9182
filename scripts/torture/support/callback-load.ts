import { setTimeout as sleep } from 'node:timers/promises'
import { Pool } from 'undici'
import {
  callbackRequest,
  customerEventXml,
  type CallbackSecrets,
} from '../../support/callback-request.ts'
import type { AckLog } from './ack-log.ts'

/** What the sender saw. */
export interface LoadReport {
  /** answers by status */
  statuses: Map<number, number>
  /** requests that were begun and got no answer: reset, cut off, or none in 10 seconds */
  broken: number
  /** requests that found nobody to take them */
  refused: number
  slowestMs: number
  answersMs: number[]
}

export interface CallbackLoad {
  report: LoadReport
  /** sends to another server from now on; undefined sends nothing until there is one */
  aim: (url: string | undefined) => Promise<void>
  /** delivers the log's unacknowledged events again, each encrypted anew, as often as WeCom does */
  redeliver: () => Promise<void>
  /** sends nothing new and waits for the answers under way */
  stop: () => Promise<void>
}

const NO_ANSWER_MS = 10_000
const PAUSE_MS = 5
/** repetitions under way at once, so that they don't crowd out the rest */
const REPEATS = 64

/**
 * Plays WeCom under load: event after event, each with an entry in the log. With a rate it sends at that rate
 * whatever the answers do; without one, each connection sends as soon as it has its answer.
 *
 * @param options.perSecond new events a second; absent: as many as are answered
 * @param options.connections most requests under way
 * @param options.xml an event's XML; default customerEventXml's
 */
export function startLoad(options: {
  secrets: CallbackSecrets
  log: AckLog
  connections: number
  perSecond?: number
  xml?: (corpId: string, id: number) => string
}): CallbackLoad {
  const { secrets, log, connections, perSecond, xml = customerEventXml } = options
  const report: LoadReport = {
    statuses: new Map(),
    broken: 0,
    refused: 0,
    slowestMs: 0,
    answersMs: [],
  }
  let pool: Pool | undefined
  const over = new AbortController()
  let underWay = 0

  async function deliver(id: number): Promise<boolean> {
    const to = pool
    if (!to || !log.deliver(id)) return false
    const { path, body } = callbackRequest(secrets, xml(secrets.corpId, id))
    const began = performance.now()
    underWay += 1
    try {
      const answer = await to.request({ path, method: 'POST', body })
      await answer.body.dump()
      const took = performance.now() - began
      report.slowestMs = Math.max(report.slowestMs, took)
      report.answersMs.push(took)
      report.statuses.set(answer.statusCode, (report.statuses.get(answer.statusCode) ?? 0) + 1)
      if (answer.statusCode === 200) log.ack(id)
      return answer.statusCode === 200
    } catch (error) {
      if (isRefusal(error)) report.refused += 1
      else report.broken += 1
      return false
    } finally {
      underWay -= 1
    }
  }

  async function line(): Promise<void> {
    while (!over.signal.aborted) {
      if (!pool || !(await deliver(log.next()))) await sleep(PAUSE_MS)
    }
  }

  /** At a rate: the events that are due by now, whatever became of those before. */
  async function beat(rate: number): Promise<void> {
    let due = 0
    let before = performance.now()
    const flying = new Set<Promise<unknown>>()
    while (!over.signal.aborted) {
      const now = performance.now()
      due += ((now - before) / 1000) * rate
      before = now
      for (; due >= 1; due -= 1) {
        if (!pool || underWay >= connections) continue
        const one = deliver(log.next()).finally(() => flying.delete(one))
        flying.add(one)
      }
      await sleep(PAUSE_MS)
    }
    await Promise.all(flying)
  }

  const lines =
    perSecond === undefined ? Array.from({ length: connections }, line) : [beat(perSecond)]

  return {
    report,
    aim: async (url) => {
      const old = pool
      pool =
        url === undefined
          ? undefined
          : new Pool(url, {
              connections,
              headersTimeout: NO_ANSWER_MS,
              bodyTimeout: NO_ANSWER_MS,
              keepAliveTimeout: 60_000,
            })
      await old?.destroy()
    },
    redeliver: async () => {
      const ids = log.unacked()
      const next = ids.values()
      await Promise.all(
        Array.from({ length: Math.min(REPEATS, ids.length) }, async () => {
          for (const id of next) await deliver(id)
        }),
      )
    },
    stop: async () => {
      over.abort()
      await Promise.all(lines)
    },
  }
}

/** An event that no handler asks for: the worker notes it in the inbox and is done, without a word to WeCom. */
export function ignoredEventXml(corpId: string, id: number): string {
  return customerEventXml(corpId, id).replace('edit_external_contact', 'msg_audit_approved')
}

/** Nobody listens there: WeCom's connection was never taken. Or this side gave up waiting for one, aimed elsewhere. */
function isRefusal(error: unknown): boolean {
  if (!(error instanceof Error) || !('code' in error)) return false
  return error.code === 'ECONNREFUSED' || error.code === 'UND_ERR_DESTROYED'
}
