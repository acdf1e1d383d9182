import { statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { pino } from 'pino'
import { createApiKey } from '../../bot/members/api-keys.ts'
import { openDatabase, type Database } from '../../prisma/db.ts'
import { createSandbox } from '../../sandbox/sandbox.ts'
import type { Sandbox } from '../../sandbox/options.ts'
import { secretsOf } from '../support/callback-request.ts'
import { demoEnvironment, freePort } from '../support/world.ts'
import { createSealer } from './authorisation/sealer.ts'
import {
  externalUserid,
  makeCanaryChain,
  NAME,
  PERSONAL,
  type CanaryChain,
} from './log-canaries/canary-chain.ts'
import { scanFiles, scanText, type Needles } from './log-canaries/scan.ts'
import {
  aDay,
  callbacks,
  databaseFaults,
  refusals,
  signIns,
  wecomFaults,
  type TrafficWorld,
} from './log-canaries/traffic.ts'
import type { Scenario, TortureContext } from './scenario.ts'
import { startAssistantProcess } from './support/assistant.ts'
import { startCluster, type Cluster } from './support/cluster.ts'

const SIZES = {
  full: { megabytes: 100, stores: 10, customers: 400, rounds: 60, longestMs: 240_000 },
  short: { megabytes: 0.3, stores: 1, customers: 20, rounds: 3, longestMs: 6_000 },
} as const

/**
 * S10: everything the assistant logs at its most talkative, while people, WeCom and strangers come and everything fails
 * that can, is searched for every secret and every word about a person, in the ways they may be written.
 */
export const s10: Scenario = {
  id: 'S10',
  title: 'no secret and nothing personal stands in any log line, whatever fails',
  async run(context) {
    const { folder, size } = context
    const chain = makeCanaryChain(SIZES[size])
    const cluster = await startCluster(folder, {
      settings: ['fsync=off', 'synchronous_commit=off'],
    })
    const db = openDatabase(cluster.url, { connections: 6 })
    const ports = { assistant: await freePort(), sandbox: await freePort() }
    const environment: Record<string, string> = {
      ...demoEnvironment(ports),
      DATABASE_URL: cluster.url,
      LOG_LEVEL: 'trace',
    }
    const sandbox = await openSandbox(environment, ports, chain)
    const log = join(folder, 'assistant.log')
    const postgresLog = join(folder, 'postgres', 'pgdata', 'server.log')
    try {
      const made = await createApiKey(db.prisma, 'erp', new Date())
      if (!made.ok) throw new Error('no key')
      const assistant = await startAssistantProcess(environment, { folder })
      const world: TrafficWorld = {
        assistant: assistant.url,
        sandbox,
        db,
        apiKey: made.key,
        secrets: secretsOf(environment),
        people: [],
      }
      await load(world, chain)
      world.people = await peopleOf(db, chain, environment['SESSION_KEY'] ?? '')
      const seen = await traffic(context, world, cluster, log)
      const tokens = await tokensOf(environment, ports)
      const control = await controlHits(db)
      const ended = await assistant.terminate()
      const needles: Needles = {
        ...PERSONAL,
        ...secretNeedles(environment, [
          made.key,
          ...tokens,
          ...seen,
          ...world.people.map(({ cookie }) => cookie),
        ]),
      }
      const scanned = scanFiles([log], needles)
      const server = scanFiles([await postgresLogOf(db, postgresLog)], needles)
      for (const [what, { count, near }] of [...scanned.hits, ...server.hits]) {
        context.say(`${what} (${count}×) behind: ${near}`)
      }
      return [
        {
          name: 'log searched',
          value: Math.round(scanned.bytes / 1024 / 102.4) / 10,
          unit: 'MB',
          goal: { atLeast: SIZES[size].megabytes },
        },
        {
          name: 'kinds of things looked for',
          value: Object.keys(needles).length,
          unit: '',
          note: `${Object.values(needles).flat().length} spellings and values`,
        },
        {
          name: 'found in the assistant’s log',
          value: scanned.hits.size,
          unit: 'kinds',
          goal: { atMost: 0 },
        },
        {
          name: 'found in PostgreSQL’s own log',
          value: server.hits.size,
          unit: 'kinds',
          goal: { atMost: 0 },
        },
        {
          name: 'control: found in a bare log of one of those errors',
          value: control,
          unit: 'kinds',
          goal: { atLeast: 1 },
        },
        {
          name: 'the process ended in order',
          value: ended === 0 ? 1 : 0,
          unit: '',
          goal: { atLeast: 1 },
        },
      ]
    } finally {
      await sandbox.close()
      await db.close()
      await cluster.stop()
    }
  },
}

function openSandbox(
  environment: Record<string, string>,
  ports: { assistant: number; sandbox: number },
  chain: CanaryChain,
): Promise<Sandbox> {
  const { corpId, token, aesKey } = secretsOf(environment)
  return createSandbox({
    port: ports.sandbox,
    corp: {
      corpId,
      agentId: Number(environment['WECOM_AGENT_ID']),
      agentSecret: environment['WECOM_AGENT_SECRET'] ?? '',
      callbackToken: token,
      callbackAesKey: aesKey,
    },
    callbackUrl: `http://127.0.0.1:${ports.assistant}/wecom/callback`,
    appUrl: `http://127.0.0.1:${ports.assistant}`,
    seed: chain.wecom,
    callbacks: { timeoutMs: 2_000, retryMs: [50, 100, 200] },
  })
}

async function load({ assistant, apiKey }: TrafficWorld, chain: CanaryChain): Promise<void> {
  for (const kind of ['stores', 'employees', 'members', 'orders'] as const) {
    const answer = await fetch(`${assistant}/open/v1/${kind}`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({ items: chain[kind] }),
    })
    const said = await answer.text()
    if (!answer.ok || !said.includes('"rejected":[]')) throw new Error(`${kind}: ${said}`)
  }
}

