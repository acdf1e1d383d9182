import * as fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import type { BotDeps } from '../../../bot/deps.ts'
import { importItems } from '../../../bot/members/import/import-items.ts'
import { insertNewOrders } from '../../../bot/members/import/insert-orders.ts'
import { runTogether } from '../../../bot/members/import/run-together.ts'
import { rebuildStats, rollWindows } from '../../../bot/members/stats.ts'
import { addDays, businessDay } from '../../../domain/business-day.ts'
import { emptyDatabase, useDatabase } from '../../support/database.ts'
import { someoneWaits } from '../../support/someone-waits.ts'
import { createTestClock, createTestDeps } from '../../support/test-deps.ts'
import { aMember, anOrder } from './chain-rows.ts'

const db = useDatabase()
const clock = createTestClock()
let deps: BotDeps

beforeEach(async () => {
  await emptyDatabase(db)
  clock.set('2026-11-22T01:00:00Z')
  deps = createTestDeps(db, { clock })
  await importItems(deps, 'members', [aMember()])
})

const TODAY = '2026-11-22'
const on = (day: string, more: object = {}) =>
  anOrder({ orderNo: `O-${day}`, paidAt: `${day}T12:00:00+08:00`, ...more })
const send = (...orders: object[]) => importItems(deps, 'orders', orders)
const stats = async () =>
  (await db.prisma.customerStats.findMany({ orderBy: { customerId: 'asc' } }))[0]

