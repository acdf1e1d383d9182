import { Writable } from 'node:stream'
import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createDataCipher } from '../../../bot/members/data-cipher.ts'
import { createMetrics } from '../../../bot/metrics.ts'
import { createWecom, type Wecom, type WecomOptions } from '../../../bot/wecom/client.ts'
import { WecomError } from '../../../bot/wecom/error-table.ts'
import { openDatabase, type Database } from '../../../prisma/db.ts'
import { emptyDatabase, useDatabase } from '../../support/database.ts'
import { createTestClock } from '../../support/test-deps.ts'
import { startWecomStub, type StubAnswer, type StubCall, type WecomStub } from './wecom-stub.ts'

const db = useDatabase()
const SECRET = 'the-secret-of-the-app'
const GET = '/cgi-bin/externalcontact/get'
const SEND = '/cgi-bin/message/send'
const TOKEN = '/cgi-bin/gettoken'

let stub: WecomStub
let answers: (call: StubCall, nth: number) => StubAnswer | undefined
let lines: string[]
let metrics: ReturnType<typeof createMetrics>
const clock = createTestClock()

beforeEach(async () => {
  await emptyDatabase(db)
  clock.set('2026-11-22T01:00:00Z')
  lines = []
  metrics = createMetrics()
  answers = () => undefined
  let token = 0
  stub = await startWecomStub((call, nth) => {
    const scripted = answers(call, nth)
    if (scripted) return scripted
    if (call.path === TOKEN) {
      token += 1
      return { json: { errcode: 0, access_token: `token-${token}`, expires_in: 7200 }, delayMs: 20 }
    }
    if (call.path.includes('ticket'))
      return { json: { errcode: 0, ticket: `ticket of ${call.path}`, expires_in: 7200 } }
    const customer = call.path === GET && { external_contact: { external_userid: 'wm1' } }
    return { json: { errcode: 0, errmsg: 'ok', ...customer } }
  })
})

afterEach(() => stub.close())

function client(options: Partial<WecomOptions> = {}, database: Database = db): Wecom {
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines.push(chunk.toString())
      done()
    },
  })
  return createWecom({
    db: database,
    clock,
    log: pino({ level: 'trace' }, sink),
    metrics,
    apiUrl: stub.url,
    corpId: 'ww0000000000000001',
    agentSecret: SECRET,
    cipher: createDataCipher('11'.repeat(32)),
    ...options,
  })
}

/** The failure of a call; fails the test when there is none. */
async function failureOf(call: Promise<unknown>): Promise<WecomError> {
  const error: unknown = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(WecomError)
  return error as WecomError
}

const errcode = (code: number): StubAnswer => ({ json: { errcode: code, errmsg: 'never read' } })
const on = (path: string, give: (nth: number) => StubAnswer | undefined) => {
  answers = (call, nth) => (call.path === path ? give(nth) : undefined)
}

describe('a call', () => {
  it('carries the token in the query and the body as raw UTF-8', async () => {
    await client().post(SEND, { touser: 'zhang', text: { content: '生日快乐' } })

    const call = stub.calls.at(-1)
    expect(call).toMatchObject({
      path: SEND,
      token: 'token-1',
      body: { text: { content: '生日快乐' } },
    })
  })

  it('takes a path with or without /cgi-bin/', async () => {
    const wecom = client()

    await wecom.get('externalcontact/get', { external_userid: 'wm1' })
    await wecom.get('/cgi-bin/externalcontact/get', { external_userid: 'wm1' })

    expect(stub.count(GET)).toBe(2)
  })

  it('succeeds where the answer has no errcode', async () => {
    const json = { external_contact: { external_userid: 'wm1' } }
    on(GET, () => ({ json }))

    await expect(client().get(GET)).resolves.toEqual(json)
  })

  it('is logged and counted with its trace, path and errcode', async () => {
    on(GET, () => errcode(84061))

    await failureOf(client().get(GET, {}, { traceId: 'trace-1' }))

    const line = lines
      .map((text) => JSON.parse(text) as Record<string, unknown>)
      .find(({ path }) => path === GET)
    expect(line).toMatchObject({ traceId: 'trace-1', errcode: '84061' })
    expect(line?.['ms']).toBeTypeOf('number')
    expect(await metrics.registry.metrics()).toContain(
      `guide_wecom_calls_total{path="${GET}",errcode="84061"} 1`,
    )
  })
})

