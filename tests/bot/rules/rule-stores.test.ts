import { beforeEach, describe, expect, it } from 'vitest'
import type { RuleKind } from '../../../domain/words.ts'
import { addDays } from '../../../domain/business-day.ts'
import { aCustomer, aGuide, someStats } from '../../support/chain.ts'
import { emptyDatabase, useDatabase } from '../../support/database.ts'
import { scanDay } from '../../support/scan.ts'

const db = useDatabase()
const DAY = '2026-11-22'
let guide: { id: bigint }

beforeEach(async () => {
  await emptyDatabase(db)
  await db.prisma.store.createMany({
    data: [
      { storeNo: 'S1', name: '西湖店', region: '华东' },
      { storeNo: 'S2', name: '滨江店', region: '华东' },
      { storeNo: 'S3', name: '天河店', region: '华南' },
      { storeNo: 'S4', name: '快闪店' },
    ],
  })
  guide = await aGuide(db)
})

let version = 1
const holds = (kind: RuleKind, stores: object) =>
  db.prisma.rule.create({ data: { kind, version: (version += 1), params: {}, stores } })

/** A customer with a birthday on the day, at home in each of the stores. */
async function birthdayIn(...storeNos: (string | null)[]) {
  for (const storeNo of storeNos) {
    await aCustomer(db, { birthdayMd: 1122, storeNo, name: storeNo }, [guide])
  }
}

/** The stores of whose customers there are tasks. */
async function stores(): Promise<string[]> {
  const tasks = await db.prisma.task.findMany({
    select: { customer: { select: { storeNo: true } } },
  })
  return tasks.map(({ customer }) => customer.storeNo ?? 'none').toSorted()
}

describe('a rule that holds for some stores', () => {
  it.each([
    [{ regions: [], storeNos: ['S1'] }, ['S1']],
    [{ regions: ['华东'], storeNos: [] }, ['S1', 'S2']],
    [{ regions: ['华东'], storeNos: ['S1', 'S3'] }, ['S1', 'S2', 'S3']],
    [{ regions: ['华北'], storeNos: ['S9'] }, []],
    [{ regions: [], storeNos: [] }, []],
  ])('%j finds customers at home in %j alone', async (where, expected) => {
    await birthdayIn('S1', 'S2', 'S3', 'S4', 'S-unknown', null)
    await holds('birthday', where)

    await scanDay(db, { day: DAY })

    expect(await stores()).toEqual(expected)
  })

  it('finds everybody where it names no stores, also customers of none', async () => {
    await birthdayIn('S1', 'S4', null)

    await scanDay(db, { day: DAY })

    expect(await stores()).toEqual(['S1', 'S4', 'none'])
  })

  it('goes by the customer’s store, whoever serves them', async () => {
    const elsewhere = await aGuide(db, { storeNo: 'S3' })
    await aCustomer(db, { birthdayMd: 1122, storeNo: 'S1' }, [elsewhere])
    await holds('birthday', { regions: [], storeNos: ['S1'] })

    await scanDay(db, { day: DAY })

    expect(await stores()).toEqual(['S1'])
    expect((await db.prisma.task.findFirst())?.storeNo).toBe('S3')
  })

  it('holds in stores that join its region later', async () => {
    await birthdayIn('S4')
    await holds('birthday', { regions: ['华东'], storeNos: [] })
    await scanDay(db, { day: DAY })
    expect(await stores()).toEqual([])

    await db.prisma.store.update({ where: { storeNo: 'S4' }, data: { region: '华东' } })
    await scanDay(db, { day: DAY })

    expect(await stores()).toEqual(['S4'])
  })

  it('leaves the tasks that are there, and drops what waits, as a rule that is switched off', async () => {
    await birthdayIn('S1')
    await aCustomer(db, { birthdayMd: 1122, storeNo: 'S1', consent: 'none' }, [guide])
    await scanDay(db, { day: DAY })
    expect(await db.prisma.heldBack.count({ where: { resolvedAt: null } })).toBe(1)

    await holds('birthday', { regions: [], storeNos: ['S2'] })
    await scanDay(db, { day: DAY })

    expect(await db.prisma.task.findMany()).toMatchObject([{ state: 'open' }])
    expect(await db.prisma.heldBack.count({ where: { resolvedAt: null } })).toBe(0)
  })

  it('names the rule whose stores can’t be read', async () => {
    await holds('birthday', { region: '华东' })

    await expect(scanDay(db, { day: DAY })).rejects.toThrow(/rule birthday: stores/)
  })
})

describe('customers that one rule leaves to another', () => {
  const aBuyer = async (storeNo: string, days: number, birthdayMd: number | null = null) => {
    const customer = await aCustomer(db, { storeNo, birthdayMd }, [guide])
    await someStats(db, customer, {
      lastPurchaseDay: addDays(DAY, -days),
      cycleDays: 30,
      purchaseDays: 5,
      ordersTotal: 5,
    })
  }
  const made = async () =>
    (
      await db.prisma.task.findMany({
        select: { kind: true, customer: { select: { storeNo: true } } },
      })
    )
      .map(({ kind, customer }) => `${customer.storeNo} ${kind}`)
      .toSorted()

  it('are called back where the overdue rule does not hold for their store', async () => {
    await aBuyer('S1', 100)
    await aBuyer('S3', 100)
    await holds('repurchase_overdue', { regions: ['华南'], storeNos: [] })

    await scanDay(db, { day: DAY })

    expect(await made()).toEqual(['S1 churn_warning', 'S3 repurchase_overdue'])
  })

  it('are greeted as lost where the birthday rule does not hold for their store', async () => {
    await aBuyer('S1', 400, 1122)
    await aBuyer('S3', 400, 1122)
    await holds('birthday', { regions: [], storeNos: ['S3'] })

    await scanDay(db, { day: DAY })

    expect(await made()).toEqual(['S1 churn_warning', 'S3 birthday'])
  })
})
