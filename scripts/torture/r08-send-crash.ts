import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'
import { openDatabase } from '../../prisma/db.ts'
import type { Figure } from '../support/figures.ts'
import { startQuotaWecom, type QuotaCall } from '../support/quota-wecom/quota-wecom.ts'
import { skipFirstSync } from '../support/skip-first-sync.ts'
import { demoEnvironment, freePort } from '../support/world.ts'
import type { Scenario, TortureContext } from './scenario.ts'
import { addCalls, isHarmless, nameOf } from './send-crash/calls.ts'
import { startAssistantProcess, type AssistantProcess } from './support/assistant.ts'
import { startCluster } from './support/cluster.ts'
import { count } from './support/waiting.ts'

const SIZES = {
  short: { crashes: 1, callsALife: 40 },
  full: { crashes: 20, callsALife: 80 },
} as const

/** The worst moment: WeCom has carried a call out, nobody was told, and the process is gone. */
export const r8: Scenario = {
  id: 'R8',
  title: 'a call whose sender is killed between WeCom’s deed and its answer is carried out once',
  run: async (context) => {
    const { crashes, callsALife } = SIZES[context.size]
    return judge(await crashAgainAndAgain(context, crashes, (crashes + 1) * callsALife), crashes)
  },
}

interface Seen {
  names: readonly string[]
  calls: readonly QuotaCall[]
  /** how many calls there were when each life of the process began */
  lives: readonly number[]
  notSent: number
}

async function crashAgainAndAgain(
  { folder, say }: TortureContext,
  crashes: number,
  callCount: number,
): Promise<Seen> {
  const cluster = await startCluster(folder)
  const db = openDatabase(cluster.url, { connections: 2 })
  const { pool } = db
  let assistant: AssistantProcess | undefined
  // the call of this number in the process's life is its last; 0: it lives on
  let deadly = 0
  const wecom = await startQuotaWecom({
    onDone: ({ body }) => {
      if (deadly === 0 || nameOf(body) === undefined) return undefined
      deadly -= 1
      if (deadly > 0) return undefined
      assistant?.process.kill('SIGKILL')
      return 'silence'
    },
  })
  try {
    await skipFirstSync(pool)
    const names = await addCalls(pool, new Date(), callCount)
    const environment = {
      ...demoEnvironment({ assistant: await freePort(), sandbox: wecom.port }),
      DATABASE_URL: cluster.url,
      ROLES: 'web,worker',
      SPOOL_FOLDER: 'off',
    }
    const lives: number[] = []
    for (let life = 1; life <= crashes + 1; life += 1) {
      lives.push(wecom.calls.length)
      assistant = await startAssistantProcess(environment, { folder })
      // only now that there is somebody to kill; the calls it made meanwhile were answered
      deadly = life <= crashes ? 1 + ((life * 7) % 19) : 0
      if (life <= crashes) await assistant.ended
      if (life % 10 === 0) say(`${life} crashes`)
    }
    return { names, calls: wecom.calls, lives, notSent: await leftUnsent(pool) }
  } finally {
    await assistant?.kill()
    await wecom.close()
    await db.close()
    await cluster.stop()
  }
}

/** Rows that are not sent when nothing more happens to any. */
async function leftUnsent(pool: pg.Pool): Promise<number> {
  const until = performance.now() + 90_000
  for (;;) {
    const open = await count(
      pool,
      `select count(*) from outbox where state in ('pending', 'sending')`,
    )
    if (open === 0 || performance.now() > until) break
    await sleep(100)
  }
  return count(pool, `select count(*) from outbox where state <> 'sent'`)
}

function judge({ names, calls, lives, notSent }: Seen, crashes: number): Figure[] {
  const done = new Map<string, number>()
  const inOneLife = new Map<string, number>()
  let all = 0
  for (const [place, call] of calls.entries()) {
    const name = nameOf(call.body)
    if (name === undefined) continue
    all += 1
    const life = lives.filter((first) => first <= place).length
    add(inOneLife, `${name} in ${life}`)
    if (call.outcome === 'done' && !(isHarmless(call.path) && done.has(name))) add(done, name)
  }
  const times = [...done.values()]
  const called = new Set(calls.map(({ body }) => nameOf(body)).filter(Boolean))
  return [
    {
      name: 'calls never carried out',
      value: names.length - done.size,
      unit: 'calls',
      goal: { atMost: 0 },
      note: `of ${names.length}: texts, cards, welcomes, changed cards, remarks; ${crashes} × kill -9`,
    },
    {
      name: 'calls carried out twice',
      value: times.filter((n) => n > 1).length,
      unit: 'calls',
      goal: { atMost: 0 },
    },
    {
      name: 'tries of one call between two crashes',
      value: Math.max(...inOneLife.values()),
      unit: 'tries',
      goal: { atMost: 1 },
      note: `${all - called.size} repetitions in all, each recognised by WeCom`,
    },
    { name: 'rows that did not end as sent', value: notSent, unit: 'rows', goal: { atMost: 0 } },
  ]
}

function add(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1)
}
