import { percentile } from '../../support/figures.ts'
import { openConnection, type Connection } from './connection.ts'
import type { LoadPlan, LoadReport } from './messages.ts'

interface Tally {
  latencies: number[]
  ok: number
  acknowledged: Uint8Array
}

/** Sends the requests as planned and tells what came back. @throws when the server hangs up */
export async function drive(requests: readonly Uint8Array[], plan: LoadPlan): Promise<LoadReport> {
  const broken: { fail: (why: Error) => void } = { fail: () => undefined }
  const failed = new Promise<never>((_, reject) => (broken.fail = reject))
  const connections = await Promise.all(
    Array.from({ length: plan.connections }, () =>
      openConnection(plan.port, (why) => broken.fail(why)),
    ),
  )
  const tally: Tally = { latencies: [], ok: 0, acknowledged: new Uint8Array(requests.length) }
  const usedBefore = process.cpuUsage()
  const started = performance.now()
  const sendAll = plan.perSecond === undefined ? asFastAsAnswered : atEvenTimes
  try {
    await Promise.race([sendAll(connections, requests, plan, tally), failed])
  } finally {
    for (const connection of connections) connection.close()
  }
  const seconds = (performance.now() - started) / 1000
  const used = process.cpuUsage(usedBefore)
  const { latencies, ok, acknowledged } = tally
  const sorted = latencies.toSorted((a, b) => a - b)
  return {
    answered: latencies.length,
    seconds,
    ok,
    p50: percentile(sorted, 50),
    p99: percentile(sorted, 99),
    max: sorted.at(-1) ?? Number.NaN,
    busy: (used.user + used.system) / 1e6 / seconds,
    acknowledged,
  }
}

/** Each connection sends its next request as soon as the last one is answered. */
async function asFastAsAnswered(
  connections: readonly Connection[],
  requests: readonly Uint8Array[],
  plan: LoadPlan,
  tally: Tally,
): Promise<void> {
  const take = places(requests.length, plan)
  const until = performance.now() + plan.ms
  await Promise.all(
    connections.map(
      (connection) =>
        new Promise<void>((done) => {
          const next = (): void => {
            const sentAt = performance.now()
            const place = sentAt < until ? take() : undefined
            const request = place === undefined ? undefined : requests[place]
            if (place === undefined || request === undefined) {
              done()
              return
            }
            connection.send(request, (status) => {
              count(tally, place, status, performance.now() - sentAt)
              next()
            })
          }
          next()
        }),
    ),
  )
}

/**
 * A request is due each 1/perSecond; one that finds every connection busy waits, and that wait counts: an answer
 * that comes late may not make the next ones look early (coordinated omission).
 */
async function atEvenTimes(
  connections: readonly Connection[],
  requests: readonly Uint8Array[],
  plan: LoadPlan,
  tally: Tally,
): Promise<void> {
  const take = places(requests.length, plan)
  const gapMs = 1000 / (plan.perSecond ?? 1)
  const total = Math.floor(plan.ms / gapMs)
  const idle = [...connections]
  const began = performance.now()
  let due = 0
  let answered = 0
  await new Promise<void>((done) => {
    const pump = (): void => {
      while (due < total && idle.length > 0) {
        const dueAt = began + due * gapMs
        const place = performance.now() < dueAt ? undefined : take()
        const request = place === undefined ? undefined : requests[place]
        const connection = place === undefined ? undefined : idle.pop()
        if (place === undefined || request === undefined || connection === undefined) return
        due += 1
        connection.send(request, (status) => {
          count(tally, place, status, performance.now() - dueAt)
          idle.push(connection)
          answered += 1
          if (answered === total) {
            clearInterval(timer)
            done()
          } else pump()
        })
      }
    }
    const timer = setInterval(pump, 1)
  })
}

function count(tally: Tally, place: number, status: number, ms: number): void {
  tally.latencies.push(ms)
  if (status !== 200) return
  tally.ok += 1
  tally.acknowledged[place] = 1
}

/** The places of the requests in order. */
function places(length: number, { first, again }: LoadPlan): () => number | undefined {
  const end = Math.min(first ?? length, length)
  let next = 0
  return () => {
    if (next === end) {
      if (!again) return undefined
      next = 0
    }
    return next++
  }
}
