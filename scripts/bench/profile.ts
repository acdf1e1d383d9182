import { median, type Figure } from '../support/figures.ts'
import { sealSession } from '../support/seal-session.ts'
import { demoEnvironment } from '../support/world.ts'
import type { Database } from '../../prisma/db.ts'
import type { Bench, BenchContext, BenchResult } from './bench.ts'
import { CHAIN_DATA_KEY, CHAIN_DAY, openChain } from './chain.ts'
import { startMeasured, type MeasuredServer } from './load/measured-server.ts'
import type { LoadReport } from './load/messages.ts'
import { startLoader } from './load/start-loader.ts'
import { measureRounds } from './rounds.ts'

const CONNECTIONS = 32
const GUIDES = 500
const REQUESTS = 20_000
/** requests after which a server's code is as fast as it gets, and the milliseconds to spend on them at most */
const WARM_UP = { first: 6_000, ms: 20_000 }
const ROUND_MS = { quick: 1_500, full: 4_000 }
/** what the bench's own tasks are known by, to be taken away again */
const OCCURRENCE = 'bench-profile'

/** P19 of the performance goals: the profile a guide's sidebar opens with, beside one query behind one bare route. */
export const profileBench: Bench = {
  name: 'profile',
  about: "a guide's profiles of customers, beside a hand-written one-query pg endpoint",
  run: profile,
}

async function profile(context: BenchContext): Promise<BenchResult> {
  const environment = {
    ...demoEnvironment({ assistant: 1, sandbox: 1 }),
    DATA_KEY: CHAIN_DATA_KEY,
    SPOOL_FOLDER: 'off',
  }
  const chain = await openChain(context)
  const script = new URL('./profile/server.ts', import.meta.url)
  const started: MeasuredServer[] = []
  const loader = startLoader()
  try {
    await addOpenTasks(chain.db)
    const start = async (variant: string) => {
      const env = { ...environment, DATABASE_URL: chain.url }
      const server = await startMeasured(script, variant, env)
      started.push(server)
      return server
    }
    const bare = await start('bare')
    const assistant = await start('assistant')
    const seen: Record<'bare' | 'assistant', Measured[]> = { bare: [], assistant: [] }
    await loader.prepare({ kind: 'get', requests: await requestsOf(chain.db, environment) })
    const load = async (server: MeasuredServer, name: keyof typeof seen): Promise<number> => {
      const before = await server.cpuMicros()
      const { acknowledged: _, ...report } = await loader.run({
        port: server.port,
        connections: CONNECTIONS,
        ms: ROUND_MS[context.size],
        again: true,
      })
      const perSecond = report.answered / report.seconds
      const cpuMicros = ((await server.cpuMicros()) - before) / report.answered
      seen[name].push({ ...report, perSecond, cpuMicros })
      return perSecond
    }
    for (const { port } of started) await loader.run({ port, connections: CONNECTIONS, ...WARM_UP })
    const rounds = await measureRounds(context, {
      bare: () => load(bare, 'bare'),
      assistant: () => load(assistant, 'assistant'),
    })
    // the first of each was for warming up
    const middle = (name: keyof typeof seen, what: keyof Measured) =>
      median(seen[name].slice(1).map((one) => one[what]))
    const refused = [...seen.bare, ...seen.assistant].reduce(
      (sum, { answered, ok }) => sum + answered - ok,
      0,
    )
    const both = (what: keyof Measured, digits: number) =>
      `${middle('assistant', what).toFixed(digits)} ÷ ${middle('bare', what).toFixed(digits)}`
    const figures: Figure[] = [
      {
        name: `profiles ÷ one-query endpoint a second, ${chain.members.toLocaleString('en-US')} customers`,
        value: rounds.ratio('assistant', 'bare'),
        unit: '×',
        goal: { atLeast: 0.7 },
        note: `${both('perSecond', 0)}, ${CONNECTIONS} connections`,
      },
      {
        name: 'processor time of the server, profile ÷ one-query',
        value: middle('assistant', 'cpuMicros') / middle('bare', 'cpuMicros'),
        unit: '×',
        note: `${both('cpuMicros', 0)} µs a request`,
      },
      {
        name: 'p99 of a profile',
        value: middle('assistant', 'p99'),
        unit: 'ms',
        note: both('p99', 1),
      },
      { name: 'answers other than 200', value: refused, unit: '', goal: { atMost: 0 } },
    ]
    return { figures, raw: seen }
  } finally {
    loader.stop()
    for (const server of started) await server.stop()
    await removeOpenTasks(chain.db)
    await chain.close()
  }
}

interface Measured extends Omit<LoadReport, 'acknowledged'> {
  perSecond: number
  cpuMicros: number
}

/** Random customers of guides all over the chain, each asked for by their own guide. */
async function requestsOf(
  db: Database,
  environment: Record<string, string>,
): Promise<{ path: string; headers: Record<string, string> }[]> {
  const { rows } = await db.pool.query<{ customer: string; userid: string }>(
    `select r.customer_id::text as customer, e.userid_key as userid
    from (select id, userid_key from employee where role = 'guide' order by hashint8(id) limit $1) e
    join relation r on r.employee_id = e.id and r.ended_at is null
    order by hashint8(r.id) limit $2`,
    [GUIDES, REQUESTS],
  )
  const secrets = {
    sessionKey: environment['SESSION_KEY'] ?? '',
    publicUrl: environment['PUBLIC_URL'] ?? '',
  }
  const cookies = new Map<string, string>()
  for (const userid of new Set(rows.map((row) => row.userid)))
    cookies.set(userid, await sealSession(secrets, userid))
  return rows.map(({ customer, userid }) => ({
    path: `/api/customers/${customer}`,
    headers: { cookie: cookies.get(userid) ?? '', 'x-userid': userid },
  }))
}

/** The chain's tasks are done ones: a tenth of the customers get an open one for the while. */
async function addOpenTasks(db: Database): Promise<void> {
  await removeOpenTasks(db)
  await db.pool.query(
    `insert into task (customer_id, kind, occurrence, rule_version, facts, assignee_id, assignee_rule, store_no, scan_day,
      due_at, dies_at, trace_id, created_at, updated_at)
    select r.customer_id, 'repurchase_overdue', $1, 1,
      jsonb_build_object('factor', 2.1, 'cycleDays', 30, 'daysSince', 63, 'cycleSource', 'own', 'lastPurchase', $2::date - 63),
      r.employee_id, 3, c.store_no, $2::date, t.today + interval '2 days', t.today + interval '7 days', 'bench', t.today, t.today
    from relation r join customer c on c.id = r.customer_id, (select ($2::text || ' 09:00+08')::timestamptz as today) t
    where r.ended_at is null and r.id % 10 = 0
    on conflict do nothing`,
    [OCCURRENCE, CHAIN_DAY],
  )
  await db.pool.query('analyze task')
}

async function removeOpenTasks(db: Database): Promise<void> {
  await db.pool.query('delete from task where occurrence = $1', [OCCURRENCE])
}
