import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createApiKey } from '../../bot/members/api-keys.ts'
import { openDatabase } from '../../prisma/db.ts'
import { createApp } from '../../server/app.ts'
import { CLIENT_LIMITS } from '../../server/slow-clients.ts'
import { useDatabase } from '../support/database.ts'
import { buildTestApp, signIn, type TestApp } from '../support/test-app.ts'
import { twoStores, type TwoStores } from './support/two-stores.ts'

const db = useDatabase()
let test: TestApp
let chain: TwoStores
let headers: { cookie: string }
let key: string

beforeAll(async () => {
  const requestDb = openDatabase(db.url, { connections: 10, statementMs: 300 })
  test = await buildTestApp(db, { requestsPerMinute: 100_000, requestDb })
  chain = await twoStores(db)
  headers = await signIn(test.app, chain.guide.userid)
  const made = await createApiKey(db.prisma, 'limits', new Date())
  if (made.ok) key = made.key
})
afterAll(() => test.close())

/** Holds a lock of the database until `release`. */
async function holding(sql: string): Promise<{ release: () => Promise<void> }> {
  const client = new pg.Client({ connectionString: db.url })
  await client.connect()
  await client.query(`begin; ${sql}`)
  return { release: () => client.end() }
}

describe('a statement that takes too long', () => {
  it('ends a page’s read in time, and says so', async () => {
    const lock = await holding('lock table touch in access exclusive mode')

    const answer = await test.app.inject({
      url: `/api/customers/${chain.customer.id}/timeline`,
      headers,
    })
    await lock.release()

    expect(answer.statusCode).toBe(503)
    expect(answer.json()).toMatchObject({ code: 'TOOK_TOO_LONG' })
    expect(answer.headers['retry-after']).toBe('5')
  })

  it('ends a write that waits for a row, and changes nothing', async () => {
    const lock = await holding(`select 1 from customer where id = ${chain.customer.id} for update`)

    const answer = await test.app.inject({
      method: 'PATCH',
      url: `/api/customers/${chain.customer.id}`,
      headers,
      payload: { birthday: '05-20' },
    })
    await lock.release()

    expect(answer.json()).toMatchObject({ code: 'TOOK_TOO_LONG' })
    expect(
      await db.prisma.customer.findUnique({
        where: { id: chain.customer.id },
        select: { birthdayMd: true },
      }),
    ).toEqual({ birthdayMd: null })
  })

  it('does not end an import: rows wait for what is before them', async () => {
    const lock = await holding('lock table store in access exclusive mode')

    const answer = test.app.inject({
      method: 'PUT',
      url: '/open/v1/stores',
      headers: { authorization: `Bearer ${key}` },
      payload: { items: [{ storeNo: 'S9', name: '新店' }] },
    })
    await sleep(900)
    await lock.release()

    expect((await answer).json()).toMatchObject({ accepted: 1 })
  })
})

describe('a connection', () => {
  it('stays open when a statement of a page fails on it: others need no new one', async () => {
    const requestDb = test.deps.requestDb
    const opened: unknown[] = []
    requestDb?.pool.on('connect', (client) => opened.push(client))
    const lock = await holding('lock table touch in access exclusive mode')
    const ask = () =>
      test.app.inject({ url: `/api/customers/${chain.customer.id}/timeline`, headers })

    for (let times = 0; times < 3; times += 1) expect((await ask()).statusCode).toBe(503)
    await lock.release()

    expect(opened.length).toBeLessThanOrEqual(1)
  })
})

describe('one person', () => {
  const own = () =>
    test.app.inject({ url: `/api/customers/${chain.customer.id}/timeline`, headers })

  it('has a short burst of twenty answered, each in its turn', async () => {
    const me = () => test.app.inject({ url: '/api/me', headers })
    await me()

    const codes = (await Promise.all(Array.from({ length: 20 }, me))).map(
      ({ statusCode }) => statusCode,
    )

    expect(new Set(codes)).toEqual(new Set([200]))
  })

  it('is told at once to come back when more than that wait', async () => {
    const lock = await holding('lock table touch in access exclusive mode')
    const began = performance.now()
    const timed = async () => ({ answer: await own(), took: performance.now() - began })
    const all = await Promise.all(Array.from({ length: 41 }, timed))
    await lock.release()

    const [first] = all
      .filter(({ answer }) => answer.statusCode === 429)
      .toSorted((a, b) => a.took - b.took)
    expect(first?.answer.headers['retry-after']).toBe('1')
    expect(first?.took).toBeLessThan(900)
    expect((await own()).statusCode).toBe(200)
  })

  it('has eight requests under way at once; whose turn does not come within a second may try again, and others are not held up', async () => {
    const lock = await holding('lock table touch in access exclusive mode')

    const many = Array.from({ length: 40 }, own)
    const other = await test.app.inject({
      url: '/api/me',
      headers: await signIn(test.app, chain.farGuide.userid),
    })
    const { rows } = await db.pool.query<{ waiting: number }>(
      `select count(*)::int as waiting from pg_stat_activity
       where datname = current_database() and wait_event_type = 'Lock'`,
    )
    const codes = (await Promise.all(many)).map(({ statusCode }) => statusCode)
    await lock.release()

    expect(other.statusCode).toBe(200)
    expect(rows[0]?.waiting).toBeLessThanOrEqual(8)
    // four times eight run out of their 300 ms, the rest of patience
    expect(new Set(codes)).toEqual(new Set([429, 503]))
    expect((await own()).statusCode).toBe(200)
  })
})

