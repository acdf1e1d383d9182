import type { FastifyInstance, FastifyReply } from 'fastify'
import { DateTime } from 'luxon'
import type { Faults } from '../api/faults.ts'
import { verifyCallbackUrl, type Sender } from '../callbacks/sender.ts'
import { isEventFields } from '../callbacks/xml.ts'
import type { World } from '../core/world.ts'
import type { CallRecord, EventFields, FaultInput } from '../options.ts'
import { bodyOf, type Body } from '../ui/request.ts'
import { UiError } from '../ui/ui-error.ts'
import type { EventStreams } from './event-stream.ts'

const ZONE = 'Asia/Shanghai'
const UNIT_MS: Record<string, number> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

interface ControlDeps {
  world: World
  faults: Faults
  sender: Sender
  callbackUrl: string
  streams: EventStreams
  reset: (keepClock: boolean) => void
}

/** How tests and the demo's clock bar hold the sandbox: /sandbox/{clock,faults,log,events,callbacks,reset}. */
export function controlRoutes(app: FastifyInstance, deps: ControlDeps): void {
  const { world, faults, sender, streams } = deps
  const clockNow = () => ({
    now: world.clock.now().toISOString(),
    offsetMs: world.clock.now().getTime() - Date.now(),
    zone: ZONE,
  })
  app.get('/sandbox/clock', clockNow)
  app.post('/sandbox/clock', ({ body }) => {
    world.clock.set(momentOf(world, bodyOf(body)))
    return clockNow()
  })
  app.get('/sandbox/clock/stream', (_request, reply: FastifyReply) => {
    streams.open(reply, (push) => {
      push(clockNow())
      return world.clock.onJump(() => push(clockNow()))
    })
  })

  app.get('/sandbox/faults', () => ({ items: faults.list(), nextCursor: null }))
  app.post('/sandbox/faults', ({ body }) => faults.add(faultOf(bodyOf(body))))
  app.delete('/sandbox/faults', () => {
    faults.clear()
    return { ok: true }
  })

  app.get('/sandbox/log', ({ query }) => logPage(world, bodyOf(query)))
  app.get('/sandbox/callbacks', () => ({ items: world.state.deliveries, nextCursor: null }))
  app.post('/sandbox/events', async ({ body }) => {
    const sent = sendEvent(sender, bodyOf(body))
    if (bodyOf(body)['wait'] === true) return { items: await Promise.all(sent) }
    return { sent: sent.length }
  })
  app.post('/sandbox/verify-callback', async () => ({
    ok: await verifyCallbackUrl(world, deps.callbackUrl),
  }))
  app.post('/sandbox/reset', ({ body }) => {
    deps.reset(bodyOf(body)['keepClock'] === true)
    return { ok: true, ...clockNow() }
  })
}

/** The calls behind the number `cursor` (or `after`), oldest first; all that are kept unless `limit` says less. */
function logPage(world: World, query: Body): { items: CallRecord[]; nextCursor: string | null } {
  const after = wholeNumber(query, 'cursor') ?? wholeNumber(query, 'after') ?? 0
  const limit = wholeNumber(query, 'limit') ?? Infinity
  if (limit < 1) throw new UiError(400, 'limit wants a number from 1')
  const behind = world.calls.filter((call) => call.seq > after)
  const items = behind.slice(0, limit)
  const last = items.at(-1)
  return { items, nextCursor: last && behind.length > items.length ? String(last.seq) : null }
}

function wholeNumber(query: Body, name: string): number | undefined {
  const text = query[name]
  if (text === undefined || text === '') return undefined
  if (typeof text !== 'string' || !/^\d{1,15}$/.test(text)) {
    throw new UiError(400, `${name} wants a whole number`)
  }
  return Number(text)
}

/** `{ now }`, `{ advance: seconds | "+1h" | "1d" | "-30m" }` or `{ next: "09:00" }` of the business day. */
function momentOf(world: World, body: Body): Date {
  const { now, advance, next } = body
  const present = world.clock.now()
  if (typeof now === 'string' || typeof now === 'number') {
    const moment = new Date(now)
    if (Number.isNaN(moment.getTime())) throw new UiError(400, 'now wants an ISO 8601 time')
    return moment
  }
  if (typeof advance === 'number' && Number.isFinite(advance)) {
    return new Date(present.getTime() + advance * 1000)
  }
  if (typeof advance === 'string') {
    const match = /^([+-]?)(\d+(?:\.\d+)?)([smhd]?)$/.exec(advance.trim())
    if (!match) throw new UiError(400, 'advance wants seconds or "+1h", "1d", "-30m"')
    const ms = Number(match[2]) * (UNIT_MS[match[3] || 's'] ?? 1000)
    return new Date(present.getTime() + (match[1] === '-' ? -ms : ms))
  }
  if (typeof next === 'string' && /^\d{2}:\d{2}$/.test(next)) return nextAt(present, next)
  throw new UiError(400, 'send { now }, { advance } or { next }')
}

function nextAt(present: Date, time: string): Date {
  const [hour = 0, minute = 0] = time.split(':').map(Number)
  const local = DateTime.fromJSDate(present, { zone: ZONE })
  const today = local.set({ hour, minute, second: 0, millisecond: 0 })
  if (!today.isValid) throw new UiError(400, 'next wants HH:MM')
  return (today > local ? today : today.plus({ days: 1 })).toJSDate()
}

function faultOf(body: Body): FaultInput {
  const path = body['path']
  if (typeof path !== 'string' || path === '') throw new UiError(400, 'path: message/send, … or *')
  const number = (name: string) => {
    const value = body[name]
    if (value === undefined || value === null) return {}
    if (typeof value !== 'number') throw new UiError(400, `${name} wants a number`)
    return { [name]: value }
  }
  return {
    path,
    ...number('errcode'),
    ...number('status'),
    ...number('delayMs'),
    ...number('times'),
    ...(body['reset'] === true ? { reset: true } : {}),
    ...(body['when'] === 'after' ? { when: 'after' as const } : {}),
  }
}

/**
 * `{ fields }`, `{ event: { … } }`, `{ xml }`, or the fields themselves (`{ Event, ChangeType, UserID, … }`), `times` times at
 * once (the same event delivered again, as retries would).
 */
function sendEvent(sender: Sender, body: Body): ReturnType<Sender['send']>[] {
  const times = typeof body['times'] === 'number' ? Math.min(body['times'], 1000) : 1
  const turns = Array.from({ length: times })
  if (typeof body['xml'] === 'string') {
    const { xml } = body
    return turns.map(() => sender.sendXml(xml, 'raw'))
  }
  const fields = fieldsOf(body)
  return turns.map(() => sender.send(fields))
}

function fieldsOf(body: Body): EventFields {
  const { times: _times, wait: _wait, ...own } = body
  const fields = body['fields'] ?? body['event'] ?? own
  if (!isEventFields(fields) || Object.keys(fields).length === 0) {
    throw new UiError(
      400,
      'send { fields }, { xml } or the fields themselves, such as { "Event": "enter_agent" }: names as in XML, values text, numbers, objects or lists of them',
    )
  }
  return fields
}
