import { beforeEach, describe, expect, it } from 'vitest'
import { addDays } from '../../../domain/business-day.ts'
import { aCustomer, aGuide, aTouch, someStats } from '../../support/chain.ts'
import { emptyDatabase, useDatabase } from '../../support/database.ts'
import { scanDay } from '../../support/scan.ts'

const db = useDatabase()
/** Mid-Autumn of 2026 */
const FESTIVAL = '2026-09-25'
const EVE = addDays(FESTIVAL, -1)

beforeEach(() => emptyDatabase(db))

const turnOn = (params = {}) =>
  db.prisma.rule.create({ data: { kind: 'festival', version: 2, params } })
const scan = (day: string) => scanDay(db, { day, kinds: ['festival'] })

async function aBuyer(daysBefore = 10, parts = {}) {
  const guide = await aGuide(db)
  const customer = await aCustomer(db, parts, [guide])
  await someStats(db, customer, { lastPurchaseDay: addDays(FESTIVAL, -daysBefore) })
  return { ...customer, guide }
}

describe('festival', () => {
  it('makes nothing until headquarters turn it on', async () => {
    await aBuyer()
    expect((await scan(EVE)).created).toEqual([])

    await turnOn()
    expect((await scan(EVE)).created).toMatchObject([{ reason: '明天 9 月 25 日中秋节。' }])
  })

  it.each([
    [-2, 0],
    [-1, 1],
    [0, 0],
    [1, 0],
  ])('comes up the day before: %i days from it makes %i', async (days, expected) => {
    await turnOn()
    await aBuyer()

    expect((await scan(addDays(FESTIVAL, days))).created).toHaveLength(expected)
  })

  it('is for who bought within a year', async () => {
    await turnOn()
    const inside = await aBuyer(365)
    await aBuyer(366)

    expect((await scan(EVE)).created.map(({ memberNo }) => memberNo)).toEqual([inside.memberNo])
  })

  it('dies with the festival, and comes on it when its hold ends then', async () => {
    await turnOn()
    const customer = await aBuyer()
    await aTouch(db, customer, customer.guide, `${EVE}T00:30:00Z`)
    expect((await scan(EVE)).heldBack).toMatchObject([{ why: 'customer_day', until: FESTIVAL }])

    await scan(FESTIVAL)

    expect(await db.prisma.task.findMany()).toMatchObject([
      {
        occurrence: 'mid_autumn:2026',
        urgent: true,
        diesAt: new Date(`${FESTIVAL}T15:59:59Z`),
      },
    ])
  })

  it('greets on those festivals that were chosen, Women’s Day women alone', async () => {
    await turnOn({ festivals: ['womens_day'] })
    const her = await aBuyer(250, { gender: 'female' })
    await aBuyer(250, { gender: 'male' })
    await aBuyer(250, { gender: null })

    expect((await scan('2026-03-07')).created.map(({ memberNo }) => memberNo)).toEqual([
      her.memberNo,
    ])
    expect((await scan(EVE)).created).toEqual([])
  })

  it('refuses a festival that there is not, and names it', async () => {
    await turnOn({ festivals: ['bargain_day'] })

    await expect(scan(EVE)).rejects.toThrow(/rule festival: \/festivals\/0/)
  })
})
