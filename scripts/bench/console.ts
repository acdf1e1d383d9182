import { median, percentile, type Figure } from '../support/figures.ts'
import { sealSession } from '../support/seal-session.ts'
import { demoEnvironment } from '../support/world.ts'
import type { Bench, BenchContext, BenchResult } from './bench.ts'
import { CHAIN_DATA_KEY } from './chain.ts'
import { openConsoleChain } from './console/chain.ts'
import { questions, type Question } from './console/questions.ts'
import { startMeasured } from './load/measured-server.ts'
import { seconds } from './rounds.ts'

/** Most milliseconds of an answer, for 95 of 100 (issue “the manager's loop”). */
const GOALS = { list: 300, count: 300, report: 1_000 } as const
const NAMES = {
  list: 'customer lists with three filters',
  count: 'audience counts with three conditions',
  report: 'reports over a year and a month',
} as const

interface Timed extends Question {
  /** milliseconds of each round */
  ours: number[]
  bySql: number[]
}

/** What a manager waits for in the console, beside the bare SQL that finds the same. */
export const consoleBench: Bench = {
  name: 'console',
  about: 'customer lists, audience counts and every report, beside the same asked in bare SQL',
  run: measureConsole,
}

async function measureConsole(context: BenchContext): Promise<BenchResult> {
  const environment: Record<string, string> = {
    ...demoEnvironment({ assistant: 1, sandbox: 1 }),
    DATA_KEY: CHAIN_DATA_KEY,
    SPOOL_FOLDER: 'off',
  }
  const chain = await openConsoleChain(context)
  const script = new URL('./profile/server.ts', import.meta.url)
  const server = await startMeasured(script, 'assistant', {
    ...environment,
    DATABASE_URL: chain.url,
  })
  try {
    const asked: Timed[] = questions({ userid: 'manager7', storeNo: 'S0007' }).map((one) => ({
      ...one,
      ours: [],
      bySql: [],
    }))
    const cookies = new Map<string, string>()
    const secrets = {
      sessionKey: environment['SESSION_KEY'] ?? '',
      publicUrl: environment['PUBLIC_URL'] ?? '',
    }
    for (const userid of new Set(asked.map((one) => one.userid)))
      cookies.set(userid, await sealSession(secrets, userid))
    for (let round = 0; round <= context.rounds; round += 1) {
      for (const one of asked) {
        const headers = {
          cookie: cookies.get(one.userid) ?? '',
          'content-type': 'application/json',
        }
        const ours = await seconds(() => ask(server.port, one, headers))
        const bare = await seconds(() => chain.db.pool.query(one.bare))
        // the first was for warming up
        if (round > 0) {
          one.ours.push(ours * 1000)
          one.bySql.push(bare * 1000)
        }
      }
      context.say(round === 0 ? 'warmed up' : `round ${round} of ${context.rounds}`)
    }
    return {
      figures: (['list', 'count', 'report'] as const).flatMap((kind) =>
        figuresOf(kind, asked, chain.members),
      ),
      raw: Object.fromEntries(
        asked.map(({ kind, name, ours, bySql }) => [`${kind}: ${name}`, { ours, bySql }]),
      ),
    }
  } finally {
    await server.stop()
    await chain.close()
  }
}

async function ask(
  port: number,
  { method, path, body, name }: Question,
  headers: Record<string, string>,
): Promise<void> {
  const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
    method,
    headers,
    ...(body ? { body: JSON.stringify(body) } : {}),
  })
  const text = await answer.text()
  if (answer.status !== 200) throw new Error(`${name}: ${answer.status} ${text.slice(0, 200)}`)
}

function figuresOf(kind: Question['kind'], asked: readonly Timed[], members: number): Figure[] {
  const of = asked.filter((one) => one.kind === kind)
  const all = of.flatMap(({ ours }) => ours)
  const slowest = of.toSorted((a, b) => median(b.ours) - median(a.ours))[0]
  return [
    {
      name: `${NAMES[kind]}, ${members.toLocaleString('en-US')} customers, p95`,
      value: percentile(all, 95),
      unit: 'ms',
      goal: { atMost: GOALS[kind] },
      note: `${of.length} questions; median ${median(all).toFixed(0)} ms; slowest: ${slowest?.name ?? ''}, ${median(slowest?.ours ?? []).toFixed(0)} ms`,
    },
    {
      name: `${NAMES[kind]} ÷ bare SQL`,
      value: median(of.map(({ ours, bySql }) => median(ours) / median(bySql))),
      unit: '×',
      note: `bare p95 ${percentile(
        of.flatMap(({ bySql }) => bySql),
        95,
      ).toFixed(0)} ms`,
    },
  ]
}
