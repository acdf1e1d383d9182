import { randomBytes } from 'node:crypto'
import { connect } from 'node:net'
import { Agent, request } from 'undici'
import type { Database } from '../../../prisma/db.ts'
import type { Sandbox } from '../../../sandbox/options.ts'
import type { CallbackSecrets } from '../../support/callback-request.ts'
import { encryptRaw, envelope, frame, signed } from '../callback-fuzz/raw-cipher.ts'
import { externalUserid, mobile, NAME, WORD } from './canary-chain.ts'

/** Whom the traffic is made for and with. */
export interface TrafficWorld {
  assistant: string
  sandbox: Sandbox
  db: Database
  apiKey: string
  secrets: CallbackSecrets
  /** cookie of a guide, and a customer of theirs */
  people: { cookie: string; customer: number; id: string }[]
}

const agent = new Agent({ connections: 48, headersTimeout: 30_000 })

type Headers = Record<string, string>

async function ask(
  world: TrafficWorld,
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
  path: string,
  options: { headers?: Headers; body?: unknown } = {},
): Promise<number> {
  const { body } = options
  try {
    const answer = await request(`${world.assistant}${path}`, {
      method,
      dispatcher: agent,
      headers: {
        // strangers come from everywhere: one address would soon be told to wait
        'x-forwarded-for': `10.${[...randomBytes(3)].join('.')}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...options.headers,
      },
      ...(body === undefined
        ? {}
        : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    await answer.body.dump()
    return answer.statusCode
  } catch {
    return 0
  }
}

/** One guide's day, with everything a person types; all of it is right. */
export async function aDay(world: TrafficWorld, n: number): Promise<void> {
  const person = world.people[n % world.people.length]
  if (!person) return
  const headers = { cookie: person.cookie, referer: `${world.assistant}/sidebar?x=${WORD}` }
  const at = `/api/customers/${person.id}`
  const text = `${NAME}说${WORD}${n}，电话${mobile(n)}`
  await ask(world, 'GET', `/sidebar?external=${externalUserid(person.customer)}`, { headers })
  await ask(world, 'GET', `/api/customers/by-external/${externalUserid(person.customer)}`, {
    headers,
  })
  await ask(world, 'GET', `${at}/timeline`, { headers })
  await ask(world, 'POST', `${at}/notes`, { headers, body: { text } })
  await ask(world, 'PATCH', at, {
    headers,
    body: { remark: `${NAME}${n}`, birthday: '1991-02-03' },
  })
  await ask(world, 'POST', `${at}/reveal-mobile`, { headers })
  await ask(world, 'POST', '/api/touches', {
    headers,
    body: {
      customerId: person.id,
      channel: 'sidebar',
      text,
      result: 'sent',
      clientKey: `${WORD}-${n}`,
    },
  })
  await ask(world, 'POST', `${at}/consent`, {
    headers,
    body: { consent: 'all', source: text.slice(0, 40) },
  })
  const page = encodeURIComponent(`${world.assistant}/sidebar?external=${WORD}`)
  await ask(world, 'GET', `/api/jssdk?url=${page}`, { headers })
  await ask(world, 'GET', `/api/tasks?bucket=today&guide=${WORD}`, { headers })
}

/** What WeCom posts about people, right and wrong. */
export async function callbacks(world: TrafficWorld, n: number): Promise<void> {
  const customer = externalUserid(n % 50)
  const at = { CreateTime: 1_795_300_000 + n }
  const about = {
    ...at,
    Event: 'change_external_contact',
    UserID: `guide${n % 50}`,
    ExternalUserID: customer,
  }
  await world.sandbox.emit({
    ...about,
    ChangeType: 'add_external_contact',
    WelcomeCode: `${WORD}welcome${n}`,
    State: WORD,
  })
  await world.sandbox.emit({ ...about, ChangeType: 'edit_external_contact' })
  await world.sandbox.emit({
    ...about,
    ChangeType: 'transfer_fail',
    FailReason: 'customer_refused',
  })
  await world.sandbox.emit({
    ...at,
    FromUserName: `guide${n % 50}`,
    MsgType: 'text',
    Content: `${NAME}${n}`,
    MsgId: n,
  })
  await world.sandbox.emit({
    ...at,
    FromUserName: `guide${n % 50}`,
    Event: 'template_card_event',
    EventKey: 'done',
    TaskId: `task-${n}-1`,
    CardType: 'button_interaction',
    ResponseCode: `${WORD}response${n}`,
  })
  await world.sandbox.emit({
    ...at,
    FromUserName: `guide${n % 50}`,
    Event: `${WORD}_unheard_of`,
    EventKey: mobile(n),
  })
  for (const message of [
    `<xml><a>${NAME}${mobile(n)}`,
    `<!DOCTYPE ${WORD}>`,
    '\0',
    `${WORD}${'x'.repeat(70_000)}`,
  ]) {
    const plain = frame({
      message: Buffer.from(message),
      receiveId: Buffer.from(world.secrets.corpId),
    })
    const { query, encrypt } = signed(world.secrets, encryptRaw(world.secrets.aesKey, plain))
    await postCallback(world, query, envelope(world.secrets, encrypt))
    await postCallback(world, { ...query, nonce: WORD }, envelope(world.secrets, encrypt))
  }
  await ask(
    world,
    'GET',
    `/wecom/callback?msg_signature=${WORD}&timestamp=1&nonce=2&echostr=${WORD}`,
  )
}

async function postCallback(world: TrafficWorld, query: Headers, body: string): Promise<void> {
  await ask(world, 'POST', `/wecom/callback?${new URLSearchParams(query).toString()}`, {
    body,
    headers: { 'content-type': 'text/xml' },
  })
}

/** Requests that are refused, each with something in it that must not come back in a line. */
export async function refusals(world: TrafficWorld, n: number): Promise<void> {
  const person = world.people[n % world.people.length]
  if (!person) return
  const signedIn = { cookie: person.cookie }
  const key = { authorization: `Bearer ${world.apiKey}` }
  const odd = `${WORD}${mobile(n)}`
  const name = encodeURIComponent(NAME)
  const html = { accept: 'text/html' }
  await Promise.all([
    ask(world, 'GET', `/api/customers/by-external/${odd}`, { headers: signedIn }),
    ask(world, 'GET', `/api/customers/${odd}`, { headers: signedIn }),
    ask(world, 'GET', `/${odd}/${name}?access_token=${odd}`),
    ask(world, 'GET', `/%${odd}`),
    ask(world, 'GET', `/api/customers/by-external/${odd.repeat(200)}`, { headers: signedIn }),
    ask(world, 'POST', `/api/customers/${person.id}/notes`, {
      headers: signedIn,
      body: `{"text":"${NAME}${odd}`,
    }),
    ask(world, 'POST', `/api/customers/${person.id}/notes`, {
      headers: signedIn,
      body: { text: 1, [odd]: NAME },
    }),
    ask(world, 'PATCH', `/api/customers/${person.id}`, {
      headers: signedIn,
      body: { [odd]: NAME, [NAME]: odd },
    }),
    ask(world, 'PATCH', `/api/customers/${person.id}`, {
      headers: signedIn,
      body: { birthday: NAME },
    }),
    ask(world, 'POST', '/api/tags', {
      headers: signedIn,
      body: { groupId: '1', name: `${NAME}\0` },
    }),
    ask(world, 'GET', `/api/tasks?bucket=today&cursor=${odd}`, { headers: signedIn }),
    ask(world, 'GET', `/api/jssdk?url=https://${odd}.example/`, { headers: signedIn }),
    ask(world, 'GET', '/api/me', { headers: { cookie: `guide_session=${odd}; other=${name}` } }),
    ask(world, 'GET', '/open/v1/tasks', { headers: { authorization: `Bearer ${odd}` } }),
    ask(world, 'PUT', '/open/v1/members', {
      headers: key,
      body: { items: [{ memberNo: odd, mobile: odd, name: NAME }], [odd]: 1 },
    }),
    ask(world, 'PUT', '/open/v1/members', {
      headers: key,
      body: { items: [{ memberNo: odd, mobile: `x${odd}`, [odd]: NAME }] },
    }),
    ask(world, 'POST', '/open/v1/import/members', {
      headers: { ...key, 'content-type': 'application/x-ndjson' },
      body: `{"memberNo":"${odd}",\n${NAME}`,
    }),
    ask(world, 'POST', '/open/v1/webhooks', {
      headers: key,
      body: { url: `https://${odd}:${odd}@example.com`, events: ['task.created'] },
    }),
    ask(world, 'GET', `/auth/callback?code=${odd}&state=${odd}`, { headers: html }),
    ask(world, 'GET', `/auth/login?to=//${odd}`, { headers: html }),
    ask(world, 'POST', `/wecom/callback?msg_signature=${odd}`, { body: NAME.repeat(100) }),
    raw(
      world,
      `GET /${odd} HTTP/1.1\r\nHost: a\r\nCookie: guide_session=${odd}\r\nX : ${odd}\r\n\r\n`,
    ),
    raw(
      world,
      `POST /api/me HTTP/1.1\r\nHost: a\r\nCookie: ${odd}\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n`,
    ),
    raw(world, `${odd}\r\n\r\n`),
  ])
}

/** Sign-ins, good and bad, as a browser makes them; answers what must not be logged of them. */
export async function signIns(world: TrafficWorld, n: number): Promise<string[]> {
  const begun = await request(`${world.assistant}/auth/login?to=/api/me`, { dispatcher: agent })
  await begun.body.dump()
  const cookie = [begun.headers['set-cookie']].flat()[0]?.split(';')[0] ?? ''
  const authorize = [begun.headers.location].flat()[0] ?? ''
  const given = await request(`${authorize}&as=guide${n % 50}`, { dispatcher: agent })
  await given.body.dump()
  const back = [given.headers.location].flat()[0] ?? ''
  const { pathname, search, searchParams } = new URL(back)
  const headers = { cookie, accept: 'text/html' }
  await ask(world, 'GET', `${pathname}${search}`, { headers })
  await ask(world, 'GET', `${pathname}${search}`, { headers })
  return [
    cookie.slice('guide_session='.length),
    searchParams.get('code') ?? '',
    searchParams.get('state') ?? '',
  ]
}

/** Tables that refuse what is written, in words that quote it; while they do, people write on. */
export async function databaseFaults(world: TrafficWorld, rounds: () => boolean): Promise<void> {
  const { pool } = world.db
  await pool.query('alter table note add constraint refuses_all check (length(text) < 3) not valid')
  await pool.query('alter table outbox add constraint refuses_all check (kind is null) not valid')
  await pool.query('create unique index touch_refuses on touch (channel) where text = $$never$$')
  await pool.query(`create function quote_row() returns trigger language plpgsql as
    $$ begin raise exception 'bad row % "%"', new, new.text using detail = new.text, hint = new.text; end $$`)
  await pool.query(
    'create trigger quote_row before insert on touch for each row execute function quote_row()',
  )
  try {
    let n = 0
    do {
      await Promise.all(Array.from({ length: 48 }, () => badDay(world, (n += 1))))
    } while (rounds())
    for (let more = 0; more < 5; more += 1) await callbacks(world, 1_000_000 + more)
  } finally {
    await pool.query('drop trigger quote_row on touch')
    await pool.query('drop function quote_row')
    await pool.query('drop index touch_refuses')
    await pool.query('alter table outbox drop constraint refuses_all')
    await pool.query('alter table note drop constraint refuses_all')
  }
}

/** What can't be written, one of it. */
async function badDay(world: TrafficWorld, n: number): Promise<void> {
  const person = world.people[n % world.people.length]
  if (!person) return
  const headers = { cookie: person.cookie }
  const text = `${NAME}${WORD}${n} ${mobile(n)}`
  const at = `/api/customers/${person.id}`
  if (n % 3 === 0) await ask(world, 'POST', `${at}/notes`, { headers, body: { text } })
  else if (n % 3 === 1) await ask(world, 'PATCH', at, { headers, body: { remark: `${NAME}${n}` } })
  else {
    const body = { customerId: person.id, channel: 'phone', text, result: 'sent' }
    await ask(world, 'POST', '/api/touches', { headers, body })
  }
}

/** Every way in which WeCom fails, while somebody waits for it. */
export async function wecomFaults(world: TrafficWorld, n: number): Promise<void> {
  const faults = [
    { errcode: 40014 },
    { errcode: 42001 },
    { errcode: 45009 },
    { errcode: 60020 },
    { errcode: 84061 },
    { errcode: 99_999 },
    { status: 500 },
    { status: 302 },
    { reset: true },
  ]
  const fault = faults[n % faults.length] ?? {}
  world.sandbox.addFault({ path: 'externalcontact/get', times: 2, ...fault })
  world.sandbox.addFault({ path: 'message/send', times: 2, ...fault })
  world.sandbox.addFault({ path: 'auth/getuserinfo', times: 1, ...fault })
  await callbacks(world, 2_000_000 + n)
  await signIns(world, n)
}

/** A text that is nearly HTTP. */
function raw({ assistant }: TrafficWorld, text: string): Promise<number> {
  const { hostname, port } = new URL(assistant)
  return new Promise((done) => {
    const socket = connect(Number(port), hostname, () => socket.end(text))
    socket.setTimeout(2_000, () => socket.destroy())
    socket.on('data', () => undefined)
    socket.on('error', () => undefined)
    socket.on('close', () => done(0))
  })
}
