import Fastify, { type FastifyInstance } from 'fastify'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createReceiver } from '../../bot/callbacks/receive.ts'
import { createMetrics } from '../../bot/metrics.ts'
import { signMessage } from '../../bot/wecom/crypto.ts'
import { buildEnvelope } from '../../bot/wecom/envelope.ts'
import { wecomCallbackRoutes } from '../../server/api/wecom-callback/routes.ts'
import { callbackRequest, eventXml } from '../bot/callbacks/callback-request.ts'
import { SAMPLE, V1, V2 } from '../bot/wecom/vectors.ts'
import { emptyDatabase, useDatabase } from '../support/database.ts'

const db = useDatabase()
let app: FastifyInstance
let metrics: ReturnType<typeof createMetrics>
let lines: string[]

beforeEach(async () => {
  await emptyDatabase(db)
  metrics = createMetrics()
  lines = []
  app = Fastify({
    logger: { level: 'info', stream: { write: (line: string) => void lines.push(line) } },
  })
  const receiver = createReceiver({ pool: db.pool, ...SAMPLE, metrics })
  await app.register(wecomCallbackRoutes, { receiver, metrics })
  app.post('/other', (request, reply) => reply.send(request.body))
})

afterEach(() => app.close())

const url = (query: Record<string, string>) =>
  `/wecom/callback?${new URLSearchParams(query).toString()}`
const v1Query = {
  msg_signature: V1.signature,
  timestamp: V1.timestamp,
  nonce: V1.nonce,
  echostr: V1.echostr,
}
const v2 = {
  query: { msg_signature: V2.signature, timestamp: V2.timestamp, nonce: V2.nonce },
  body: `<xml><Encrypt><![CDATA[${V2.encrypt}]]></Encrypt></xml>`,
}

/** a ciphertext that lost its last letters, under a right signature */
function signedCutOff() {
  const { token, corpId } = SAMPLE
  const { timestamp, nonce } = V2
  const encrypt = V2.encrypt.slice(0, -3)
  const signature = signMessage({ token, timestamp, nonce, encrypt })
  return {
    query: { msg_signature: signature, timestamp, nonce },
    body: buildEnvelope(corpId, encrypt),
  }
}

async function post(
  request: { query: Record<string, string>; body: string | Buffer },
  type: string | undefined = 'text/xml',
) {
  return app.inject({
    method: 'POST',
    url: url(request.query),
    payload: request.body,
    headers: type === '' ? {} : { 'content-type': type },
  })
}

describe('GET /wecom/callback', () => {
  it('answers exactly the decrypted text', async () => {
    const answer = await app.inject({ method: 'GET', url: url(v1Query) })

    expect(answer.statusCode).toBe(200)
    expect(answer.rawPayload).toEqual(Buffer.from(V1.message))
  })

  it('answers where + was not encoded', async () => {
    const raw = `/wecom/callback?msg_signature=${V1.signature}&timestamp=${V1.timestamp}&nonce=${V1.nonce}&echostr=${V1.echostr}`

    expect((await app.inject({ method: 'GET', url: raw })).body).toBe(V1.message)
  })

  it.each([
    ['another signature', { ...v1Query, msg_signature: V2.signature }, 401],
    ['an empty signature', { ...v1Query, msg_signature: '' }, 401],
    ['no echostr', { msg_signature: V1.signature, timestamp: V1.timestamp, nonce: V1.nonce }, 400],
    ['nothing', {}, 400],
  ])('refuses %s with an empty body', async (_name, query, status) => {
    const answer = await app.inject({ method: 'GET', url: url(query) })

    expect([answer.statusCode, answer.body]).toEqual([status, ''])
  })
})

