import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { request } from 'undici'
import { createApiKey } from '../../bot/members/api-keys.ts'
import { median, percentile, type Figure } from '../support/figures.ts'
import { PROJECT } from '../support/open.ts'
import { sealSession } from '../support/seal-session.ts'
import { demoEnvironment, freePort } from '../support/world.ts'
import {
  gather,
  SILENT,
  SLOW_BODY,
  SLOW_HEADERS,
  type Drip,
} from './resource-limits/connections.ts'
import { buildHouse, type Pair } from './resource-limits/house.ts'
import { Others, type Person, type Seen } from './resource-limits/others.ts'
import { checkPageCaps } from './resource-limits/page-caps.ts'
import type { Scenario, TortureContext } from './scenario.ts'
import { startAssistantProcess, type AssistantProcess } from './support/assistant.ts'
import { openThrowawayDatabase } from './support/throwaway-database.ts'

/** OWASP API4: one who asks for too much is held to limits, and the others don't feel it. */
export const s8: Scenario = {
  id: 'S8',
  title: 'whoever asks for too much is held to limits; the others hardly notice',
  run,
}

/**
 * What each size does. The short form runs the same host with a fraction of its patience, and looks at the p95: its
 * slices are too short for a p99.
 */
const SIZES = {
  full: {
    idle: 10_000,
    slow: 500,
    sliceMs: 2_500,
    rounds: 5,
    cutMs: 37_000,
    statementMs: 5_000,
    tail: 99,
  },
  short: {
    idle: 1_000,
    slow: 100,
    sliceMs: 300,
    rounds: 2,
    cutMs: 2_000,
    statementMs: 300,
    tail: 95,
  },
} as const
/** milliseconds below which a tail tells of the machine, not of us */
const FLOOR_MS = 40
/** requests a minute (server/plugins/rate-limit.ts) */
const RATE = 600

interface Ground {
  context: TortureContext
  size: (typeof SIZES)[keyof typeof SIZES]
  assistant: AssistantProcess
  port: number
  others: Others
  /** the next one who asks for too much: a limit of one is none of another's */
  nextGreedy: () => Person
  /** somebody with three pages of tasks */
  busy: Person
  databaseUrl: string
}

async function run(context: TortureContext): Promise<Figure[]> {
  const database = await openThrowawayDatabase(context.folder)
  const port = await freePort()
  const environment: Record<string, string> = {
    ...demoEnvironment({ assistant: port, sandbox: await freePort() }),
    DATABASE_URL: database.url,
    ROLES: 'web',
  }
  const house = await buildHouse(database.db)
  const assistant = await startAssistantProcess(environment, {
    folder: context.folder,
    ...(context.size === 'short'
      ? { program: join(PROJECT, 'scripts/torture/resource-limits/server.ts') }
      : {}),
  })
  const sign = async ({ userid, customerId }: Pair): Promise<Person> => ({
    cookie: await sealSession(
      { sessionKey: environment['SESSION_KEY'] ?? '', publicUrl: environment['PUBLIC_URL'] ?? '' },
      userid,
    ),
    customerId,
  })
  const others = new Others(assistant.url, await Promise.all(house.others.map(sign)))
  const [busy, ...greedy] = await Promise.all(house.greedy.map(sign))
  if (!busy) throw new Error('nobody has tasks')
  const ground: Ground = {
    context,
    size: SIZES[context.size],
    assistant,
    port,
    others,
    nextGreedy: () => {
      const one = greedy.pop()
      if (!one) throw new Error('nobody is left who asks for too much')
      return one
    },
    busy,
    databaseUrl: database.url,
  }
  try {
    const key = await createApiKey(database.db.prisma, 'caps', new Date())
    // what is made at the first request of its kind is no attack's doing
    await statusOf(ground, busy, `/api/customers/${busy.customerId}/timeline`)
    await others.work(500)
    const beside = await attackBesideOthers(ground)
    const [cut, flooded] = await Promise.all([whoIsLeft(ground), tooMany(ground)])
    const caps = await pageCaps(ground, key.ok ? key.key : '')
    return [...beside, ...cut, ...flooded, ...caps]
  } finally {
    await others.close()
    await assistant.terminate()
    await database.close()
  }
}

