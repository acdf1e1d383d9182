import { Agent, request } from 'undici'
import { WecomError, type NoAnswer } from './error-table.ts'

/** One HTTP exchange: what goes out. The query holds the access_token and is never logged. */
export interface HttpCall {
  method: 'GET' | 'POST'
  /** from /cgi-bin/ on */
  path: string
  query: Record<string, string>
  body?: object | undefined
}

export type Transport = (call: HttpCall) => Promise<Record<string, unknown>>

const TIME_LIMIT_MS = 10_000
const MOST_BYTES = 8 * 1024 * 1024

/**
 * Makes the HTTP side of the client: bounded in time, size and connections; the answer is a JSON object with
 * an integer errcode or none at all. Anything else is a WecomError to be retried, since it may have been a
 * proxy or a broken line.
 *
 * @param options.apiUrl https://qyapi.weixin.qq.com, or the sandbox
 * @param options.timeLimitMs for the whole exchange; default 10 seconds
 */
export function createTransport(options: { apiUrl: string; timeLimitMs?: number }): Transport {
  const timeLimitMs = options.timeLimitMs ?? TIME_LIMIT_MS
  const dispatcher = new Agent({
    connections: 32,
    connect: { timeout: Math.min(5_000, timeLimitMs) },
    headersTimeout: timeLimitMs,
    bodyTimeout: timeLimitMs,
    maxResponseSize: MOST_BYTES,
  })

  return async (call) => {
    const url = new URL(call.path, options.apiUrl)
    for (const [name, value] of Object.entries(call.query)) url.searchParams.set(name, value)
    let status: number
    let text: string
    try {
      const answer = await request(url, {
        dispatcher,
        method: call.method,
        // raw UTF-8, as WeCom wants it (wecom-protocol 0)
        ...(call.body && {
          body: JSON.stringify(call.body),
          headers: { 'content-type': 'application/json; charset=utf-8' },
        }),
        // a body that drips slowly is cut off too
        signal: AbortSignal.timeout(timeLimitMs),
      })
      status = answer.statusCode
      text = await answer.body.text()
    } catch (error) {
      throw noAnswer(call.path, whyOf(error), codeOf(error))
    }
    if (status !== 200) throw noAnswer(call.path, 'http_status', String(status))
    return readAnswer(call.path, text)
  }
}

function readAnswer(path: string, text: string): Record<string, unknown> {
  let answer: unknown
  try {
    answer = JSON.parse(text)
  } catch {
    throw noAnswer(path, 'bad_answer', 'no JSON')
  }
  if (!isObject(answer)) throw noAnswer(path, 'bad_answer', 'no JSON object')
  const { errcode } = answer
  if (errcode !== undefined && !Number.isInteger(errcode)) {
    throw noAnswer(path, 'bad_answer', 'errcode is no integer')
  }
  return answer
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function noAnswer(path: string, why: NoAnswer, detail: string): WecomError {
  return new WecomError({ errcode: -1, path, why, detail })
}

function whyOf(error: unknown): NoAnswer {
  const code = codeOf(error)
  const isTimeout = /TIMEOUT|TIMEDOUT|^TimeoutError$|^AbortError$/.test(code)
  if (isTimeout) return 'timeout'
  return code === 'UND_ERR_RES_EXCEEDED_MAX_SIZE' ? 'bad_answer' : 'connection'
}

/** The error's code only: messages of the network may quote the address, and the address holds the token. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown'
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name
}
