import * as fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { evidenceSql } from '../../../bot/audience/evidence-sql.ts'
import { filterHolds, filterSql, filterTables } from '../../../bot/audience/filter-sql.ts'
import { BadFilter, readFilter } from '../../../bot/audience/read-filter.ts'
import { fitsFilter, type CustomerFilter } from '../../../domain/customer-filter.ts'
import { Prisma } from '../../../prisma/db.ts'
import { useDatabase } from '../../support/database.ts'
import { aFilter, aPerson, DAY, NOW, writePeople, ZONE } from './people.ts'

const db = useDatabase()
const moment = { day: DAY, now: NOW, zone: ZONE }
const people = fc.sample(aPerson, { numRuns: 150, seed: 11 })

beforeAll(() => writePeople(db, people))

async function found(where: Prisma.Sql): Promise<number[]> {
  const rows = await db.prisma.$queryRaw<{ id: bigint }[]>(
    Prisma.sql`select c.id from ${filterTables} where ${where} order by c.id`,
  )
  return rows.map(({ id }) => Number(id))
}

const meant = (filter: CustomerFilter) =>
  people.flatMap((one, i) => (fitsFilter(filter, one, DAY) ? [i + 1] : []))

describe('a filter over customers', () => {
  it('finds in the database whom its plain reading means, for any filter', async () => {
    const many = fc.array(aFilter, { minLength: 15, maxLength: 15 })
    await fc.assert(
      fc.asyncProperty(many, async (filters) => {
        const fits = filters.map((filter) => filterSql(readFilter(filter), moment))
        const holds = filters.map((filter) => filterHolds(filter, moment))
        const rows = await db.prisma.$queryRaw<{ fits: boolean[]; holds: boolean[] }[]>(
          Prisma.sql`select array[${Prisma.join(fits.map((one) => Prisma.sql`${one} is true`))}] as fits,
            array[${Prisma.join(holds)}] as holds from ${filterTables} order by c.id`,
        )
        const plain = people.map((one) => filters.map((filter) => fitsFilter(filter, one, DAY)))
        expect(rows.map((row) => row.fits)).toEqual(plain)
        expect(rows.map((row) => row.holds)).toEqual(plain)
      }),
      { numRuns: 25 },
    )
  })

  it('has evidence of everybody for any filter, and never their birthday', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(aFilter, { minLength: 15, maxLength: 15 }), async (filters) => {
        const evidence = filters.map((filter) => evidenceSql(filter, moment))
        const rows = await db.prisma.$queryRaw<{ evidence: object[] }[]>(
          Prisma.sql`select array[${Prisma.join(evidence)}] as evidence from ${filterTables}`,
        )
        const names = new Set(rows.flatMap((row) => row.evidence.flatMap(Object.keys)))
        expect([...names].filter((name) => /birth/i.test(name))).toEqual([])
        expect(rows.flatMap((row) => row.evidence)).not.toContain(null)
      }),
      { numRuns: 10 },
    )
    const [only] = await db.prisma.$queryRaw<{ evidence: object }[]>(
      Prisma.sql`select ${evidenceSql({ reachable: true }, moment)} as evidence from ${filterTables} limit 1`,
    )
    expect(only?.evidence).toEqual({})
  })

  it('says the opposite inside a “not”, also of what is not known', async () => {
    const never: CustomerFilter = { lastPurchase: { max: 30 } }

    const fits = await found(filterSql(never, moment))
    const rest = await found(filterSql({ not: never }, moment))

    expect([...fits, ...rest].sort((a, b) => a - b)).toEqual(people.map((_, i) => i + 1))
    expect(rest).toEqual(expect.arrayContaining(meant({ neverBought: true })))
  })

  it.each<[CustomerFilter, number, boolean]>([
    [{ lastPurchase: { min: 30 } }, 29, false],
    [{ lastPurchase: { min: 30 } }, 30, true],
    [{ lastPurchase: { min: 30 } }, 31, true],
    [{ lastPurchase: { max: 30 } }, 29, true],
    [{ lastPurchase: { max: 30 } }, 30, true],
    [{ lastPurchase: { max: 30 } }, 31, false],
    // dated ahead: bought today
    [{ lastPurchase: { max: 0 } }, -1, true],
    [{ lastPurchase: { min: 1 } }, -1, false],
  ])('%j of who bought %i days ago: %s', async (filter, days, fits) => {
    const bought = people.flatMap((one, i) => (one.lastPurchaseDay === dayAgo(days) ? [i + 1] : []))

    const ids = await found(filterSql(filter, moment))

    expect(bought.length).toBeGreaterThan(0)
    expect(bought.every((id) => ids.includes(id))).toBe(fits)
  })
})

const dayAgo = (days: number) =>
  new Date(Date.parse(`${DAY}T00:00:00Z`) - days * 86_400_000).toISOString().slice(0, 10)

describe('readFilter', () => {
  it.each<[unknown, string]>([
    [null, 'filter must be an object with exactly one field'],
    [[], 'filter must be an object with exactly one field'],
    [{}, 'filter must be an object with exactly one field'],
    [{ tier: ['gold'], stage: ['new'] }, 'filter must be an object with exactly one field'],
    [{ and: [] }, 'filter.and must be a list of at least one filter'],
    [{ or: { tier: ['gold'] } }, 'filter.or must be a list'],
    [{ and: [{ member: true }, { tier: [] }] }, 'filter.and[1].tier must not have fewer'],
    [{ and: [{ member: true }, { tier: ['Platin!'] }] }, 'filter.and[1].tier[0] must match'],
    [
      { not: { colour: 'red' } },
      'filter.not.colour is no condition: use one of and, or, not, tags',
    ],
    [{ tags: {} }, 'filter.tags must not have fewer'],
    [{ tags: { any: ['x'] } }, 'filter.tags.any[0] must match'],
    [{ tags: { any: ['1', '1'] } }, 'filter.tags.any must not have duplicate'],
    [{ spend365: {} }, 'filter.spend365 must not have fewer'],
    [{ spend365: { min: -1 } }, 'filter.spend365.min must be'],
    [{ spend365: { min: 1.5 } }, 'filter.spend365.min must be integer'],
    [{ spend365: { min: 2, max: 1 } }, 'filter.spend365.min is more than “max”'],
    [{ pAlive: { max: 1.01 } }, 'filter.pAlive.max must be'],
    [{ birthday: { withinDays: 3, month: 2 } }, 'filter.birthday must not have more'],
    [{ birthday: { month: 13 } }, 'filter.birthday.month must be'],
    [{ coupon: {} }, 'filter.coupon must have required'],
    [nest(6), 'filter.not.not.not.not.not.not is nested too deep: at most 6 levels'],
    [
      { or: Array.from({ length: 51 }, () => ({ member: true })) },
      'filter.or[50].member is one too many',
    ],
  ])('refuses %j by its place', (filter, says) => {
    const read = () => readFilter(filter)

    expect(read).toThrow(BadFilter)
    expect(read).toThrow(says)
  })

  it('takes five levels around a condition, and fifty conditions', () => {
    expect(readFilter(nest(5))).toEqual(nest(5))
    const fifty = { or: Array.from({ length: 50 }, () => ({ member: true })) }
    expect(readFilter(fifty)).toEqual(fifty)
  })
})

function nest(levels: number): CustomerFilter {
  return levels === 0 ? { member: true } : { not: nest(levels - 1) }
}
