import { Readable } from 'node:stream'
import { request as httpRequest } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createApiKey, revokeApiKey } from '../../bot/members/api-keys.ts'
import { aMember, anOrder, aStore } from '../bot/members/chain-rows.ts'
import { emptyDatabase, useDatabase } from '../support/database.ts'
import { createTestClock } from '../support/test-deps.ts'
import { buildTestApp, type TestApp } from '../support/test-app.ts'

const db = useDatabase()
const clock = createTestClock()
let test: TestApp
let key = ''

beforeAll(async () => {
  test = await buildTestApp(db, { clock })
})
afterAll(() => test.close())
beforeEach(async () => {
  await emptyDatabase(db)
  const made = await createApiKey(db.prisma, 'pos', clock.now())
  if (made.ok) key = made.key
})

const bearer = () => ({ authorization: `Bearer ${key}` })
const put = (kind: string, body: unknown, headers: Record<string, string> = bearer()) =>
  test.app.inject({
    method: 'PUT',
    url: `/open/v1/${kind}`,
    headers: { 'content-type': 'application/json', ...headers },
    payload: typeof body === 'string' ? body : JSON.stringify(body),
  })
const post = (kind: string, body: string | Readable, type = 'application/x-ndjson') =>
  test.app.inject({
    method: 'POST',
    url: `/open/v1/import/${kind}`,
    headers: { ...bearer(), 'content-type': type },
    payload: body,
  })

describe('the key of the open API', () => {
  it.each([
    ['none', undefined],
    ['an unknown one', 'Bearer guide_0123456789abcdef0123456789abcdef'],
    ['no bearer', 'Basic cG9zOnBvcw=='],
    ['nonsense', 'Bearer '],
  ])('is asked for: %s is refused', async (_what, authorization) => {
    const answer = await put('stores', { items: [] }, authorization ? { authorization } : {})

    expect(answer.statusCode).toBe(401)
    expect(answer.json()).toMatchObject({ code: 'API_KEY_REFUSED' })
    expect(answer.headers['www-authenticate']).toBe('Bearer')
  })

  it('opens nothing once it is revoked', async () => {
    expect((await put('stores', { items: [] })).statusCode).toBe(200)

    await revokeApiKey(db.prisma, 'pos', clock.now())

    expect((await put('stores', { items: [] })).statusCode).toBe(401)
  })

  it('is kept as a hash, and its use noted at most each minute', async () => {
    const used = async () => (await db.prisma.apiKey.findMany())[0]?.lastUsedAt?.toISOString()
    await put('stores', { items: [] })
    const first = await used()
    clock.set(new Date(clock.now().getTime() + 30_000))
    await put('stores', { items: [] })
    expect(await used()).toBe(first)

    clock.set(new Date(clock.now().getTime() + 31_000))
    await put('stores', { items: [] })

    expect(await used()).not.toBe(first)
    const [row] = await db.prisma.apiKey.findMany()
    expect(Buffer.from(row?.hash ?? []).toString('latin1')).not.toContain(key.slice(6))
  })

  it('is asked for by every address below /open', async () => {
    for (const [method, url] of [
      ['GET', '/open/v1/tasks'],
      ['GET', '/open/v1/touches'],
      ['GET', '/open/v1/webhooks'],
      ['POST', '/open/v1/webhooks'],
      ['DELETE', '/open/v1/webhooks/1'],
      ['POST', '/open/v1/import/orders'],
    ] as const) {
      const answer = await test.app.inject({ method, url })
      expect([url, answer.statusCode]).toEqual([url, 401])
    }
  })
})

describe('PUT /open/v1/:kind', () => {
  it('answers the totals, and names bad rows while it keeps good ones', async () => {
    const answer = await put('stores', { items: [aStore(), { storeNo: 'S2', name: 7 }] })

    expect(answer.statusCode).toBe(200)
    expect(answer.json()).toEqual({
      accepted: 1,
      unchanged: 0,
      rejected: [
        {
          index: 1,
          id: 'S2',
          code: 'BAD_FIELD',
          message: "name: write the store's name, 1 to 100 characters.",
        },
      ],
      warnings: [],
    })
  })

  it('takes 1000 rows, and refuses 1001 as a whole', async () => {
    const items = Array.from({ length: 1001 }, (_, n) => anOrder({ orderNo: `O${n}` }))

    const tooMany = await put('orders', { items })
    expect([tooMany.statusCode, tooMany.json<{ code: string }>().code]).toEqual([
      400,
      'TOO_MANY_ITEMS',
    ])
    expect(await db.prisma.order.count()).toBe(0)

    const answer = await put('orders', { items: items.slice(1) })
    expect(answer.json()).toMatchObject({ accepted: 1000, rejected: [] })
  })

  it.each([
    ['not JSON', '{"items": [', 400, 'BAD_INPUT'],
    ['no list', '{"items": {}}', 400, 'BAD_INPUT'],
    ['nothing', '{}', 400, 'BAD_INPUT'],
    ['a list', '[]', 400, 'BAD_INPUT'],
    ['null', 'null', 400, 'BAD_INPUT'],
    ['a number', '17', 400, 'BAD_INPUT'],
    ['one field too many', '{"items": [], "mode": "x"}', 400, 'BAD_INPUT'],
    ['6 MiB', `{"items": ["${'x'.repeat(6 * 1024 * 1024)}"]}`, 413, 'TOO_LARGE'],
  ])('refuses a body of %s', async (_what, body, status, code) => {
    const answer = await put('stores', body)

    expect([answer.statusCode, answer.json<{ code: string }>().code]).toEqual([status, code])
  })

  it('takes a body of 4 MiB', async () => {
    const attributes = { note: 'x'.repeat(4_000) }
    const items = Array.from({ length: 1000 }, (_, n) => aMember({ memberNo: `M${n}`, attributes }))

    expect((await put('members', { items })).json()).toMatchObject({ accepted: 1000 })
  })

  it('does not know other kinds', async () => {
    expect((await put('shops', { items: [] })).statusCode).toBe(404)
  })

  it('has the statistics right when it answers', async () => {
    await put('members', { items: [aMember()] })

    await put('orders', { items: [anOrder({ refundedFen: 1_000 })] })

    expect((await db.prisma.customerStats.findMany())[0]).toMatchObject({
      ordersTotal: 1,
      spendTotalFen: 9_000n,
    })
  })
})