const CROWDS: readonly { what: string; size: 'idle' | 'slow'; drip: Drip }[] = [
  { what: 'silent connections', size: 'idle', drip: SILENT },
  { what: 'connections that drip headers', size: 'slow', drip: SLOW_HEADERS },
  { what: 'connections that drip a body', size: 'slow', drip: SLOW_BODY },
]

/** Each attack in turn, round after round, each between two calm slices that it is compared to. */
async function attackBesideOthers(ground: Ground): Promise<Figure[]> {
  const { size, context } = ground
  const crowds = CROWDS.map((crowd) => ({
    ...crowd,
    count: size[crowd.size],
    taken: Number.POSITIVE_INFINITY,
    grown: 0,
  }))
  const locked = await openLockedQuery(ground)
  const ratios = new Map<string, number[]>()
  const notes = new Map<string, string>()
  let failed = 0
  const tail = ({ milliseconds }: Seen) => percentile(milliseconds, size.tail)
  const calm = async () => tail(await ground.others.work(size.sliceMs))
  const attacks: [string, () => Promise<Seen>][] = [
    ...crowds.map((crowd): [string, () => Promise<Seen>] => [
      crowd.what,
      async () => {
        const memory = memoryOf(ground.assistant)
        const gathered = await gather(ground.port, crowd.count, crowd.drip)
        const seen = await ground.others.work(size.sliceMs)
        crowd.taken = Math.min(crowd.taken, gathered.taken)
        crowd.grown = Math.max(crowd.grown, memoryOf(ground.assistant) - memory)
        gathered.end()
        return seen
      },
    ]),
    ['a locked table', locked.attack],
  ]
  for (let round = 1; round <= size.rounds; round += 1) {
    context.say(`round ${round} of ${size.rounds}`)
    let before = await calm()
    for (const [what, attack] of attacks) {
      const seen = await attack()
      const after = await calm()
      const then = tail(seen)
      const usual = (before + after) / 2
      ratios.set(what, [
        ...(ratios.get(what) ?? []),
        Math.max(then, FLOOR_MS) / Math.max(usual, FLOOR_MS),
      ])
      notes.set(what, `${notes.get(what) ?? 'ms'} ${Math.round(then)}/${Math.round(usual)}`)
      failed += seen.failed
      before = after
    }
  }
  await locked.end()
  const [silent] = crowds
  return [
    ...crowds.map(({ what, count, taken }) => ({
      name: what,
      value: taken,
      unit: '',
      goal: { atLeast: count },
    })),
    ...[...ratios].map(([what, values]) => ({
      name: `others' p${size.tail} beside ${what}`,
      value: median(values),
      unit: '×',
      goal: { atMost: 2 },
      note: `${notes.get(what) ?? ''}; below ${FLOOR_MS} ms counts as that`,
    })),
    { name: 'others refused beside all of these', value: failed, unit: '', goal: { atMost: 0 } },
    ...locked.figures(),
    ...(context.size === 'full' && silent
      ? [
          {
            name: 'memory that a silent connection costs',
            value: (silent.grown * 1024) / silent.count,
            unit: 'KiB',
            goal: { atMost: 50 },
            note: `${Math.round(silent.grown)} MiB for ${silent.count}`,
          },
        ]
      : []),
  ]
}

/** All crowds at once: how many of each the host still holds when its limits have passed. */
async function whoIsLeft({ size, port, context }: Ground): Promise<Figure[]> {
  context.say(`up to ${size.cutMs / 1000} s until all of them are cut off`)
  const gathered = await Promise.all(
    CROWDS.map(async (crowd) => ({
      ...crowd,
      ...(await gather(port, size[crowd.size], crowd.drip)),
    })),
  )
  const until = performance.now() + size.cutMs
  while (gathered.some(({ open }) => open() > 0) && performance.now() < until) await sleep(100)
  return gathered.map(({ what, open, end }) => {
    const left = open()
    end()
    return {
      name: `${what} still open after ${size.cutMs / 1000} s`,
      value: left,
      unit: '',
      goal: { atMost: 0 },
    }
  })
}

interface LockedQuery {
  attack: () => Promise<Seen>
  figures: () => Figure[]
  end: () => Promise<void>
}

