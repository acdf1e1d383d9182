import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { pino } from 'pino'
import { request } from 'undici'
import { createApiKey } from '../../bot/members/api-keys.ts'
import { enqueue } from '../../bot/queue.ts'
import { makeChain, type Chain } from '../../prisma/seed/chain.ts'
import { createSandbox, type Sandbox } from '../../sandbox/sandbox.ts'
import { loadConfig } from '../../server/config.ts'
import { createDeps, type AppDeps } from '../../server/deps.ts'
import { noneOf, type Figure } from '../support/figures.ts'
import { PROJECT } from '../support/open.ts'
import { demoEnvironment, freePort, loadChain, sandboxOf } from '../support/world.ts'
import { REBINDING, REFUSED_AT_CONNECT, REFUSED_AT_ONCE } from './outbound/hostile-addresses.ts'
import { tryMalformedAnswers } from './outbound/malformed-answers.ts'
import { readNetworkLog } from './outbound/network-log.ts'
import type { Scenario, TortureContext } from './scenario.ts'
import { startAssistantProcess } from './support/assistant.ts'
import { openThrowawayDatabase } from './support/throwaway-database.ts'

/** OWASP API7 and API10: whom the assistant calls, and what it does with what it is told. */
export const s9: Scenario = {
  id: 'S9',
  title: 'the assistant calls nobody but WeCom, its database and registered webhooks',
  run,
}

const NOW = '2026-11-22T09:00:05+08:00'
const FOLDER = join(PROJECT, 'scripts/torture/outbound')

async function run(context: TortureContext): Promise<Figure[]> {
  const database = await openThrowawayDatabase(context.folder)
  const ports = { assistant: await freePort(), sandbox: await freePort() }
  const environment: Record<string, string> = {
    ...demoEnvironment(ports),
    DATABASE_URL: database.url,
  }
  const config = loadConfig({ need: 'everything', env: environment, envFile: '' })
  const chain = makeChain({
    today: NOW.slice(0, 10),
    customers: context.size === 'full' ? 120 : 24,
  })
  // pictures that somebody could want us to fetch
  for (const customer of chain.wecom.customers) {
    Object.assign(customer, { avatar: 'http://10.9.8.7/avatar.png' })
  }
  const sandbox = await createSandbox({
    ...sandboxOf(config),
    seed: chain.wecom,
  })
  sandbox.clock.set(new Date(NOW))
  const subscriber = await startSubscriber()
  // for this process's own hands in the database; never an outgoing call
  const deps = createDeps(config, {
    databaseUrl: database.url,
    clock: sandbox.clock,
    log: pino({ level: 'silent' }),
  })
  await loadChain(deps, chain, () => undefined)
  const networkLog = join(context.folder, 'network.log')
  const assistant = await startAssistantProcess(
    { ...environment, TORTURE_NOW: NOW, NETWORK_LOG: networkLog },
    {
      folder: context.folder,
      program: join(FOLDER, 'server.ts'),
      imports: [pathToFileURL(join(FOLDER, 'watch-network.mjs')).href],
    },
  )
  try {
    const figures = await day(context, { deps, chain, sandbox, url: assistant.url, subscriber })
    const allowed = [
      `127.0.0.1:${ports.sandbox}`,
      `127.0.0.1:${new URL(database.url).port}`,
      `127.0.0.1:${subscriber.port}`,
    ]
    const { lookups, connects, attempts } = readNetworkLog(networkLog)
    // the one name whose first address was outside: it is connected to, and nobody answers there
    const outside = ['93.184.216.34:443']
    const strangers = attempts.filter((to) => ![...allowed, ...outside].includes(to))
    const names = lookups.filter((name) => !/^(127\.0\.0\.1|localhost|[\w-]+\.test)$/.test(name))
    return [
      {
        name: 'connections made in the day',
        value: connects.length,
        unit: '',
        goal: { atLeast: 5 },
      },
      noneOf('connections to anybody who is not on the list', strangers),
      noneOf('names looked up that nobody registered', names),
      ...figures,
      ...malformed(),
    ]
  } finally {
    await assistant.terminate()
    await sandbox.close()
    await subscriber.close()
    await deps.requestDb?.close()
    await deps.db.close()
    await database.close()
  }
}

function malformed(): Figure[] {
  const { tried: count, taken, broke } = tryMalformedAnswers()
  return [
    { name: 'answers of WeCom with a field of another type', value: count, unit: '' },
    noneOf('of them taken as they are', taken),
    noneOf('of them that broke something else', broke),
  ]
}

interface Subscriber {
  port: number
  heard: string[]
  close: () => Promise<void>
}

