import fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import { createTaskList } from '../../../bot/job-handlers.ts'
import { importItems } from '../../../bot/members/import/import-items.ts'
import { rebuildLots } from '../../../bot/members/settle-lots.ts'
import { tick } from '../../../bot/tasks/tick.ts'
import { addDays } from '../../../domain/business-day.ts'
import { pointsOn } from '../../../domain/points-lots.ts'
import { POINTS_KINDS } from '../../../domain/words.ts'
import { emptyDatabase, useDatabase } from '../../support/database.ts'
import { createTestDeps } from '../../support/test-deps.ts'
import { aMember, anEntry } from './chain-rows.ts'

const db = useDatabase()
const ZONE = 'Asia/Shanghai'
const TODAY = '2026-11-22'
let deps: ReturnType<typeof createTestDeps>

beforeEach(async () => {
  await emptyDatabase(db)
  deps = createTestDeps(db)
  await importItems(deps, 'members', [aMember(), aMember({ memberNo: 'M2' })])
})

const take = (...entries: object[]) => importItems(deps, 'points', entries)
const on = (day: string) => `${day}T10:00:00+08:00`

/** Lots, uses and shortfalls by the numbers of their lines. */
async function settled() {
  const { rows: lots } = await db.pool.query<Record<string, unknown>>(
    `select c.member_no as member, e.entry_no as entry, l.points, l.remaining, l.available_on::text as from,
       l.expires_on::text as until
     from points_lot l join points_entry e on e.id = l.entry_id join customer c on c.id = l.customer_id order by 2`,
  )
  const { rows: uses } = await db.pool.query<Record<string, unknown>>(
    `select e.entry_no as entry, g.entry_no as lot, u.points, u.customer_id = e.customer_id as "isTheirs"
     from points_use u join points_entry e on e.id = u.entry_id join points_entry g on g.id = u.lot_id order by 1, 2`,
  )
  const { rows: short } = await db.pool.query<Record<string, unknown>>(
    `select e.entry_no as entry, s.points from points_shortfall s join points_entry e on e.id = s.entry_id order by 1`,
  )
  return { lots, uses, short }
}

async function balance(day = TODAY) {
  const lots = await db.prisma.pointsLot.findMany()
  const iso = (date: Date) => date.toISOString().slice(0, 10)
  return pointsOn(
    lots.map((lot) => ({
      remaining: lot.remaining,
      availableOn: iso(lot.availableOn),
      expiresOn: iso(lot.expiresOn),
    })),
    day,
  )
}

/** A mark of each row's version: another one means that the row was written. */
async function versions() {
  const { rows } = await db.pool.query<{ line: string }>(
    `select xmin || ' ' || entry_id as line from points_lot union all
     select xmin || ' ' || entry_id || lot_id from points_use union all
     select xmin || ' ' || entry_id from points_shortfall order by 1`,
  )
  return rows.map(({ line }) => line)
}

