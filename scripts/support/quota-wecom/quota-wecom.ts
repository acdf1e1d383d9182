import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createArrivals, INTERFACE_ALLOWANCES, MEMBER_ALLOWANCES } from './arrivals.ts'
import {
  createMemory,
  sendMessage,
  sendWelcome,
  updateCard,
  type Answer,
  type CallBody,
} from './endpoints.ts'
import { createFaultScript, misbehave, type FaultScript } from './faults.ts'

export const TOKEN_PATH = '/cgi-bin/gettoken'
export const SEND_PATH = '/cgi-bin/message/send'
export const WELCOME_PATH = '/cgi-bin/externalcontact/send_welcome_msg'
const UPDATE_CARD_PATH = '/cgi-bin/message/update_template_card'
export const REMARK_PATH = '/cgi-bin/externalcontact/remark'

/**
 * What became of a call: `over` used the interface's limit up and started its block, `blocked` came during one,
 * `stale` had a token that is none, `fault` went wrong as scripted; the others as in Answer.
 */
export type CallOutcome = Answer['outcome'] | 'over' | 'blocked' | 'stale' | 'fault'

/** One call that reached WeCom. */
export interface QuotaCall {
  /** milliseconds, as performance.now() of this process */
  at: number
  path: string
  outcome: CallOutcome
  errcode: number
  touser: string | undefined
  /** what tells one message from another: its text, card, code */
  body: CallBody
}

/** A WeCom that holds everyone to its limits, in this process. */
export interface QuotaWecom {
  url: string
  port: number
  /** every call, in the order of arrival; tokens too */
  calls: QuotaCall[]
  count: (path: string, outcome?: CallOutcome) => number
  faults: FaultScript
  /** the token in everyone's hands is good no more */
  expireToken: (errcode: 40014 | 42001) => void
  /** lets blocks and windows be over, as an hour does; what was sent stays sent */
  letHourPass: () => void
  close: () => Promise<void>
}

export interface QuotaWecomOptions {
  port?: number
  /** told of a call that was carried out, before it is answered; `silence` keeps the answer */
  onDone?: (call: QuotaCall) => 'silence' | undefined
  /** what paths without an interface of their own here answer; default errcode 0 and nothing else */
  answer?: (path: string, query: URLSearchParams, body: CallBody) => object | undefined
}

const TOKEN_LIVES_S = 7_200

/**
 * Starts a WeCom that counts strictly: windows that slide by the millisecond, 10,000 calls a minute and 150,000 an
 * hour on one interface (over it: 45009, and nothing but 45009 for as long as the window is), 30 messages a minute
 * and 1,000 an hour to one member (over it: errcode 0 and no message). It shares nothing with the assistant's limiter.
 */
export async function startQuotaWecom(options: QuotaWecomOptions = {}): Promise<QuotaWecom> {
  const arrivals = createArrivals()
  const memory = createMemory()
  const faults = createFaultScript()
  const calls: QuotaCall[] = []
  const blocks = new Map<string, number>()
  let tokens = 0
  let staleCode = 40_014
  const token = () => `token-${tokens}`

  const endpoints: Record<string, (body: CallBody, at: number) => Answer> = {
    [SEND_PATH]: (body, at) => {
      const member = `member ${touserOf(body)?.toLowerCase() ?? ''}`
      const isFull = arrivals.full(member, at, MEMBER_ALLOWANCES) !== undefined
      arrivals.add(member, at)
      return sendMessage(memory, body, at, isFull)
    },
    [WELCOME_PATH]: (body) => sendWelcome(memory, body),
    [UPDATE_CARD_PATH]: (body) => updateCard(memory, body),
  }

  /** The interface's own limit, before anything is looked at. */
  function held(path: string, at: number): 'over' | 'blocked' | undefined {
    const isBlocked = at < (blocks.get(path) ?? 0)
    const over = arrivals.full(path, at, INTERFACE_ALLOWANCES)
    arrivals.add(path, at)
    if (isBlocked) return 'blocked'
    if (!over) return undefined
    blocks.set(path, at + over.windowMs)
    return 'over'
  }

  function handle(request: IncomingMessage, response: ServerResponse, text: string): void {
    const at = performance.now()
    const url = new URL(request.url ?? '/', 'http://wecom')
    const path = url.pathname
    const body = { text, json: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>) }
    const note = (outcome: CallOutcome, errcode: number): QuotaCall => {
      const call = { at, path, outcome, errcode, touser: touserOf(body), body }
      calls.push(call)
      return call
    }
    const say = (errcode: number, more: object = {}) =>
      response.end(JSON.stringify({ errcode, errmsg: 'x', ...more }))

    const scripted = faults.take(path)
    if (scripted && !scripted.after) {
      note('fault', scripted.fault.kind === 'errcode' ? scripted.fault.errcode : -1)
      misbehave(scripted.fault, request.socket, response)
      return
    }
    const hold = held(path, at)
    if (hold) {
      note(hold, 45_009)
      say(45_009)
      return
    }
    if (path === TOKEN_PATH) {
      note('done', 0)
      say(0, { access_token: token(), expires_in: TOKEN_LIVES_S })
      return
    }
    if (url.searchParams.get('access_token') !== token()) {
      note('stale', staleCode)
      say(staleCode)
      return
    }
    const endpoint = endpoints[path]
    const answer = endpoint?.(body, at) ?? { errcode: 0, outcome: 'done' as const, more: {} }
    const call = note(answer.outcome, answer.errcode)
    if (scripted) {
      misbehave(scripted.fault, request.socket, response)
      return
    }
    if (options.onDone?.(call) === 'silence') return
    const more = endpoint ? answer.more : options.answer?.(path, url.searchParams, body)
    say(answer.errcode, more)
  }

  const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => handle(request, response, Buffer.concat(chunks).toString('utf8')))
  })
  server.listen(options.port ?? 0, '127.0.0.1')
  await once(server, 'listening')
  // a server on a port has an address with that port
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    calls,
    count: (path, outcome) =>
      calls.filter((call) => call.path === path && (!outcome || call.outcome === outcome)).length,
    faults,
    expireToken: (errcode) => {
      tokens += 1
      staleCode = errcode
    },
    letHourPass: () => {
      blocks.clear()
      arrivals.clear()
    },
    close: async () => {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

function touserOf({ json }: CallBody): string | undefined {
  return typeof json['touser'] === 'string' ? json['touser'] : undefined
}