describe('statistics that are kept with the orders', () => {
  it('count the window (today − 365 d, today], net of refunds', async () => {
    await send(
      on(TODAY),
      on(addDays(TODAY, -364), { amountFen: 500, refundedFen: 200 }),
      on(addDays(TODAY, -365)),
    )

    expect(await stats()).toMatchObject({
      orders365: 2,
      spend365Fen: 10_300n,
      ordersTotal: 3,
      spendTotalFen: 20_300n,
      purchaseDays: 3,
      purchaseDays365: 2,
    })
  })

  it('leave out what was cancelled or fully refunded, and count a gift', async () => {
    await send(
      on('2026-11-01', { status: 'cancelled' }),
      on('2026-11-02', { status: 'refunded' }),
      on('2026-11-03', { refundedFen: 10_000 }),
      on('2026-11-04', { amountFen: 0 }),
    )

    expect(await stats()).toMatchObject({
      ordersTotal: 1,
      spendTotalFen: 0n,
      lastOrderNo: 'O-2026-11-04',
    })
  })

  it('follow a refund that comes later, and go when no order is left', async () => {
    await send(on('2026-11-01'))
    await send(on('2026-11-01', { refundedFen: 4_000 }))
    expect(await stats()).toMatchObject({ ordersTotal: 1, spendTotalFen: 6_000n })

    await send(on('2026-11-01', { refundedFen: 10_000, status: 'refunded' }))

    expect(await stats()).toBeUndefined()
  })

  it.each([
    [['2026-11-01', '2026-11-11'], null],
    [['2026-11-01', '2026-11-11', '2026-11-14'], 6.5],
    [['2026-11-01', '2026-11-11', '2026-11-11', '2026-11-14'], 6.5],
    [['2026-10-01', '2026-10-02', '2026-10-12', '2026-11-12'], 10],
  ])('of purchases on %j give the cycle %j', async (days, cycle) => {
    await send(...days.map((day, n) => on(day, { orderNo: `O${n}` })))

    expect((await stats())?.cycleDays).toBe(cycle)
  })

  it('name the last order’s store and people, and the favourite category', async () => {
    const line = (category: string) => [{ sku: category, category, quantity: 9, amountFen: 1 }]
    await send(
      on('2026-11-01', { items: line('酒') }),
      on('2026-11-02', { items: line('茶') }),
      on('2026-11-03', {
        items: line('茶'),
        storeNo: 'S9',
        guideUserid: 'lisi',
        cashierUserid: 'wangwu',
      }),
    )

    expect(await stats()).toMatchObject({
      lastOrderNo: 'O-2026-11-03',
      lastStoreNo: 'S9',
      lastGuideUserid: 'lisi',
      lastCashierUserid: 'wangwu',
      mainCategory: '茶',
    })
  })

  it('take the higher id as the last of two orders of one moment, and ties of categories by name', async () => {
    const line = (category: string) => [{ sku: category, category, quantity: 1, amountFen: 1 }]
    await send(
      on(TODAY, { orderNo: 'A', items: line('b') }),
      on(TODAY, { orderNo: 'B', items: line('a') }),
    )

    expect(await stats()).toMatchObject({ lastOrderNo: 'B', mainCategory: 'a' })
  })

  it('equal a recount, whatever orders, refunds and repeats came in whatever order', async () => {
    const anyOrder = fc.record({
      no: fc.integer({ min: 0, max: 12 }),
      member: fc.integer({ min: 1, max: 3 }),
      ago: fc.oneof(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 360, max: 370 })),
      amountFen: fc.integer({ min: 0, max: 50_000 }),
      refundShare: fc.constantFrom(0, 0, 0.5, 1),
      status: fc.constantFrom('paid', 'paid', 'paid', 'refunded', 'cancelled'),
      category: fc.constantFrom('茶', '酒', '器'),
      version: fc.integer({ min: 1, max: 9 }),
    })
    type AnyOrder = typeof anyOrder extends fc.Arbitrary<infer Value> ? Value : never
    const toRow = (order: AnyOrder) =>
      anOrder({
        orderNo: `O${order.no}`,
        memberNo: `M${order.member}`,
        paidAt: `${addDays(TODAY, -order.ago)}T12:00:00+08:00`,
        amountFen: order.amountFen,
        refundedFen: Math.floor(order.amountFen * order.refundShare),
        status: order.status,
        items: [{ sku: 'A', category: order.category, quantity: 1, amountFen: order.amountFen }],
        updatedAt: `2026-11-0${order.version}T00:00:00Z`,
      })
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(anyOrder, { maxLength: 6 }), { minLength: 1, maxLength: 4 }),
        fc.integer({ min: 0, max: 4 }),
        async (batches, membersAt) => {
          await emptyDatabase(db)
          const members = () =>
            importItems(
              deps,
              'members',
              [1, 2, 3].map((n) => aMember({ memberNo: `M${n}` })),
            )
          for (const [n, batch] of batches.entries()) {
            if (n === membersAt) await members()
            await importItems(deps, 'orders', batch.map(toRow))
          }
          await members()

          const kept = await allStats()
          expect(kept).toEqual(await recount())
          await rebuildStats(db, TODAY)
          expect(await allStats()).toEqual(kept)
        },
      ),
      { numRuns: 25 },
    )
  })

  it('have an order that is being added while the others are counted anew', async () => {
    await send(on('2026-11-01'))
    const item = { ...on('2026-11-02'), status: 'paid' as const, memberNo: 'M1', amountFen: 500 }
    let refund: Promise<unknown> | undefined

    await runTogether(db, async (tx) => {
      const batch = [{ index: 0, key: item.orderNo, item }]
      await insertNewOrders(tx, deps, batch, clock.now())
      refund ??= send(on('2026-11-01', { refundedFen: 1_000 }))
      await someoneWaits(db)
    })
    await refund

    expect(await stats()).toMatchObject({ ordersTotal: 2, spendTotalFen: 9_500n })
  })

  it('equal a recount where each order comes after the one before', async () => {
    const laterOrder = fc.record({
      minutes: fc.constantFrom(1, 60, 1_440, 1_440, 2_880, 10_000),
      category: fc.option(fc.constantFrom('茶', '酒', '器')),
      amountFen: fc.integer({ min: 0, max: 50_000 }),
    })
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(laterOrder, { minLength: 1, maxLength: 3 }), {
          minLength: 2,
          maxLength: 7,
        }),
        async (batches) => {
          await emptyDatabase(db)
          await importItems(deps, 'members', [aMember()])
          let at = Date.parse('2026-08-01T00:00:00Z')
          let serial = 0
          for (const batch of batches) {
            const rows = batch.map(({ minutes, category, amountFen }) => {
              at += minutes * 60_000
              const items = [{ sku: 'A', category, quantity: 1, amountFen }]
              const paidAt = new Date(at).toISOString()
              return anOrder({ orderNo: `O${serial++}`, paidAt, amountFen, items })
            })
            clock.set(new Date(at))
            await send(...rows)
          }

          const kept = await db.prisma.customerStats.findMany()
          await rebuildStats(db, businessDay(clock.now(), deps.zone))
          expect(kept).toEqual(await db.prisma.customerStats.findMany())
        },
      ),
      { numRuns: 25 },
    )
  })
})

