import pg from 'pg'
import { makeChain } from '../../prisma/seed/chain.ts'
import { createRandom } from '../../prisma/seed/random.ts'
import { loadConfig } from '../../server/config.ts'
import { createDeps } from '../../server/deps.ts'
import { createLog } from '../../server/log.ts'
import { addDays, atTime, businessDay, type BusinessDay } from '../../domain/business-day.ts'
import { none, type Figure } from '../support/figures.ts'
import { demoEnvironment, loadChain } from '../support/world.ts'
import { apart, leftBehind, live, STRETCHES, type Stretch, type WrongClock } from './clocks/days.ts'
import { runWrongMachines } from './clocks/wrong-machines.ts'
import type { Scenario, TortureContext } from './scenario.ts'
import { startCluster, type Cluster } from './support/cluster.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const ZONE = 'Asia/Shanghai'

export const r11: Scenario = {
  id: 'R11',
  title: 'no clock that is wrong, or set while it works, doubles or misses a day',
  run: tortureClocks,
}

async function tortureClocks({ size, folder, say }: TortureContext): Promise<Figure[]> {
  const isFull = size === 'full'
  say('servers on machines whose clocks are wrong')
  const machines = await runWrongMachines({
    folder,
    events: isFull ? 200 : 20,
    skews: isFull ? [0, 5 * MINUTE, -5 * MINUTE, DAY, -DAY] : [DAY, -5 * MINUTE],
    setBack: isFull,
  })
  const cluster = await startCluster(`${folder}/days`, {
    settings: ['fsync=off', 'synchronous_commit=off'],
  })
  try {
    const stretches = isFull ? STRETCHES : STRETCHES.slice(1, 2)
    const days: Figure[] = []
    for (const stretch of stretches) {
      say(`${stretch.name}, ${stretch.from} to ${stretch.to}`)
      days.push(...(await compareDays(cluster, stretch, isFull)))
    }
    return [...machines, ...days]
  } finally {
    await cluster.stop()
  }
}

/** Whose clocks are wrong, and how. */
function wrongClocks({ to }: Stretch, isFull: boolean): [string, WrongClock[]][] {
  const by =
    (ms: number): WrongClock =>
    (truth) =>
      new Date(truth.getTime() + ms)
  const random = createRandom(11)
  // set back and forth at each look, also in the middle of a tick and a scan
  const jumping: WrongClock = (truth) =>
    new Date(truth.getTime() + random.pick([0, 5 * MINUTE, -5 * MINUTE, HOUR, -HOUR, 0, 0]))
  // what all processes go by is wrong for an afternoon, of every second day
  const wrongAfternoon =
    (ms: number): WrongClock =>
    (truth) =>
      isWrongAfternoon(truth, to) ? new Date(truth.getTime() + ms) : truth
  const all: [string, WrongClock[]][] = [
    ['clocks 5 minutes apart', [by(0), by(5 * MINUTE), by(-5 * MINUTE)]],
    ['a clock that is set during the scan', [jumping, by(0)]],
    ['a clock that is set a day ahead and back', [wrongAfternoon(DAY), wrongAfternoon(DAY)]],
    ['a clock that is set a day back and ahead', [wrongAfternoon(-DAY), wrongAfternoon(-DAY)]],
  ]
  return isFull ? all : all.slice(1, 3)
}

function isWrongAfternoon(truth: Date, to: BusinessDay): boolean {
  const day = businessDay(truth, ZONE)
  return (
    day <= to &&
    truth.getUTCDate() % 2 === 0 &&
    truth.getTime() === atTime(day, '15:00', ZONE).getTime()
  )
}