describe('a client that takes its time', () => {
  const limits = { ...CLIENT_LIMITS, headers: 300, request: 600, silence: 5_000, look: 50 }
  let port: number
  let close: () => Promise<void>
  beforeAll(async () => {
    const { requestDb: _, ...deps } = test.deps
    const app = await createApp(deps, { clientLimits: limits })
    await app.listen({ host: '127.0.0.1', port: 0 })
    const address = app.server.address()
    port = typeof address === 'object' ? (address?.port ?? 0) : 0
    close = () => app.close()
  })
  afterAll(() => close())

  /** Sends the parts with 200 ms between them; what came back, once the connection is closed or a second is over. */
  async function dripping(parts: string[]): Promise<{ text: string; closed: boolean }> {
    const socket: Socket = connect(port, '127.0.0.1')
    await once(socket, 'connect')
    let text = ''
    let closed = false
    socket.on('data', (chunk) => (text += String(chunk)))
    socket.on('error', () => undefined)
    socket.once('close', () => (closed = true))
    for (const part of parts) {
      if (!closed) socket.write(part)
      await sleep(200)
    }
    await sleep(300)
    socket.destroy()
    return { text, closed }
  }
  const drops = (n: number, drop = 'x') => Array.from({ length: n }, () => drop)

  it('over its headers is told so and cut off', async () => {
    const end = await dripping(['GET / HTTP/1.1\r\n', ...drops(5, 'x: y\r\n')])

    expect(end).toEqual({ text: expect.stringContaining('408 Request Timeout'), closed: true })
  })

  it('and says nothing at all is cut off', async () => {
    expect(await dripping(['', '', '', ''])).toMatchObject({ closed: true })
  })

  it('over a callback’s body is cut off', async () => {
    const head = 'POST /wecom/callback HTTP/1.1\r\nhost: a\r\ncontent-length: 100\r\n\r\n'

    expect(await dripping([head, ...drops(6)])).toMatchObject({ closed: true })
  })

  it('may stream rows for as long as it likes, with a key', async () => {
    const head = (auth: string) =>
      `POST /open/v1/import/stores HTTP/1.1\r\nhost: a\r\nauthorization: Bearer ${auth}\r\ncontent-type: application/x-ndjson\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n`
    const row = (n: number) => {
      const line = `{"storeNo":"D${n}","name":"店"}\n`
      return `${Buffer.byteLength(line).toString(16)}\r\n${line}\r\n`
    }
    const rows = Array.from({ length: 6 }, (_, n) => row(n))

    const good = await dripping([head(key), ...rows, '0\r\n\r\n'])
    const bad = await dripping([head('gk_wrong'), ...rows, '0\r\n\r\n'])

    expect(good.text).toContain('"accepted":6')
    expect(bad.text).toContain('API_KEY_REFUSED')
  })
})

describe('what one may ask for at once', () => {
  it('is a report of a year', async () => {
    const manager = await signIn(test.app, chain.manager.userid)
    const ask = (from: string) =>
      test.app.inject({
        url: `/api/reports/execution?from=${from}&to=2026-11-22`,
        headers: manager,
      })

    expect((await ask('2025-11-22')).statusCode).toBe(200)
    expect((await ask('2025-11-21')).json()).toMatchObject({ code: 'BAD_INPUT', field: 'from' })
  })

  it('is fifty webhooks', async () => {
    const add = (n: number) =>
      test.app.inject({
        method: 'POST',
        url: '/open/v1/webhooks',
        headers: { authorization: `Bearer ${key}` },
        payload: { url: `https://crm.example.com/${n}`, events: ['task.created'] },
      })
    for (let n = 0; n < 50; n += 1) expect((await add(n)).statusCode).toBe(201)

    expect((await add(50)).json()).toMatchObject({ code: 'TOO_MANY_WEBHOOKS' })
  })
})
