import { createHmac } from 'node:crypto'
import { request } from 'undici'
import { Type } from 'typebox'
import type { BotDeps } from '../deps.ts'
import { readPayload, type Delivered, type OutboxRow } from './deliver/delivery.ts'
import { subscriberCalls } from './subscriber-calls.ts'
import { createWebhookAgent, InnerAddress, refuseWebhookUrl } from './webhook-address.ts'

const Payload = Type.Object({
  webhookId: Type.String({ pattern: '^[0-9]+$' }),
  id: Type.String(),
  event: Type.String(),
  createdAt: Type.String(),
  data: Type.Object({}),
})

const TIMEOUT_MS = 10_000
const BUSY_MS = 1_000

/**
 * The signature of a body: `t=<seconds>,v1=<HMAC-SHA256 over "<seconds>.<body>", hex>`. The receiver makes the
 * same and compares; the time in it keeps a copied call from being sent again later.
 */
export function signWebhook(secret: string, body: string, now: Date): string {
  const seconds = Math.floor(now.getTime() / 1000)
  const mac = createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')
  return `t=${seconds},v1=${mac}`
}

/**
 * Sends one event to one subscriber. Any 2xx within 10 seconds is an answer; 410 ends this row; everything else is
 * thrown, and tried again by the job's back-off.
 *
 * @throws Error naming the status or the network's code, never the address
 */
export async function deliverWebhook(deps: BotDeps, row: OutboxRow): Promise<Delivered> {
  const { webhookId, ...envelope } = readPayload(Payload, row)
  const webhook = await deps.db.prisma.webhook.findUnique({ where: { id: BigInt(webhookId) } })
  if (!webhook || webhook.removedAt)
    return { state: 'cancelled', why: 'the subscription was removed' }
  if (refuseWebhookUrl(webhook.url))
    return { state: 'failed', why: 'the address may not be called' }
  const body = JSON.stringify(envelope)
  const headers = {
    'content-type': 'application/json; charset=utf-8',
    'user-agent': 'wecom-guide-assistant',
    'x-guide-event': envelope.event,
    'x-guide-delivery': envelope.id,
    'x-guide-signature': signWebhook(
      deps.cipher.decrypt(webhook.secretEnc),
      body,
      deps.clock.now(),
    ),
  }
  const end = subscriberCalls(deps).begin(webhookId)
  // hardly ever: its job was fetched in the moment in which others began
  if (!end) {
    const why = 'the subscriber has other calls to answer first'
    return { state: 'waiting', why, delayMs: BUSY_MS, counts: false }
  }
  const status = await post(webhook.url, headers, body).catch((error: unknown) => {
    end({ answered: false })
    throw error
  })
  end({ answered: true })
  if (status === 'inside') return { state: 'failed', why: 'the name leads to an address inside' }
  if (status === 410) return { state: 'failed', why: 'the subscriber answered 410: gone' }
  if (status < 200 || status > 299) throw new Error(`the subscriber answered ${status}`)
  return { state: 'sent' }
}

async function post(
  url: string,
  headers: Record<string, string>,
  body: string,
): Promise<number | 'inside'> {
  const agent = createWebhookAgent(url)
  try {
    const answer = await request(url, {
      method: 'POST',
      headers,
      body,
      dispatcher: agent,
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
    // what it says beside its status is of no interest, and may be endless
    await answer.body.dump({ limit: 16_384 }).catch(() => undefined)
    return answer.statusCode
  } catch (error) {
    if (isInside(error)) return 'inside'
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'no answer'
    throw new Error(`the subscriber can't be reached: ${code}`, { cause: error })
  } finally {
    await agent.destroy()
  }
}

function isInside(error: unknown): boolean {
  return (
    error instanceof InnerAddress || (error instanceof Error && error.cause instanceof InnerAddress)
  )
}