/** A good subscriber at /hook; at /away one that sends callers on to the machine's insides. */
async function startSubscriber(): Promise<Subscriber> {
  const heard: string[] = []
  const server = createServer((incoming, response) => {
    heard.push(incoming.url ?? '')
    incoming.resume()
    if (incoming.url === '/away') {
      response.writeHead(307, { location: 'http://169.254.169.254/latest/meta-data/' }).end()
    } else response.end()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    heard,
    close: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

interface Day {
  deps: AppDeps
  chain: Chain
  sandbox: Sandbox
  url: string
  subscriber: Subscriber
}

/** What a day brings: customers read, a scan, cards, callbacks, sign-in, webhooks good and bad. */
async function day({ say }: TortureContext, today: Day): Promise<Figure[]> {
  const { deps, sandbox, url, subscriber } = today
  const made = await createApiKey(deps.db.prisma, 'outbound', deps.clock.now())
  const authorization = `Bearer ${made.ok ? made.key : ''}`
  const register = async (address: string): Promise<number> => {
    const answer = await request(`${url}/open/v1/webhooks`, {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/json' },
      body: JSON.stringify({
        url: address,
        events: ['touch.recorded', 'task.created', 'task.closed'],
      }),
    })
    await answer.body.dump()
    return answer.statusCode
  }
  say('registering webhooks, good and bad')
  const letIn: string[] = []
  for (const address of REFUSED_AT_ONCE) if ((await register(address)) < 400) letIn.push(address)
  const good = `http://127.0.0.1:${subscriber.port}`
  for (const address of [`${good}/hook`, `${good}/away`, REBINDING, ...REFUSED_AT_CONNECT]) {
    const status = await register(address)
    if (status !== 201) throw new Error(`${address} should be taken: ${status}`)
  }
  say('the day')
  await until(
    async () => (await deps.db.prisma.relation.count()) >= today.chain.wecom.relations.length / 2,
  )
  await deps.db.prisma.$transaction((tx) => enqueue(tx, 'scan', { day: NOW.slice(0, 10) }))
  await until(async () => (await deps.db.prisma.task.count()) > 0)
  const signedIn = await signIn(url, 'liujing')
  const session = { cookie: signedIn }
  const wasJs = await statusOf(
    `${url}/api/jssdk?url=${encodeURIComponent(`${url}/sidebar`)}`,
    session,
  )
  await statusOf(`${url}/api/customers/1`, session)
  await request(`${sandbox.url}/sandbox/ui/new-customer`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      userid: 'liujing',
      as: 'liujing',
      name: '新客',
      avatar: 'http://10.9.8.7/x.png',
    }),
  }).then(({ body }) => body.dump())
  const told = async () => new Set(subscriber.heard)
  await until(async () => (await told()).has('/hook') && (await told()).has('/away'))
  // what is still open after a minute is told as a figure
  await tried(deps).catch(() => undefined)
  const states = await deps.db.pool.query<{ url: string; state: string; n: number }>(
    `select w.url, o.state::text, count(*)::int as n from outbox o
     join webhook w on w.id::text = o.payload->>'webhookId' group by 1, 2`,
  )
  const inside = states.rows.filter(
    ({ url: address, state }) => REFUSED_AT_CONNECT.includes(address) && state !== 'failed',
  )
  const heardInside = states.rows.filter(
    ({ url: address, state }) =>
      (address === REBINDING || REFUSED_AT_CONNECT.includes(address)) && state === 'sent',
  )
  return [
    noneOf(
      `webhook addresses inside a network or without https that were taken, of ${REFUSED_AT_ONCE.length}`,
      letIn,
    ),
    noneOf(
      `names that resolve inside and were not given up, of ${REFUSED_AT_CONNECT.length}`,
      inside.map(({ url: address, state }) => `${address}: ${state}`),
    ),
    noneOf(
      'of them that were told anything',
      heardInside.map(({ url: address }) => address),
    ),
    {
      name: 'events that a good subscriber was told',
      value: subscriber.heard.filter((path) => path === '/hook').length,
      unit: '',
      goal: { atLeast: 1 },
    },
    {
      name: 'sign-in and JS signature through WeCom',
      value: wasJs === 200 ? 1 : 0,
      unit: '',
      goal: { atLeast: 1 },
    },
  ]
}

/** Waits until every event for a name that leads inside has been tried. */
async function tried(deps: AppDeps): Promise<void> {
  await until(async () => {
    const { rows } = await deps.db.pool.query<{ n: number }>(
      `select count(*)::int as n from outbox o join webhook w on w.id::text = o.payload->>'webhookId'
       where o.state in ('pending', 'sending') and w.url = any($1)`,
      [REFUSED_AT_CONNECT],
    )
    return rows[0]?.n === 0
  })
}

async function signIn(url: string, userid: string): Promise<string> {
  const begun = await request(`${url}/auth/login?to=%2Fpages.css`)
  await begun.body.dump()
  const asked = new URL(String(begun.headers.location))
  asked.searchParams.set('as', userid)
  const chosen = await request(asked)
  await chosen.body.dump()
  const ended = await request(String(chosen.headers.location), {
    headers: { cookie: cookieOf(begun.headers['set-cookie']) },
  })
  await ended.body.dump()
  return cookieOf(ended.headers['set-cookie'])
}

function cookieOf(header: string | string[] | undefined): string {
  return ([header].flat()[0] ?? '').split(';')[0] ?? ''
}

async function statusOf(url: string, headers: Record<string, string>): Promise<number> {
  const answer = await request(url, { headers })
  await answer.body.dump()
  return answer.statusCode
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + 60_000
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`not within a minute: ${holds.toString()}`)
    await sleep(50)
  }
}
