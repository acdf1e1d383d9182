import { createServer, type Server } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { BotDeps } from '../../bot/deps.ts'
import { startWorkers, type Workers } from '../../bot/jobs.ts'
import { addToOutbox } from '../../bot/messages/outbox.ts'
import { addWebhook, announceMany } from '../../bot/messages/webhooks.ts'
import { emptyDatabase, useDatabase } from '../support/database.ts'
import { createFakeWecom, createTestDeps, type FakeWecom } from '../support/test-deps.ts'

const db = useDatabase()
let workers: Workers | undefined
let subscribers: { server: Server; sockets: Set<Socket> }[] = []
let deps: BotDeps
let wecom: FakeWecom

beforeEach(async () => {
  await emptyDatabase(db)
  wecom = createFakeWecom(() => ({ errcode: 0, errmsg: 'ok', msgid: 'm1' }))
  deps = createTestDeps(db, { wecom })
})
afterEach(async () => {
  for (const { server, sockets } of subscribers) {
    server.close()
    for (const socket of sockets) socket.destroy()
  }
  subscribers = []
  await workers?.stop()
  workers = undefined
})

interface Heard {
  /** calls that came */
  calls: number
  /** of them not answered yet */
  open: number
  /** the most that were open at one time */
  mostOpen: number
}

/** A subscriber to task.created on this machine; a silent one takes every call and never answers. */
async function subscriber(kind: 'silent' | 'answers'): Promise<Heard> {
  const heard: Heard = { calls: 0, open: 0, mostOpen: 0 }
  const sockets = new Set<Socket>()
  const server = createServer((request, response) => {
    heard.calls++
    heard.mostOpen = Math.max(heard.mostOpen, ++heard.open)
    response.on('close', () => heard.open--)
    request.resume()
    if (kind === 'answers') response.end('ok')
  })
  server.on('connection', (socket) => sockets.add(socket))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  subscribers.push({ server, sockets })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`
  await addWebhook(db.prisma, deps.cipher, { url, events: ['task.created'] }, deps.clock.now())
  return heard
}

const announceTasks = (from: number, to: number) =>
  db.prisma.$transaction((tx) =>
    announceMany(
      tx,
      deps.clock.now(),
      'task.created',
      Array.from({ length: to - from }, (_, i) => ({
        body: { id: String(from + i) },
        traceId: 'scan',
      })),
    ),
  )

/** Waits until it is true, for at most 5 seconds: half of what a silent subscriber may take for one call. */
async function soon(isTrue: () => boolean): Promise<void> {
  for (let i = 0; i < 100 && !isTrue(); i++) await sleep(50)
  expect(isTrue()).toBe(true)
}

describe('subscribers of events', () => {
  it('hold up no card, however many calls one of them never answers', async () => {
    const silent = await subscriber('silent')
    await announceTasks(0, 40)
    workers = await startWorkers(deps)
    await soon(() => silent.calls > 0)
    await sleep(1_000)

    await db.prisma.$transaction((tx) =>
      addToOutbox(
        tx,
        deps.clock.now(),
        Array.from({ length: 20 }, (_, i) => ({
          kind: 'app_message',
          dedupeKey: `card:${i}`,
          recipient: `guide${i}`,
          payload: { msgtype: 'text', text: { content: 'hi' } },
          traceId: 'morning',
        })),
      ),
    )

    await soon(() => wecom.calls.length === 20)
  })

  it('wait for none of the others, and get two calls at a time', async () => {
    const silent = [await subscriber('silent'), await subscriber('silent')]
    const answering = await subscriber('answers')
    await announceTasks(0, 40)
    workers = await startWorkers(deps)

    await soon(() => answering.calls === 40)

    expect(silent.map(({ calls }) => calls)).toEqual([2, 2])
    expect(answering.mostOpen).toBeLessThanOrEqual(2)
  })
})
