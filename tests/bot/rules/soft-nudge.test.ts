import { beforeEach, describe, expect, it } from 'vitest'
import { importItems } from '../../../bot/members/import/import-items.ts'
import { addDays } from '../../../domain/business-day.ts'
import { aCustomer, aGuide, someStats } from '../../support/chain.ts'
import { emptyDatabase, useDatabase } from '../../support/database.ts'
import { scanDay } from '../../support/scan.ts'
import { createTestClock, createTestDeps } from '../../support/test-deps.ts'
import { anOrder } from '../members/chain-rows.ts'

const db = useDatabase()
const BOUGHT = '2026-11-01'
const kinds = ['repurchase_overdue'] as const

beforeEach(async () => {
  await emptyDatabase(db)
  const guide = await aGuide(db)
  const customer = await aCustomer(db, { memberNo: 'M1' }, [guide])
  await someStats(db, customer, { lastPurchaseDay: BOUGHT, cycleDays: 15, purchaseDays: 5 })
})

const after = async (days: number) => scanDay(db, { day: addDays(BOUGHT, days), kinds })
const nudgeAt = (nudge: number) =>
  db.prisma.rule.create({
    data: {
      kind: 'repurchase_overdue',
      version: 2,
      enabled: true,
      params: { nudge },
      createdBy: 'hq',
      createdAt: new Date('2026-10-01T00:00:00Z'),
    },
  })
const tasks = async () =>
  (await db.prisma.task.findMany({ orderBy: { id: 'asc' } })).map(({ occurrence, state }) => [
    occurrence.split(':')[1] ?? 'overdue',
    state,
  ])

describe('a soft nudge before somebody is overdue (domain-rules 6)', () => {
  it('is off: one cycle brings nothing, two bring the task', async () => {
    expect((await after(29)).counts.created).toBe(0)
    expect((await after(30)).counts.created).toBe(1)
    expect(await tasks()).toEqual([['overdue', 'open']])
  })

  it.each([
    [14, 0],
    [15, 1],
    [29, 1],
  ])('where it is on at one cycle: after %i of 15 days %i', async (days, created) => {
    await nudgeAt(1)

    const scan = await after(days)

    expect(scan.counts.created).toBe(created)
    if (created) expect(scan.created[0]?.reason).toContain('差不多该来了')
  })

  it('comes once, and gives way to the overdue task', async () => {
    await nudgeAt(1.6)
    await after(24)
    await after(25)
    expect(await tasks()).toEqual([['nudge', 'open']])

    await after(30)
    expect(await tasks()).toEqual([
      ['nudge', 'cancelled'],
      ['overdue', 'open'],
    ])
  })

  it('ends with the next order', async () => {
    await nudgeAt(1)
    await after(15)

    const clock = createTestClock(`${addDays(BOUGHT, 16)}T04:00:00Z`)
    await importItems(createTestDeps(db, { clock }), 'orders', [
      anOrder({ paidAt: `${addDays(BOUGHT, 16)}T03:00:00Z` }),
    ])

    expect((await tasks()).map(([, state]) => state)).not.toContain('open')
  })

  it('never comes later than the overdue task', async () => {
    await nudgeAt(5)

    expect((await after(29)).counts.created).toBe(0)
    expect((await after(30)).created[0]?.reason).toContain('2.0 倍')
  })
})