describe('the error table', () => {
  it.each([
    [-1, 'retry', 4],
    [6000, 'retry', 4],
    [45033, 'retry', 4],
    [41063, 'retry', 1],
    [41051, 'done', 1],
    [84061, 'give_up', 1],
    [40096, 'give_up', 1],
    [41070, 'give_up', 1],
    [99_999_999, 'give_up', 1],
    [40001, 'alarm', 1],
    [60020, 'alarm', 1],
    [48002, 'alarm', 1],
    [40058, 'alarm', 1],
  ])('of a read makes of %i: %s after %i calls', async (code, action, calls) => {
    on(GET, () => errcode(code))

    const error = await failureOf(client().get(GET))

    expect(error).toMatchObject({ errcode: code, action, path: GET })
    expect(stub.count(GET)).toBe(calls)
  })

  it.each<[string, StubAnswer, string]>([
    ['HTTP 500', { status: 500, text: 'oops' }, 'http_status'],
    ['HTTP 502 with a page', { status: 502, text: '<html>' }, 'http_status'],
    ['HTTP 404', { status: 404, text: '' }, 'http_status'],
    ['a reset', { reset: true }, 'connection'],
    ['silence', { delayMs: 5_000 }, 'timeout'],
    ['a body that drips', { drip: true }, 'timeout'],
    ['no JSON', { text: '<xml/>' }, 'bad_answer'],
    ['half of a JSON', { text: '{"errcode":0' }, 'bad_answer'],
    ['a JSON list', { json: [] }, 'bad_answer'],
    ['an errcode in quotes', { json: { errcode: '0' } }, 'bad_answer'],
    ['an errcode of 1.5', { json: { errcode: 1.5 } }, 'bad_answer'],
    ['9 MB', { text: `{"x":"${'y'.repeat(9 * 1024 * 1024)}"}` }, 'bad_answer'],
  ])('makes of %s: retry, by the job where it is a send', async (_name, answer, why) => {
    on(SEND, () => answer)

    const error = await failureOf(client({ timeLimitMs: 300 }).post(SEND, { touser: 'zhang' }))

    expect(error).toMatchObject({ action: 'retry', why })
    expect(stub.count(SEND)).toBe(1)
  })

  it('lets a read succeed after two failures', async () => {
    on(GET, (nth) => [{ reset: true }, errcode(-1)][nth - 1])

    await expect(client().get(GET)).resolves.toMatchObject({ errcode: 0 })

    expect(stub.count(GET)).toBe(3)
  })

  it.each<[string, StubAnswer]>([
    ['no JSON', { text: '<xml/>' }],
    ['another shape', { json: { errcode: 0, external_contact: {}, follow_user: 'nobody' } }],
  ])('holds nobody up by reading again at once what came as %s', async (_name, answer) => {
    on(GET, () => answer)

    const error = await failureOf(client().get(GET))

    expect(error).toMatchObject({ action: 'retry', why: 'bad_answer' })
    expect(stub.count(GET)).toBe(1)
  })

  it.each([40014, 42001])('makes of %i a new token, once', async (code) => {
    answers = ({ path, token }) =>
      path === SEND && token === 'token-1' ? errcode(code) : undefined

    await client().post(SEND, { touser: 'zhang' })

    expect(stub.calls.map(({ path, token }) => [path, token])).toEqual([
      [TOKEN, null],
      [SEND, 'token-1'],
      [TOKEN, null],
      [SEND, 'token-2'],
    ])
  })

  it('gives up when the new token is refused too', async () => {
    on(SEND, () => errcode(42001))

    const error = await failureOf(client().post(SEND, { touser: 'zhang' }))

    expect(error.action).toBe('refresh')
    expect(stub.count(TOKEN)).toBe(2)
    expect(stub.count(SEND)).toBe(2)
  })

  it('goes on where WeCom gives the same token again', async () => {
    answers = ({ path }, nth) => {
      if (path === TOKEN) return { json: { access_token: 'same', expires_in: 7200 } }
      return path === SEND && nth === 1 ? errcode(40014) : undefined
    }
    const wecom = client()

    await wecom.post(SEND, { touser: 'zhang' })
    await wecom.post(SEND, { touser: 'li' })

    expect(stub.count(TOKEN)).toBe(2)
  })

  it('calls nothing while 45009 blocks the interface, from any process', async () => {
    on(SEND, () => errcode(45009))
    const other = openDatabase(db.url)

    const first = await failureOf(client().post(SEND, { touser: 'zhang' }))
    const second = await failureOf(client({}, other).post(SEND, { touser: 'li' }))
    await client().get(GET)
    await other.close()

    expect(first).toMatchObject({ action: 'retry', retryAfterMs: 60_000 })
    expect(second).toMatchObject({ action: 'retry', why: 'limited' })
    expect(second.retryAfterMs).toBeGreaterThan(50_000)
    expect(stub.count(SEND)).toBe(1)
  })
})