describe('POST /open/v1/import/:kind', () => {
  it('takes lines of any number, and names a bad one with its line', async () => {
    const lines = Array.from({ length: 2_500 }, (_, n) =>
      JSON.stringify(anOrder({ orderNo: `O${n}` })),
    )
    lines.splice(
      1_200,
      0,
      '{"orderNo": ',
      '',
      JSON.stringify(anOrder({ orderNo: 'bad', amountFen: -1 })),
    )

    const answer = await post('orders', `\ufeff${lines.join('\n')}\r\n`)

    expect(answer.statusCode).toBe(200)
    const body = answer.json<{ rejected: { line: number; code: string; id: string | null }[] }>()
    expect(body).toMatchObject({ accepted: 2_500, unchanged: 0, rejectedTotal: 2 })
    expect(body.rejected.map(({ line, code, id }) => [line, code, id])).toEqual([
      [1201, 'BAD_LINE', null],
      [1203, 'BAD_FIELD', 'bad'],
    ])
    const [run] = await db.prisma.importRun.findMany()
    expect(run).toMatchObject({ kind: 'orders', source: 'api:pos', accepted: 2_500, rejected: 2 })
    expect(run?.finishedAt).not.toBeNull()
  })

  it('changes nothing when it is sent again', async () => {
    const body = [1, 2, 3].map((n) => JSON.stringify(anOrder({ orderNo: `O${n}` }))).join('\n')
    await post('orders', body)

    expect((await post('orders', body)).json()).toMatchObject({ accepted: 0, unchanged: 3 })
  })

  it('names the first 1000 bad lines and counts all', async () => {
    const answer = await post('orders', '{}\n'.repeat(3_000))

    const body = answer.json<{ rejected: unknown[] }>()
    expect(body.rejected).toHaveLength(1000)
    expect(body).toMatchObject({ accepted: 0, rejectedTotal: 3_000 })
  })

  it('stands lines that are too long or not UTF-8', async () => {
    const good = JSON.stringify(anOrder())
    const body = Buffer.concat([
      Buffer.from(`"${'x'.repeat(3 * 1024 * 1024)}"\n`),
      Buffer.from([0x22, 0xff, 0xfe, 0x22, 0x0a]),
      Buffer.from(good),
    ])

    const answer = await post('orders', Readable.from([body]))

    expect(answer.json()).toMatchObject({
      accepted: 1,
      rejected: [
        { line: 1, code: 'BAD_LINE' },
        { line: 2, code: 'BAD_LINE' },
      ],
    })
  })

  it('reads a character that is cut in two by the network', async () => {
    const bytes = Buffer.from(JSON.stringify(aStore({ name: '静安店' })))
    const pieces = [...bytes].map((byte) => Buffer.from([byte]))

    expect((await post('stores', Readable.from(pieces))).json()).toMatchObject({ accepted: 1 })
    expect((await db.prisma.store.findMany())[0]?.name).toBe('静安店')
  })

  it.each([
    ['orders', 'application/json', 415, 'UNSUPPORTED_TYPE'],
    ['shops', 'application/x-ndjson', 400, 'BAD_INPUT'],
  ])('refuses %s as %s', async (kind, type, status, code) => {
    const answer = await post(kind, '{}', type)

    expect([answer.statusCode, answer.json<{ code: string }>().code]).toEqual([status, code])
  })

  it('keeps what came before a sender breaks off, in bounded memory', async () => {
    await test.app.listen({ port: 0, host: '127.0.0.1' })
    const { port } = test.app.server.address() as AddressInfo
    const sent = new Promise<void>((resolve) => {
      const call = httpRequest({
        port,
        method: 'POST',
        path: '/open/v1/import/orders',
        headers: { ...bearer(), 'content-type': 'application/x-ndjson' },
      })
      call.on('error', () => resolve())
      for (let n = 0; n < 1_500; n++)
        call.write(`${JSON.stringify(anOrder({ orderNo: `O${n}` }))}\n`)
      call.write('{"orderNo": "half')
      setTimeout(() => call.destroy(), 1_500)
    })
    await sent

    await expect.poll(() => db.prisma.order.count(), { timeout: 10_000 }).toBe(1_500)
    expect((await db.prisma.importRun.findMany())[0]?.finishedAt).toBeNull()
  })
})
