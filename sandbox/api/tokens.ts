import { randomId } from '../core/ids.ts'
import { nowMs, type World } from '../core/world.ts'
import { ApiError } from './api-error.ts'
import { get, type Endpoint } from './endpoint.ts'

const LIFE_S = 7200
/** per app; a company's 400 cannot be reached by one app alone (wecom-protocol 2.3) */
const TICKETS_PER_HOUR = 100
const HOUR_MS = 3_600_000
const MINUTE_MS = 60_000
/** WeCom says “many” and no number: this is the sandbox's */
const WRONG_PER_MINUTE = 20
const WRONG = 'wrong secret'
const BLOCKED = 'blocked for wrong secrets'

/** gettoken: the same token while it lives, 7200 s by the sandbox's clock (wecom-protocol 2.1). */
function getToken(world: World, query: Record<string, string>): object {
  const { corpid, corpsecret } = query
  if (!corpid) throw new ApiError(41002, 'corpid missing')
  if (!corpsecret) throw new ApiError(41004, 'corpsecret missing')
  if (corpid !== world.corp.corpId) throw new ApiError(40013, 'invalid corpid')
  const now = nowMs(world)
  checkSecret(world, corpsecret, now)
  const alive = world.state.tokens.find((entry) => lives(entry.expiresAt, now))
  if (alive) return { access_token: alive.token, expires_in: secondsLeft(alive.expiresAt, now) }
  const made = { token: randomId(128), expiresAt: now + LIFE_S * 1000 }
  world.state.tokens = [made, ...world.state.tokens].slice(0, 20)
  world.touched()
  return { access_token: made.token, expires_in: LIFE_S }
}

/** 40001 for a wrong secret; too many of them, and the address is blocked for an hour, whatever it sends (2.2, 45009). */
function checkSecret(world: World, secret: string, now: number): void {
  if (world.windows.count(BLOCKED, now, HOUR_MS) > 0) {
    throw new ApiError(45009, 'reach max api gettoken quota limit: too many wrong secrets')
  }
  if (secret === world.corp.agentSecret) return
  world.windows.add(WRONG, now)
  if (world.windows.count(WRONG, now, MINUTE_MS) >= WRONG_PER_MINUTE) {
    world.windows.add(BLOCKED, now)
  }
  throw new ApiError(40001, 'invalid credential')
}

/** Throws 41001, 40014 or 42001 unless the token is this app's and alive. */
export function checkToken(world: World, token: string | undefined): void {
  if (!token) throw new ApiError(41001, 'access_token missing')
  const entry = world.state.tokens.find((known) => known.token === token)
  if (!entry) throw new ApiError(40014, 'invalid access_token')
  if (!lives(entry.expiresAt, nowMs(world))) throw new ApiError(42001, 'access_token expired')
}

function ticketOf(world: World, kind: 'jsapi' | 'agent_config'): object {
  const now = nowMs(world)
  const window = `ticket ${kind}`
  if (world.windows.count(window, now, HOUR_MS) >= TICKETS_PER_HOUR) {
    throw new ApiError(45009, 'reach max api hour quota limit')
  }
  world.windows.add(window, now)
  const alive = world.state.tickets.find(
    (entry) => entry.kind === kind && lives(entry.expiresAt, now),
  )
  if (alive) return { ticket: alive.ticket, expires_in: secondsLeft(alive.expiresAt, now) }
  const made = { kind, ticket: randomId(86), expiresAt: now + LIFE_S * 1000 }
  world.state.tickets = [made, ...world.state.tickets].slice(0, 20)
  world.touched()
  return { ticket: made.ticket, expires_in: LIFE_S }
}

/** Tickets of that kind with which a page may still be signed. */
export function liveTickets(world: World, kind: 'jsapi' | 'agent_config'): string[] {
  const now = nowMs(world)
  return world.state.tickets
    .filter((entry) => entry.kind === kind && lives(entry.expiresAt, now))
    .map((entry) => entry.ticket)
}

// a clock that was moved back leaves tokens that would live for days: those are void too
function lives(expiresAt: number, now: number): boolean {
  return expiresAt > now && expiresAt <= now + LIFE_S * 1000
}

function secondsLeft(expiresAt: number, now: number): number {
  return Math.floor((expiresAt - now) / 1000)
}

/** Documentation addresses (RFC 5737): nobody's. */
const CALLBACK_ADDRESSES = ['127.0.0.1', '192.0.2.*']

export const tokenEndpoints: Record<string, Endpoint> = {
  gettoken: { method: 'GET', token: false, run: (world, { query }) => getToken(world, query) },
  get_jsapi_ticket: get((world) => ticketOf(world, 'jsapi')),
  'ticket/get': get((world, { query }) => {
    if (query['type'] !== 'agent_config') throw new ApiError(40058, 'type wants agent_config')
    return ticketOf(world, 'agent_config')
  }),
  getcallbackip: get(() => ({ ip_list: CALLBACK_ADDRESSES })),
}