describe('rollWindows', () => {
  it('takes out what left the window, counting only whom it concerns', async () => {
    await importItems(deps, 'members', [aMember({ memberNo: 'M2' })])
    await send(on('2025-11-23'), on('2026-11-20'), on('2026-11-19', { memberNo: 'M2' }))
    await rollWindows(db, TODAY)
    expect((await stats())?.orders365).toBe(2)

    const counted = await rollWindows(db, '2026-11-23')

    expect(counted).toBe(1)
    expect(await stats()).toMatchObject({ orders365: 1, ordersTotal: 2 })
  })

  it('makes good nights that were missed', async () => {
    await send(on('2025-11-23'), on('2025-11-26'), on('2026-11-20'))
    await rollWindows(db, TODAY)

    await rollWindows(db, '2026-11-26')

    expect((await stats())?.orders365).toBe(1)
  })

  it('goes back with a clock that is set back', async () => {
    await send(on('2025-11-26'), on('2026-11-20'))
    await rollWindows(db, '2026-12-05')
    expect((await stats())?.orders365).toBe(1)

    await rollWindows(db, TODAY)
    expect((await stats())?.orders365).toBe(2)

    await rollWindows(db, '2026-12-05')
    expect((await stats())?.orders365).toBe(1)
  })

  it('counts an order dated ahead once its day has come', async () => {
    await rollWindows(db, TODAY)
    await send(on('2026-11-24'))
    expect((await stats())?.orders365).toBe(0)

    await rollWindows(db, '2026-11-24')

    expect((await stats())?.orders365).toBe(1)
  })

  it('goes on after a deadlock with an import', async () => {
    await importItems(deps, 'members', [aMember({ memberNo: 'M2' })])
    await send(on('2025-11-23'), on('2025-11-24', { memberNo: 'M2' }))
    const [first, second] = await db.prisma.customer.findMany({ orderBy: { id: 'asc' } })
    let rolling: Promise<number> | undefined

    await runTogether(db, async (tx) => {
      await tx.$executeRaw`select from customer where id = ${second?.id} for no key update`
      if (!rolling) {
        rolling = rollWindows(db, '2026-11-24')
        await someoneWaits(db)
      }
      await tx.$executeRaw`select from customer where id = ${first?.id} for no key update`
    })

    expect(await rolling).toBe(2)
    expect((await stats())?.orders365).toBe(0)
  })

  it('keeps all windows right over random days and orders', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({
            skip: fc.integer({ min: 0, max: 40 }),
            orders: fc.array(fc.integer({ min: 0, max: 420 }), { maxLength: 4 }),
          }),
          { minLength: 2, maxLength: 5 },
        ),
        async (steps) => {
          await emptyDatabase(db)
          clock.set('2026-11-22T01:00:00Z')
          await importItems(deps, 'members', [aMember()])
          let serial = 0
          let day = TODAY
          for (const { skip, orders } of steps) {
            day = addDays(day, skip)
            clock.set(`${day}T01:00:00Z`)
            await send(...orders.map((ago) => on(addDays(day, -ago), { orderNo: `O${serial++}` })))
            await rollWindows(db, day)
          }

          expect(await allStats()).toEqual(await recount())
        },
      ),
      { numRuns: 20 },
    )
  })
})

