import * as fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import { classify } from '../../../bot/members/classify.ts'
import { countGroupCycles } from '../../../bot/rules/group-cycles.ts'
import { expectedPurchases, pAlive } from '../../../domain/bg-nbd.ts'
import { addDays, daysBetween, type BusinessDay } from '../../../domain/business-day.ts'
import { stageOf } from '../../../domain/lifecycle.ts'
import { eightOf, fiveOf, rankAll } from '../../../domain/rfm.ts'
import { median } from '../../../domain/rhythm.ts'
import { emptyDatabase, useDatabase } from '../../support/database.ts'
import { createTestDeps } from '../../support/test-deps.ts'

const db = useDatabase()
const DAY = '2026-11-22'

beforeEach(() => emptyDatabase(db))

interface Person {
  /** days ago; null never */
  joined: number | null
  /** days ago of first and last purchase; null never bought */
  first: number | null
  last: number
  repeats: number
  orders365: number
  spendFen: number
  cycle: number | null
}

const utc = (day: BusinessDay) => new Date(`${day}T00:00:00Z`)
const ago = (days: number) => addDays(DAY, -days)

async function write(people: readonly Person[]): Promise<void> {
  await db.prisma.customer.createMany({
    data: people.map(({ joined }, i) => ({
      id: BigInt(i + 1),
      joinedAt: joined === null ? null : new Date(`${ago(joined)}T04:00:00Z`),
    })),
  })
  await db.prisma.customerStats.createMany({
    data: people.flatMap((one, i) =>
      one.first === null
        ? []
        : [
            {
              customerId: BigInt(i + 1),
              orders365: one.orders365,
              spend365Fen: BigInt(one.spendFen),
              firstPurchaseDay: utc(ago(one.first)),
              lastPurchaseDay: utc(ago(one.last)),
              lastPaidAt: new Date(`${ago(one.last)}T05:00:00Z`),
              purchaseDays: one.repeats + 1,
              cycleDays: one.cycle,
              asOf: utc(DAY),
            },
          ],
    ),
  })
}

const classes = () => db.prisma.customerClass.findMany({ orderBy: { customerId: 'asc' } })

const person: fc.Arbitrary<Person> = fc
  .record({
    joined: fc.option(fc.integer({ min: -2, max: 900 })),
    first: fc.option(fc.integer({ min: 0, max: 900 }), { freq: 8 }),
    share: fc.double({ min: 0, max: 1, noNaN: true }),
    repeats: fc.integer({ min: 0, max: 9 }),
    orders365: fc.integer({ min: 1, max: 12 }),
    spendFen: fc.integer({ min: 0, max: 300_000 }),
    cycle: fc.integer({ min: 1, max: 120 }),
  })
  .map(({ first, share, repeats, cycle, ...one }) => {
    const times = first === null || first === 0 ? 0 : repeats
    const last = first === null || times === 0 ? (first ?? 0) : Math.floor(first * share)
    const inWindow = first !== null && last < 365
    return {
      ...one,
      first,
      last,
      repeats: times,
      orders365: inWindow ? one.orders365 : 0,
      spendFen: inWindow ? one.spendFen : 0,
      cycle: times >= 2 ? cycle : null,
    }
  })

