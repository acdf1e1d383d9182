import { createHash } from 'node:crypto'
import type pg from 'pg'
import { CALLBACK_JOBS } from '../support/callback-jobs.ts'
import { secretsOf, type CallbackSecrets } from '../support/callback-request.ts'
import { median, type Figure } from '../support/figures.ts'
import { demoEnvironment } from '../support/world.ts'
import type { Bench, BenchContext, BenchResult } from './bench.ts'
import { openBenchDatabase } from './database.ts'
import { callbackXml } from './load/build-requests.ts'
import { startMeasured, type MeasuredServer } from './load/measured-server.ts'
import type { LoadPlan, LoadReport } from './load/messages.ts'
import { startLoader, type Loader } from './load/start-loader.ts'
import { measureRounds } from './rounds.ts'

const CONNECTIONS = 64
/** requests of the storm, each sent again and again */
const STORM = 2_000
/** callbacks a second at which the p99 is taken */
const STEADY = 1_000
/** more callbacks than a round can send: in a round each is sent once */
const UNIQUE = { quick: 30_000, full: 120_000 }
/** requests after which a server's code is as fast as it gets, and the milliseconds to spend on them at most */
const WARM_UP = { first: 10_000, ms: 20_000 }
const ROUND_MS = { quick: 1_000, full: 4_000 }

/** P1, P4, P5 and P6 of the performance goals: what an acknowledged callback costs beside a POST that does nothing. */
export const ingestBench: Bench = {
  name: 'ingest',
  about: 'callbacks a second, each committed with its job before its 200, beside a bare POST',
  run: ingest,
}

async function ingest(context: BenchContext): Promise<BenchResult> {
  // what the spool answers is not in the inbox yet: it would hide a database that is too slow
  const environment = { ...demoEnvironment({ assistant: 1, sandbox: 1 }), SPOOL_FOLDER: 'off' }
  const secrets = secretsOf(environment)
  const { db, url, close } = await openBenchDatabase('bench_ingest', { fresh: true })
  const script = new URL('./ingest/server.ts', import.meta.url)
  const started: MeasuredServer[] = []
  const loader = startLoader()
  try {
    const start = async (variant: string) => {
      const server = await startMeasured(script, variant, { ...environment, DATABASE_URL: url })
      started.push(server)
      return server
    }
    const bare = await start('bare')
    const durable = await start('durable')
    context.say(`building ${UNIQUE[context.size]} callbacks`)
    await loader.prepare({ kind: 'callbacks', secrets, count: UNIQUE[context.size] })
    return await compare(context, { loader, bare, durable, pool: db.pool, secrets })
  } finally {
    loader.stop()
    for (const server of started) await server.stop()
    await close({ drop: true })
  }
}

interface Parts {
  loader: Loader
  bare: MeasuredServer
  durable: MeasuredServer
  pool: pg.Pool
  secrets: CallbackSecrets
}

interface Measured extends Omit<LoadReport, 'acknowledged'> {
  perSecond: number
  cpuMicros: number
}

