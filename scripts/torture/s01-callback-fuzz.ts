import { createHash } from 'node:crypto'
import { pino } from 'pino'
import { createReceiver, type Receiver } from '../../bot/callbacks/receive.ts'
import { handleCallback } from '../../bot/callbacks/handle.ts'
import { parseCallback, UnreadableCallback } from '../../bot/callbacks/parse.ts'
import type { BotDeps } from '../../bot/deps.ts'
import { createMetrics } from '../../bot/metrics.ts'
import { takeEncrypted } from '../../bot/wecom/envelope.ts'
import { WecomError } from '../../bot/wecom/error-table.ts'
import { createRandom, type Random } from '../../prisma/seed/random.ts'
import { loadConfig } from '../../server/config.ts'
import { createDeps } from '../../server/deps.ts'
import { customerEventXml, secretsOf, type CallbackSecrets } from '../support/callback-request.ts'
import type { Figure } from '../support/figures.ts'
import { demoEnvironment, freePort } from '../support/world.ts'
import { fuzzOverHttp } from './callback-fuzz/over-http.ts'
import { insidersRequest } from './callback-fuzz/insider.ts'
import { encryptRaw, envelope, frame, signed, type Delivery } from './callback-fuzz/raw-cipher.ts'
import { Slowest } from './callback-fuzz/slowest.ts'
import { strangersRequest } from './callback-fuzz/stranger.ts'
import { largestXml, strangeXml } from './callback-fuzz/strange-xml.ts'
import type { Scenario, TortureContext } from './scenario.ts'
import { startAssistantProcess } from './support/assistant.ts'
import { openThrowawayDatabase } from './support/throwaway-database.ts'

/** cases of each kind */
const SIZES = {
  full: { strangers: 700_000, insiders: 200_000, texts: 100_000, handled: 4_000, http: 20_000 },
  short: { strangers: 8_000, insiders: 3_000, texts: 2_000, handled: 100, http: 400 },
} as const

const SEED = 20_261_122
const CASE_LIMIT_MS = 50
/** growth over three quarters of a run that is noise of the collector, not a leak: under 100 bytes a case */
const RSS_LIMIT_MB = 64

/**
 * S1: strangers and broken senders at the callback's door and at the worker behind it. In one process with the real
 * receiver and a real database, then over HTTP against an assistant of its own. What the inbox holds at the end says
 * what was let in.
 */
export const s1: Scenario = {
  id: 'S1',
  title: 'whatever is posted to the callback address, no forgery is stored and nothing breaks',
  async run(context) {
    const { folder, size } = context
    const sizes = SIZES[size]
    const database = await openThrowawayDatabase(folder)
    const environment = {
      ...demoEnvironment({ assistant: await freePort(), sandbox: await freePort() }),
      DATABASE_URL: database.url,
      // nothing is worked off there: the worker is asked in this process
      ROLES: 'web',
    }
    const secrets = secretsOf(environment)
    const log = pino({ level: 'silent' })
    const config = loadConfig({ need: 'everything', env: environment, envFile: '' })
    const deps: BotDeps = {
      ...createDeps(config, { databaseUrl: database.url, log }),
      db: database.db,
      wecom: deafWecom,
    }
    const assistant = await startAssistantProcess(environment, { folder })
    try {
      const metrics = createMetrics()
      const receiver = createReceiver({ pool: database.db.pool, ...secrets, metrics })
      const genuine = await storeGenuine(receiver, secrets)
      const atTheDoor = await fuzzReceiver(context, receiver, genuine, secrets, sizes)
      const worker = await fuzzWorker(context, deps, receiver, secrets, sizes)
      const http = await fuzzOverHttp(context, assistant, genuine.deliveries, secrets, sizes.http)
      const stored = await strangersInInbox(deps, [...genuine.keys, ...worker.keys])
      return [
        { name: 'cases', value: atTheDoor.cases + worker.cases + http.cases, unit: '' },
        { name: 'forgeries in the inbox', value: stored, unit: '', goal: { atMost: 0 } },
        ...atTheDoor.figures,
        ...worker.figures,
        ...http.figures,
      ]
    } finally {
      await assistant.kill()
      await database.close()
    }
  },
}