describe('the token', () => {
  it('is fetched once for 64 callers', async () => {
    const wecom = client()

    await Promise.all(Array.from({ length: 64 }, () => wecom.get(GET)))

    expect(stub.count(TOKEN)).toBe(1)
  })

  it('is refreshed once when 64 callers find it expired', async () => {
    const wecom = client()
    await wecom.get(GET)
    answers = ({ path, token }) =>
      path === GET && token === 'token-1' ? errcode(42001) : undefined

    await Promise.all(Array.from({ length: 64 }, () => wecom.get(GET)))

    expect(stub.count(TOKEN)).toBe(2)
  })

  it('is fetched once for two processes', async () => {
    const other = openDatabase(db.url)
    const processes = [client(), client({}, other)]

    await Promise.all(processes.flatMap((wecom) => [wecom.get(GET), wecom.get(GET)]))
    await other.close()

    expect(stub.count(TOKEN)).toBe(1)
  })

  it('is taken anew before it ends', async () => {
    const wecom = client()
    await wecom.get(GET)

    clock.set('2026-11-22T02:54:00Z')
    await wecom.get(GET)
    clock.set('2026-11-22T02:56:00Z')
    await wecom.get(GET)

    expect(stub.calls.filter(({ path }) => path === GET).map(({ token }) => token)).toEqual([
      'token-1',
      'token-1',
      'token-2',
    ])
  })

  it('survives a restart, unreadable in the database', async () => {
    await client().get(GET)

    await client().get(GET)

    expect(stub.count(TOKEN)).toBe(1)
    const stored = await db.pool.query<{ text: string }>(
      `select encode(value_enc, 'escape') as text from wecom_token`,
    )
    expect(stored.rows).toHaveLength(1)
    expect(stored.rows[0]?.text).not.toContain('token-1')
  })

  it('is fetched anew where another DATA_KEY wrote it', async () => {
    await client().get(GET)

    await client({ cipher: createDataCipher('22'.repeat(32)) }).get(GET)

    expect(stub.count(TOKEN)).toBe(2)
  })

  it('is not asked for again and again with a wrong secret', async () => {
    on(TOKEN, () => errcode(40001))
    const wecom = client()

    const errors = []
    for (let i = 0; i < 20; i += 1)
      errors.push(await failureOf(wecom.post(SEND, { touser: 'zhang' })))

    expect(stub.count(TOKEN)).toBe(1)
    expect(stub.count(SEND)).toBe(0)
    for (const error of errors) expect(error).toMatchObject({ errcode: 40001, action: 'alarm' })
    expect(errors[0]?.retryAfterMs).toBeGreaterThan(4_000)
  })

  it.each([
    ['no token', { errcode: 0 }],
    ['an empty token', { access_token: '', expires_in: 7200 }],
    ['a token without an end', { access_token: 'x' }],
    ['an end in the past', { access_token: 'x', expires_in: -1 }],
  ])('is not taken from an answer with %s', async (_name, json) => {
    on(TOKEN, () => ({ json }))

    const error = await failureOf(client().get(GET))

    expect(error).toMatchObject({ path: TOKEN, why: 'bad_answer', action: 'retry' })
  })

  it('comes in three kinds, each from its own address', async () => {
    const wecom = client()

    const all = await Promise.all([
      wecom.token('jsapi_ticket'),
      wecom.token('agent_ticket'),
      wecom.token('access_token'),
    ])

    expect(all).toEqual([
      'ticket of /cgi-bin/get_jsapi_ticket',
      'ticket of /cgi-bin/ticket/get',
      'token-1',
    ])
    const agent = stub.calls.find(({ path }) => path === '/cgi-bin/ticket/get')
    expect(agent?.query.get('type')).toBe('agent_config')
    expect(stub.count(TOKEN)).toBe(1)
  })
})

it('never writes a secret into a log line or an error', async () => {
  const failures: StubAnswer[] = [
    errcode(40058),
    errcode(60020),
    { reset: true },
    { delayMs: 1_000 },
    { status: 500, text: 'oops' },
    { text: 'no json' },
  ]
  const wecom = client({ timeLimitMs: 200 })
  const errors: string[] = []
  for (const failure of failures) {
    on(SEND, () => failure)
    const error = await failureOf(
      wecom.post(SEND, { touser: 'zhang', text: { content: '13800001111' } }),
    )
    errors.push(`${error.message} ${error.stack} ${JSON.stringify(error)}`)
  }
  const elsewhere = createWecom({
    db,
    clock: createTestClock('2030-01-01T00:00:00Z'),
    log: pino({ level: 'silent' }),
    metrics,
    apiUrl: 'http://127.0.0.1:1',
    corpId: 'ww0000000000000001',
    agentSecret: SECRET,
    cipher: createDataCipher('11'.repeat(32)),
  })
  const refused = await failureOf(elsewhere.get(GET))
  errors.push(`${refused.message} ${JSON.stringify(refused)}`)

  const written = [...lines, ...errors].join('\n')

  expect(written).toContain(SEND)
  for (const secret of [SECRET, 'token-1', '13800001111', 'access_token='])
    expect(written).not.toContain(secret)
})
