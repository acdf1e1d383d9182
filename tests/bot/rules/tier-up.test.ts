import { beforeEach, describe, expect, it } from 'vitest'
import type { BusinessDay } from '../../../domain/business-day.ts'
import type { Tier } from '../../../domain/words.ts'
import { aCustomer, aGuide } from '../../support/chain.ts'
import { emptyDatabase, useDatabase } from '../../support/database.ts'
import { scanDay } from '../../support/scan.ts'
import { tiersWith, useTiers } from '../../support/tiers.ts'

const db = useDatabase()
const kinds = ['tier_up'] as const

beforeEach(() => emptyDatabase(db))

const scan = (day: BusinessDay) => scanDay(db, { day, kinds })
const occurrences = async () =>
  (await db.prisma.task.findMany({ orderBy: { id: 'asc' } })).map(({ occurrence, state }) => [
    occurrence,
    state,
  ])

/** What a night wrote down of a customer. */
async function rises(
  customer: { id: bigint },
  day: BusinessDay,
  before: Tier,
  after: Tier,
  reason = 'upgrade',
) {
  const customerId = customer.id
  await db.prisma.tierChange.create({
    data: { customerId, day: new Date(day), before, after, reason, facts: {} },
  })
  const kept = { tier: after, since: new Date(day) }
  await db.prisma.customerTier.upsert({
    where: { customerId },
    create: { customerId, ...kept },
    update: kept,
  })
}

const aMember = async () => aCustomer(db, {}, [await aGuide(db)])

describe('tier_up', () => {
  it.each([
    ['2026-11-20', []],
    ['2026-11-21', [['2026-11-20', 'open']]],
    ['2026-11-22', []],
  ])('of an upgrade on the 20th, scanned on %s: %j', async (day, tasks) => {
    await rises(await aMember(), '2026-11-20', 'bronze', 'silver')

    await scan(day)

    expect(await occurrences()).toEqual(tasks)
  })

  it('keeps what the tiers were called when it was made', async () => {
    await useTiers(db, tiersWith({ silver: { name: { 'zh-CN': '尊享', en: 'Noble' } } }))
    await rises(await aMember(), '2026-11-20', 'joy', 'silver')

    await scan('2026-11-21')
    await useTiers(db, tiersWith({}))

    expect(await db.prisma.task.findFirst()).toMatchObject({
      facts: { names: { before: { 'zh-CN': 'joy' }, after: { 'zh-CN': '尊享', en: 'Noble' } } },
    })
  })

  it('says from what to what, and is given up after a week', async () => {
    await rises(await aMember(), '2026-11-20', 'bronze', 'silver')

    const { created } = await scan('2026-11-21')

    expect(created).toMatchObject([{ reason: '11 月 20 日从铜卡升到银卡。' }])
    expect(await db.prisma.task.findFirst()).toMatchObject({
      dueAt: new Date('2026-11-23T15:59:59Z'),
      diesAt: new Date('2026-11-28T15:59:59Z'),
    })
  })

  it('heals a missed night, and makes nothing twice', async () => {
    await rises(await aMember(), '2026-11-20', 'bronze', 'silver')
    await scan('2026-11-19')

    await scan('2026-11-23')
    await scan('2026-11-24')
    await scan('2026-11-23')

    expect(await occurrences()).toEqual([['2026-11-20', 'open']])
  })

  it('congratulates on the later of two steps, and drops the earlier one', async () => {
    const member = await aMember()
    await rises(member, '2026-11-20', 'iron', 'bronze')
    await scan('2026-11-21')
    await rises(member, '2026-11-21', 'bronze', 'silver')

    await scan('2026-11-22')

    expect(await occurrences()).toEqual([
      ['2026-11-20', 'cancelled'],
      ['2026-11-21', 'open'],
    ])
  })

  it('says nothing of a tier that fell, nor of one that is lost again', async () => {
    await rises(await aMember(), '2026-11-20', 'gold', 'silver', 'review')
    const member = await aMember()
    await rises(member, '2026-11-19', 'bronze', 'silver')
    await rises(member, '2026-11-20', 'silver', 'bronze', 'review')
    await scan('2026-11-18')

    expect((await scan('2026-11-21')).created).toEqual([])
  })

  it('comes when its hold ends, within its week', async () => {
    const member = await aMember()
    await rises(member, '2026-11-20', 'bronze', 'silver')
    await db.prisma.customer.update({ where: { id: member.id }, data: { consent: 'none' } })

    expect((await scan('2026-11-21')).heldBack).toHaveLength(1)
    expect((await scan('2026-11-28')).heldBack).toHaveLength(1)
    expect((await scan('2026-11-29')).heldBack).toEqual([])
  })
})
