import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from 'pino'
import type { Database } from '../../prisma/db.ts'
import type { Metrics } from '../metrics.ts'
import { readAnswer } from './answer-shapes.ts'
import { WecomError, mayRetryAtOnce } from './error-table.ts'
import { createLimits, type CallEnd } from './limits.ts'
import { createTokens, type FreshToken, type WecomToken } from './tokens.ts'
import { createTransport, type HttpCall } from './transport.ts'

/** One call to WeCom as a trace: what log lines and counters of it carry. */
export interface CallContext {
  traceId?: string
}

/**
 * WeCom's server API, thin: a path, its parameters, its checked answer. Retries, token refresh and limits
 * happen inside, by the error table; what comes out is the answer or a WecomError.
 */
export interface Wecom {
  get: <T extends object>(
    path: string,
    query?: Record<string, string>,
    context?: CallContext,
  ) => Promise<T>
  post: <T extends object>(path: string, body: object, context?: CallContext) => Promise<T>
  /** access_token or one of the two JS tickets, from the shared store, refreshed by one caller only */
  token: (kind: WecomToken) => Promise<string>
}

export interface WecomOptions {
  db: Pick<Database, 'pool'>
  clock: { now: () => Date }
  log: Logger
  metrics: Pick<Metrics, 'wecomCalls' | 'wecomSeconds'>
  /** https://qyapi.weixin.qq.com, or the sandbox */
  apiUrl: string
  corpId: string
  agentSecret: string
  cipher: { encrypt: (text: string) => Uint8Array; decrypt: (bytes: Uint8Array) => string }
  /** for the whole of one exchange; default 10 seconds */
  timeLimitMs?: number
}

const TOKEN_PATH = '/cgi-bin/gettoken'
const SEND_PATH = '/cgi-bin/message/send'
/** many calls with a wrong secret get the address blocked for an hour (wecom-protocol 2.1) */
const TOKEN_BLOCK_MS = 3_600_000
const LIMITED = 45_009
const RETRIES = 3
const RETRY_BUDGET_MS = 15_000
/** every GET of ours reads; of the POSTs those that are named for it */
const READS = /\/(?:get\w*|list\w*|\w+_list|\w+_result|simplelist|convert\w*)$/

/** not a failure but an answer about somebody: a member without customers, a half-added one (wecom-protocol 2.2) */
const NO_RELATION = '84061'

/**
 * Makes the client. Paths may be given from `/cgi-bin/` on or from what follows it.
 *
 * - each call is counted against WeCom's limits in the database before it is made;
 * - 40014 and 42001 take a new token once;
 * - reads are tried up to three times more when WeCom is busy or doesn't answer; calls that change something
 *   are not, that is the job's business (bot/messages/deliver.ts);
 * - 45009 blocks the interface for all processes;
 * - each exchange is one log line (traceId, path, errcode, milliseconds) and one count.
 */
