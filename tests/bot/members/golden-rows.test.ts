import { beforeEach, describe, expect, it } from 'vitest'
import type { BotDeps } from '../../../bot/deps.ts'
import { importItems } from '../../../bot/members/import/import-items.ts'
import { runNight } from '../../../bot/night.ts'
import { runScan } from '../../../bot/tasks/scan.ts'
import { addDays, atTime } from '../../../domain/business-day.ts'
import { aGuide } from '../../support/chain.ts'
import { emptyDatabase, useDatabase } from '../../support/database.ts'
import { createTestClock, createTestDeps } from '../../support/test-deps.ts'
import { aCoupon, aMember, anOrder } from './chain-rows.ts'

/** Rows of the domain rules as a chain meets them: rows come in by the import, a night passes, and this is what is kept. */

const db = useDatabase()
const clock = createTestClock()
const TODAY = '2026-11-22'
let deps: BotDeps

beforeEach(async () => {
  await emptyDatabase(db)
  deps = createTestDeps(db, { clock })
  clock.set(atTime(TODAY, '08:55', deps.zone))
})

async function takeIn(kind: 'members' | 'orders' | 'coupons', rows: object[]): Promise<void> {
  expect((await importItems(deps, kind, rows)).rejected).toEqual([])
}

async function night(day = TODAY): Promise<void> {
  clock.set(atTime(day, '08:55', deps.zone))
  await runNight(deps, day)
}

/** Numbers that sort as they count: ids are given in their order. */
const member = (n: number) => `M${String(n).padStart(2, '0')}`

/** Orders of one member, the last one of so many days ago; the first of them costs everything. */
function ordersOf(memberNo: string, count: number, fen: number, daysAgo: number): object[] {
  return Array.from({ length: count }, (_, n) =>
    anOrder({
      orderNo: `${memberNo}-${n}`,
      memberNo,
      amountFen: n === 0 ? fen : 0,
      paidAt: `${addDays(TODAY, -daysAgo)}T08:00:00+08:00`,
    }),
  )
}

describe('the tier of a night (domain-rules 1 and 2)', () => {
  it.each([
    // amount below ¥1000, from ¥1000, below ¥2000, from ¥2000 × 9, 10, 20, 21 paid orders
    [99_999, ['iron', 'iron', 'iron', 'iron']],
    [100_000, ['iron', 'bronze', 'bronze', 'bronze']],
    [199_999, ['iron', 'bronze', 'bronze', 'bronze']],
    [200_000, ['iron', 'bronze', 'bronze', 'silver']],
  ])('of %i fen in 9, 10, 20 and 21 orders is %j', async (fen, tiers) => {
    const counts = [9, 10, 20, 21]
    await takeIn(
      'members',
      counts.map((n) => aMember({ memberNo: member(n) })),
    )
    await takeIn(
      'orders',
      counts.flatMap((n) => ordersOf(member(n), n, fen, 1)),
    )

    await night()

    const kept = await db.prisma.customerTier.findMany({ orderBy: { customerId: 'asc' } })
    expect(kept.map(({ tier }) => tier)).toEqual(tiers)
  })

  it.each([
    ['is paid', {}, 'gold'],
    ['is paid back in part', { refundedFen: 1 }, 'iron'],
    ['is refunded', { status: 'refunded' }, 'iron'],
    ['is cancelled', { status: 'cancelled' }, 'iron'],
  ])('is gold with two purchase days and a friend whose first order %s: %j, %s', async (...row) => {
    const [, first, tier] = row
    await takeIn('members', [
      aMember(),
      aMember({
        memberNo: 'friend',
        referrerMemberNo: 'M1',
        joinedAt: '2026-11-01T08:00:00+08:00',
      }),
    ])
    await takeIn('orders', [
      anOrder({ orderNo: 'a', paidAt: '2026-11-01T08:00:00+08:00' }),
      anOrder({ orderNo: 'b', paidAt: '2026-11-02T08:00:00+08:00' }),
      anOrder({ orderNo: 'c', memberNo: 'friend', paidAt: '2026-11-03T08:00:00+08:00', ...first }),
      anOrder({ orderNo: 'd', memberNo: 'friend', paidAt: '2026-11-04T08:00:00+08:00' }),
    ])

    await night()

    const kept = await db.prisma.customerTier.findFirst({ where: { customer: { memberNo: 'M1' } } })
    expect(kept?.tier).toBe(tier)
  })
})

