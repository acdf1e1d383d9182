import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'
import { openDatabase } from '../../prisma/db.ts'
import { secretsOf } from '../support/callback-request.ts'
import { none, percentile, type Figure } from '../support/figures.ts'
import { demoEnvironment, freePort } from '../support/world.ts'
import type { Scenario, TortureContext } from './scenario.ts'
import { startAssistantProcess, type AssistantProcess } from './support/assistant.ts'
import { startCluster } from './support/cluster.ts'
import { createDeliverer, type Deliverer } from './support/deliver.ts'
import { eventXml } from './support/event-xml.ts'
import { startPlainWecom } from './support/plain-wecom.ts'
import { count } from './support/waiting.ts'

const SIZES = {
  short: { good: 60, perSecond: 40, poison: 2 },
  full: { good: 4_800, perSecond: 40, poison: 25 },
} as const

const CUSTOMERS = 50
const MET_AT = 1_790_000_000
const MOST_TRIES = 12
/** jobs that one worker takes at once (bot/jobs.ts): a hundred milliseconds of work, a second on a bad day */
const ONE_BATCH_MS = 1_000

export const r13: Scenario = {
  id: 'R13',
  title: 'an event or a job that can never be worked off is put aside, and holds nobody up',
  run: tortureWithPoison,
}

async function tortureWithPoison({ size, folder, say }: TortureContext): Promise<Figure[]> {
  const { good, perSecond, poison } = SIZES[size]
  const cluster = await startCluster(folder, { settings: ['fsync=off', 'synchronous_commit=off'] })
  const wecom = await startPlainWecom()
  const db = openDatabase(cluster.url, { connections: 4 })
  let server: AssistantProcess | undefined
  let deliverer: Deliverer | undefined
  try {
    for (let n = 0; n < CUSTOMERS; n += 1) {
      wecom.customers.set(`wmgood${n}`, new Map([['lin', { createtime: MET_AT }]]))
    }
    // an answer that no code of ours can make sense of
    wecom.fault = (path, input) =>
      path === 'get' && String(input['external_userid']).startsWith('wmpoison')
        ? { status: 200, text: '{"errcode":0,"external_contact":{},"follow_user":"nobody"}' }
        : undefined
    const environment = {
      ...demoEnvironment({ assistant: await freePort(), sandbox: Number(new URL(wecom.url).port) }),
      DATABASE_URL: cluster.url,
      ROLES: 'web,worker',
      SPOOL_FOLDER: 'off',
      LOG_LEVEL: 'fatal',
    }
    server = await startAssistantProcess(environment, { folder })
    const secrets = secretsOf(environment)
    deliverer = createDeliverer([server.url], secrets)
    const { post } = deliverer
    const steady = (from: number) => deliverGood(post, secrets.corpId, { from, good, perSecond })

    await steady(0)
    await allProcessed(db.pool, 0, good)
    const without = await delays(db.pool, 0, good)

    say('poison')
    const poisons = makePoison(secrets.corpId, poison)
    const over = new AbortController()
    const hurrying = hurryRetries(
      db.pool,
      ((good / perSecond) * 1000) / 2 / MOST_TRIES,
      over.signal,
    )
    const [lost] = await Promise.all([
      steady(good),
      dripPoison(db.pool, post, poisons, (good / perSecond) * 1000),
    ])
    await allProcessed(db.pool, good, 2 * good)
    const withPoison = await delays(db.pool, good, 2 * good)
    const dead = poisons.throwing.length + poisons.jobs.length
    await untilDead(db.pool, dead)
    over.abort()
    await hurrying
    const answer = await fetch(`${server.url}/metrics`)
    return await figures(db.pool, {
      poisons,
      lost,
      good: 2 * good,
      without,
      withPoison,
      metrics: await answer.text(),
    })
  } finally {
    await deliverer?.close()
    await server?.terminate()
    await db.close()
    await wecom.close()
    await cluster.stop()
  }
}

