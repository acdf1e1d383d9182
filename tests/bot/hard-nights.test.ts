import { beforeEach, describe, expect, it } from 'vitest'
import type { BotDeps } from '../../bot/deps.ts'
import { rebuildStats } from '../../bot/members/stats.ts'
import { importItems } from '../../bot/members/import/import-items.ts'
import { runNight } from '../../bot/night.ts'
import { addDays, atTime } from '../../domain/business-day.ts'
import { aCustomer, aGuide } from '../support/chain.ts'
import { emptyDatabase, useDatabase } from '../support/database.ts'
import { createTestClock, createTestDeps } from '../support/test-deps.ts'
import { aMember, anOrder } from './members/chain-rows.ts'

const db = useDatabase()
const clock = createTestClock()
const TODAY = '2026-11-22'
let deps: BotDeps

beforeEach(async () => {
  await emptyDatabase(db)
  deps = createTestDeps(db, { clock })
  clock.set(atTime(TODAY, '08:55', deps.zone))
})

async function night(day: string): Promise<void> {
  clock.set(atTime(day, '08:55', deps.zone))
  await runNight(deps, day)
}

/** All that nights write about customers, without the moments of writing. */
async function state() {
  const { customerStats, customerTier, customerClass, task, heldBack } = db.prisma
  const [stats, tiers, classes, tasks, held] = await Promise.all([
    customerStats.findMany({ omit: { asOf: true }, orderBy: { customerId: 'asc' } }),
    customerTier.findMany({ orderBy: { customerId: 'asc' } }),
    customerClass.findMany({ omit: { asOf: true }, orderBy: { customerId: 'asc' } }),
    task.findMany({ select: { id: true, kind: true, occurrence: true, state: true } }),
    heldBack.findMany({ select: { kind: true, occurrence: true, why: true } }),
  ])
  return { stats, tiers, classes, tasks, held }
}

describe('a night', () => {
  it('of a chain with nobody in it makes nothing', async () => {
    await night(TODAY)
    await night(addDays(TODAY, 1))

    expect(await state()).toEqual({ stats: [], tiers: [], classes: [], tasks: [], held: [] })
  })

  it('of a chain without an order knows members and prospects, and greets birthdays', async () => {
    const guide = await aGuide(db)
    await aCustomer(db, { birthdayMd: 1122, joinedAt: new Date('2026-11-01T04:00:00Z') }, [guide])
    await aCustomer(db, { joinedAt: new Date('2025-01-01T04:00:00Z') }, [guide])

    await night(TODAY)

    const { classes, tasks } = await state()
    expect(classes.map(({ stage, rfm, pAlive }) => [stage, rfm, pAlive])).toEqual([
      ['new', null, null],
      ['prospect', null, null],
    ])
    expect(tasks.map(({ kind }) => kind)).toEqual(['birthday'])
  })

  it('of a chain without a guide makes no task, and says whom nobody can write to', async () => {
    await aCustomer(db, { birthdayMd: 1122 })

    await night(TODAY)

    const { tasks, held } = await state()
    expect(tasks).toEqual([])
    expect(held).toEqual([{ kind: 'birthday', occurrence: '2026', why: 'no_relation' }])
  })

  it('after the clock was set back a day writes nothing twice, and the next comes to the same', async () => {
    const guide = await aGuide(db)
    const { id } = await aCustomer(db, { memberNo: 'M1', birthdayMd: 1124 }, [guide])
    // one leaves the window of the 22nd, one is paid on it
    const days = ['2025-11-22', '2026-10-01', '2026-10-11', '2026-10-21', TODAY]
    await importItems(
      deps,
      'orders',
      days.map((day) => anOrder({ orderNo: day, paidAt: `${day}T08:00:00+08:00` })),
    )
    await night(addDays(TODAY, -1))
    await night(TODAY)
    const before = await state()

    await night(addDays(TODAY, -1))
    expect(await state()).toMatchObject({ tasks: before.tasks, stats: [{ orders365: 4 }] })
    await night(TODAY)

    expect(await state()).toEqual(before)
    expect(before.stats).toMatchObject([{ customerId: id, orders365: 4, cycleDays: 21 }])
    expect(before.tasks.map(({ kind }) => kind)).toEqual(['birthday', 'vip_care'])
  })

  it('counts an order of tomorrow from tomorrow on', async () => {
    const guide = await aGuide(db)
    await aCustomer(db, { memberNo: 'M1' }, [guide])
    const days = ['2026-09-01', '2026-09-11', '2026-09-21', '2026-11-23']
    await importItems(
      deps,
      'orders',
      days.map((day) => anOrder({ orderNo: day, paidAt: `${day}T08:00:00+08:00` })),
    )

    await night(TODAY)
    expect(await state()).toMatchObject({ stats: [{ orders365: 3, spend365Fen: 30_000n }] })
    await night('2026-11-23')

    expect(await state()).toMatchObject({ stats: [{ orders365: 4, spend365Fen: 40_000n }] })
  })
})

describe('a customer with 100 000 orders', () => {
  const ORDERS = 100_000

  beforeEach(async () => {
    const guide = await aGuide(db)
    await importItems(deps, 'members', [aMember()])
    const [{ id } = { id: 0n }] = await db.prisma.customer.findMany()
    await db.prisma.relation.create({
      data: { customerId: id, employeeId: guide.id, addedAt: new Date('2025-01-01T04:00:00Z') },
    })
    // 1 to 100 000 fen, 100 a day on 1000 days up to yesterday
    await db.prisma.$executeRaw`
      insert into orders (order_no, customer_id, member_no, paid_at, paid_day, amount_fen, refunded_fen, status, updated_at)
      select 'T' || n, ${id}, 'M1', (day + time '12:00') at time zone ${deps.zone}, day, n, 0, 'paid', now()
      from generate_series(1, ${ORDERS}::int) n
      cross join lateral (select ${TODAY}::date - 1 - (n % 1000) as day) d`
    await rebuildStats(db, TODAY)
  })

  it('has right figures after one more order and a night', async () => {
    // the later and the older order that come are counted at once
    await night(TODAY)
    const { accepted } = await importItems(deps, 'orders', [
      anOrder({ orderNo: 'last', paidAt: `${TODAY}T08:00:00+08:00` }),
    ])
    await importItems(deps, 'orders', [
      anOrder({ orderNo: 'old', paidAt: '2024-01-01T08:00:00+08:00' }),
    ])

    // of 1000 days the last 364 before today are inside: remainders 0 to 363
    const inside = Array.from({ length: ORDERS }, (_, i) => i + 1).filter((n) => n % 1000 < 364)
    expect(accepted).toBe(1)
    expect(await state()).toMatchObject({
      stats: [
        {
          ordersTotal: ORDERS + 2,
          orders365: inside.length + 1,
          spend365Fen: BigInt(inside.reduce((sum, n) => sum + n, 10_000)),
          purchaseDays: 1002,
          purchaseDays365: 365,
          cycleDays: 1,
          lastOrderNo: 'last',
        },
      ],
      tiers: [{ tier: 'silver' }],
      classes: [{ rfm: '000', five: 'high_value', stage: 'active' }],
    })
  })
})