/** One table is locked, and somebody asks for what is in it as fast as they can. */
async function openLockedQuery(ground: Ground): Promise<LockedQuery> {
  const { size, others, databaseUrl } = ground
  const lock = new pg.Client({ connectionString: databaseUrl })
  await lock.connect()
  const waited: number[] = []
  const codes = new Map<number, number>()
  const going = new Set<Person>()
  const ask = async (greedy: Person): Promise<void> => {
    while (going.has(greedy)) {
      const began = performance.now()
      const status = await statusOf(ground, greedy, `/api/customers/${greedy.customerId}/timeline`)
      waited.push(performance.now() - began)
      codes.set(status, (codes.get(status) ?? 0) + 1)
      await sleep(100)
    }
  }
  return {
    attack: async () => {
      const greedy = ground.nextGreedy()
      await lock.query('begin; lock table note in access exclusive mode')
      going.add(greedy)
      const askers = Array.from({ length: 20 }, () => ask(greedy))
      const seen = await others.work(size.sliceMs)
      going.delete(greedy)
      await Promise.all(askers)
      await lock.query('rollback')
      return seen
    },
    figures: () => {
      const odd = [...codes].filter(([code]) => code !== 503 && code !== 429)
      return [
        {
          name: 'longest that a request waited for the locked table',
          value: Math.max(...waited) / 1000,
          unit: 's',
          goal: { atMost: (size.statementMs + 1_500) / 1000 },
          note: [...codes].map(([code, times]) => `${times} × ${code}`).join(', '),
        },
        {
          name: 'answers to it that are neither 503 nor 429',
          value: odd.reduce((sum, [, times]) => sum + times, 0),
          unit: '',
          goal: { atMost: 0 },
        },
        {
          name: 'requests that the time limit ended',
          value: codes.get(503) ?? 0,
          unit: '',
          goal: { atLeast: 1 },
        },
      ]
    },
    end: () => lock.end(),
  }
}

/** One guide asks more often than a minute allows. */
async function tooMany(ground: Ground): Promise<Figure[]> {
  ground.context.say('one guide, far over the limit')
  const greedy = ground.nextGreedy()
  let letIn = 0
  let refused = 0
  let unsaid = 0
  const flood = async (): Promise<void> => {
    for (let times = 0; times < 250; times += 1) {
      const answer = await request(`${ground.assistant.url}/api/me`, {
        headers: { cookie: greedy.cookie },
      })
      await answer.body.dump()
      if (answer.statusCode === 200) letIn += 1
      else if (answer.statusCode === 429) {
        refused += 1
        if (answer.headers['retry-after'] === undefined) unsaid += 1
      }
    }
  }
  const [seen] = await Promise.all([
    ground.others.work(ground.size.sliceMs),
    ...Array.from({ length: 4 }, flood),
  ])
  return [
    {
      name: 'requests of one guide let in, of 1 000 at once',
      value: letIn,
      unit: '',
      goal: { atMost: RATE },
    },
    {
      name: 'requests refused with 429',
      value: refused,
      unit: '',
      goal: { atLeast: 1_000 - RATE },
    },
    { name: 'refusals without retry-after', value: unsaid, unit: '', goal: { atMost: 0 } },
    { name: 'others refused meanwhile', value: seen.failed, unit: '', goal: { atMost: 0 } },
  ]
}

async function pageCaps(ground: Ground, key: string): Promise<Figure[]> {
  const { busy } = ground
  const { lists, wrong } = await checkPageCaps(ground.assistant.url, {
    path: (route) =>
      route.replace('{id}', busy.customerId).concat(route === '/api/tasks' ? '?bucket=today' : ''),
    headers: (route) =>
      route.startsWith('/open/') ? { authorization: `Bearer ${key}` } : { cookie: busy.cookie },
  })
  return [
    {
      name: 'list routes',
      value: lists.length,
      unit: '',
      goal: { atLeast: 6 },
      note: lists.join(' '),
    },
    {
      name: 'lists that give more than a page',
      value: wrong.length,
      unit: '',
      goal: { atMost: 0 },
      ...(wrong[0] === undefined ? {} : { note: wrong[0] }),
    },
  ]
}

async function statusOf(ground: Ground, person: Person, path: string): Promise<number> {
  const answer = await request(`${ground.assistant.url}${path}`, {
    headers: { cookie: person.cookie },
  })
  await answer.body.dump()
  return answer.statusCode
}

/** Resident memory of the server's process, MiB. */
function memoryOf({ process: child }: AssistantProcess): number {
  const kib = execFileSync('ps', ['-o', 'rss=', '-p', String(child.pid)], { encoding: 'utf8' })
  return Number(kib) / 1024
}
