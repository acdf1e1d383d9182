import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { decrypt, getSignature } from '@wecom/crypto'
import { afterEach } from 'vitest'
import { createSandbox, type Sandbox, type SandboxOptions } from '../../sandbox/sandbox.ts'

export const corp = {
  corpId: 'ww0000000000000001',
  agentId: 1000002,
  agentSecret: 'the-secret-of-the-app',
  callbackToken: 'kjr2TKI8umCBfVF3wAHk8JiPwma5VBme',
  callbackAesKey: '4Ma3YBrSBbX2aez8MJpXGBne5LSDwgGqHbhM9WPYIws',
}

export const START = '2026-11-22T01:00:00.000Z'

const seed: SandboxOptions['seed'] = {
  members: [
    { userid: 'WangXiaoming', name: '王小明', department: '徐汇店' },
    { userid: 'lihua', name: '李华', department: '静安店' },
  ],
  customers: [
    { externalUserid: 'wmZhang', name: '张女士', gender: 2, unionid: 'u-zhang' },
    { externalUserid: 'wmZhao', name: '赵先生' },
    { externalUserid: 'wmNobody', name: '路人' },
  ],
  relations: [
    {
      userid: 'WangXiaoming',
      externalUserid: 'wmZhang',
      createtime: 1_760_000_000,
      tagIds: ['etOld'],
    },
    { userid: 'WangXiaoming', externalUserid: 'wmZhao', createtime: 1_760_000_100 },
  ],
  tagGroups: [
    { groupId: 'etGroup', name: '来源', order: 2, tags: [{ id: 'etOld', name: '门店', order: 1 }] },
  ],
}

/** What the receiver got, decrypted, and how it answers. */
interface Receiver {
  url: string
  heard: { xml: string; receiveId: string; signed: boolean; nonce: string; body: string }[]
  /** status of the n-th answer (0 = never answers); 200 unless told */
  answer: (n: number) => number
  server: Server
}

async function startReceiver(): Promise<Receiver> {
  const receiver: Receiver = { url: '', heard: [], answer: () => 200, server: createServer() }
  receiver.server.on('request', (request: IncomingMessage, response) => {
    const echo = new URL(request.url ?? '', 'http://receiver').searchParams.get('echostr')
    if (echo !== null) {
      response.end(decrypt(corp.callbackAesKey, echo).message)
      return
    }
    void take(receiver, request).then((status) => {
      if (status !== 0) response.writeHead(status).end()
      return status
    })
  })
  await new Promise<void>((done) => receiver.server.listen(0, '127.0.0.1', done))
  // a TCP server's address is an object
  const { port } = receiver.server.address() as AddressInfo
  receiver.url = `http://127.0.0.1:${port}/wecom/callback`
  return receiver
}

/** Keeps what came; the status to answer with. */
async function take(receiver: Receiver, request: IncomingMessage): Promise<number> {
  const body = await readBody(request)
  receiver.heard.push(open(request.url ?? '', body))
  return receiver.answer(receiver.heard.length - 1)
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}

function open(url: string, body: string): Receiver['heard'][number] {
  const query = new URL(url, 'http://receiver').searchParams
  const encrypted = /<Encrypt><!\[CDATA\[(.*?)\]\]><\/Encrypt>/.exec(body)?.[1] ?? ''
  const nonce = query.get('nonce') ?? ''
  const expected = getSignature(corp.callbackToken, query.get('timestamp') ?? '', nonce, encrypted)
  const { message, id } = decrypt(corp.callbackAesKey, encrypted)
  return {
    xml: message,
    receiveId: id,
    signed: expected === query.get('msg_signature'),
    nonce,
    body,
  }
}

/** A sandbox with a receiver for its callbacks, and short words for talking to it. */
export interface Running {
  sandbox: Sandbox
  receiver: Receiver
  token: () => Promise<string>
  api: (path: string, body?: object, query?: Record<string, string>) => Promise<Answer>
  get: (path: string, init?: RequestInit) => Promise<Response>
  post: (path: string, body: object) => Promise<Record<string, unknown>>
  /** the text of an element of the newest callback */
  field: (name: string) => string
}

type Answer = Record<string, unknown> & { errcode: number }

const running: { sandbox: Sandbox; receiver: Receiver }[] = []

afterEach(async () => {
  for (const { sandbox, receiver } of running.splice(0)) {
    await sandbox.close()
    receiver.server.closeAllConnections()
    await new Promise((done) => receiver.server.close(done))
  }
})

/** Starts both on free ports at a time that stands still; ended after the test. */
export async function start(options: Partial<SandboxOptions> = {}): Promise<Running> {
  const receiver = await startReceiver()
  const sandbox = await createSandbox({
    port: 0,
    corp,
    callbackUrl: receiver.url,
    appUrl: 'http://127.0.0.1:7300',
    seed,
    now: () => new Date(START),
    callbacks: { timeoutMs: 150, retryMs: [5, 5, 5] },
    ...options,
  })
  running.push({ sandbox, receiver })
  const json = async (path: string, body?: object) => {
    const init = {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }
    const answer = await fetch(`${sandbox.url}${path}`, body ? init : {})
    // what the sandbox answers is what these tests look at
    return (await answer.json()) as Answer
  }
  const token = async () => {
    const query = new URLSearchParams({ corpid: corp.corpId, corpsecret: corp.agentSecret })
    return String((await json(`/cgi-bin/gettoken?${query.toString()}`))['access_token'])
  }
  return {
    sandbox,
    receiver,
    token,
    api: async (path, body, query = {}) => {
      const search = new URLSearchParams({ access_token: await token(), ...query })
      return json(`/cgi-bin/${path}?${search.toString()}`, body)
    },
    get: (path, init) => fetch(`${sandbox.url}${path}`, init),
    post: (path, body) => json(path, body),
    field: (name) => fieldOf(receiver.heard.at(-1)?.xml ?? '', name),
  }
}

/** The text of an element of a callback. */
export function fieldOf(xml: string, name: string): string {
  const match = new RegExp(`<${name}>(?:<!\\[CDATA\\[)?(.*?)(?:\\]\\]>)?</${name}>`).exec(xml)
  return match?.[1] ?? ''
}
