import * as fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import { countGroupCycles } from '../../../bot/rules/group-cycles.ts'
import { ruleOf } from '../../../bot/rules/registry.ts'
import { ordersArrived } from '../../../bot/tasks/on-orders.ts'
import { addDays, type BusinessDay } from '../../../domain/business-day.ts'
import { CONTACT_LIMITS } from '../../../domain/contact-limits.ts'
import { churnStep } from '../../../domain/lifecycle.ts'
import { median } from '../../../domain/rhythm.ts'
import { aCustomer, aGuide, someStats } from '../../support/chain.ts'
import { emptyDatabase, useDatabase } from '../../support/database.ts'
import { scanDay, turnRules } from '../../support/scan.ts'
import { createTestDeps } from '../../support/test-deps.ts'

const db = useDatabase()
const DAY = '2026-11-22'
const kinds = ['churn_warning'] as const
const ago = (days: number) => addDays(DAY, -days)

beforeEach(() => emptyDatabase(db))

async function aBuyer(lastPurchaseDay: BusinessDay, cycleDays: number | null = 20, parts = {}) {
  const customer = await aCustomer(db, parts, [await aGuide(db)])
  await someStats(db, customer, { lastPurchaseDay, cycleDays })
  return customer
}

/** rules that churn leaves customers to */
const OTHERS = ['repurchase_overdue', 'birthday'] as const
const scan = (day = DAY) => scanDay(db, { day, kinds })
const isGreeting = ({ reason }: { reason: string }) => reason.includes('中秋')
const tasks = async () =>
  (await db.prisma.task.findMany({ orderBy: { id: 'asc' } })).map(({ kind, occurrence, state }) => [
    kind,
    occurrence.split(':')[1],
    state,
  ])

