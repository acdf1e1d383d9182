import { beforeEach, describe, expect, it } from 'vitest'
import { ordersArrived } from '../../../bot/tasks/on-orders.ts'
import { aCustomer, aGuide, someStats } from '../../support/chain.ts'
import { emptyDatabase, useDatabase } from '../../support/database.ts'
import { scanDay } from '../../support/scan.ts'
import { createTestDeps } from '../../support/test-deps.ts'

const db = useDatabase()
const DAY = '2026-11-22'
const kinds = ['first_purchase_thanks'] as const

beforeEach(() => emptyDatabase(db))

/** A customer whose first order was paid at a local time. */
async function aFirstBuyer(paidAt: string) {
  const customer = await aCustomer(db, {}, [await aGuide(db)])
  await firstPaid(customer, paidAt)
  return customer
}

async function firstPaid(customer: { id: bigint }, paidAt: string) {
  const day = paidAt.slice(0, 10)
  await someStats(db, customer, {
    firstPaidAt: new Date(`${paidAt}+08:00`),
    firstPurchaseDay: new Date(day),
    lastPurchaseDay: day,
  })
}

const scan = (day = DAY, time = '08:55') => scanDay(db, { day, kinds, time })
const tasks = () => db.prisma.task.findMany({ orderBy: { id: 'asc' } })

describe('first_purchase_thanks', () => {
  it.each([
    ['2026-11-20T08:59:59', 0],
    ['2026-11-20T09:00:00', 0],
    ['2026-11-20T09:00:01', 1],
    ['2026-11-21T00:00:00', 1],
    ['2026-11-21T23:59:59', 1],
    ['2026-11-22T00:00:00', 0],
  ])('a first order paid at %s makes %i tasks on the 22nd', async (paidAt, expected) => {
    await aFirstBuyer(paidAt)

    expect((await scan()).created).toHaveLength(expected)
  })

  it('dies 48 hours after the order, to the second, and says until when', async () => {
    await aFirstBuyer('2026-11-21T15:20:30')

    const { created } = await scan()

    expect(created).toMatchObject([
      { reason: '11 月 21 日第一次下单，11 月 23 日 15:20 前道声谢。' },
    ])
    expect(await tasks()).toMatchObject([
      { occurrence: '2026-11-21', urgent: false, diesAt: new Date('2026-11-23T07:20:30Z') },
    ])
  })

  it('is pressing on its last day', async () => {
    await aFirstBuyer('2026-11-20T15:20:00')

    await scan()

    expect(await tasks()).toMatchObject([{ urgent: true }])
  })

  it('is never made late: not by a scan that runs late, nor for who was held back', async () => {
    const customer = await aFirstBuyer('2026-11-20T15:20:00')
    expect((await scan(DAY, '15:21')).created).toEqual([])

    await db.prisma.customer.update({ where: { id: customer.id }, data: { consent: 'none' } })
    expect((await scan()).heldBack).toHaveLength(1)
    await db.prisma.customer.update({ where: { id: customer.id }, data: { consent: 'one_to_one' } })

    expect(await scan('2026-11-23')).toMatchObject({ created: [], heldBack: [] })
    expect(await db.prisma.heldBack.count({ where: { resolvedAt: null } })).toBe(0)
  })

  it('is made once, however often the day is scanned and whatever is bought next', async () => {
    const customer = await aFirstBuyer('2026-11-21T10:00:00')
    await scan()
    await someStats(db, customer, { lastPurchaseDay: DAY })
    await ordersArrived(db.prisma, createTestDeps(db), [customer.id], new Date())

    expect(await scan()).toMatchObject({ created: [], existing: 1 })
    expect(await tasks()).toMatchObject([{ state: 'open' }])
  })

  it('thanks nobody twice when an older order arrives late', async () => {
    const customer = await aFirstBuyer('2026-11-21T10:00:00')
    await scan()
    await db.prisma.task.updateMany({ data: { state: 'done' } })

    await firstPaid(customer, '2026-11-20T18:00:00')

    expect((await scan()).created).toEqual([])
  })

  it('ends when the first order is refunded', async () => {
    const customer = await aFirstBuyer('2026-11-21T10:00:00')
    await scan()

    await db.prisma.customerStats.delete({ where: { customerId: customer.id } })
    await ordersArrived(
      db.prisma,
      createTestDeps(db),
      [customer.id],
      new Date('2026-11-22T03:00:00Z'),
    )

    expect(await tasks()).toMatchObject([{ state: 'cancelled', closeReason: 'order_refunded' }])
  })
})