interface Genuine {
  deliveries: Delivery[]
  keys: string[]
}

interface Fuzzed {
  cases: number
  figures: Figure[]
}

/** What WeCom really sent: a stranger has seen these. */
async function storeGenuine(receiver: Receiver, secrets: CallbackSecrets): Promise<Genuine> {
  const deliveries: Delivery[] = []
  const keys: string[] = []
  for (let n = 0; n < 20; n += 1) {
    const xml = customerEventXml(secrets.corpId, `-genuine-${n}-${'x'.repeat(n * 13)}`)
    const { query, encrypt } = seal(secrets, Buffer.from(xml))
    deliveries.push({ query, encrypt })
    keys.push(keyOf(Buffer.from(xml)))
    const result = await receiver.receive({ ...query }, envelope(secrets, encrypt))
    if (result !== 'stored') throw new Error(`a genuine callback was not stored: ${result}`)
  }
  return { deliveries, keys }
}

function seal(secrets: CallbackSecrets, message: Buffer): Delivery {
  const plain = frame({ message, receiveId: Buffer.from(secrets.corpId) })
  return signed(secrets, encryptRaw(secrets.aesKey, plain))
}

const keyOf = (plain: Buffer): string => createHash('sha256').update(plain).digest('hex')

async function fuzzReceiver(
  { say }: TortureContext,
  receiver: Receiver,
  genuine: Genuine,
  secrets: CallbackSecrets,
  sizes: { strangers: number; insiders: number },
): Promise<Fuzzed> {
  const random = createRandom(SEED)
  const slowest = new Slowest(CASE_LIMIT_MS)
  const ciphers = new Set(genuine.deliveries.map(({ encrypt }) => encrypt))
  const cases = sizes.strangers + sizes.insiders
  const resident: number[] = []
  let accepted = 0
  let crashes = 0
  for (let n = 0; n < cases; n += 1) {
    const { what, query, body } =
      n < sizes.strangers
        ? strangersRequest(random, random.pick(genuine.deliveries), secrets)
        : insidersRequest(random, secrets)
    let result = ''
    await slowest.time(what, async () => {
      try {
        result = await receiver.receive(query, body)
      } catch {
        crashes += 1
      }
    })
    // the very ciphertext of a genuine delivery is no forgery, whatever stands around it: it is a repetition
    if (isTaken(result) && !ciphers.has(takeEncrypted(body) ?? '')) {
      accepted += 1
      say(`let in: ${what}`)
    }
    if (n % Math.ceil(cases / 40) === 0) resident.push(process.memoryUsage.rss())
    // the event loop turns, as between requests
    if (n % 2_000 === 0) await new Promise((resume) => setImmediate(resume))
  }
  say(`${cases} cases at the front door`)
  return {
    cases,
    figures: [
      { name: 'accepted at the front door', value: accepted, unit: '', goal: { atMost: 0 } },
      { name: 'crashes of the front door', value: crashes, unit: '', goal: { atMost: 0 } },
      slowest.figure('slowest case at the front door'),
      growth('memory over the cases at the front door', resident),
    ],
  }
}

const isTaken = (result: string): boolean => !result.startsWith('bad_')

/** Median of the last quarter minus that of the second: the first warms up. */
function growth(name: string, resident: readonly number[]): Figure {
  const quarter = Math.floor(resident.length / 4)
  const middle = (values: readonly number[]) =>
    values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
  const early = middle(resident.slice(quarter, 2 * quarter))
  const late = middle(resident.slice(-quarter))
  const value = Math.round(((late - early) / 1024 / 1024) * 10) / 10
  return { name, value, unit: 'MB', goal: { atMost: RSS_LIMIT_MB } }
}

