import { beforeEach, describe, expect, it } from 'vitest'
import { closeTasks } from '../../../bot/tasks/close.ts'
import { customerTouched } from '../../../bot/tasks/on-touch.ts'
import { addDays } from '../../../domain/business-day.ts'
import { aCustomer, aGuide, aTouch, someStats } from '../../support/chain.ts'
import { emptyDatabase, useDatabase } from '../../support/database.ts'
import { scanDay } from '../../support/scan.ts'
import { createTestDeps } from '../../support/test-deps.ts'

const db = useDatabase()
const DAY = '2026-11-22'
const kinds = ['vip_care'] as const

beforeEach(() => emptyDatabase(db))

const scan = (day = DAY) => scanDay(db, { day, kinds })

/** A customer who spent so much in 365 days, each with a guide of their own. */
async function aBuyer(spendFen: number, orders365 = 1) {
  const guide = await aGuide(db)
  const customer = await aCustomer(db, {}, [guide])
  await someStats(db, customer, { spend365Fen: BigInt(spendFen), orders365 })
  return { ...customer, guide }
}

async function found(day = DAY) {
  return (await scan(day)).created.map(({ memberNo }) => memberNo)
}

describe('vip_care', () => {
  it.each([
    [1, 1],
    [9, 1],
    [10, 1],
    [11, 2],
    [20, 2],
    [21, 3],
  ])('is for the best tenth, rounded up: of %i buyers %i', async (buyers, expected) => {
    for (let n = 1; n <= buyers; n++) await aBuyer(n * 10_000)
    // who has not bought in the window is not one of them
    for (let n = 0; n < 5; n++) await aBuyer(0, 0)

    const { created } = await scan()

    const spent = created.map(({ facts }) => ('spendFen' in facts ? Number(facts.spendFen) : 0))
    expect(spent.toSorted((a, b) => b - a)).toEqual(
      Array.from({ length: expected }, (_, n) => (buyers - n) * 10_000),
    )
  })

  it('reckons 10 % of 70 as 7', async () => {
    await db.prisma.customer.createMany({
      data: Array.from({ length: 70 }, (_, n) => ({ id: BigInt(n + 1) })),
    })
    await db.prisma.customerStats.createMany({
      data: Array.from({ length: 70 }, (_, n) => ({
        customerId: BigInt(n + 1),
        spend365Fen: BigInt(n + 1),
        orders365: 1,
        asOf: new Date(DAY),
      })),
    })

    // nobody has a guide: all of them wait
    expect((await scan()).heldBack).toHaveLength(7)
  })

  it('takes everybody in who spent as much as the last one', async () => {
    for (const spend of [50_000, 40_000, 40_000, 40_000, ...Array.from({ length: 16 }, () => 100)])
      await aBuyer(spend)

    expect(await found()).toHaveLength(4)
  })

  it('is for nobody where nothing was spent', async () => {
    await aBuyer(0)

    expect(await found()).toEqual([])
  })

  it.each([
    ['29 days ago', '2026-10-24T00:30:00+08:00', 0],
    ['30 days ago', '2026-10-23T23:30:00+08:00', 1],
  ])('wants 30 days without a contact: one %s makes %i', async (_when, at, expected) => {
    const vip = await aBuyer(10_000)
    await aTouch(db, vip, vip.guide, at)

    expect(await found()).toHaveLength(expected)
  })

  it('does not take a welcome, or a message that was not sent, for a contact', async () => {
    const vip = await aBuyer(10_000)
    await aTouch(db, vip, vip.guide, `${DAY}T00:10:00Z`, { channel: 'welcome' })
    await aTouch(db, vip, vip.guide, `${DAY}T00:20:00Z`, { result: 'failed' })

    expect(await found()).toHaveLength(1)
  })

  it('comes again after 30 days in which nobody wrote, and not before', async () => {
    const vip = await aBuyer(10_000)

    expect(await found()).toEqual([vip.memberNo])
    expect(await found()).toEqual([])
    expect(await found(addDays(DAY, 29))).toEqual([])
    expect(await found(addDays(DAY, 30))).toEqual([vip.memberNo])
    expect(await found(addDays(DAY, 30))).toEqual([])
    expect(
      (await db.prisma.task.findMany({ orderBy: { id: 'asc' } })).map(
        ({ occurrence }) => occurrence,
      ),
    ).toEqual(['1', '2'])
  })

  it('comes again at once where nobody could be asked (ADR 30)', async () => {
    const customer = await aBuyer(100_000)
    expect(await found()).toHaveLength(1)
    const task = await db.prisma.task.findFirstOrThrow()
    await db.prisma.$transaction((tx) =>
      closeTasks(tx, createTestDeps(db), [task.id], {
        to: 'cancelled',
        reason: 'relation_ended',
        actor: 'customer',
        via: 'callback',
        now: new Date(`${DAY}T04:00:00Z`),
      }),
    )

    expect(await found(addDays(DAY, 1))).toEqual([customer.memberNo])
  })

  it('waits as one row, however many days', async () => {
    const vip = await aBuyer(10_000)
    await db.prisma.customer.update({ where: { id: vip.id }, data: { consent: 'none' } })

    await scan()
    const first = await db.prisma.heldBack.findMany()
    await scan(addDays(DAY, 1))

    expect(first).toHaveLength(1)
    expect(await db.prisma.heldBack.findMany()).toEqual(first)
  })

  it('ends when somebody writes to the customer, unless its guide has begun it', async () => {
    const [one, two] = [await aBuyer(10_000), await aBuyer(10_000)]
    await scan()
    await db.prisma.task.updateMany({
      where: { customerId: two.id },
      data: { state: 'in_progress' },
    })

    const now = new Date(`${DAY}T04:00:00Z`)
    for (const { id } of [one, two]) {
      const touch = { customerId: id, actor: one.guide.userid, via: 'sidebar', now }
      await customerTouched(db.prisma, createTestDeps(db), touch)
    }

    const task = (customerId: bigint) => db.prisma.task.findFirst({ where: { customerId } })
    expect(await task(one.id)).toMatchObject({ state: 'cancelled', closeReason: 'contacted' })
    expect(await task(two.id)).toMatchObject({ state: 'in_progress' })
  })
})