/** Guides with a session and a customer of theirs, once the first reading has made the relations. */
async function peopleOf(
  db: Database,
  chain: CanaryChain,
  sessionKey: string,
): Promise<TrafficWorld['people']> {
  const sealer = await createSealer(Buffer.from(sessionKey, 'hex'))
  const until = Date.now() + 60_000
  for (;;) {
    const { rows } = await db.pool.query<{ userid: string; id: string; external: string }>(
      `select distinct on (e.id) e.userid, c.id::text, c.external_userid as external
       from relation r join employee e on e.id = r.employee_id join customer c on c.id = r.customer_id
       where r.ended_at is null order by e.id, c.id`,
    )
    const everybody = Math.min(chain.employees.length, chain.members.length)
    if (rows.length >= everybody || Date.now() > until) {
      const people = rows.map(({ userid, id, external }) => ({
        cookie: sealer.seal(userid),
        id,
        customer: chain.wecom.customers.findIndex((one) => one.externalUserid === external),
      }))
      await sealer.close()
      if (people.length === 0)
        throw new Error(`nobody has a customer, not even ${externalUserid(0)}`)
      return people
    }
    await sleep(100)
  }
}

/** @returns codes, states and cookies that were given while it ran */
async function traffic(
  { size, say }: TortureContext,
  world: TrafficWorld,
  cluster: Cluster,
  log: string,
): Promise<string[]> {
  const { rounds, megabytes, longestMs } = SIZES[size]
  const seen: string[] = []
  for (let n = 0; n < rounds; n += 1) {
    const signedIn = n % 10 === 0 ? signIns(world, n) : Promise.resolve([])
    await Promise.all([aDay(world, n), callbacks(world, n), refusals(world, n)])
    seen.push(...(await signedIn))
    if (n % 4 === 0) await wecomFaults(world, n)
  }
  say('people, WeCom and strangers came')
  const until = Date.now() + longestMs
  const written = () => statSync(log).size / 1024 / 1024
  let n = rounds
  await databaseFaults(world, () => written() < megabytes * 0.9 && Date.now() < until)
  say(`the database refused rows: ${Math.round(written() * 10) / 10} MB`)
  await cluster.stop()
  await Promise.all([aDay(world, n), refusals(world, n), callbacks(world, n)])
  await cluster.start()
  while (written() < megabytes && Date.now() < until + 60_000) {
    await Promise.all(Array.from({ length: 24 }, () => refusals(world, (n += 1))))
  }
  say(`the database was away: ${Math.round(written() * 10) / 10} MB`)
  return seen
}

/** What WeCom gave: the same while it lives, whoever asks. */
async function tokensOf(
  environment: Record<string, string>,
  ports: { sandbox: number },
): Promise<string[]> {
  const api = `http://127.0.0.1:${ports.sandbox}/cgi-bin`
  const read = async (path: string, field: string): Promise<string> => {
    const answer: unknown = await (await fetch(`${api}${path}`)).json()
    const value: unknown =
      typeof answer === 'object' && answer !== null ? Reflect.get(answer, field) : ''
    return typeof value === 'string' ? value : ''
  }
  const query = new URLSearchParams({
    corpid: environment['WECOM_CORP_ID'] ?? '',
    corpsecret: environment['WECOM_AGENT_SECRET'] ?? '',
  })
  const token = await read(`/gettoken?${query.toString()}`, 'access_token')
  return [
    token,
    await read(`/get_jsapi_ticket?access_token=${token}`, 'ticket'),
    await read(`/ticket/get?type=agent_config&access_token=${token}`, 'ticket'),
  ]
}

function secretNeedles(environment: Record<string, string>, given: readonly string[]): Needles {
  const { password } = new URL(environment['DATABASE_URL'] ?? 'postgres://none')
  const names = [
    'WECOM_AGENT_SECRET',
    'WECOM_CALLBACK_TOKEN',
    'WECOM_CALLBACK_AES_KEY',
    'SESSION_KEY',
    'DATA_KEY',
  ]
  return {
    ...Object.fromEntries(names.map((name) => [name, [environment[name] ?? '']])),
    'the database’s password': [decodeURIComponent(password)],
    'keys, tokens, tickets, cookies, codes and states': given.filter((one) => one !== ''),
    'the word that goes before a token in an address': [
      'access_token=',
      'corpsecret=',
      'msg_signature=',
    ],
  }
}

/** What a log that takes errors as they are writes of a row that PostgreSQL quotes. */
async function controlHits(db: Database): Promise<number> {
  const lines: string[] = []
  const bare = pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) })
  try {
    await db.prisma.$queryRaw`select ${`${NAME}139`}::text::bigint`
  } catch (err) {
    bare.error({ err }, 'it failed')
  }
  return scanText(lines.join(''), PERSONAL).hits.size
}

/** Where PostgreSQL writes; its data may lie elsewhere when it runs as somebody else. */
async function postgresLogOf(db: Database, guess: string): Promise<string> {
  const { rows } = await db.pool.query<{ folder: string }>(
    `select current_setting('data_directory') as folder`,
  )
  return rows[0] ? join(rows[0].folder, 'server.log') : guess
}