interface Poisons {
  /** events whose handler throws at each try */
  throwing: string[]
  /** events that can't be read */
  unreadable: string[]
  /** jobs with payloads that mean nothing, and one whose handler always throws */
  jobs: { name: string; payload: unknown }[]
}

function makePoison(corpId: string, n: number): Poisons {
  const numbers = Array.from({ length: n }, (_, place) => place)
  const seconds = MET_AT + 60
  const edit = (id: string) =>
    eventXml(
      corpId,
      { event: 'change_external_contact/edit_external_contact', seconds },
      { UserID: 'lin', ExternalUserID: id },
    )
  // longer than any index of PostgreSQL takes, and not to be compressed
  const long = () => randomBytes(6_000).toString('hex')
  const head = '<xml><MsgType>event</MsgType><FromUserName>sys</FromUserName>'
  return {
    throwing: numbers.flatMap((place) => [
      edit(`wmpoison${place}`),
      // in the lane of what has a deadline
      eventXml(
        corpId,
        { event: 'change_external_contact/add_external_contact', seconds },
        { UserID: 'lin', ExternalUserID: `wmpoison${place}`, WelcomeCode: `code${place}` },
      ),
    ]),
    unreadable: numbers.flatMap((place) => [
      `${head}<CreateTime>${place}</CreateTime><Event>click</xml>`,
      `${head}<CreateTime>soon ${place}</CreateTime><Event>click</Event></xml>`,
      `not xml at all ${place}`,
      `<xml>${'<a>'.repeat(3_000)}${place}${'</a>'.repeat(3_000)}</xml>`,
      `<!DOCTYPE x [<!ENTITY a "aaaa">]><xml>&a;${place}</xml>`,
      edit(`${place}${'长'.repeat(60_000)}`),
      eventXml(corpId, { event: 'enter_agent', seconds, from: long() }),
    ]),
    jobs: numbers.flatMap((place) => [
      { name: 'callback', payload: { inboxId: `nonsense ${place}` } },
      { name: 'callback', payload: {} },
      { name: 'deliver', payload: [place] },
      { name: 'scan', payload: { day: 'no day' } },
      { name: 'sync', payload: { runId: 'nonsense' } },
    ]),
  }
}

async function deliverGood(
  post: Deliverer['post'],
  corpId: string,
  { from, good, perSecond }: { from: number; good: number; perSecond: number },
): Promise<number> {
  let lost = 0
  const under: Promise<void>[] = []
  const start = performance.now()
  for (let n = from; n < from + good; n += 1) {
    const waitMs = start + ((n - from) * 1000) / perSecond - performance.now()
    if (waitMs > 0) await sleep(waitMs)
    const xml = eventXml(
      corpId,
      { event: 'change_external_contact/edit_external_contact', seconds: MET_AT + n },
      { UserID: 'lin', ExternalUserID: `wmgood${n % CUSTOMERS}`, Good: `good-${n}-` },
    )
    under.push(post(xml, 0).then((acknowledged) => void (acknowledged || (lost += 1))))
  }
  await Promise.all(under)
  return lost
}

/** All of it within the given time, so that there is poison among the good events from the first to the last. */
async function dripPoison(
  pool: pg.Pool,
  post: Deliverer['post'],
  { throwing, unreadable, jobs }: Poisons,
  ms: number,
): Promise<void> {
  const drops = [
    ...[...throwing, ...unreadable].map((xml) => () => post(xml, 0)),
    ...jobs.map(
      ({ name, payload }) =>
        () =>
          pool.query('select graphile_worker.add_job($1, $2::json)', [
            name,
            JSON.stringify(payload),
          ]),
    ),
  ]
  // the first half of the time takes them all: the tries of the last one fall among good events too
  for (const drop of drops) {
    void drop()
    await sleep(ms / 2 / drops.length)
  }
}

/**
 * The pauses between tries grow to hours; here each is over after a share of the time, so that all tries of all poison
 * fall among good events: a company's worst day in two minutes, not more work than two processors can do.
 */
