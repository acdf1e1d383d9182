import { beforeEach, describe, expect, it } from 'vitest'
import { importItems } from '../../../bot/members/import/import-items.ts'
import { changeTask } from '../../../bot/tasks/change.ts'
import { runScan } from '../../../bot/tasks/scan.ts'
import { addDays, atTime } from '../../../domain/business-day.ts'
import { emptyDatabase, useDatabase } from '../../support/database.ts'
import { aCustomer, aGuide } from '../../support/chain.ts'
import { createTestClock, createTestDeps } from '../../support/test-deps.ts'
import { anEntry } from '../members/chain-rows.ts'

const db = useDatabase()
const TODAY = '2026-11-22'
const ZONE = 'Asia/Shanghai'
const clock = createTestClock()
const deps = createTestDeps(db, { clock })
let customer: { id: bigint; memberNo: string | null }
let guide: { id: bigint; userid: string }
let serial = 0

beforeEach(async () => {
  await emptyDatabase(db)
  clock.set(atTime(TODAY, '08:55', ZONE))
  guide = await aGuide(db)
  customer = await aCustomer(db, {}, [guide])
})

/** A line of the customer's ledger; a lot of it ends in `days` days. */
async function entry(days: number | null, more: object = {}) {
  const expiresAt = days === null ? null : `${addDays(TODAY, days)}T23:59:59+08:00`
  const line = anEntry({ memberNo: customer.memberNo, entryNo: `P${(serial += 1)}`, expiresAt })
  const { rejected } = await importItems(deps, 'points', [
    { ...line, occurredAt: '2026-10-01T10:00:00+08:00', ...more },
  ])
  expect(rejected).toEqual([])
}
const scan = (day = TODAY, more: { kinds?: ['points_expiring'] } = {}) => {
  clock.set(atTime(day, '08:55', ZONE))
  return runScan(deps, { day, collect: true, ...more })
}
const tasks = () => db.prisma.task.findMany({ orderBy: { id: 'asc' } })

describe('points_expiring', () => {
  it.each([
    [31, 0],
    [30, 1],
    [29, 0],
    [8, 0],
    [7, 1],
    [6, 0],
    [0, 0],
    [-1, 0],
  ])('points that end in %i days make %i tasks', async (days, expected) => {
    await entry(days)

    expect((await scan()).created).toHaveLength(expected)
  })

  it('lists every lot of thirty days, not only the one that is due, and nothing else', async () => {
    await entry(30, { points: 50 })
    await entry(12, { points: 20 })
    await entry(12, { points: 5 })
    await entry(31, { points: 7 })
    await entry(-1, { points: 9 })

    await scan()

    expect(await tasks()).toMatchObject([
      {
        kind: 'points_expiring',
        occurrence: TODAY,
        facts: {
          points: 75,
          lots: [
            { points: 25, expiresOn: '2026-12-04', days: 12 },
            { points: 50, expiresOn: '2026-12-22', days: 30 },
          ],
        },
        dueAt: new Date('2026-11-24T15:59:59Z'),
        diesAt: new Date('2026-12-22T15:59:59Z'),
      },
    ])
  })

  it('counts what is left of a lot, and leaves out one that is used up', async () => {
    await entry(7, { points: 60 })
    await entry(null, { kind: 'spend', points: 45 })

    await scan()

    expect(await tasks()).toMatchObject([{ facts: { points: 15 } }])
  })

  it('makes nothing twice on a day, and a second task at T−7, into which the open one goes', async () => {
    await entry(30)

    await scan()
    await scan()
    await scan(addDays(TODAY, 23))

    expect(await tasks()).toMatchObject([
      { state: 'cancelled', closeReason: 'superseded' },
      { state: 'open', occurrence: '2026-12-15' },
    ])
  })

  it('makes up for a missed night', async () => {
    await entry(29)
    await db.prisma.dailyRun.create({
      data: {
        name: 'scanned:points_expiring',
        day: new Date('2026-11-20'),
        enqueuedAt: clock.now(),
        finishedAt: clock.now(),
      },
    })

    expect((await scan()).created).toHaveLength(1)
  })

  it('waits where the customer was written to, and is made when it may be', async () => {
    await entry(7)
    await db.prisma.touch.create({
      data: {
        customerId: customer.id,
        employeeId: guide.id,
        channel: 'sidebar',
        text: '您好',
        result: 'sent',
        at: new Date('2026-11-22T00:10:00Z'),
      },
    })

    expect((await scan()).heldBack).toMatchObject([
      { kind: 'points_expiring', why: 'customer_day' },
    ])
    expect((await scan('2026-11-23')).created).toMatchObject([
      { facts: { lots: [{ points: 100, days: 6 }] } },
    ])
  })

  it('leaves fewer points alone than the rule’s numbers say', async () => {
    await entry(7, { points: 99 })
    await db.prisma.rule.create({
      data: { kind: 'points_expiring', version: 2, params: { minPoints: 100 } },
    })

    expect((await scan()).created).toEqual([])
  })
})

describe('a points task', () => {
  const spend = (points: number) =>
    entry(null, { kind: 'spend', points, occurredAt: '2026-11-22T12:00:00+08:00' })

  it('stays while some of its points are left, and ends with the last of them', async () => {
    await entry(7)
    await entry(60)
    await scan()
    clock.set('2026-11-22T04:10:00Z')

    await spend(99)
    expect(await tasks()).toMatchObject([{ state: 'open' }])
    await spend(1)
    expect(await tasks()).toMatchObject([{ state: 'cancelled', closeReason: 'points_gone' }])
  })

  it('is open again when the spending is taken back', async () => {
    await entry(7)
    await scan()
    clock.set('2026-11-22T04:10:00Z')
    const spending = { kind: 'spend', entryNo: 'S1', occurredAt: '2026-11-22T12:00:00+08:00' }
    await entry(null, { ...spending, points: 100 })
    expect(await tasks()).toMatchObject([{ state: 'cancelled' }])

    await entry(null, { ...spending, points: 0 })

    expect(await tasks()).toMatchObject([{ state: 'open', closeReason: null }])
  })

  it('is proven when the points are spent after the guide began it', async () => {
    await entry(7)
    await scan()
    clock.set('2026-11-22T02:00:00Z')
    const [task] = await tasks()
    await changeTask(db.prisma, deps, {
      taskId: task?.id ?? 0n,
      action: { do: 'start' },
      actor: guide.userid,
      via: 'sidebar',
      now: clock.now(),
    })
    clock.set('2026-11-22T04:10:00Z')

    await spend(100)

    expect(await tasks()).toMatchObject([{ state: 'done', closing: 'proven', outcome: 'other' }])
  })
})
