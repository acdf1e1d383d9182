import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import Fastify, { type FastifyInstance } from 'fastify'
import { Pool } from 'undici'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { lastRequests, stopListening } from '../../server/plugins/last-requests.ts'

const REQUEST = {
  path: '/',
  method: 'POST',
  body: 'x',
  headers: { 'content-type': 'text/plain' },
} as const
let app: FastifyInstance

afterEach(() => app.close())

async function listen(answerMs: number): Promise<string> {
  app = Fastify({ return503OnClosing: false })
  await app.register(lastRequests)
  app.post('/', async () => {
    await sleep(answerMs)
    return 'ok'
  })
  return app.listen({ port: 0, host: '127.0.0.1' })
}

function connections(): Promise<number> {
  return new Promise((done) => {
    app.server.getConnections((_error, count) => done(count))
  })
}

describe('a server that closes under load', () => {
  it('answers every request it took, over and over', async () => {
    const outcomes = new Map<string, number>()
    for (let round = 0; round < 8; round += 1) {
      const pool = new Pool(await listen(1), { connections: 32 })
      const over = new AbortController()
      const line = async () => {
        while (!over.signal.aborted) {
          const outcome = await pool.request(REQUEST).then(
            async ({ statusCode, body }) => {
              await body.dump()
              return String(statusCode)
            },
            (error: Error & { code?: string }) => error.code ?? error.message,
          )
          outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
          if (outcome === 'ECONNREFUSED') return
        }
      }
      const lines = Array.from({ length: 32 }, line)
      await vi.waitFor(async () => expect(await connections()).toBe(32), { timeout: 10_000 })
      await sleep(50 + round)
      await stopListening(app)
      await app.close()
      over.abort()
      await Promise.all(lines)
      await pool.destroy()
    }

    expect(outcomes.get('200')).toBeGreaterThan(100)
    expect([...outcomes.keys()].filter((one) => one !== '200' && one !== 'ECONNREFUSED')).toEqual(
      [],
    )
  })

  it('takes those in that were at the door while the process was busy', async () => {
    const address = new URL(await listen(1))
    const client = new Worker(
      `const { workerData, parentPort } = require('node:worker_threads')
       for (let n = 0; n < 8; n += 1) {
         const socket = require('node:net').connect(Number(workerData), '127.0.0.1')
         socket.write('POST / HTTP/1.1\\r\\nhost: x\\r\\ncontent-type: text/plain\\r\\ncontent-length: 1\\r\\n\\r\\nx')
         socket.once('data', (data) => parentPort.postMessage(String(data).slice(9, 12)))
         socket.once('error', (error) => parentPort.postMessage(error.code))
       }`,
      { eval: true, workerData: address.port },
    )
    const said: string[] = []
    client.on('message', (word: string) => said.push(word))
    await once(client, 'online')
    // nobody looks at the door meanwhile
    for (const until = performance.now() + 500; performance.now() < until;);

    const closed = stopListening(app).then(() => app.close())
    await vi.waitFor(() => expect(said).toHaveLength(8), { timeout: 5_000 })
    await client.terminate()
    await closed

    expect(said).toEqual(Array.from({ length: 8 }, () => '200'))
  })

  it('waits for the answer that is under way', async () => {
    const address = await listen(1_200)

    const answer = fetch(address, { method: 'POST', body: 'x' })
    await sleep(100)
    await app.close()

    expect(await (await answer).text()).toBe('ok')
  })

  it('does not wait for connections that say nothing', async () => {
    const address = await listen(1)
    await (await fetch(address, { method: 'POST', body: 'x' })).text()
    const began = performance.now()

    await app.close()

    expect(performance.now() - began).toBeLessThan(1_500)
  })
})
