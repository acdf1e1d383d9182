import { beforeEach, describe, expect, it } from 'vitest'
import { ordersArrived } from '../../../bot/tasks/on-orders.ts'
import { addDays, type BusinessDay } from '../../../domain/business-day.ts'
import { aCustomer, aGuide, aTouch, someStats } from '../../support/chain.ts'
import { emptyDatabase, useDatabase } from '../../support/database.ts'
import { scanDay } from '../../support/scan.ts'
import { createTestDeps } from '../../support/test-deps.ts'

const db = useDatabase()
const JOINED = '2026-11-10'
const kinds = ['new_member'] as const

beforeEach(() => emptyDatabase(db))

/** Somebody who joined at 23:30 of the day, local time. */
async function aNewMember(joined: BusinessDay = JOINED, guides = 1) {
  const people = [await aGuide(db)]
  while (people.length < guides) people.push(await aGuide(db))
  const customer = await aCustomer(db, { joinedAt: new Date(`${joined}T15:30:00Z`) }, people)
  return { customer, people }
}

const scan = (day: BusinessDay) => scanDay(db, { day, kinds })
const tasks = async () =>
  (await db.prisma.task.findMany({ orderBy: { id: 'asc' } })).map(
    ({ occurrence, state, closeReason }) => [occurrence, state, closeReason],
  )

describe('new_member', () => {
  it.each([
    [0, []],
    [1, ['1']],
    [2, []],
    [3, ['3']],
    [4, []],
    [6, []],
    [7, ['7']],
    [8, []],
  ])('comes up on day 1, 3 and 7: %i days after joining makes %j', async (days, steps) => {
    await aNewMember()

    await scan(addDays(JOINED, days))

    expect((await tasks()).map(([occurrence]) => occurrence)).toEqual(steps)
  })

  it('is one live task: the next step takes the place of one nobody has begun', async () => {
    await aNewMember()

    for (let days = 0; days <= 8; days++) await scan(addDays(JOINED, days))

    expect(await tasks()).toEqual([
      ['1', 'cancelled', 'superseded'],
      ['3', 'cancelled', 'superseded'],
      ['7', 'open', null],
    ])
  })

  it('leaves a step that its guide has begun, and makes none twice', async () => {
    await aNewMember()
    await scan(addDays(JOINED, 1))
    await db.prisma.task.updateMany({ data: { state: 'in_progress' } })

    await scan(addDays(JOINED, 3))
    await scan(addDays(JOINED, 3))

    expect(await tasks()).toEqual([
      ['1', 'in_progress', null],
      ['3', 'open', null],
    ])
  })

  it('heals missed nights with the last step that they made due', async () => {
    await aNewMember()
    await scan(JOINED)

    await scan(addDays(JOINED, 4))

    expect(await tasks()).toEqual([['3', 'open', null]])
  })

  it('finds nobody who joined before the assistant came, between two steps', async () => {
    await aNewMember()

    expect(await scan(addDays(JOINED, 5))).toMatchObject({ created: [], heldBack: [] })
  })

  it('finds nobody who has bought', async () => {
    const { customer } = await aNewMember()
    await someStats(db, customer, { lastPurchaseDay: JOINED })

    expect((await scan(addDays(JOINED, 1))).created).toEqual([])
  })

  it('makes a step that was held back once it may, and gives it up after its days', async () => {
    const { customer, people } = await aNewMember(JOINED, 2)
    const other = people[1] ?? { id: 0n }
    await aTouch(db, customer, other, `${addDays(JOINED, 7)}T00:00:00Z`)

    expect((await scan(addDays(JOINED, 7))).heldBack).toMatchObject([{ why: 'other_guide' }])
    expect((await scan(addDays(JOINED, 8))).heldBack).toMatchObject([{ why: 'other_guide' }])
    expect((await scan(addDays(JOINED, 10))).created).toHaveLength(1)
    expect(await db.prisma.task.findFirst()).toMatchObject({
      diesAt: new Date(`${addDays(JOINED, 14)}T15:59:59Z`),
    })
  })

  it('gives up what waited longer than a task of the step would have lived', async () => {
    const { customer } = await aNewMember()
    await db.prisma.customer.update({ where: { id: customer.id }, data: { consent: 'none' } })

    expect((await scan(addDays(JOINED, 7))).heldBack).toHaveLength(1)
    expect((await scan(addDays(JOINED, 14))).heldBack).toHaveLength(1)
    expect((await scan(addDays(JOINED, 15))).heldBack).toEqual([])
    expect(await db.prisma.heldBack.count({ where: { resolvedAt: null } })).toBe(0)
  })

  it('ends at once with the first paid order, and is open again when that is refunded', async () => {
    const { customer } = await aNewMember()
    await scan(addDays(JOINED, 3))
    const arrived = (at: string) =>
      ordersArrived(db.prisma, createTestDeps(db), [customer.id], new Date(at))

    await someStats(db, customer, { lastPurchaseDay: addDays(JOINED, 3) })
    await arrived('2026-11-13T05:00:00Z')
    expect(await tasks()).toEqual([['3', 'cancelled', 'order_arrived']])

    await db.prisma.customerStats.delete({ where: { customerId: customer.id } })
    await arrived('2026-11-13T06:00:00Z')
    expect(await tasks()).toEqual([['3', 'open', null]])
  })

  it('ends what still waits with the first paid order', async () => {
    const { customer } = await aNewMember()
    await db.prisma.customer.update({ where: { id: customer.id }, data: { consent: 'none' } })
    await scan(addDays(JOINED, 3))

    await someStats(db, customer, { lastPurchaseDay: addDays(JOINED, 3) })
    await ordersArrived(db.prisma, createTestDeps(db), [customer.id], new Date())

    expect(await db.prisma.heldBack.count({ where: { resolvedAt: null } })).toBe(0)
  })
})