describe('lots', () => {
  it('are there with the lines that give them, and what spends them links to them', async () => {
    await take(
      anEntry({ entryNo: 'A', points: 100, occurredAt: on('2026-10-01') }),
      anEntry({ entryNo: 'B', points: 50, expiresAt: '2027-01-01T00:00:00+08:00' }),
      anEntry({ entryNo: 'C', kind: 'spend', points: 60, occurredAt: on('2026-11-20') }),
    )

    expect(await settled()).toEqual({
      lots: [
        {
          member: 'M1',
          entry: 'A',
          points: 100,
          remaining: 90,
          from: '2026-10-08',
          until: '2027-10-31',
        },
        {
          member: 'M1',
          entry: 'B',
          points: 50,
          remaining: 0,
          from: '2026-11-08',
          until: '2026-12-31',
        },
      ],
      uses: [
        { entry: 'C', lot: 'A', points: 10, isTheirs: true },
        { entry: 'C', lot: 'B', points: 50, isTheirs: true },
      ],
      short: [],
    })
  })

  it('never hold less than nothing: what was spent beyond the balance is a shortfall', async () => {
    await take(
      anEntry({ points: 100, occurredAt: on('2026-10-01') }),
      anEntry({ entryNo: 'S', kind: 'spend', points: 130, occurredAt: on('2026-11-01') }),
    )

    expect(await balance()).toEqual({ balance: 0, pending: 0 })
    expect((await settled()).short).toEqual([{ entry: 'S', points: 30 }])
  })

  it('follow a line that says something else when it is sent again', async () => {
    await take(anEntry({ points: 100, occurredAt: on('2026-10-01') }))
    await take(anEntry({ entryNo: 'S', kind: 'spend', points: 130 }))

    await take(anEntry({ points: 150, occurredAt: on('2026-10-01') }))

    expect(await balance()).toEqual({ balance: 20, pending: 0 })
    expect((await settled()).short).toEqual([])
  })

  it('move with a line to another member, and both ledgers are right', async () => {
    await take(anEntry({ occurredAt: on('2026-10-01') }))
    await take(anEntry({ entryNo: 'S', kind: 'spend', points: 30 }))

    await take(anEntry({ occurredAt: on('2026-10-01'), memberNo: 'M2' }))

    const { lots, uses, short } = await settled()
    expect(lots).toMatchObject([{ member: 'M2', remaining: 100 }])
    expect(uses).toEqual([])
    expect(short).toEqual([{ entry: 'S', points: 30 }])
  })

  it('of lines that came before their member are there when the member is', async () => {
    await take(anEntry({ memberNo: 'M3', occurredAt: on('2026-10-01') }))
    expect((await settled()).lots).toEqual([])

    await importItems(deps, 'members', [aMember({ memberNo: 'M3' })])

    expect((await settled()).lots).toMatchObject([{ member: 'M3', remaining: 100 }])
  })

  it('of a line of none are none', async () => {
    const { accepted } = await take(anEntry({ points: 0 }))

    expect(accepted).toBe(1)
    expect((await settled()).lots).toEqual([])
  })

  it('are not written again by lines that were known, nor by a rebuild', async () => {
    const lines = [
      anEntry({ points: 100 }),
      anEntry({ entryNo: 'S', kind: 'spend', points: 130, occurredAt: on('2026-11-20') }),
    ]
    await take(...lines)
    const before = await versions()

    await take(...lines)
    await rebuildLots(db, ZONE)

    expect(await versions()).toEqual(before)
  })

  it('are the same whether lines come one by one, together, in any order, or are settled anew', async () => {
    const anyLine = fc.record({
      kind: fc.constantFrom(...POINTS_KINDS),
      points: fc.integer({ min: 0, max: 300 }),
      memberNo: fc.constantFrom('M1', 'M2'),
      ago: fc.integer({ min: 0, max: 500 }),
      validDays: fc.option(fc.integer({ min: 0, max: 500 })),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(anyLine, { minLength: 1, maxLength: 8 }), async (drawn) => {
        await db.pool.query('delete from points_entry')
        const lines = drawn.map(({ ago, validDays, ...line }, n) => {
          const day = addDays(TODAY, -ago)
          const expiresAt = validDays === null ? null : on(addDays(day, validDays))
          return anEntry({ ...line, entryNo: `P${10 + n}`, occurredAt: on(day), expiresAt })
        })
        for (const line of lines) await take(line)
        const oneByOne = await settled()

        await rebuildLots(db, ZONE)
        expect(await settled()).toEqual(oneByOne)

        await db.pool.query('delete from points_entry')
        await take(...lines.toReversed())
        expect(await settled()).toEqual(oneByOne)

        for (const { points, remaining, entry } of oneByOne.lots) {
          const used = oneByOne.uses.filter(({ lot }) => lot === entry)
          expect(
            Number(remaining) + used.reduce((sum, use) => sum + Number(use['points']), 0),
          ).toBe(points)
          expect(remaining).toBeGreaterThanOrEqual(0)
        }
      }),
      { numRuns: 8 },
    )
  })

  it('count every line when several batches bring one member’s at once', async () => {
    const batches = Array.from({ length: 6 }, (_, n) => [
      anEntry({ entryNo: `A${n}`, occurredAt: on('2026-10-01') }),
      anEntry({ entryNo: `B${n}`, memberNo: 'M2', occurredAt: on('2026-10-01') }),
      anEntry({ entryNo: `S${n}`, kind: 'spend', points: 10 }),
    ])

    await Promise.all(batches.map((batch) => take(...batch)))

    const before = await settled()
    expect(before.lots.reduce((sum, { remaining }) => sum + Number(remaining), 0)).toBe(1200 - 60)
    await rebuildLots(db, ZONE)
    expect(await settled()).toEqual(before)
  })
})

describe('ledgers that were there before lots were kept', () => {
  it('get theirs once, from the job that the clock starts', async () => {
    await take(anEntry({ occurredAt: on('2026-10-01') }))
    await db.pool.query('delete from points_lot')
    await db.pool.query(
      `insert into daily_run (name, day, enqueued_at) values ('lots', '2026-11-22', now())`,
    )

    await tick(deps)
    await tick(deps)

    const jobs = await db.pool.query(
      `select from graphile_worker.jobs where task_identifier = 'lots'`,
    )
    expect(jobs.rowCount).toBe(1)
    const job = { id: '1', attempts: 1, max_attempts: 12 }
    await createTaskList(deps)['lots']?.({}, { job } as never)
    expect(await balance()).toEqual({ balance: 100, pending: 0 })
    expect(await db.prisma.dailyRun.findFirst({ where: { name: 'lots' } })).toMatchObject({
      finishedAt: deps.clock.now(),
      summary: { customers: 2 },
    })
  })
})
