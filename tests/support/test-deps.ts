import { pino } from 'pino'
import type { BotDeps } from '../../bot/deps.ts'
import { createDataCipher } from '../../bot/members/data-cipher.ts'
import { createMetrics } from '../../bot/metrics.ts'
import type { Wecom } from '../../bot/wecom/client.ts'
import type { Database } from '../../prisma/db.ts'

/** A clock that shows what a test sets. */
export interface TestClock {
  now: () => Date
  set: (moment: string | Date) => void
}

export function createTestClock(start = '2026-11-22T01:00:00Z'): TestClock {
  let now = new Date(start)
  return { now: () => new Date(now), set: (moment) => (now = new Date(moment)) }
}

/** Every call that reached WeCom, answered by `answer(path, input)`; `{ errcode: 0 }` when it says nothing. */
export interface FakeWecom extends Wecom {
  calls: { path: string; input: Record<string, unknown> }[]
}

export function createFakeWecom(
  answer: (path: string, input: Record<string, unknown>) => unknown = () => undefined,
): FakeWecom {
  const calls: FakeWecom['calls'] = []
  const call = (path: string, input: Record<string, unknown>) => {
    calls.push({ path, input })
    return Promise.resolve().then(() => answer(path, input) ?? { errcode: 0, errmsg: 'ok' })
  }
  return {
    calls,
    get: (path, query) => call(path, query ?? {}) as never,
    post: (path, body) => call(path, body as Record<string, unknown>) as never,
    token: (kind) => Promise.resolve(`test-${kind}`),
  }
}

/** Everything the assistant needs, around a real database, with WeCom played by `wecom`. */
export function createTestDeps(
  db: Database,
  parts: Partial<BotDeps> & { clock?: BotDeps['clock'] } = {},
): BotDeps {
  return {
    db,
    clock: createTestClock(),
    log: pino({ level: 'silent' }),
    metrics: createMetrics(),
    wecom: createFakeWecom(),
    cipher: createDataCipher('11'.repeat(32)),
    corpId: 'ww0000000000000001',
    agentId: 1000002,
    publicUrl: 'http://127.0.0.1:7300',
    zone: 'Asia/Shanghai',
    scanAt: '08:55',
    pushAt: '09:00',
    ...parts,
  }
}
