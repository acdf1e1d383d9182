import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { BotDeps } from '../../bot/deps.ts'
import { createMetrics } from '../../bot/metrics.ts'
import { startClock } from '../../server/clock.ts'
import { createDatabaseClock } from '../../server/database-clock.ts'
import { createTestDeps } from '../support/test-deps.ts'

const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE

describe('the minute’s clock', () => {
  beforeEach(() => vi.useFakeTimers())
  afterEach(() => vi.useRealTimers())

  it.each([
    ['a day back', -DAY],
    ['an hour ahead', 60 * MINUTE],
    ['five minutes back', -5 * MINUTE],
  ])('ticks on when the machine’s clock is set %s', async (_name, byMs) => {
    // at one in the morning a tick is one statement, and a look for what an update left to do
    vi.setSystemTime('2026-11-21T17:00:20Z')
    let ticks = 0
    const prisma = {
      $executeRaw: () => Promise.resolve((ticks += 1)),
      $transaction: () => Promise.resolve(),
    }
    const db = { prisma } as unknown as BotDeps['db']
    const clock = startClock(createTestDeps(db, { clock: { now: () => new Date() } }))
    await vi.advanceTimersByTimeAsync(MINUTE)

    vi.setSystemTime(Date.now() + byMs)
    await vi.advanceTimersByTimeAsync(3 * MINUTE)
    const whileItRan = ticks
    await clock.stop()
    await vi.advanceTimersByTimeAsync(3 * MINUTE)

    // one at the start, one a minute, perhaps one more as the clock is set
    expect(whileItRan).toBeGreaterThanOrEqual(4)
    expect(whileItRan).toBeLessThanOrEqual(6)
    expect(ticks).toBe(whileItRan)
  })
})

describe('the database’s clock', () => {
  const lines: string[] = []
  const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) })
  const databaseIs = (aheadMs: number) => ({
    query: () =>
      Promise.resolve({ rows: [{ at: performance.timeOrigin + performance.now() + aheadMs }] }),
  })
  const follow = async (aheadMs: number) => {
    const metrics = createMetrics()
    const clock = createDatabaseClock({ log, metrics })
    await clock.follow(databaseIs(aheadMs) as never)
    clock.stop()
    return { clock, metrics }
  }
  beforeEach(() => void lines.splice(0))
  afterEach(() => vi.useRealTimers())

  it('is told in place of the machine’s', async () => {
    const { clock } = await follow(DAY)

    expect(clock.now().getTime() - Date.now()).toBeCloseTo(DAY, -3)
  })

  it('is not moved when the machine’s clock is set', async () => {
    const { clock } = await follow(0)
    const before = clock.now().getTime()

    vi.useFakeTimers({ toFake: ['Date'] })
    vi.setSystemTime(Date.now() - DAY)

    expect(clock.now().getTime() - before).toBeLessThan(MINUTE)
    expect(clock.now().getTime()).toBeGreaterThanOrEqual(before)
  })

  it('is the machine’s until the database answers', async () => {
    const clock = createDatabaseClock({ log, metrics: createMetrics() })
    await clock.follow({ query: () => Promise.reject(new Error('away')) } as never)
    clock.stop()

    expect(Math.abs(clock.now().getTime() - Date.now())).toBeLessThan(1000)
  })

  it('says how far the machine is off, and alarms beyond half a minute', async () => {
    const { metrics } = await follow(-5 * MINUTE)

    const offset = await metrics.clockOffset.get()
    expect(offset.values[0]?.value).toBeCloseTo(300, 0)
    expect(lines.join()).toContain('"seconds":300')
  })

  it('is quiet about seconds', async () => {
    await follow(5_000)

    expect(lines).toEqual([])
  })
})
