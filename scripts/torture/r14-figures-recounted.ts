import type pg from 'pg'
import { importItems } from '../../bot/members/import/import-items.ts'
import { rebuildStats, rollWindows } from '../../bot/members/stats.ts'
import { businessDay } from '../../domain/business-day.ts'
import type { BotDeps } from '../../bot/deps.ts'
import type { Figure } from '../support/figures.ts'
import { nightDeps } from '../support/night-deps.ts'
import { makeHistory, type History } from './recount/history.ts'
import { notAsTold } from './recount/last-told.ts'
import { compareWithRecount, notCompared } from './recount/recount.ts'
import type { Scenario, TortureContext } from './scenario.ts'
import { openThrowawayDatabase } from './support/throwaway-database.ts'

const SIZES = {
  short: { rows: 5_000, members: 1_500, days: 12, batch: 100, collisions: 8 },
  full: { rows: 1_000_000, members: 60_000, days: 120, batch: 1_000, collisions: 60 },
} as const

/** Importers at work at the same time: the chain's systems don't wait for each other. */
const IMPORTERS = 4
const SEED = 20_261_122

export const r14: Scenario = {
  id: 'R14',
  title: 'the figures kept with the orders are what a count of all orders gives',
  run: tortureTheFigures,
}

async function tortureTheFigures({ size, folder, say }: TortureContext): Promise<Figure[]> {
  const { rows, members, days, batch, collisions } = SIZES[size]
  const database = await openThrowawayDatabase(folder)
  const { db } = database
  try {
    // how long one waits before it looks for a circle: the default of a second is most of the time this takes
    await db.pool.query(`alter database guide set deadlock_timeout = '50ms'`)
    const history = makeHistory({ rows, members, days, together: IMPORTERS * batch, seed: SEED })
    const deps: BotDeps = {
      ...nightDeps(db, { day: '2026-10-05', dataKey: '11'.repeat(32) }),
      clock: { now: history.now },
    }
    const told = await importAll(deps, history, { members, batch, rows, say })
    const collided = Math.min(batch, Math.floor(members / collisions))
    for (let n = 0; n < collisions; n++) await collide(deps, history, n * collided, collided)
    const day = businessDay(history.now(), deps.zone)
    const before = await compareWithRecount(db.pool, day, { onlyOfDay: true })
    await rollWindows(db, day)
    say(`${history.told.size} orders by ${rows} rows: ${JSON.stringify(history.kinds)}`)

    const asTold = await notAsTold(db.pool, history.told)
    const kept = await compareWithRecount(db.pool, day)
    if (kept.columns.length > 0) say(`other figures in ${kept.columns.join(', ')}`)
    await rebuildStats(db, day)
    const rebuilt = await compareWithRecount(db.pool, day)
    return [
      {
        name: 'members whose kept figures differ from a recount',
        value: kept.differing,
        unit: '',
        goal: { atMost: 0 },
        note: `of ${kept.counted} members with figures, every column`,
      },
      {
        name: 'members counted on the last day whose figures were others',
        value: before.differing,
        unit: '',
        goal: { atMost: 0 },
        note: `of ${before.counted}, before that night's roll counts each buyer again`,
      },
      {
        name: 'members whose figures differ after a rebuild',
        value: rebuilt.differing,
        unit: '',
        goal: { atMost: 0 },
      },
      {
        name: 'orders that are not kept as they were told last',
        value: asTold,
        unit: '',
        goal: { atMost: 0 },
      },
      {
        name: 'figures that were not compared',
        value: (await notCompared(db.pool)).length,
        unit: 'columns',
        goal: { atMost: 0 },
      },
      {
        name: 'rows sent',
        value: told.accepted + told.unchanged + told.superseded,
        unit: '',
        goal: { atLeast: rows },
        note: `${IMPORTERS} importers at a time, ${await deadlocks(db.pool)} deadlocks made good; ${told.accepted} changed something, ${told.unchanged} were known`,
      },
    ]
  } finally {
    await database.close()
  }
}

/** How often transactions waited for each other in a circle: one of them was done again each time. */
async function deadlocks(pool: pg.Pool): Promise<number> {
  const { rows } = await pool.query<{ n: number }>(
    'select deadlocks::int as n from pg_stat_database where datname = current_database()',
  )
  return rows[0]?.n ?? 0
}

interface Totals {
  accepted: number
  unchanged: number
  superseded: number
}

/**
 * Lets the importers take batch after batch. Members come in between, a part of them after their orders; when a day
 * has passed the windows are rolled while the importers go on, but for each third: a night that was missed, as is the
 * last one.
 */
async function importAll(
  deps: BotDeps,
  history: History,
  options: { members: number; batch: number; rows: number; say: (text: string) => void },
): Promise<Totals> {
  const totals: Totals = { accepted: 0, unchanged: 0, superseded: 0 }
  const waiting = memberBatches(options.members)
  const everyBatches = Math.max(1, Math.floor(options.rows / options.batch / waiting.length / 1.5))
  let taken = 0
  let passed = 0
  let day = businessDay(history.now(), deps.zone)
  const importer = async () => {
    for (;;) {
      const orders = history.take(options.batch)
      if (orders.length === 0) return
      taken += 1
      if (taken % everyBatches === 0) await importMembers(deps, waiting.shift())
      const today = businessDay(history.now(), deps.zone)
      const dayPassed = today !== day
      if (dayPassed) passed += 1
      day = today
      const [result] = await Promise.all([
        importItems(deps, 'orders', orders),
        dayPassed && passed % 3 !== 0 ? rollWindows(deps.db, today) : undefined,
      ])
      const [refused] = result.rejected
      if (refused) throw new Error(`an order was refused: ${refused.code} ${refused.message}`)
      totals.accepted += result.accepted
      totals.unchanged += result.unchanged
      totals.superseded += result.rejected.length
      const sent = totals.accepted + totals.unchanged + totals.superseded
      if (sent % Math.ceil(options.rows / 10) < options.batch) options.say(`${sent} rows`)
    }
  }
  await importMembers(deps, waiting.shift())
  await Promise.all(Array.from({ length: IMPORTERS }, importer))
  for (const batch of waiting) await importMembers(deps, batch)
  return totals
}

/** Sends the four batches of a collision at once: what one counts, the others are just adding to. */
async function collide(
  deps: BotDeps,
  history: History,
  from: number,
  members: number,
): Promise<void> {
  const numbers = Array.from({ length: members }, (_, n) => `M${from + n}`)
  const { before, atOnce } = history.collide(numbers)
  await importItems(deps, 'orders', before)
  await Promise.all(atOnce.map((batch) => importItems(deps, 'orders', batch)))
}

async function importMembers(
  deps: BotDeps,
  batch: { memberNo: string; joinedAt: string }[] | undefined,
): Promise<void> {
  if (!batch) return
  const { rejected } = await importItems(deps, 'members', batch)
  if (rejected.length > 0) throw new Error(`a member was refused: ${rejected[0]?.message ?? ''}`)
}

/** All members, in an order of their own. */
function memberBatches(members: number): { memberNo: string; joinedAt: string }[][] {
  const size = Math.min(1_000, Math.ceil(members / 10))
  return Array.from({ length: Math.ceil(members / size) }, (_, at) =>
    Array.from({ length: Math.min(size, members - at * size) }, (_member, n) => ({
      memberNo: `M${at * size + n}`,
      joinedAt: '2024-01-01T10:00:00+08:00',
    })),
  )
}
