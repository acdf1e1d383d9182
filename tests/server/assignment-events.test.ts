import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { customersCsv } from '../../server/api/assignments/customers-csv.ts'
import { createProgressHub } from '../../server/api/assignments/progress-hub.ts'
import type { AssignmentProgress } from '../../server/api/assignments/schema.ts'
import { emptyDatabase, useDatabase } from '../support/database.ts'
import { buildTestApp, signIn, type TestApp } from '../support/test-app.ts'
import { twoStores, type TwoStores } from './support/two-stores.ts'

const db = useDatabase()
let test: TestApp
let chain: TwoStores
let address: string
let id: bigint

beforeAll(async () => {
  test = await buildTestApp(db, { requestsPerMinute: 100_000 })
  address = await test.app.listen({ port: 0, host: '127.0.0.1' })
})
afterAll(() => test.close())
beforeEach(async () => {
  chain = await twoStores(db)
  const made = await db.prisma.assignment.create({
    data: {
      title: '新品',
      instruction: '请联系',
      filter: { member: true },
      assign: 'owner',
      createdBy: chain.manager.id,
      createdAt: test.deps.clock.now(),
      dispatchAt: test.deps.clock.now(),
      dueAt: new Date('2099-01-01T00:00:00Z'),
      everywhere: false,
      storeNo: 'S1',
      customers: 1,
      stage: 'open',
    },
  })
  id = made.id
})
afterEach(async () => {
  vi.useRealTimers()
  await emptyDatabase(db)
})

/** Watches the assignment as a browser does; `text` grows, `over` resolves when the stream ends. */
async function watch() {
  const headers = await signIn(test.app, chain.manager.userid)
  const answer = await fetch(`${address}/api/assignments/${id}/events`, { headers })
  const heard = { text: '', over: Promise.resolve() }
  const read = async () => {
    const decoder = new TextDecoder()
    for await (const part of answer.body ?? []) heard.text += decoder.decode(part as Uint8Array)
  }
  heard.over = read()
  return heard
}

describe('the table of an assignment’s customers', () => {
  it('breaks off with the database instead of looking whole', async () => {
    await db.pool.query(
      `with made as (insert into customer (name) select '客' || i from generate_series(1, 1500) i returning id)
       insert into assignment_customer (assignment_id, customer_id, priority) select $1, id, 1 from made`,
      [id],
    )
    const read = async (pages: number): Promise<string> => {
      let left = pages
      const connect = () =>
        (left -= 1) < 0 ? Promise.reject(new Error('away')) : db.pool.connect()
      const pool = new Proxy(db.pool, {
        get: (target, key) =>
          key === 'connect' ? connect : (Reflect.get(target, key, target) as unknown),
      })
      let table = ''
      for await (const part of customersCsv({ ...test.deps, db: { ...db, pool } }, id, {}, 'zh-CN'))
        table += String(part)
      return table
    }

    expect((await read(2)).trim().split('\n')).toHaveLength(1_501)
    await expect(read(1)).rejects.toThrow('away')
  })
})

describe('the progress of an assignment', () => {
  it('is told as it changes', async () => {
    const heard = await watch()
    await vi.waitFor(() => expect(heard.text).toContain('"state":"open"'))

    await db.prisma.assignment.update({ where: { id }, data: { decided: 1 } })
    await vi.waitFor(() => expect(heard.text).toContain('"dispatch":{"done":1,"total":1}'), 5_000)

    await db.prisma.assignment.update({ where: { id }, data: { stage: 'cancelled' } })
    await heard.over
    expect(heard.text.match(/event: progress/g)).toHaveLength(3)
  })

  it('is asked of the database once for all who watch', async () => {
    const asked = vi.spyOn(db.pool, 'connect')
    const hub = createProgressHub(test.deps)
    const looks = async (readers: number): Promise<number> => {
      asked.mockClear()
      const told: AssignmentProgress[] = []
      const ends = Array.from({ length: readers }, () => hub.watch(id, (one) => told.push(one)))
      await vi.waitFor(() => expect(told).toHaveLength(readers))
      for (const end of ends) end()
      return asked.mock.calls.length
    }

    const alone = await looks(1)
    expect(alone).toBeGreaterThan(0)
    expect(await looks(50)).toBe(alone)
    asked.mockClear()
    await sleep(1_200)
    expect(asked).not.toHaveBeenCalled()
    asked.mockRestore()
  })

  it.each([
    [
      'has left',
      () => db.prisma.employee.update({ where: { id: chain.manager.id }, data: { active: false } }),
    ],
    [
      'is no manager any more',
      () => db.prisma.employee.update({ where: { id: chain.manager.id }, data: { role: 'guide' } }),
    ],
    [
      'has gone to another store',
      () => db.prisma.employee.update({ where: { id: chain.manager.id }, data: { storeNo: 'S2' } }),
    ],
  ])('is told no more to somebody who %s', async (_what, change) => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    const heard = await watch()
    vi.advanceTimersByTime(20_000)
    await vi.waitFor(() => expect(heard.text).toContain(': alive'))

    await change()
    vi.advanceTimersByTime(20_000)

    await heard.over
  })

  it('is told no more when the session has ended', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'Date'] })
    const heard = await watch()
    vi.setSystemTime(Date.now() + 12 * 3_600_000 + 1_000)
    vi.advanceTimersByTime(20_000)

    await heard.over
  })

  it('does not keep the server from stopping', async () => {
    const other = await buildTestApp(db, { requestsPerMinute: 100_000 })
    const there = await other.app.listen({ port: 0, host: '127.0.0.1' })
    const headers = await signIn(other.app, chain.manager.userid)
    const answer = await fetch(`${there}/api/assignments/${id}/events`, { headers })
    const read = answer.text()

    await other.close()

    expect(await read).toContain('retry:')
  })
})