async function compare(context: BenchContext, parts: Parts): Promise<BenchResult> {
  const { loader, bare, durable, pool, secrets } = parts
  const ms = ROUND_MS[context.size]
  const seen: Record<'bare' | 'durable' | 'storm' | 'steady', Measured[]> = {
    bare: [],
    durable: [],
    storm: [],
    steady: [],
  }
  const kept: Kept = { acknowledged: 0, lost: 0, refused: 0, wrongRows: 0 }

  const load = async (
    server: MeasuredServer,
    name: keyof typeof seen,
    plan: Omit<LoadPlan, 'port' | 'connections' | 'ms'>,
  ): Promise<Measured> => {
    await emptyInbox(pool)
    const before = await server.cpuMicros()
    const report = await loader.run({ port: server.port, connections: CONNECTIONS, ms, ...plan })
    const cpuMicros = ((await server.cpuMicros()) - before) / report.answered
    const { acknowledged, ...rest } = report
    const measured = { ...rest, perSecond: report.answered / report.seconds, cpuMicros }
    seen[name].push(measured)
    kept.refused += report.answered - report.ok
    if (name !== 'bare') await check(pool, secrets.corpId, acknowledged, kept)
    return measured
  }

  for (const { port } of [bare, durable])
    await loader.run({ port, connections: CONNECTIONS, ...WARM_UP })
  const rounds = await measureRounds(context, {
    bare: async () => (await load(bare, 'bare', { again: true })).perSecond,
    durable: async () => (await load(durable, 'durable', {})).perSecond,
    storm: async () => (await load(durable, 'storm', { first: STORM, again: true })).perSecond,
    steady: async () => (await load(durable, 'steady', { perSecond: STEADY })).p99,
  })
  // the first of each was for warming up
  const of = (name: keyof typeof seen, what: keyof Measured) =>
    seen[name].slice(1).map((one) => one[what])
  const cpu = { bare: of('bare', 'cpuMicros'), durable: of('durable', 'cpuMicros') }
  const cpuRatio = median(cpu.durable.map((one, at) => one / (cpu.bare[at] ?? Number.NaN)))
  const perSecond = (name: keyof typeof seen) => Math.round(rounds.median(name))
  const figures: Figure[] = [
    {
      name: 'durable callbacks ÷ bare POSTs a second',
      value: rounds.ratio('durable', 'bare'),
      unit: '×',
      goal: { atLeast: 0.35 },
      note: `${perSecond('durable')} ÷ ${perSecond('bare')}, ${CONNECTIONS} connections`,
    },
    {
      name: 'processor time of the server, durable ÷ bare',
      value: cpuRatio,
      unit: '×',
      goal: { atMost: 2.6 },
      note: `${median(cpu.durable).toFixed(1)} ÷ ${median(cpu.bare).toFixed(1)} µs a request`,
    },
    {
      name: `p99 at ${STEADY} callbacks a second`,
      value: rounds.median('steady'),
      unit: 'ms',
      goal: { atMost: 60 },
      note: `from when each was due; longest ${Math.max(...of('steady', 'max')).toFixed(0)} ms`,
    },
    {
      name: 'a storm of repetitions ÷ unique ones a second',
      value: rounds.ratio('storm', 'durable'),
      unit: '×',
      goal: { atLeast: 0.55 },
      note: `${STORM} callbacks, each ${Math.round(median(of('storm', 'answered')) / STORM)} times`,
    },
    {
      name: 'acknowledged callbacks without row or job',
      value: kept.lost,
      unit: '',
      goal: { atMost: 0 },
      note: `of ${kept.acknowledged.toLocaleString('en-US')}`,
    },
    {
      name: 'rows or jobs too many or too few',
      value: kept.wrongRows,
      unit: '',
      goal: { atMost: 0 },
    },
    { name: 'answers other than 200', value: kept.refused, unit: '', goal: { atMost: 0 } },
  ]
  return { figures, raw: seen }
}

async function emptyInbox(pool: pg.Pool): Promise<void> {
  await pool.query('truncate inbox, graphile_worker._private_jobs')
}

interface Kept {
  acknowledged: number
  lost: number
  refused: number
  wrongRows: number
}

/** Looks for each acknowledged callback by its key, and for its job; counts what is there besides. */
async function check(
  pool: pg.Pool,
  corpId: string,
  acknowledged: Uint8Array,
  kept: Kept,
): Promise<void> {
  const keys = [...acknowledged.entries()]
    .filter(([, answered]) => answered === 1)
    .map(([place]) => createHash('sha256').update(callbackXml(corpId, place)).digest())
  const { rows } = await pool.query<{ lost: number; inbox: number; jobs: number }>(
    `select (select count(*) from unnest($2::bytea[]) as acknowledged(key)
        where not exists (select 1 from inbox i
          join ${CALLBACK_JOBS} j on j.inbox_id = i.id::text
          where i.corp_id = $1 and i.key = acknowledged.key))::int as lost,
      (select count(*) from inbox)::int as inbox,
      (select count(*) from ${CALLBACK_JOBS} j)::int as jobs`,
    [corpId, keys],
  )
  const [{ lost, inbox, jobs } = { lost: keys.length, inbox: 0, jobs: 0 }] = rows
  kept.acknowledged += keys.length
  kept.lost += lost
  // all were answered, so exactly those are there
  kept.wrongRows += Math.abs(inbox - keys.length) + Math.abs(jobs - keys.length)
}