export function createWecom(options: WecomOptions): Wecom {
  const { log, metrics, corpId, agentSecret } = options
  const transport = createTransport(options)
  const limits = createLimits({ pool: options.db.pool })
  const tokens = createTokens({
    pool: options.db.pool,
    clock: options.clock,
    cipher: options.cipher,
    fetch: fetchToken,
  })
  const gate = createTokenGate()

  /** One exchange: sent, timed, counted, logged, its errcode looked at. */
  async function exchange(call: HttpCall, context: CallContext): Promise<Record<string, unknown>> {
    const { path } = call
    const began = performance.now()
    let failure: unknown
    try {
      const answer = await transport(call)
      const errcode = Number(answer['errcode'] ?? 0)
      if (errcode !== 0) throw new WecomError({ errcode, path })
      return readAnswer(path, answer)
    } catch (error) {
      failure = error
      throw error
    } finally {
      const ms = performance.now() - began
      const result = resultOf(failure)
      metrics.wecomCalls.labels({ path, errcode: result }).inc()
      metrics.wecomSeconds.labels({ path }).observe(ms / 1000)
      const line = { traceId: context.traceId, path, errcode: result, ms: Math.round(ms) }
      if (failure === undefined) log.info(line, 'wecom call')
      else if (result === NO_RELATION) log.info(line, 'wecom call: no relation')
      else if (failure instanceof WecomError && failure.action === 'alarm') {
        log.error({ ...line, says: failure.message }, 'wecom call needs a person')
      } else log.warn(line, 'wecom call failed')
    }
  }

  /** Exchanges until it succeeds or there is no point: see the list above. */
  async function persist(
    call: HttpCall,
    context: CallContext,
    withToken: boolean,
  ): Promise<Record<string, unknown>> {
    const isRead = call.method === 'GET' || READS.test(call.path)
    const members = recipientsOf(call)
    const giveUpAt = performance.now() + RETRY_BUDGET_MS
    let refreshed = false
    let retries = 0
    for (;;) {
      const token = withToken ? await tokens.get('access_token') : undefined
      const turn = await limits.take(call.path, members)
      const calledAt = performance.now()
      try {
        const query = token === undefined ? call.query : { access_token: token, ...call.query }
        const answer = await exchange({ ...call, query }, context)
        await turn.end('let_in')
        return answer
      } catch (error) {
        await turn.end(endOf(error), call.path === TOKEN_PATH ? TOKEN_BLOCK_MS : undefined)
        if (!(error instanceof WecomError)) throw error
        if (error.action === 'refresh' && token !== undefined && !refreshed) {
          refreshed = true
          tokens.drop('access_token', token, calledAt)
          continue
        }
        const again =
          isRead && mayRetryAtOnce(error) && retries < RETRIES && performance.now() < giveUpAt
        if (!again) throw error
        retries += 1
        // 0.2, 0.4, 0.8 seconds, each up to twice that
        await sleep(100 * 2 ** retries * (1 + Math.random()))
      }
    }
  }

  async function fetchToken(kind: WecomToken): Promise<FreshToken> {
    if (kind === 'access_token') {
      gate.check()
      const query = { corpid: corpId, corpsecret: agentSecret }
      try {
        const answer = await persist({ method: 'GET', path: TOKEN_PATH, query }, {}, false)
        gate.open()
        return readToken(TOKEN_PATH, answer, 'access_token')
      } catch (error) {
        throw error instanceof WecomError && error.action === 'alarm' ? gate.shut(error) : error
      }
    }
    const isAgent = kind === 'agent_ticket'
    const path = isAgent ? '/cgi-bin/ticket/get' : '/cgi-bin/get_jsapi_ticket'
    const query: Record<string, string> = isAgent ? { type: 'agent_config' } : {}
    return readToken(path, await persist({ method: 'GET', path, query }, {}, true), 'ticket')
  }

  return {
    async get<T extends object>(
      path: string,
      query: Record<string, string> = {},
      context: CallContext = {},
    ) {
      const answer = await persist({ method: 'GET', path: fullPath(path), query }, context, true)
      // the caller names the shape that answer-shapes.ts has checked
      return answer as T
    },
    async post<T extends object>(path: string, body: object, context: CallContext = {}) {
      const answer = await persist(
        { method: 'POST', path: fullPath(path), query: {}, body },
        context,
        true,
      )
      return answer as T
    },
    async token(kind) {
      // a ticket is fetched with the token: having it first keeps the ticket's turn short
      if (kind !== 'access_token') await tokens.get('access_token')
      return tokens.get(kind)
    },
  }
}

/**
 * After WeCom refused our secret no one asks for a token again for a while: 5 seconds, doubling up to five
 * minutes. The refusal itself is what callers get meanwhile.
 */
function createTokenGate(): {
  check: () => void
  shut: (error: WecomError) => WecomError
  open: () => void
} {
  let refusal: WecomError | undefined
  let until = 0
  let pauseMs = 0
  const again = (error: WecomError) =>
    new WecomError({
      errcode: error.errcode,
      path: error.path,
      action: 'alarm',
      retryAfterMs: Math.max(1_000, Math.ceil(until - performance.now())),
    })
  return {
    check() {
      if (refusal && performance.now() < until) throw again(refusal)
    },
    shut(error) {
      refusal = error
      pauseMs = Math.min(300_000, Math.max(5_000, pauseMs * 2))
      until = performance.now() + pauseMs
      return again(error)
    },
    open() {
      refusal = undefined
      pauseMs = 0
    },
  }
}

function readToken(path: string, answer: Record<string, unknown>, field: string): FreshToken {
  const value = answer[field]
  const seconds = answer['expires_in']
  const isGood =
    typeof value === 'string' &&
    value !== '' &&
    value.length <= 4096 &&
    typeof seconds === 'number' &&
    Number.isFinite(seconds) &&
    seconds > 0
  if (!isGood) throw new WecomError({ errcode: -1, path, why: 'bad_answer', detail: `no ${field}` })
  return { value, expiresInSeconds: seconds }
}

function fullPath(path: string): string {
  const bare = path.startsWith('/') ? path.slice(1) : path
  return bare.startsWith('cgi-bin/') ? `/${bare}` : `/cgi-bin/${bare}`
}

/** Who is counted for the limit on messages to one member: only message/send has it. */
function recipientsOf(call: HttpCall): string[] {
  if (call.path !== SEND_PATH || !call.body || !('touser' in call.body)) return []
  const { touser } = call.body
  if (typeof touser !== 'string' || touser === '@all') return []
  return [...new Set(touser.split('|').filter((userid) => userid !== ''))]
}

/** An errcode is an answer too: the call was let in. */
function endOf(error: unknown): CallEnd {
  if (!(error instanceof WecomError) || error.why !== undefined) return 'unanswered'
  return error.errcode === LIMITED ? 'limited' : 'let_in'
}

function resultOf(failure: unknown): string {
  if (failure === undefined) return '0'
  if (!(failure instanceof WecomError)) return 'bug'
  return failure.why ?? String(failure.errcode)
}