async function hurryRetries(pool: pg.Pool, pauseMs: number, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await pool.query(`update graphile_worker._private_jobs set run_at = now(), max_attempts = ${MOST_TRIES}
      where attempts > 0 and attempts < ${MOST_TRIES} and locked_at is null and run_at > now()
        and updated_at < now() - interval '${pauseMs} milliseconds'`)
    await sleep(100)
  }
}

const GOOD = `from inbox where substring(xml from 'good-(\\d+)-')::int`

async function allProcessed(pool: pg.Pool, from: number, to: number): Promise<void> {
  const until = performance.now() + 60_000
  const done = `select count(*) ${GOOD} between ${from} and ${to - 1} and processed_at is not null`
  while ((await count(pool, done)) < to - from && performance.now() < until) await sleep(50)
}

async function delays(pool: pg.Pool, from: number, to: number): Promise<number[]> {
  const { rows } = await pool.query<{ ms: number }>(
    `select extract(epoch from coalesce(processed_at, now()) - received_at)::float8 * 1000 as ms
     ${GOOD} between ${from} and ${to - 1}`,
  )
  return rows.map(({ ms }) => Math.max(0, ms))
}

/** what jobs are about: one may be about several callbacks */
const PAYLOADS = `select coalesce(sum(case json_typeof(payload) when 'array' then json_array_length(payload) else 1 end), 0) as count
  from graphile_worker._private_jobs`
const DEAD = `${PAYLOADS} where attempts >= ${MOST_TRIES} and locked_at is null`

async function untilDead(pool: pg.Pool, dead: number): Promise<void> {
  const until = performance.now() + 60_000
  while ((await count(pool, DEAD)) < dead && performance.now() < until) await sleep(50)
}

async function figures(
  pool: pg.Pool,
  found: {
    poisons: Poisons
    lost: number
    good: number
    without: number[]
    withPoison: number[]
    metrics: string
  },
): Promise<Figure[]> {
  const { poisons, without, withPoison } = found
  const { throwing, unreadable, jobs } = poisons
  const dead = throwing.length + jobs.length
  const counted = found.metrics
    .split('\n')
    .filter((line) => /^guide_jobs_total\{.*result="dead"/.test(line))
    .reduce((sum, line) => sum + Number(line.split(' ').pop()), 0)
  const p99 = (values: number[]) => percentile(values, 99)
  return [
    none(
      `good events not acknowledged or not processed, of ${found.good}`,
      found.lost +
        found.good -
        (await count(pool, `select count(*) ${GOOD} >= 0 and outcome = 'done'`)),
    ),
    none(
      `events that always throw, not given up and kept with the reason, of ${throwing.length}`,
      throwing.length -
        (await count(
          pool,
          `select count(*) from inbox where processed_at is null and outcome like 'given up: %'`,
        )),
    ),
    none(
      `unreadable events not put aside at the first try, of ${unreadable.length}`,
      unreadable.length -
        (await count(
          pool,
          `select count(*) from inbox where processed_at is not null and outcome like 'unreadable: %'`,
        )),
    ),
    none(
      `poisonous jobs not kept after ${MOST_TRIES} tries, of ${dead}`,
      dead - (await count(pool, DEAD)),
    ),
    none('other jobs left', (await count(pool, PAYLOADS)) - dead),
    none(
      'guide_jobs_total{result="dead"} more or fewer than the dead jobs',
      Math.abs(counted - dead),
    ),
    { name: 'delay of a good event without poison, p99', value: p99(without), unit: 'ms' },
    {
      name: 'delay of a good event with poison, p99',
      value: p99(withPoison),
      unit: 'ms',
      note: `${unreadable.length + dead * MOST_TRIES} tries of poison in the time of ${withPoison.length} good events`,
    },
    {
      name: 'poison delays a good event by, p99',
      value: Math.max(0, p99(withPoison) - p99(without)),
      unit: 'ms',
      goal: { atMost: ONE_BATCH_MS },
    },
  ]
}