async function compareDays(cluster: Cluster, stretch: Stretch, isFull: boolean): Promise<Figure[]> {
  const template = `chain_${stretch.from.replaceAll('-', '')}`
  await copyDatabase(cluster, 'guide', template)
  await withDeps(cluster, template, (deps) => fillChain(deps, stretch, isFull ? 200 : 40))
  const lived = async (name: string, clocks: readonly WrongClock[]) => {
    const database = `${template}_${name}`
    await copyDatabase(cluster, template, database)
    return withDeps(cluster, database, async (deps) => {
      // a day more than is compared: a scan that ran a day too early is made good by then
      await live(deps, { ...stretch, to: addDays(stretch.to, 1) }, clocks)
      return leftBehind(deps, stretch)
    })
  }
  const right = await lived('right', [(truth) => truth])
  const scans = right.runs.filter((line) => line.startsWith('scan ')).length
  let days = 0
  for (let day = stretch.from; day <= stretch.to; day = addDays(day, 1)) days += 1
  const { name } = stretch
  const figures: Figure[] = [
    none(`${name}: days without one finished scan, clocks right`, Math.abs(days - scans)),
    {
      name: `${name}: tasks of these days`,
      value: right.tasks.length,
      unit: '',
      goal: { atLeast: 1 },
    },
  ]
  for (const [place, [what, clocks]] of wrongClocks(stretch, isFull).entries()) {
    const wrong = await lived(`wrong${place}`, clocks)
    figures.push(
      none(`${name}: runs doubled or missed, ${what}`, apart(right.runs, wrong.runs)),
      none(`${name}: tasks doubled, missed or other, ${what}`, apart(right.tasks, wrong.tasks)),
    )
  }
  return figures
}

type Deps = ReturnType<typeof createDeps>

/** A chain of the demo's kind for the stretch, and people born on its special days. */
async function fillChain(deps: Deps, { from, to }: Stretch, customers: number): Promise<void> {
  await loadChain(deps, makeChain({ today: from, customers }), () => undefined)
  // the day before was lived through: a clock that is late at the first midnight must find nothing of it to do
  await deps.db.pool.query(
    `insert into daily_run (name, day, enqueued_at, finished_at)
     select name, $1::date, $1::date, $1::date from unnest(array['scan', 'reconcile']) as name`,
    [addDays(from, -1)],
  )
  await deps.db.pool.query(
    `with guide as (
       insert into employee (userid, userid_key, name, store_no) values ('calendar', 'calendar', '小林', 'S001')
       returning id
     ), people as (
       insert into customer (member_no, external_userid, name, birthday_md, birthday_lunar, consent)
       select 'B' || md || l, 'wmB' || md || l, '寿星', md, l, 'all'
       from unnest(array[227, 228, 229, 301, 302, 303, 1230, 1231, 101, 102, 1129, 1130, 1201]) as md,
         unnest(array[true, false]) as l
       returning id
     )
     insert into relation (customer_id, employee_id, added_at, remark_mobile_hashes)
     select people.id, guide.id, '2026-01-01', '{}' from people, guide`,
  )
  await deps.db.pool.query(
    `insert into coupon (coupon_no, member_no, customer_id, name, issued_at, expires_at, expires_day, status)
     select 'C' || c.id || d::date, c.member_no, c.id, '券', '2026-01-01', d::date + interval '15 hours', d::date, 'issued'
     from customer c, generate_series($1::date, $2::date + 7, interval '2 days') d where c.external_userid like 'wmB%'`,
    [from, to],
  )
}

async function withDeps<T>(
  cluster: Cluster,
  database: string,
  work: (deps: Deps) => Promise<T>,
): Promise<T> {
  const url = new URL(cluster.url)
  url.pathname = `/${database}`
  const environment = { ...demoEnvironment({ assistant: 1, sandbox: 2 }), SPOOL_FOLDER: 'off' }
  const config = loadConfig({ need: 'everything', env: environment, envFile: '' })
  const deps = createDeps(
    { ...config, zone: ZONE },
    { databaseUrl: url.toString(), log: createLog('silent') },
  )
  try {
    return await work(deps)
  } finally {
    await deps.requestDb?.close()
    await deps.db.close()
  }
}

async function copyDatabase(cluster: Cluster, from: string, to: string): Promise<void> {
  const client = new pg.Client({ connectionString: cluster.adminUrl })
  await client.connect()
  try {
    await client.query(`create database ${to} template ${from}`)
  } finally {
    await client.end()
  }
}
