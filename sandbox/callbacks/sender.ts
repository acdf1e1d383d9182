import { setTimeout as wait } from 'node:timers/promises'
import { randomBytes } from 'node:crypto'
import { encrypt, getSignature } from '@wecom/crypto'
import PQueue from 'p-queue'
import { Agent, request } from 'undici'
import { randomId } from '../core/ids.ts'
import { nowSeconds, type World } from '../core/world.ts'
import type { Delivery, EventFields } from '../options.ts'
import { cdata, toXml } from './xml.ts'

const KEEP = 1000
const TIMEOUT_MS = 5000
/** three retries; WeCom does not publish the pauses between them */
const RETRY_MS = [1000, 2000, 4000] as const
/** at once; the five seconds of a delivery begin when it goes out, not while it waits its turn */
const CONNECTIONS = 64

export interface SenderOptions {
  callbackUrl: string
  timeoutMs?: number
  retryMs?: readonly number[]
}

/** Sends callbacks as WeCom does: signed, encrypted, at once, each on its own, three retries. */
export interface Sender {
  /** fills in ToUserName, FromUserName `sys`, CreateTime, MsgType `event` where missing */
  send: (fields: EventFields) => Promise<Delivery>
  sendXml: (xml: string, event: string) => Promise<Delivery>
  /** takes up what a restart interrupted */
  resume: () => void
  idle: () => Promise<void>
  close: () => Promise<void>
}

export function createSender(world: World, options: SenderOptions): Sender {
  const agent = new Agent({ connections: CONNECTIONS, pipelining: 1 })
  const turns = new PQueue({ concurrency: CONNECTIONS })
  const timeoutMs = options.timeoutMs ?? TIMEOUT_MS
  const retryMs = options.retryMs ?? RETRY_MS
  const underWay = new Set<Promise<Delivery>>()
  const stop = new AbortController()

  function start(delivery: Delivery): Promise<Delivery> {
    const work = deliver(delivery).finally(() => underWay.delete(work))
    underWay.add(work)
    return work
  }

  function sendXml(xml: string, event: string): Promise<Delivery> {
    const at = world.clock.now().toISOString()
    const delivery: Delivery = {
      id: randomId(12, 'cb'),
      event,
      xml,
      at,
      state: 'pending',
      attempts: [],
    }
    const { deliveries } = world.state
    deliveries.push(delivery)
    if (deliveries.length > KEEP) deliveries.splice(0, deliveries.length - KEEP)
    world.touched()
    return start(delivery)
  }

  async function deliver(delivery: Delivery): Promise<Delivery> {
    for (let turn = delivery.attempts.length; turn <= retryMs.length; turn += 1) {
      if (turn > 0 && !(await pause(retryMs[turn - 1] ?? 0))) return delivery
      const attempt = await turns.add(() => attemptOnce(delivery))
      if (stop.signal.aborted) return delivery
      delivery.attempts.push(attempt)
      if (attempt.status === 200) delivery.state = 'delivered'
      world.touched()
      if (delivery.state === 'delivered') return delivery
    }
    delivery.state = 'given_up'
    world.log.warn({ callbackId: delivery.id, event: delivery.event }, 'callback given up')
    world.touched()
    return delivery
  }

  /** false when the sandbox closes meanwhile */
  async function pause(ms: number): Promise<boolean> {
    try {
      await wait(ms, undefined, { signal: stop.signal })
      return true
    } catch {
      return false
    }
  }

  async function attemptOnce(delivery: Delivery): Promise<Delivery['attempts'][number]> {
    const at = world.clock.now().toISOString()
    const started = performance.now()
    const ms = () => Math.round(performance.now() - started)
    try {
      const { address, body } = envelope(world, options.callbackUrl, delivery.xml)
      const answer = await request(address, {
        method: 'POST',
        body,
        headers: { 'content-type': 'text/xml' },
        dispatcher: agent,
        signal: AbortSignal.any([stop.signal, AbortSignal.timeout(timeoutMs)]),
      })
      await answer.body.dump()
      return { at, ms: ms(), status: answer.statusCode }
    } catch (error) {
      return { at, ms: ms(), error: error instanceof Error ? error.name : 'failed' }
    }
  }

  return {
    send: (fields) => {
      const filled = withCommonFields(world, fields)
      return sendXml(toXml(filled), eventName(filled))
    },
    sendXml,
    resume: () => {
      for (const delivery of world.state.deliveries) {
        if (delivery.state === 'pending') void start(delivery)
      }
    },
    idle: async () => {
      while (underWay.size > 0) await Promise.allSettled(underWay)
    },
    close: async () => {
      stop.abort()
      await Promise.allSettled(underWay)
      await agent.destroy()
    },
  }
}

function withCommonFields(world: World, fields: EventFields): EventFields {
  return {
    ToUserName: world.corp.corpId,
    FromUserName: 'sys',
    CreateTime: nowSeconds(world),
    MsgType: 'event',
    ...fields,
  }
}

function eventName(fields: EventFields): string {
  const name = fields['Event'] ?? fields['MsgType']
  const change = fields['ChangeType']
  const known = typeof name === 'string' ? name : 'event'
  return typeof change === 'string' ? `${known} ${change}` : known
}

/** One attempt's address and body: 16 new random bytes and a new nonce, so no two ciphertexts are alike. */
function envelope(world: World, callbackUrl: string, xml: string): { address: URL; body: string } {
  const { corpId, agentId, callbackToken, callbackAesKey } = world.corp
  const encrypted = encrypt(callbackAesKey, xml, corpId, randomBytes(16))
  const timestamp = String(nowSeconds(world))
  const nonce = randomId(16)
  const address = new URL(callbackUrl)
  address.searchParams.set(
    'msg_signature',
    getSignature(callbackToken, timestamp, nonce, encrypted),
  )
  address.searchParams.set('timestamp', timestamp)
  address.searchParams.set('nonce', nonce)
  const body =
    `<xml><ToUserName>${cdata(corpId)}</ToUserName>` +
    `<Encrypt>${cdata(encrypted)}</Encrypt>` +
    `<AgentID>${cdata(String(agentId))}</AgentID></xml>`
  return { address, body }
}

/** What the console does on saving the address: does it answer the decrypted echostr within a second? */
export async function verifyCallbackUrl(world: World, callbackUrl: string): Promise<boolean> {
  const { corpId, callbackToken, callbackAesKey } = world.corp
  const word = String(Math.floor(Math.random() * 1e16))
  const echostr = encrypt(callbackAesKey, word, corpId, randomBytes(16))
  const timestamp = String(nowSeconds(world))
  const nonce = randomId(16)
  const address = new URL(callbackUrl)
  address.searchParams.set('msg_signature', getSignature(callbackToken, timestamp, nonce, echostr))
  address.searchParams.set('timestamp', timestamp)
  address.searchParams.set('nonce', nonce)
  address.searchParams.set('echostr', echostr)
  try {
    const answer = await request(address, { signal: AbortSignal.timeout(1000) })
    return answer.statusCode === 200 && (await answer.body.text()) === word
  } catch {
    return false
  }
}
