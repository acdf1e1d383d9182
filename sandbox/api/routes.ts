import { setTimeout as wait } from 'node:timers/promises'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { nowMs, type World } from '../core/world.ts'
import { ApiError } from './api-error.ts'
import { remember, withoutSecrets } from './call-log.ts'
import { customerEndpoints } from './customers.ts'
import type { Endpoint } from './endpoint.ts'
import type { Fault, Faults } from './faults.ts'
import { massEndpoints } from './mass.ts'
import { isValidCode, memberEndpoints } from './members.ts'
import { messageEndpoints } from './messages.ts'
import { isFields, type Fields } from './params.ts'
import type { createQuota } from './quota.ts'
import { tagEndpoints } from './tags.ts'
import { checkToken, tokenEndpoints } from './tokens.ts'
import { transferEndpoints } from './transfer.ts'
import { welcomeEndpoints } from './welcome.ts'

const endpoints: Record<string, Endpoint> = {
  ...tokenEndpoints,
  ...memberEndpoints,
  ...messageEndpoints,
  ...customerEndpoints,
  ...tagEndpoints,
  ...welcomeEndpoints,
  ...massEndpoints,
  ...transferEndpoints,
}

interface ApiDeps {
  world: World
  faults: Faults
  quota: ReturnType<typeof createQuota>
}

interface Outcome {
  status: number
  answer: Record<string, unknown>
  body?: Fields
  notes: Record<string, unknown>
}

/** WeCom's server API under /cgi-bin/: faults first, then token, quota, JSON and the endpoint's own checks. */
export function apiRoutes(app: FastifyInstance, deps: ApiDeps): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body))
  app.route({
    method: ['GET', 'POST'],
    url: '/cgi-bin/*',
    handler: (request, reply) => handle(deps, request, reply),
  })
}

async function handle(
  deps: ApiDeps,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { world, faults } = deps
  const path = (request.params as { '*': string })['*']
  const query = textQuery(request.query)
  const fault = faults.take(path)
  if (fault?.delayMs) await wait(fault.delayMs)
  const fails = fault !== undefined && (fault.errcode ?? fault.status ?? fault.reset) !== undefined
  const outcome: Outcome =
    fails && fault.when !== 'after'
      ? { status: 200, answer: {}, notes: {} }
      : attempt(deps, request, path, query)
  if (fault) outcome.notes['fault'] = faultWords(fault)
  if (fails) Object.assign(outcome, faultOutcome(fault, outcome))

  const { errcode, errmsg } = outcome.answer
  remember(world.calls, {
    at: world.clock.now().toISOString(),
    method: request.method,
    path,
    query: withoutSecrets(query),
    ...(outcome.body ? { body: withoutSecrets(outcome.body) } : {}),
    status: outcome.status,
    errcode: Number(errcode ?? 0),
    errmsg: typeof errmsg === 'string' ? errmsg : '',
    ...(Object.keys(outcome.notes).length > 0 ? { notes: outcome.notes } : {}),
  })
  if (fault?.reset) {
    request.raw.socket.destroy()
    return reply.hijack()
  }
  if (fault?.status !== undefined) {
    return reply.code(fault.status).type('text/html').send(`<html>${fault.status}</html>`)
  }
  return reply.code(outcome.status).send(outcome.answer)
}

function faultOutcome(fault: Fault, outcome: Outcome): Partial<Outcome> {
  const errcode = fault.errcode ?? Number(outcome.answer['errcode'] ?? 0)
  return {
    status: fault.status ?? outcome.status,
    answer: { errcode, errmsg: `made by a fault of the sandbox, hint: [${fault.id}]` },
  }
}

function faultWords(fault: Fault): Record<string, unknown> {
  const { errcode, status, delayMs, reset, when } = fault
  const entries = Object.entries({ errcode, status, delayMs, reset, when })
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined))
}

function attempt(
  { world, quota }: ApiDeps,
  request: FastifyRequest,
  path: string,
  query: Record<string, string>,
): Outcome {
  const outcome: Outcome = { status: 200, answer: {}, notes: {} }
  try {
    const endpoint = Object.hasOwn(endpoints, path) ? endpoints[path] : undefined
    if (!endpoint) {
      outcome.status = 404
      throw new ApiError(40066, 'invalid url')
    }
    if (endpoint.method === 'POST' && request.method === 'GET') {
      throw new ApiError(40058, 'require POST method')
    }
    if (endpoint.method === 'GET' && request.method === 'POST') {
      throw new ApiError(43001, 'require GET method')
    }
    if (endpoint.token !== false) checkToken(world, query['access_token'])
    const isSignIn = path === 'auth/getuserinfo' && isValidCode(world, query['code'])
    // a sign-in with a valid code is never refused (wecom-protocol 2.3)
    if (!isSignIn) quota.take(path, nowMs(world))
    outcome.body = endpoint.method === 'POST' ? parseBody(request.body) : {}
    const call = { query, body: outcome.body, notes: outcome.notes }
    outcome.answer = { errcode: 0, errmsg: 'ok', ...endpoint.run(world, call) }
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    outcome.answer = { errcode: error.errcode, errmsg: error.message }
  }
  if (request.method === 'GET') delete outcome.body
  return outcome
}

/** The last value of a parameter that was repeated. */
function textQuery(query: unknown): Record<string, string> {
  if (!isFields(query)) return {}
  return Object.fromEntries(
    Object.entries(query).map(([name, value]) => [
      name,
      String(Array.isArray(value) ? value.at(-1) : value),
    ]),
  )
}

/** 47001 unless the body is a JSON object; 40033 when it hides characters behind \\u escapes. */
function parseBody(body: unknown): Fields {
  const text = typeof body === 'string' ? body : ''
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new ApiError(47001, 'data format error')
  }
  if (!isFields(value)) throw new ApiError(47001, 'data format error')
  if (/(?<!\\)(?:\\\\)*\\u[0-9a-fA-F]{4}/.test(text)) {
    throw new ApiError(
      40033,
      'invalid charset. please check your request, if include \\uxxxx will create fail!',
    )
  }
  return value
}