describe('the night’s classes', () => {
  it('are what the rules say of each customer alone', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(person, { minLength: 1, maxLength: 120 }), async (people) => {
        await emptyDatabase(db)
        await write(people)
        await countGroupCycles(db.prisma)
        const { model, scored } = await classify(createTestDeps(db), DAY)

        const buyers = people.flatMap((one, i) =>
          one.orders365 > 0
            ? [
                {
                  id: i + 1,
                  daysSince: one.last,
                  orders: one.orders365,
                  spendFen: one.spendFen,
                  lastPaidAt: -one.last,
                },
              ]
            : [],
        )
        expect(scored).toBe(buyers.length)
        const medians = {
          daysSince: median(buyers.map(({ daysSince }) => daysSince)) ?? 0,
          orders: median(buyers.map(({ orders }) => orders)) ?? 0,
          spendFen: median(buyers.map(({ spendFen }) => spendFen)) ?? 0,
        }
        const fives = new Map(
          rankAll(buyers).map((rank) => [
            rank.of.id,
            fiveOf(rank, { nth: rank.nth, of: buyers.length }),
          ]),
        )
        const chain = median(people.flatMap(({ cycle }) => cycle ?? []))
        const wanted = people.map((one, i) => {
          const buyer = buyers.find(({ id }) => id === i + 1)
          const five = fives.get(i + 1)
          const history =
            one.first === null
              ? null
              : { repeats: one.repeats, recency: one.first - one.last, age: one.first }
          return {
            rfm: buyer ? eightOf(buyer, medians) : null,
            five: five?.five ?? null,
            fiveFallback: five?.isFallback ?? false,
            stage: stageOf(
              {
                joinedDay: one.joined === null ? null : ago(one.joined),
                purchaseDays: one.first === null ? 0 : one.repeats + 1,
                lastPurchaseDay: one.first === null ? null : ago(one.last),
                cycleDays: one.first === null ? null : (one.cycle ?? chain),
              },
              DAY,
            ),
            pAlive: model && history ? pAlive(model, history) : null,
            expected90: model && history ? expectedPurchases(model, history, 90) : null,
          }
        })
        const found = await classes()
        expect(
          found.map(({ rfm, five, fiveFallback, stage }) => ({ rfm, five, fiveFallback, stage })),
        ).toEqual(
          wanted.map(({ rfm, five, fiveFallback, stage }) => ({ rfm, five, fiveFallback, stage })),
        )
        found.forEach((row, i) => {
          expectClose(row.pAlive, wanted[i]?.pAlive)
          expectClose(row.expected90, wanted[i]?.expected90)
        })
      }),
      { numRuns: 25 },
    )
  })

  it('write nothing the second time, and log a change with before and after', async () => {
    await write(
      Array.from({ length: 9 }, (_, i) => ({
        joined: 400,
        first: 300,
        last: 10 * (i + 1),
        repeats: 3,
        orders365: 4,
        spendFen: 10_000 * (9 - i),
        cycle: 60,
      })),
    )
    const first = await classify(createTestDeps(db), DAY)
    expect(first).toMatchObject({ scored: 9, changed: 9, logged: 0, model: null })
    expect(await classify(createTestDeps(db), DAY)).toMatchObject({ changed: 0, logged: 0 })

    // the first customer: three months later nobody has come again
    await classify(createTestDeps(db), addDays(DAY, 130))

    const changes = await db.prisma.classChange.findMany({ where: { customerId: 1n } })
    expect(changes.map(({ what, before, after }) => [what, before, after])).toContainEqual([
      'stage',
      'active',
      'at_risk',
    ])
    const run = await db.prisma.classRun.findMany({ orderBy: { day: 'asc' } })
    expect(run.map(({ thresholds }) => thresholds)).toMatchObject([
      { scored: 9, daysSince: 50, orders: 4, spendFen: 50_000 },
      { scored: 9, daysSince: 180 },
    ])
  })

  it('go by a model of the week, fitted anew at once where a history was imported', async () => {
    const regulars = (many: number) =>
      Array.from({ length: many }, (_, i) => ({
        joined: 900,
        first: 200 + (i % 100),
        last: i % 90,
        repeats: 1 + (i % 7),
        orders365: 2 + (i % 7),
        spendFen: 10_000,
        cycle: null,
      }))
    await write(regulars(80))
    const fittedOn = async (day: BusinessDay) =>
      (await classify(createTestDeps(db), day)).model?.fittedOn

    expect(await fittedOn(DAY)).toBe(DAY)
    expect(await fittedOn(addDays(DAY, 6))).toBe(DAY)
    expect(await fittedOn(addDays(DAY, 7))).toBe(addDays(DAY, 7))
    // a clock that was set back
    expect(await fittedOn(addDays(DAY, 5))).toBe(DAY)

    await db.prisma.customer.deleteMany()
    await write(regulars(160))
    expect(await fittedOn(addDays(DAY, 8))).toBe(addDays(DAY, 8))
  })

  it('hold for a chain without an order, and for one without a customer', async () => {
    expect(await classify(createTestDeps(db), DAY)).toMatchObject({ scored: 0, changed: 0 })
    await db.prisma.customer.create({ data: { joinedAt: utc(ago(3)) } })
    await db.prisma.customer.create({ data: {} })

    expect(await classify(createTestDeps(db), DAY)).toMatchObject({ scored: 0, changed: 2 })
    expect((await classes()).map(({ rfm, five, stage }) => [rfm, five, stage])).toEqual([
      [null, null, 'new'],
      [null, null, 'prospect'],
    ])
  })

  it('survive orders dated ahead', async () => {
    await write([
      { joined: 10, first: 5, last: -3, repeats: 1, orders365: 1, spendFen: 100, cycle: null },
    ])

    await classify(createTestDeps(db), DAY)

    expect(await classes()).toMatchObject([{ rfm: '000', five: 'high_value', stage: 'active' }])
    expect(daysBetween(DAY, ago(-3))).toBe(3)
  })
})

function expectClose(found: number | null, wanted: number | null | undefined): void {
  if (wanted === null || wanted === undefined) expect(found).toBeNull()
  else expect(Math.abs((found ?? Number.NaN) - wanted)).toBeLessThanOrEqual(0.0051)
}
