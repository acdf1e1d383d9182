import { setTimeout as sleep } from 'node:timers/promises'
import { Pool } from 'undici'
import { callbackRequest, secretsOf, type CallbackSecrets } from '../../support/callback-request.ts'
import { percentile, type Figure } from '../../support/figures.ts'
import { WELCOME_PATH, type QuotaWecom } from '../../support/quota-wecom/quota-wecom.ts'
import type { BenchContext, BenchResult } from '../bench.ts'
import { addBacklog, addGuides, GUIDES, waitingJobs } from './backlog.ts'
import { openSendWorld, type SendWorld } from './world.ts'

const BETWEEN_MS = 150
const PATIENCE_MS = 25_000

/**
 * From the add-customer callback's first byte to the call of send_welcome_msg at the stand-in, while the one
 * assistant works through a backlog. The callbacks come by HTTP, signed and encrypted, one after the other.
 */
export async function measureWelcome({ size, say }: BenchContext): Promise<BenchResult> {
  const isFull = size === 'full'
  const welcomes = isFull ? 250 : 40
  const least = isFull ? 200_000 : 20_000
  const world = await openSendWorld({ answer: customerAnswer })
  try {
    const { pool } = world.database.db
    await addGuides(pool)
    // enough that the asked number still waits at the end
    const jobs = least + welcomes * 250
    await addBacklog(pool, new Date(), { corpId: world.environment['WECOM_CORP_ID'] ?? '', jobs })
    say(`${jobs} jobs wait`)
    const assistant = await world.startAssistant()
    await sleep(isFull ? 10_000 : 4_000)
    const sentAt = await postCallbacks(world, assistant.url, welcomes)
    const atEnd = await waitingJobs(pool)
    const took = await latencies(world.wecom, sentAt)
    return {
      figures: judge(took, { welcomes, atEnd, least }),
      raw: { welcomeMs: took },
    }
  } finally {
    await world.close()
  }
}

function judge(
  took: readonly number[],
  found: { welcomes: number; atEnd: number; least: number },
): Figure[] {
  return [
    {
      name: 'add-customer callback → welcome call, p99',
      value: percentile(took, 99),
      unit: 'ms',
      goal: { atMost: 2_000 },
      note: `${took.length} welcomes; median ${Math.round(percentile(took, 50))} ms, slowest ${Math.round(Math.max(...took))} ms`,
    },
    {
      name: 'welcomes that did not reach WeCom',
      value: found.welcomes - took.length,
      unit: 'welcomes',
      goal: { atMost: 0 },
    },
    {
      name: 'other jobs waiting all the while',
      value: found.atEnd,
      unit: 'jobs',
      goal: { atLeast: found.least },
      note: 'counted after the last callback; half callbacks, half messages',
    },
  ]
}

/** Posts the callbacks; answers when each was sent, by its welcome code. */
async function postCallbacks(
  world: SendWorld,
  url: string,
  count: number,
): Promise<Map<string, number>> {
  const secrets = secretsOf(world.environment)
  const client = new Pool(url, { connections: 4 })
  const sentAt = new Map<string, number>()
  try {
    for (let n = 1; n <= count; n += 1) {
      const code = `code-${n}`
      const { path, body } = callbackRequest(secrets, addCustomerXml(secrets, n, code))
      sentAt.set(code, performance.now())
      const answer = await client.request({
        method: 'POST',
        path,
        body,
        headers: { 'content-type': 'text/xml' },
      })
      await answer.body.dump()
      if (answer.statusCode !== 200) throw new Error(`a callback was answered ${answer.statusCode}`)
      await sleep(BETWEEN_MS)
    }
    return sentAt
  } finally {
    await client.close()
  }
}

/** Milliseconds of each welcome that arrived; waits as long as a code lives for those still missing. */
async function latencies(
  wecom: QuotaWecom,
  sentAt: ReadonlyMap<string, number>,
): Promise<number[]> {
  const lastBy = performance.now() + PATIENCE_MS
  while (wecom.count(WELCOME_PATH) < sentAt.size && performance.now() < lastBy) await sleep(50)
  const first = new Map<string, number>()
  for (const { path, at, body } of wecom.calls) {
    const code = body.json['welcome_code']
    if (path === WELCOME_PATH && typeof code === 'string' && !first.has(code)) first.set(code, at)
  }
  return [...first].map(([code, at]) => at - (sentAt.get(code) ?? Number.NaN))
}

function addCustomerXml({ corpId }: CallbackSecrets, n: number, code: string): string {
  return `<xml><ToUserName><![CDATA[${corpId}]]></ToUserName><FromUserName><![CDATA[sys]]></FromUserName><CreateTime>${Math.floor(Date.now() / 1000)}</CreateTime><MsgType><![CDATA[event]]></MsgType><Event><![CDATA[change_external_contact]]></Event><ChangeType><![CDATA[add_external_contact]]></ChangeType><UserID><![CDATA[guide${1 + (n % GUIDES)}]]></UserID><ExternalUserID><![CDATA[wmnew${n}]]></ExternalUserID><WelcomeCode><![CDATA[${code}]]></WelcomeCode></xml>`
}

/** What externalcontact/get says of anybody: one guide knows them, without tags. */
function customerAnswer(path: string, query: URLSearchParams): object | undefined {
  if (path !== '/cgi-bin/externalcontact/get') return undefined
  const externalUserid = query.get('external_userid') ?? ''
  const guide = 1 + (Number(externalUserid.replace(/\D/g, '')) % GUIDES)
  return {
    external_contact: { external_userid: externalUserid, name: 'somebody', type: 1, gender: 0 },
    follow_user: [
      { userid: `guide${guide}`, remark: '', description: '', createtime: 1_403_610_513, tags: [] },
    ],
  }
}