describe('a birthday (domain-rules 8), from the import to the guide’s task', () => {
  it.each([
    // with a year, and without
    ['1990-11-25', false, '2026-11-22', '3 天后 11 月 25 日生日。'],
    ['11-25', false, '2026-11-22', '3 天后 11 月 25 日生日。'],
    ['11-22', false, '2026-11-22', '今天 11 月 22 日生日。'],
    ['01-01', false, '2026-12-29', '3 天后 1 月 1 日生日。'],
    // 29 February
    ['02-29', false, '2027-02-25', '3 天后 2 月 28 日生日。'],
    ['2000-02-29', false, '2028-02-26', '3 天后 2 月 29 日生日。'],
    // by the Chinese calendar; the ninth month of 2026 has 29 days
    ['10-16', true, '2026-11-21', '3 天后 11 月 24 日生日（农历十月十六）。'],
    ['1985-01-01', true, '2027-02-03', '3 天后 2 月 6 日生日（农历正月初一）。'],
    ['02-30', true, '2027-04-03', '3 天后 4 月 6 日生日（农历二月三十）。'],
    ['09-30', true, '2026-11-05', '3 天后 11 月 8 日生日（农历九月三十）。'],
  ])('on %s, lunar %s, is told on %s: %s', async (birthday, lunarBirthday, day, reason) => {
    const guide = await aGuide(db)
    await takeIn('members', [aMember({ birthday, lunarBirthday })])
    const customer = await db.prisma.customer.findFirstOrThrow()
    await db.prisma.relation.create({
      data: { customerId: customer.id, employeeId: guide.id, addedAt: new Date('2025-01-01') },
    })

    clock.set(atTime(day, '08:55', deps.zone))
    const { created } = await runScan(deps, { day, collect: true })

    expect(created.map((task) => [task.kind, task.reason])).toEqual([['birthday', reason]])
  })
})

describe('the last day of a coupon (domain-rules 4)', () => {
  it.each([
    ['2026-11-30T23:59:59+08:00', '2026-11-30'],
    // midnight ends the day before; a millisecond later another day has begun
    ['2026-12-01T00:00:00+08:00', '2026-11-30'],
    ['2026-12-01T00:00:00.001+08:00', '2026-12-01'],
    // the business time zone's days, however the time is written
    ['2026-11-30T16:00:00Z', '2026-11-30'],
    ['2026-11-30T16:00:01Z', '2026-12-01'],
  ])('that ends at %s is %s', async (expiresAt, day) => {
    await takeIn('coupons', [aCoupon({ expiresAt })])

    const coupon = await db.prisma.coupon.findUnique({ where: { couponNo: 'C1' } })
    expect(coupon?.expiresDay.toISOString().slice(0, 10)).toBe(day)
  })
})

describe('the classes of a night (domain-rules 5)', () => {
  /** ten customers: the nth bought n days ago, 11 − n orders of n × ¥10 in all */
  async function tenBuyers(): Promise<void> {
    const numbers = Array.from({ length: 10 }, (_, i) => i + 1)
    await takeIn(
      'members',
      numbers.map((n) => aMember({ memberNo: member(n) })),
    )
    await takeIn(
      'orders',
      numbers.flatMap((n) => ordersOf(member(n), 11 - n, n * 1000, n)),
    )
  }
  const classes = () =>
    db.prisma.customerClass.findMany({ orderBy: { customerId: 'asc' }, omit: { asOf: true } })

  it('split at the median of an even number, two fifths are edges, and fallbacks are counted', async () => {
    await tenBuyers()

    await night()

    const all = await classes()
    // medians: 5.5 days, 5.5 orders, ¥55
    expect(all.map(({ rfm }) => rfm)).toEqual([
      ...Array.from({ length: 5 }, () => '110'),
      ...Array.from({ length: 5 }, () => '001'),
    ])
    // composites fall with n: what is lost in recency and frequency is twice what money gains
    expect(all.map(({ five }) => five).filter((five) => five === 'high_value')).toHaveLength(2)
    expect(all.slice(0, 2).map(({ five }) => five)).toEqual(['high_value', 'high_value'])
    expect(all.slice(8).map(({ five }) => five)).toEqual(['churn_warning', 'churn_warning'])
    const [run] = await db.prisma.classRun.findMany()
    expect(run?.thresholds).toMatchObject({
      scored: 10,
      daysSince: 5.5,
      orders: 5.5,
      spendFen: 5500,
      fallbacks: all.filter(({ fiveFallback }) => fiveFallback).length,
    })
    expect(all.some(({ fiveFallback }) => fiveFallback)).toBe(true)
  })

  it('log each change of the eight and the five with before and after', async () => {
    await tenBuyers()
    await night()
    await takeIn(
      'orders',
      ordersOf(member(10), 30, 100_000, 0).map((o) => ({
        ...o,
        paidAt: `${TODAY}T08:30:00+08:00`,
      })),
    )

    await night(addDays(TODAY, 1))

    const id = (await db.prisma.customer.findFirstOrThrow({ where: { memberNo: member(10) } })).id
    const logged = await db.prisma.classChange.findMany({
      where: { customerId: id, what: { not: 'stage' } },
      orderBy: { what: 'asc' },
    })
    expect(logged.map(({ what, before, after }) => [what, before, after])).toEqual([
      ['five', 'churn_warning', 'high_value'],
      ['rfm', '001', '111'],
    ])
  })

  it('score who bought within 365 days, nobody else', async () => {
    await takeIn('members', [aMember(), aMember({ memberNo: 'M2' })])
    await takeIn('orders', [...ordersOf('M1', 1, 100, 364), ...ordersOf('M2', 1, 100, 365)])

    await night()

    expect((await classes()).map(({ rfm }) => rfm)).toEqual(['000', null])
  })
})