describe('POST /wecom/callback', () => {
  it.each([
    'text/xml',
    'application/xml; charset=utf-8',
    'application/json',
    'text/plain',
    'application/octet-stream',
    '',
  ])('stores V2 sent as "%s" and answers 200 with an empty body', async (type) => {
    const answer = await post(v2, type)

    expect([answer.statusCode, answer.body]).toEqual([200, ''])
    const { rows } = await db.pool.query('select xml from inbox')
    expect(rows).toEqual([{ xml: V2.message }])
  })

  it('answers a repetition like the first', async () => {
    const xml = eventXml(1)

    const answers = [await post(callbackRequest(xml)), await post(callbackRequest(xml))]

    for (const answer of answers) expect([answer.statusCode, answer.body]).toEqual([200, ''])
  })

  it.each([
    ['a bad signature', { ...v2, query: { ...v2.query, msg_signature: V1.signature } }, 401],
    ['no signature', { ...v2, query: {} }, 401],
    ['another corp', callbackRequest(eventXml(1), { corpId: 'ww_somebody_else' }), 401],
    ['another key', callbackRequest(eventXml(1), { aesKey: `${'a'.repeat(42)}A` }), 401],
    ['a cipher cut off', { ...v2, body: v2.body.replace('==]]', ']]') }, 401],
    ['a cipher cut off and signed so', signedCutOff(), 401],
    ['no body', { ...v2, body: '' }, 400],
    ['no envelope', { ...v2, body: '<xml><a>1</a></xml>' }, 400],
    ['JSON', { ...v2, body: '{"a":1}' }, 400],
    ['lone bytes', { ...v2, body: Buffer.from([0xff, 0xfe, 0x00, 0xd8]) }, 400],
    ['a megabyte and a byte', { ...v2, body: 'x'.repeat(1024 * 1024 + 1) }, 413],
  ])('refuses %s with an empty body and stores nothing', async (_name, request, status) => {
    const answer = await post(request)

    expect([answer.statusCode, answer.body]).toEqual([status, ''])
    expect((await db.pool.query('select 1 from inbox')).rows).toHaveLength(0)
  })

  it('calls a content type that is none a bad body, also below a right signature', async () => {
    const answer = await post(v2, 'nonsense')

    expect([answer.statusCode, answer.body]).toEqual([400, ''])
  })

  it('tells every stranger the same', async () => {
    const strangers = [
      { ...v2, query: { ...v2.query, msg_signature: V1.signature } },
      { ...v2, query: {} },
      callbackRequest(eventXml(1), { corpId: 'ww_somebody_else' }),
      callbackRequest(eventXml(1), { aesKey: `${'a'.repeat(42)}A` }),
    ]

    const answers = await Promise.all(strangers.map((request) => post(request)))

    const told = answers.map(({ statusCode, body, headers: { date: _date, ...headers } }) =>
      JSON.stringify({ statusCode, body, headers }),
    )
    expect(new Set(told).size).toBe(1)
  })

  it('counts what it refuses', async () => {
    await post({ ...v2, query: {} })
    await post({ ...v2, body: '' })
    await post({ ...v2, body: 'x'.repeat(1024 * 1024 + 1) })
    await post(callbackRequest(eventXml(1), { corpId: 'ww_somebody_else' }))

    const text = await metrics.registry.metrics()

    for (const result of ['bad_signature', 'bad_body', 'too_large', 'bad_cipher']) {
      expect(text).toContain(`guide_callbacks_total{result="${result}"} 1`)
    }
  })

  it('takes a message of nearly a megabyte', async () => {
    const request = callbackRequest(eventXml(1, 'x'.repeat(780_000)))

    expect((await post(request)).statusCode).toBe(200)
  })

  it('leaves other routes their own body parsers', async () => {
    const answer = await app.inject({ method: 'POST', url: '/other', payload: { a: 1 } })

    expect(answer.json()).toEqual({ a: 1 })
  })

  it('writes neither signature nor content into the log', async () => {
    await post(v2)
    await post({ ...v2, query: { ...v2.query, msg_signature: V1.signature } })
    await app.inject({ method: 'GET', url: url(v1Query) })

    const log = lines.join('')

    for (const secret of [
      V1.signature,
      V2.signature,
      V1.echostr,
      V2.encrypt.slice(0, 20),
      'hello',
      SAMPLE.token,
    ]) {
      expect(log).not.toContain(secret)
    }
  })
})

it('answers 503 within 2 seconds while nothing can be stored', async () => {
  const lock = await db.pool.connect()
  await lock.query('begin')
  await lock.query('lock table inbox in access exclusive mode')
  const began = performance.now()

  const answer = await post(v2)
  const took = performance.now() - began
  await lock.query('rollback')
  lock.release()

  expect([answer.statusCode, answer.body]).toEqual([503, ''])
  expect(took).toBeLessThan(2_000)
})