describe('churn_warning', () => {
  it.each([
    ['2026-08-23', []],
    ['2026-08-22', ['warning']],
    ['2026-05-23', ['warning']],
    ['2026-05-22', ['leaning']],
    [ago(365), ['leaning']],
    [ago(366), []],
  ])('of somebody who last bought on %s makes %j', async (last, steps) => {
    await turnRules(db, OTHERS, false)
    await aBuyer(last)

    await scan()

    expect((await tasks()).map(([, step]) => step)).toEqual(steps)
  })

  it('warns after two reviews that took a tier, until the customer buys again', async () => {
    await turnRules(db, OTHERS, false)
    const falling = async (last: BusinessDay, fallingReviews: number) => {
      const customer = await aBuyer(last)
      await db.prisma.customerTier.create({
        data: {
          customerId: customer.id,
          tier: 'iron',
          reviewedOn: new Date('2026-11-01'),
          fallingReviews,
        },
      })
      return customer.memberNo
    }
    const warned = await falling('2026-10-31', 2)
    await falling('2026-11-01', 2)
    await falling('2026-10-31', 1)

    const { created } = await scan()

    expect(created).toMatchObject([
      { memberNo: warned, reason: '已经 22 天没来，等级连降 2 次，有流失风险。' },
    ])
  })

  it('is the step that the silence has come to, for everybody', async () => {
    const person = fc.record({
      days: fc.integer({ min: 1, max: 365 }),
      cycle: fc.option(fc.integer({ min: 2, max: 400 }).map((half) => half / 2)),
      fallingReviews: fc.integer({ min: 0, max: 3 }),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(person, { minLength: 1, maxLength: 60 }), async (people) => {
        await emptyDatabase(db)
        await db.prisma.customer.createMany({ data: people.map((_, i) => ({ id: BigInt(i + 1) })) })
        await db.prisma.customerStats.createMany({
          data: people.map(({ days, cycle }, i) => ({
            customerId: BigInt(i + 1),
            lastOrderNo: `O-${i}`,
            lastPurchaseDay: new Date(ago(days)),
            cycleDays: cycle,
            asOf: new Date(DAY),
          })),
        })
        await db.prisma.customerTier.createMany({
          data: people.map(({ fallingReviews }, i) => ({
            customerId: BigInt(i + 1),
            tier: 'iron',
            fallingReviews,
            reviewedOn: new Date('2026-11-01'),
          })),
        })
        const chain = median(people.flatMap(({ cycle }) => cycle ?? []))

        await countGroupCycles(db.prisma)
        const rule = ruleOf('churn_warning')
        const window = {
          day: DAY,
          since: ago(1),
          zone: 'Asia/Shanghai',
          now: new Date(),
          limits: CONTACT_LIMITS,
          inForce: new Map([['churn_warning', { params: rule.defaults, stores: null }]] as const),
        }
        const rows = await db.prisma.$queryRaw<{ customer_id: bigint; facts: { step: string } }[]>(
          rule.candidates(window, rule.defaults),
        )

        const found = new Map(rows.map((row) => [Number(row.customer_id) - 1, row.facts.step]))
        expect(people.map((_, i) => found.get(i) ?? null)).toEqual(
          people.map(({ days, cycle, fallingReviews }) =>
            churnStep(
              {
                lastPurchaseDay: ago(days),
                cycleDays: cycle ?? chain,
                fallingReviews,
                reviewedOn: '2026-11-01',
              },
              DAY,
            ),
          ),
        )
      }),
      { numRuns: 15 },
    )
  })

  it.each([
    // 100 days are 3.3 rhythms
    [{ factor: 3 }, 'repurchase_overdue'],
    [{ factor: 3.5 }, 'churn_warning'],
    [{ factor: 3, maxDays: 100 }, 'repurchase_overdue'],
    [{ factor: 3, maxDays: 99 }, 'churn_warning'],
  ])('leaves who is overdue by the numbers in force, %o, to %s', async (params, kind) => {
    await db.prisma.rule.create({ data: { kind: 'repurchase_overdue', version: 2, params } })
    await aBuyer(ago(100), 30)

    await scanDay(db, { day: DAY })

    expect((await tasks()).map(([made]) => made)).toEqual([kind])
  })

  it('waits for nothing where the overdue rule is off', async () => {
    await db.prisma.rule.create({
      data: { kind: 'repurchase_overdue', version: 2, enabled: false, params: {} },
    })
    await aBuyer(ago(100), 30)

    await scanDay(db, { day: DAY })

    expect((await tasks()).map(([made]) => made)).toEqual(['churn_warning'])
  })

  it('calls back in three steps, each once; a step takes the place of one nobody began', async () => {
    await turnRules(db, OTHERS, false)
    await aBuyer('2025-11-25', 20, { birthdayMd: 1201 })

    for (const day of ['2026-02-25', '2026-02-26', '2026-05-25', '2026-05-26', '2026-11-25'])
      await scan(day)
    expect(await tasks()).toEqual([
      ['churn_warning', 'warning', 'expired'],
      ['churn_warning', 'leaning', 'expired'],
    ])

    // lost since the 26th, but the birthday is on 1 December
    for (const day of ['2026-11-27', '2026-11-28', '2026-11-29', '2026-12-01']) await scan(day)
    expect((await tasks()).slice(2)).toEqual([['churn_warning', 'lost', 'open']])
    expect(
      await db.prisma.task.findFirst({ where: { occurrence: { endsWith: 'lost' } } }),
    ).toMatchObject({
      scanDay: new Date('2026-11-28'),
      diesAt: new Date('2026-12-01T15:59:59Z'),
      facts: { occasion: { name: 'birthday', day: '2026-12-01' } },
    })
  })

  it('greets the lost whose birthday is not known on a festival, nobody after two years', async () => {
    await turnRules(db, OTHERS, false)
    const unknown = await aBuyer('2025-09-24')
    await aBuyer('2025-09-25')
    await aBuyer('2024-09-24')
    await aBuyer('2025-09-20', 20, { birthdayMd: 101 })

    expect((await scan('2026-09-21')).created.filter(isGreeting)).toEqual([])
    const { created } = await scan('2026-09-22')

    expect(created.filter(isGreeting)).toMatchObject([
      {
        memberNo: unknown.memberNo,
        reason: '已经 363 天没来，3 天后 9 月 25 日中秋节，借这天问候一声。',
        dueAt: '2026-09-25T23:59:59+08:00',
      },
    ])
  })

  it('leaves who is overdue to that task first, and the lost to their birthday’s', async () => {
    await aBuyer(ago(80))
    await aBuyer(ago(120))
    await aBuyer(ago(400), 20, { birthdayMd: 1125 })

    const first = await scanDay(db, { day: DAY })
    expect(first.created.map(({ kind }) => kind).toSorted()).toEqual([
      'birthday',
      'repurchase_overdue',
      'repurchase_overdue',
    ])
    expect(first.heldBack).toEqual([])

    // two weeks later: three months are over for one of the two
    const { created } = await scanDay(db, { day: '2026-12-06' })
    expect(created.map(({ kind }) => kind)).toEqual(['churn_warning', 'churn_warning'])
  })

  it('leaves to the others the same customers where it is scanned alone', async () => {
    await aBuyer(ago(120))
    await aBuyer(ago(400), 20, { birthdayMd: 1125 })

    expect((await scan()).created).toEqual([])

    await turnRules(db, OTHERS, false)
    expect((await scan()).created).toHaveLength(2)
  })

  it('goes on to its second step where two falling reviews warned before anything was overdue', async () => {
    const customer = await aBuyer('2026-09-20', 60)
    await db.prisma.customerTier.create({
      data: {
        customerId: customer.id,
        tier: 'iron',
        reviewedOn: new Date('2026-12-01'),
        fallingReviews: 2,
      },
    })
    await scanDay(db, { day: '2026-12-02' })
    expect(await tasks()).toEqual([['churn_warning', 'warning', 'open']])

    // twice the rhythm, where it is overdue; twice the limit of churn, the day before and the day
    for (const day of ['2027-01-18', '2027-05-17']) await scanDay(db, { day })
    expect(await tasks()).toEqual([['churn_warning', 'warning', 'expired']])
    await scanDay(db, { day: '2027-05-18' })

    expect((await tasks()).slice(1)).toEqual([['churn_warning', 'leaning', 'open']])
  })

  it('is not asked about as overdue, too', async () => {
    await turnRules(db, OTHERS, false)
    await aBuyer(ago(120))
    await scan()
    expect(await tasks()).toEqual([['churn_warning', 'warning', 'open']])

    await turnRules(db, OTHERS, true)
    expect((await scanDay(db, { day: '2026-11-23' })).created).toEqual([])
  })

  it('leaves both where headquarters turned it off', async () => {
    await db.prisma.rule.create({
      data: { kind: 'churn_warning', version: 2, enabled: false, params: {} },
    })
    await aBuyer(ago(120))
    await aBuyer(ago(400), 20, { birthdayMd: 1125 })

    const { created } = await scanDay(db, { day: DAY })

    expect(created.map(({ kind }) => kind).toSorted()).toEqual(['birthday', 'repurchase_overdue'])
  })

  it('lets an overdue task about the same silence work for two weeks', async () => {
    await aBuyer(ago(84), 42)
    await scanDay(db, { day: DAY })
    expect(await tasks()).toEqual([['repurchase_overdue', undefined, 'open']])

    // three months are over on 30 November, the two weeks on 6 December
    await scanDay(db, { day: '2026-12-05' })
    expect(await tasks()).toHaveLength(1)
    await scanDay(db, { day: '2026-12-06' })

    expect((await tasks()).slice(1)).toEqual([['churn_warning', 'warning', 'open']])
  })

  it('ends with the next order, and is open again when that is refunded', async () => {
    await turnRules(db, OTHERS, false)
    const customer = await aBuyer('2026-08-01')
    await scan()
    const arrived = async (last: BusinessDay, at: string) => {
      await someStats(db, customer, { lastPurchaseDay: last })
      await ordersArrived(db.prisma, createTestDeps(db), [customer.id], new Date(at))
    }

    await arrived(DAY, '2026-11-22T05:00:00Z')
    expect(await db.prisma.task.findFirst()).toMatchObject({
      state: 'cancelled',
      closeReason: 'order_arrived',
    })

    await arrived('2026-08-01', '2026-11-22T06:00:00Z')
    expect(await db.prisma.task.findFirst()).toMatchObject({ state: 'open', closeReason: null })
    expect(await scan()).toMatchObject({ created: [], existing: 1 })
  })
})