async function fuzzWorker(
  { say }: TortureContext,
  deps: BotDeps,
  receiver: Receiver,
  secrets: CallbackSecrets,
  sizes: { texts: number; handled: number },
): Promise<Fuzzed & { keys: string[] }> {
  const random = createRandom(SEED + 1)
  const slowest = new Slowest(CASE_LIMIT_MS)
  const crashed = new Set<string>()
  const read = async (xml: string) =>
    slowest.time(xml.slice(0, 60), () => {
      try {
        parseCallback(xml)
      } catch (error) {
        if (!(error instanceof UnreadableCallback)) crashed.add(describe(error))
      }
    })
  for (const xml of largestXml()) await read(xml)
  for (let n = 0; n < sizes.texts; n += 1) await read(strangeXml(random))
  say(`${sizes.texts} plaintexts read`)

  const keys = await handleThem(deps, receiver, secrets, random, sizes.handled, crashed)
  for (const what of crashed) say(`not survived: ${what}`)
  return {
    keys,
    cases: sizes.texts + sizes.handled,
    figures: [
      {
        name: 'plaintexts that the worker does not survive or settle',
        value: crashed.size,
        unit: 'kinds',
        goal: { atMost: 0 },
      },
      slowest.figure('slowest plaintext to read'),
    ],
  }
}

/** Through the inbox and the worker, twice each: what can't be understood is settled with the reason, not tried again. */
async function handleThem(
  deps: BotDeps,
  receiver: Receiver,
  secrets: CallbackSecrets,
  random: Random,
  count: number,
  crashed: Set<string>,
): Promise<string[]> {
  const keys: string[] = []
  const post = async (message: Buffer) => {
    const { query, encrypt } = seal(secrets, message)
    keys.push(keyOf(message))
    const result = await receiver.receive({ ...query }, envelope(secrets, encrypt))
    if (!/^(stored|repeated)$/.test(result)) crashed.add(`the inbox: ${result}`)
  }
  const bytes = (xml: string): Buffer =>
    random.chance(0.1) ? broken(random, Buffer.from(xml)) : Buffer.from(xml)
  for (let n = 0; n < count; n += 50) {
    await Promise.all(Array.from({ length: 50 }, () => post(bytes(smallXml(random)))))
  }
  const { rows } = await deps.db.pool.query<{ id: string }>(
    'select id::text from inbox where processed_at is null order by id',
  )
  for (const { id } of rows) {
    for (let time = 0; time < 2; time += 1) {
      try {
        await handleCallback(deps, BigInt(id))
      } catch (error) {
        crashed.add(describe(error))
      }
    }
  }
  const { rowCount } = await deps.db.pool.query('select 1 from inbox where processed_at is null')
  if (rowCount) crashed.add(`${rowCount} rows not settled`)
  return keys
}

/** The huge ones were read already; the database need not keep hundreds of megabytes. */
function smallXml(random: Random): string {
  for (;;) {
    const xml = strangeXml(random)
    if (xml.length < 100_000) return xml
  }
}

/** Bytes that are no UTF-8: half surrogates, torn sequences, NUL. */
function broken(random: Random, bytes: Buffer): Buffer {
  const at = random.between(0, bytes.length)
  const odd = random.pick([
    Buffer.from([0xed, 0xa0, 0x80]),
    Buffer.from([0xff, 0xfe]),
    Buffer.from([0xf0, 0x9f]),
    Buffer.from([0]),
    Buffer.from([0xc0, 0x80]),
  ])
  return Buffer.concat([bytes.subarray(0, at), odd, bytes.subarray(at)])
}

function describe(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message.slice(0, 200)}` : String(error)
}

async function strangersInInbox(deps: BotDeps, keys: readonly string[]): Promise<number> {
  const { rows } = await deps.db.pool.query<{ n: number }>(
    `select count(*)::int as n from inbox where encode(key, 'hex') <> all($1::text[])`,
    [keys],
  )
  return rows[0]?.n ?? -1
}

/** A WeCom that knows nobody: what is tortured here is our side. */
const deafWecom: BotDeps['wecom'] = {
  get: (path) => Promise.reject(new WecomError({ errcode: 84061, path })),
  post: (path) => Promise.reject(new WecomError({ errcode: 84061, path })),
  token: () => Promise.resolve('none'),
}
