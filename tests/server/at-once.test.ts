import { PassThrough } from 'node:stream'
import Fastify, { type FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { atOnce } from '../../server/plugins/at-once.ts'

let app: FastifyInstance
let address: string
/** the numbers of requests that have begun, in order */
let begun: string[]
let letGo: () => void

beforeEach(async () => {
  begun = []
  const held = new Promise<void>((go) => (letGo = go))
  app = Fastify({ forceCloseConnections: true })
  app.decorateRequest('session')
  // whoever asks is the same person
  const session = fp(
    (own, _options, done) => {
      own.addHook('onRequest', (request, _reply, next) => {
        Object.assign(request, { session: { get: () => 'WangXiaoMing' } })
        next()
      })
      done()
    },
    { name: 'session-cookie' },
  )
  await app.register(session)
  await app.register(atOnce)
  app.get<{ Params: { n: string } }>('/api/held/:n', async ({ params }) => {
    begun.push(params.n)
    await held
    return {}
  })
  app.get('/api/stream', { config: { isStream: true } }, (_request, reply) => {
    const stream = new PassThrough()
    stream.write('data: {}\n\n')
    return reply.type('text/event-stream').send(stream)
  })
  address = await app.listen({ host: '127.0.0.1', port: 0 })
})
afterEach(() => app.close())

const ask = (n: number, signal?: AbortSignal) =>
  fetch(`${address}/api/held/${n}`, signal ? { signal } : {}).then(
    ({ status }) => status,
    () => 0,
  )

describe('a session’s requests', () => {
  it('leave no place in the queue behind when their caller goes', async () => {
    const first = Array.from({ length: 8 }, (_, n) => ask(n))
    await vi.waitFor(() => expect(begun).toHaveLength(8))
    const leaving = new AbortController()
    const left = Array.from({ length: 32 }, (_, n) => ask(100 + n, leaving.signal))
    leaving.abort()
    await Promise.all(left)
    const late = ask(200)

    letGo()

    expect(await Promise.all([...first, late])).toEqual(Array.from({ length: 9 }, () => 200))
    expect(begun).toHaveLength(9)
    expect(begun.at(-1)).toBe('200')
  })

  it('go on in the order in which they came, 40 of them', async () => {
    const first = Array.from({ length: 8 }, (_, n) => ask(n))
    await vi.waitFor(() => expect(begun).toHaveLength(8))
    const others: Promise<number>[] = []
    for (let n = 8; n < 40; n += 1) {
      others.push(app.inject(`/api/held/${n}`).then(({ statusCode }) => statusCode))
    }

    letGo()

    expect(new Set(await Promise.all([...first, ...others]))).toEqual(new Set([200]))
    expect(begun.slice(8)).toEqual(Array.from({ length: 32 }, (_, n) => String(n + 8)))
  })

  it('are refused after a second without a turn', async () => {
    const first = Array.from({ length: 8 }, (_, n) => ask(n))
    await vi.waitFor(() => expect(begun).toHaveLength(8))

    const late = await ask(200)
    letGo()

    expect(late).toBe(429)
    expect(await Promise.all(first)).toEqual(Array.from({ length: 8 }, () => 200))
  })

  it('are not held up by the streams that a page keeps open', async () => {
    const open = () => fetch(`${address}/api/stream`)
    const streams = await Promise.all(Array.from({ length: 16 }, open))
    letGo()

    expect(streams.map(({ status }) => status)).toEqual(Array.from({ length: 16 }, () => 200))
    expect(await Promise.all([ask(1), ask(2)])).toEqual([200, 200])
    // and not without end
    const onceMore = await open()
    await onceMore.text()
    expect(onceMore.status).toBe(429)

    await Promise.all(streams.map(async ({ body }) => await body?.cancel()))
    await vi.waitFor(async () => {
      const again = await open()
      await again.body?.cancel()
      expect(again.status).toBe(200)
    })
  })
})
