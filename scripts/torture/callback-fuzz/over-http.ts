import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { Agent, request } from 'undici'
import { takeEncrypted } from '../../../bot/wecom/envelope.ts'
import { createRandom } from '../../../prisma/seed/random.ts'
import type { CallbackSecrets } from '../../support/callback-request.ts'
import { percentile, type Figure } from '../../support/figures.ts'
import type { TortureContext } from '../scenario.ts'
import type { AssistantProcess } from '../support/assistant.ts'
import { insidersRequest } from './insider.ts'
import { envelope, type Delivery } from './raw-cipher.ts'
import { strangersRequest } from './stranger.ts'

const SEED = 20_261_124
const CONNECTIONS = 16
/** contracts.md: a stranger 401, no callback 400, over 1 MiB 413; 414 and 431 are Node's own */
const REFUSALS = new Set([400, 401, 413, 414, 431])
const MIB = 1024 * 1024

/** Requests that are no HTTP, or only nearly. */
const RAW = [
  'GARBAGE\r\n\r\n',
  'POST /wecom/callback HTTP/9.9\r\n\r\n',
  'POST /wecom/callback HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n',
  'POST /wecom/callback HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
  'POST /wecom/callback HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n',
  'POST /wecom/callback?msg_signature=%ff%00&timestamp=%&nonce=\u0000 HTTP/1.1\r\nHost: a\r\n\r\n',
  `POST /wecom/callback HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(70_000)}\r\n\r\n`,
  'POST /wecom/callback HTTP/1.1\r\nHost: a\r\nX : y\r\n\r\n',
] as const

/** The same strangers over real connections: what is answered, and that the process goes on. */
export async function fuzzOverHttp(
  { say }: TortureContext,
  assistant: AssistantProcess,
  captured: readonly Delivery[],
  secrets: CallbackSecrets,
  cases: number,
): Promise<{ cases: number; figures: Figure[] }> {
  const random = createRandom(SEED)
  const agent = new Agent({ connections: CONNECTIONS, pipelining: 1 })
  const wrong = new Set<string>()
  const times: number[] = []
  const memory: number[] = []
  const ciphers = new Set(captured.map(({ encrypt }) => encrypt))
  let left = cases

  const one = async (): Promise<void> => {
    const { what, query, body } = random.chance(0.3)
      ? insidersRequest(random, secrets)
      : strangersRequest(random, random.pick(captured), secrets)
    const path = `/wecom/callback?${queryText(query)}`
    // a request line of a megabyte is no request
    if (path.length > 60_000) return
    const began = performance.now()
    try {
      const answer = await request(`${assistant.url}${path}`, {
        method: 'POST',
        body,
        dispatcher: agent,
        headers: { 'content-type': random.pick(['text/xml', 'application/json', 'a/b;;', '']) },
      })
      const text = await answer.body.text()
      times.push(performance.now() - began)
      const isTheSame = answer.statusCode === 200 && ciphers.has(takeEncrypted(body) ?? '')
      const isRight = isTheSame || (REFUSALS.has(answer.statusCode) && text === '')
      if (!isRight) wrong.add(`${answer.statusCode} ${text.slice(0, 40)} for ${what}`)
    } catch (error) {
      wrong.add(`${what}: ${error instanceof Error ? error.message : ''}`)
    }
  }
  const lane = async (): Promise<void> => {
    while (left > 0) {
      left -= 1
      await one()
      if (left % Math.ceil(cases / 40) === 0) memory.push(residentMb(assistant))
    }
  }
  await Promise.all(Array.from({ length: CONNECTIONS }, lane))
  for (const text of RAW) {
    const status = await sendRaw(assistant.url, text)
    if (status >= 500 || (status >= 200 && status < 300))
      wrong.add(`${status} for ${text.slice(0, 60)}`)
  }
  for (const [bytes, status] of bodiesBySize(secrets)) {
    const got = await statusOf(agent, assistant, bytes)
    if (got !== status) wrong.add(`${got} for a body of ${bytes} bytes, not ${status}`)
  }
  await agent.close()
  for (const what of wrong) say(`wrong answer: ${what}`)
  say(`${cases} cases over HTTP`)
  const early = memory[Math.floor(memory.length / 4)] ?? 0
  return {
    cases: cases + RAW.length,
    figures: [
      { name: 'wrong answers over HTTP', value: wrong.size, unit: 'kinds', goal: { atMost: 0 } },
      {
        name: 'the process has ended',
        value: assistant.process.exitCode === null && assistant.process.signalCode === null ? 0 : 1,
        unit: '',
        goal: { atMost: 0 },
      },
      { name: 'p99 over HTTP', value: Math.round(percentile(times, 99) * 10) / 10, unit: 'ms' },
      {
        name: 'memory of the server over the requests',
        value: Math.round((memory.at(-1) ?? 0) - early),
        unit: 'MB',
        goal: { atMost: 96 },
      },
    ],
  }
}

/** What a client would write: odd values as text, lists as repeated names. */
function queryText(query: Record<string, unknown>): string {
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value])
      .filter((one) => one !== undefined)
      .map((one: unknown): [string, string] => [
        name,
        typeof one === 'string' ? one : JSON.stringify(one),
      ]),
  )
  return new URLSearchParams(pairs).toString()
}

/** Sizes around the cap of contracts.md; nothing in them is signed. */
function bodiesBySize(secrets: CallbackSecrets): [bytes: number, status: number][] {
  const smallest = envelope(secrets, 'AAAA').length
  return [
    [smallest, 401],
    [256 * 1024, 401],
    [MIB, 401],
    [MIB + 1, 413],
    [8 * MIB, 413],
  ]
}

async function statusOf(agent: Agent, assistant: AssistantProcess, bytes: number): Promise<number> {
  const [open, close] = ['<xml><Encrypt>', '</Encrypt></xml>']
  const room = bytes - open.length - close.length
  const cipher = 'A'.repeat(room - (room % 4))
  const body = `${open}${cipher}${close}`.padEnd(bytes, ' ')
  try {
    const answer = await request(
      `${assistant.url}/wecom/callback?msg_signature=a&timestamp=1&nonce=2`,
      {
        method: 'POST',
        body,
        dispatcher: agent,
      },
    )
    await answer.body.dump()
    return answer.statusCode
  } catch {
    // hung up on before all of it was sent
    return bytes > MIB ? 413 : 0
  }
}

/** The status a raw text is answered with; 0 when it is hung up on. */
function sendRaw(address: string, text: string): Promise<number> {
  const { hostname, port } = new URL(address)
  return new Promise((done) => {
    const socket = connect(Number(port), hostname, () => socket.write(text))
    socket.setTimeout(2_000, () => socket.destroy())
    let status = 0
    socket.on('data', (data) => {
      status ||= Number(/^HTTP\/1\.1 (\d{3})/.exec(data.toString('latin1'))?.[1] ?? 0)
      socket.end()
    })
    socket.on('error', () => undefined)
    socket.on('close', () => done(status))
  })
}

function residentMb(assistant: AssistantProcess): number {
  try {
    const status = readFileSync(`/proc/${assistant.process.pid ?? 0}/status`, 'utf8')
    return Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0) / 1024
  } catch {
    return 0
  }
}