/** Everyone's statistics by member number; the day they were counted on says nothing about them. */
async function allStats(): Promise<Record<string, unknown>> {
  const rows = await db.prisma.customerStats.findMany({
    include: { customer: { select: { memberNo: true } } },
  })
  return Object.fromEntries(
    rows.map(
      ({
        customer,
        customerId: _id,
        asOf: _day,
        gapDays: _gaps,
        categoryTimes: _times,
        holdsUntil: _until,
        ...row
      }) => [
        customer.memberNo,
        {
          ...row,
          firstPurchaseDay: row.firstPurchaseDay?.toISOString().slice(0, 10),
          lastPurchaseDay: row.lastPurchaseDay?.toISOString().slice(0, 10),
        },
      ],
    ),
  )
}

/** The same, counted by hand from the orders: written anew, so that it shares no mistake with the SQL. */
async function recount(): Promise<Record<string, unknown>> {
  const today = businessDay(clock.now(), deps.zone)
  const start = addDays(today, -365)
  const orders = await db.prisma.order.findMany({
    where: { status: 'paid', customerId: { not: null } },
    include: { items: true },
    orderBy: [{ paidAt: 'asc' }, { id: 'asc' }],
  })
  const answer: Record<string, unknown> = {}
  for (const memberNo of new Set(orders.map((order) => order.memberNo))) {
    const own = orders
      .filter((order) => order.memberNo === memberNo)
      .filter((order) => order.refundedFen === 0n || order.refundedFen < order.amountFen)
      .map((order) => ({
        ...order,
        day: businessDay(order.paidAt, deps.zone),
        net: order.amountFen - order.refundedFen,
      }))
    const [first, last] = [own[0], own.at(-1)]
    if (!first || !last) continue
    const inWindow = own.filter((order) => order.day > start && order.day <= today)
    const days = [...new Set(own.map((order) => order.day))]
    const gaps = days
      .slice(1)
      .map((day, n) => (Date.parse(day) - Date.parse(days[n] ?? '')) / 86_400_000)
      .sort((a, b) => a - b)
    const middle = (gaps.length - 1) / 2
    const median = ((gaps[Math.floor(middle)] ?? 0) + (gaps[Math.ceil(middle)] ?? 0)) / 2
    answer[memberNo] = {
      orders365: inWindow.length,
      spend365Fen: sum(inWindow),
      ordersTotal: own.length,
      spendTotalFen: sum(own),
      firstPaidAt: first.paidAt,
      lastPaidAt: last.paidAt,
      firstPurchaseDay: first.day,
      lastPurchaseDay: last.day,
      purchaseDays: days.length,
      purchaseDays365: new Set(inWindow.map((order) => order.day)).size,
      cycleDays: days.length < 3 ? null : median,
      lastOrderNo: last.orderNo,
      lastStoreNo: last.storeNo,
      lastGuideUserid: last.guideUserid,
      lastCashierUserid: last.cashierUserid,
      mainCategory: favourite(
        own.flatMap((order) => order.items.map((item) => item.category ?? '')),
      ),
    }
  }
  return answer
}

function sum(orders: { net: bigint }[]): bigint {
  return orders.reduce((total, order) => total + order.net, 0n)
}

function favourite(categories: string[]): string | null {
  const times = new Map<string, number>()
  for (const category of categories) times.set(category, (times.get(category) ?? 0) + 1)
  const sorted = [...times].sort(
    ([a, n], [b, m]) => m - n || Buffer.compare(Buffer.from(a), Buffer.from(b)),
  )
  return sorted[0]?.[0] ?? null
}
