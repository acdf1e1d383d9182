import { enqueueDue } from '../../bot/messages/outbox.ts'
import { runScan } from '../../bot/tasks/scan.ts'
import { tick } from '../../bot/tasks/tick.ts'
import { addDays, atTime } from '../../domain/business-day.ts'
import { openDatabase } from '../../prisma/db.ts'
import { CHAIN_DAY, CHAIN_ZONE } from '../bench/chain/rows.ts'
import type { Figure } from '../support/figures.ts'
import { alive, doubled, forgetScans, wroteSomething, written } from './scan-killed/ledger.ts'
import { breakBefore, countStatements } from './scan-killed/break-before.ts'
import { scanInProcess } from './scan-killed/scan-in-process.ts'
import { makeSmallChain, depsOf } from './scan-killed/small-chain.ts'
import type { Scenario, TortureContext } from './scenario.ts'
import { startCluster } from './support/cluster.ts'

/** The morning's scan, cut off wherever it may be, run by several at once, and missed. */
export const r7: Scenario = {
  id: 'R7',
  title: 'A scan that is cut off, run twice at once or missed makes the same tasks, none twice',
  run,
}

const SIZES = {
  full: { members: 2_000, statements: Infinity, kills: 20, atOnce: 3 },
  short: { members: 400, statements: 4, kills: 1, atOnce: 2 },
}

async function run({ size, folder, say }: TortureContext): Promise<Figure[]> {
  const sizes = SIZES[size]
  const cluster = await startCluster(folder)
  const db = openDatabase(cluster.url)
  try {
    await makeSmallChain(db, sizes.members)
    const deps = depsOf(db, CHAIN_DAY)
    const scan = async () => void (await runScan(deps, { day: CHAIN_DAY }))
    const missed = await missThreeNights(db)

    await forgetScans(db)
    const statements = await countStatements(db, scan)
    const whole = await written(db)
    const found = { different: 0, halves: 0, doubled: await doubled(db) }
    const compare = async () => {
      if ((await written(db)) !== whole) found.different += 1
      found.doubled += await doubled(db)
    }

    const boundaries = chooseBoundaries(statements, sizes.statements)
    say(`${statements} statements, cut off before ${boundaries.length} of them`)
    let cut = 0
    for (const nth of boundaries) {
      await forgetScans(db)
      if (await breakBefore(db, cluster.adminUrl, nth, scan)) cut += 1
      // what is there is all or nothing
      if ((await wroteSomething(db)) && (await written(db)) !== whole) found.halves += 1
      await scan()
      await compare()
    }

    say(`kill -9 of the scanning process, ${sizes.kills} times`)
    let killed = 0
    for (let nth = 0; nth < sizes.kills; nth += 1) {
      await forgetScans(db)
      const process = await scanInProcess(cluster.url)
      if (await process.killAfter((nth + 0.5) / sizes.kills)) killed += 1
      await scan()
      await compare()
    }

    say('several at once')
    await forgetScans(db)
    const other = size === 'full' ? await scanInProcess(cluster.url) : undefined
    await Promise.all([other?.finished(), ...Array.from({ length: sizes.atOnce }, scan)])
    await compare()

    await forgetScans(db)
    await Promise.all(Array.from({ length: 8 }, () => tick(deps)))
    const scanJobs = await jobs(db, `key = 'scan:${CHAIN_DAY}'`)
    await scan()
    const nine = atTime(CHAIN_DAY, '09:00', CHAIN_ZONE)
    await Promise.all(
      Array.from({ length: 4 }, () => db.prisma.$transaction((tx) => enqueueDue(tx, nine))),
    )
    const messages = await db.prisma.outbox.count()
    const deliverJobs = await jobs(db, `key like 'deliver:%'`)

    return [
      { name: 'statements of a scan, each a place to be cut off', value: statements, unit: '' },
      {
        name: 'scans whose connection was ended before a statement',
        value: cut,
        unit: '',
        goal: { atLeast: boundaries.length },
      },
      {
        name: 'scanning processes killed with -9 while they scanned',
        value: killed,
        unit: '',
        goal: { atLeast: Math.ceil(sizes.kills / 2) },
      },
      {
        name: 'cut-off scans that left something half done',
        value: found.halves,
        unit: '',
        goal: { atMost: 0 },
      },
      {
        name: 'results that differ from an uninterrupted scan’s: tasks, events, waiting, messages',
        value: found.different,
        unit: '',
        goal: { atMost: 0 },
        note: 'after each cut or kill, and of several scans at once',
      },
      {
        name: 'tasks, first events and messages that are there twice',
        value: found.doubled,
        unit: '',
        goal: { atMost: 0 },
      },
      {
        name: 'scan jobs of a morning with 8 clocks',
        value: scanJobs,
        unit: '',
        goal: { atMost: 1 },
      },
      {
        name: 'deliver jobs more, or less, than messages',
        value: Math.abs(deliverJobs - messages),
        unit: '',
        goal: { atMost: 0 },
      },
      {
        name: 'customers on the list after three missed nights, or on no list, unlike after scanning each',
        value: missed.different,
        unit: '',
        goal: { atMost: 0 },
        note: `${missed.alive} customers and kinds alive`,
      },
    ]
  } finally {
    await db.close()
    await cluster.stop()
  }

  async function jobs(of: typeof db, which: string): Promise<number> {
    const { rows } = await of.pool.query<{ n: number }>(
      `select count(*)::int as n from graphile_worker.jobs where ${which}`,
    )
    return rows[0]?.n ?? 0
  }
}

/** Who is on a list, or waits, on a day after three nights without a scan; and of the same nights, all scanned. */
async function missThreeNights(
  db: ReturnType<typeof openDatabase>,
): Promise<{ alive: number; different: number }> {
  const scanDay = (day: string) => runScan(depsOf(db, day), { day })
  const before = addDays(CHAIN_DAY, -4)
  await forgetScans(db)
  for (const ago of [4, 3, 2, 1, 0]) await scanDay(addDays(CHAIN_DAY, -ago))
  const each = await alive(db, CHAIN_DAY)
  await forgetScans(db)
  await scanDay(before)
  await scanDay(CHAIN_DAY)
  const missed = await alive(db, CHAIN_DAY)
  return { alive: each.size, different: unlike(each, missed) + unlike(missed, each) }
}

function unlike(one: Set<string>, other: Set<string>): number {
  return [...one].filter((member) => !other.has(member)).length
}

function chooseBoundaries(statements: number, most: number): number[] {
  const all = Array.from({ length: statements }, (_, nth) => nth)
  if (most >= statements) return all
  return Array.from({ length: most }, (_, nth) => Math.round((nth * (statements - 1)) / (most - 1)))
}
