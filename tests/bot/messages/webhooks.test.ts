import { createHmac } from 'node:crypto'
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { BotDeps } from '../../../bot/deps.ts'
import { deliverOutbox } from '../../../bot/messages/deliver.ts'
import { isInner, refuseWebhookUrl } from '../../../bot/messages/webhook-address.ts'
import { addWebhook, announce, removeWebhook } from '../../../bot/messages/webhooks.ts'
import { emptyDatabase, useDatabase } from '../../support/database.ts'
import { createTestDeps } from '../../support/test-deps.ts'

const db = useDatabase()
let deps: BotDeps
let subscriber: Server | undefined
let received: { headers: IncomingHttpHeaders; body: string; url: string }[]
let answers: number[]

beforeEach(async () => {
  await emptyDatabase(db)
  deps = createTestDeps(db)
  received = []
  answers = []
})

afterEach(() => {
  subscriber?.close()
  subscriber = undefined
})

/** A subscriber on this machine that answers each call with the next of `answers`, else 200. */
async function listen(): Promise<string> {
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => (body += chunk.toString()))
    request.on('end', () => {
      received.push({ headers: request.headers, body, url: request.url ?? '' })
      response.writeHead(answers.shift() ?? 200, { location: '/elsewhere' }).end('ok')
    })
  })
  subscriber = server
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`
}

const subscribe = async (url: string) => {
  const made = await addWebhook(
    db.prisma,
    deps.cipher,
    { url, events: ['task.created'] },
    deps.clock.now(),
  )
  if (!made) throw new Error('subscribed already')
  return made
}
const tell = (body: object, event: 'task.created' | 'task.closed' = 'task.created') =>
  db.prisma.$transaction((tx) => announce(tx, deps.clock.now(), event, body, 'trace'))
const rows = () => db.prisma.outbox.findMany({ orderBy: { id: 'asc' } })
const deliverAll = async () => {
  for (const { id } of await rows()) await deliverOutbox(deps, id)
}

describe('announce', () => {
  it('stores one row for each live subscriber of the event, and a job with it', async () => {
    await subscribe('https://a.example.com/')
    const gone = await subscribe('https://b.example.com/')
    await removeWebhook(db.prisma, BigInt(gone.id), deps.clock.now())

    await tell({ id: '7' })
    await tell({ id: '7' }, 'task.closed')

    expect(await rows()).toMatchObject([
      {
        kind: 'webhook',
        state: 'pending',
        payload: { event: 'task.created', data: { id: '7' } },
        // who doesn't answer is tried for three days
        notAfter: new Date(deps.clock.now().getTime() + 3 * 86_400_000),
      },
    ])
  })

  it('tells the same news of one trace once', async () => {
    await subscribe('https://a.example.com/')

    await tell({ id: '7' })
    await tell({ id: '7' })

    expect(await rows()).toHaveLength(1)
  })
})

describe('deliverWebhook', () => {
  it('posts the event, signed so that the subscriber can check it', async () => {
    const url = await listen()
    const { secret } = await subscribe(url)
    await tell({ id: '7', memberNo: 'M1' })

    await deliverAll()

    expect((await rows())[0]?.state).toBe('sent')
    const [call] = received
    expect(JSON.parse(call?.body ?? '')).toEqual({
      id: call?.headers['x-guide-delivery'],
      event: 'task.created',
      createdAt: deps.clock.now().toISOString(),
      data: { id: '7', memberNo: 'M1' },
    })
    const [, seconds, mac] =
      /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(call?.headers['x-guide-signature'])) ?? []
    expect(Number(seconds)).toBe(Math.floor(deps.clock.now().getTime() / 1000))
    expect(mac).toBe(createHmac('sha256', secret).update(`${seconds}.${call?.body}`).digest('hex'))
  })

  it('is tried again after an error, and says the same under the same id', async () => {
    await subscribe(await listen())
    await tell({ id: '7' })
    answers = [500]

    await expect(deliverAll()).rejects.toThrow('answered 500')
    expect((await rows())[0]?.state).toBe('pending')
    await deliverAll()

    expect((await rows())[0]?.state).toBe('sent')
    expect(received[0]?.headers['x-guide-delivery']).toBe(received[1]?.headers['x-guide-delivery'])
    expect(received[0]?.body).toBe(received[1]?.body)
  })

  it('follows no redirect', async () => {
    await subscribe(await listen())
    await tell({ id: '7' })
    answers = [302]

    await expect(deliverAll()).rejects.toThrow('answered 302')

    expect(received.map((call) => call.url)).toEqual(['/hook'])
  })

  it('gives up on 410, and sends nothing once the subscription was removed', async () => {
    const { id } = await subscribe(await listen())
    await tell({ id: '7' })
    answers = [410]
    await deliverAll()
    expect((await rows())[0]?.state).toBe('failed')

    await tell({ id: '8' })
    await removeWebhook(db.prisma, BigInt(id), deps.clock.now())
    await deliverAll()

    expect((await rows())[1]?.state).toBe('cancelled')
    expect(received).toHaveLength(1)
  })

  it('does not call a name that resolves to this network', async () => {
    // a name that /etc/hosts gives an address inside, on every machine
    const url = new URL(await listen())
    await db.prisma.webhook.create({
      data: {
        url: `https://localhost.:${url.port}/hook`,
        events: ['task.created'],
        secretEnc: deps.cipher.encrypt('s'),
      },
    })
    await tell({ id: '7' })

    await deliverAll().catch(() => undefined)

    expect(received).toEqual([])
    expect((await rows())[0]?.state).not.toBe('sent')
  })

  it('tells nothing of the address in what it throws', async () => {
    await subscribe('http://127.0.0.1:1/secret-path')
    await tell({ id: '7' })

    await expect(deliverAll()).rejects.toThrow(/^the subscriber can't be reached: ECONNREFUSED$/)
  })
})

describe('an address of a webhook', () => {
  it.each([
    ['10.1.2.3', true],
    ['172.31.0.1', true],
    ['192.168.1.1', true],
    ['169.254.169.254', true],
    ['127.0.0.1', true],
    ['100.64.0.1', true],
    ['::1', true],
    ['fe80::1', true],
    ['fd12::1', true],
    ['::ffff:192.168.0.1', true],
    ['::10.0.0.1', true],
    ['fec0::1', true],
    ['2001:0:1::1', true],
    ['64:ff9b:1::a00:1', true],
    ['8.8.8.8', false],
    ['172.32.0.1', false],
    ['2400:3200::1', false],
  ])('%s lies inside: %s', (address, inside) => {
    expect(isInner(address)).toBe(inside)
  })

  it.each(['https://crm.example.com', 'https://crm.example.com:8443/a?b=c', 'http://localhost/x'])(
    '%s may be called',
    (url) => {
      expect(refuseWebhookUrl(url)).toBeUndefined()
    },
  )
})
