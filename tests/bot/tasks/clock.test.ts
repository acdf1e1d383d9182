import { beforeEach, describe, expect, it } from 'vitest'
import { findCustomersByName, findTodayTasks } from '../../../bot/tasks/find.ts'
import { tick } from '../../../bot/tasks/tick.ts'
import { emptyDatabase, useDatabase } from '../../support/database.ts'
import { aCustomer, aGuide, aTask, someStats } from '../../support/chain.ts'
import { createTestClock, createTestDeps } from '../../support/test-deps.ts'

const db = useDatabase()

beforeEach(() => emptyDatabase(db))

describe('tick', () => {
  const jobs = async () => {
    const { rows } = await db.pool.query<{ name: string; key: string }>(
      'select task_identifier as name, key from graphile_worker.jobs order by 1',
    )
    return rows.map(({ key }) => key)
  }

  it.each([
    ['02:59', ['wake']],
    ['03:00', ['reconcile:2026-11-22', 'wake']],
    ['08:54', ['reconcile:2026-11-22', 'wake']],
    ['08:55', ['reconcile:2026-11-22', 'scan:2026-11-22', 'wake']],
    ['23:59', ['reconcile:2026-11-22', 'scan:2026-11-22', 'wake']],
  ])('at %s has started %j', async (time, expected) => {
    const clock = createTestClock(`2026-11-22T${time}:00+08:00`)

    await tick(createTestDeps(db, { clock }))

    expect(await jobs()).toEqual(expected)
  })

  it('starts a day’s scan once, however many processes tick', async () => {
    const deps = createTestDeps(db, { clock: createTestClock('2026-11-22T09:00:00+08:00') })

    await Promise.all([tick(deps), tick(deps), tick(deps)])
    await db.pool.query('delete from graphile_worker._private_jobs')
    await tick(deps)

    expect(await jobs()).toEqual(['wake'])
    expect(await db.prisma.dailyRun.count({ where: { name: 'scan' } })).toBe(1)
  })
})

describe('finding for an answer in text', () => {
  const now = new Date('2026-11-22T02:00:00Z')

  it('lists what may be done now, urgent first', async () => {
    const guide = await aGuide(db)
    const customer = await aCustomer(db, {}, [guide])
    const plain = await aTask(db, customer, guide, { priority: 2 })
    const urgent = await aTask(db, customer, guide, { urgent: true })
    await aTask(db, customer, guide, { snoozedUntil: new Date('2026-11-22T05:00:00Z') })
    await aTask(db, customer, guide, { state: 'done' })
    await aTask(db, customer, await aGuide(db))

    const { tasks, total } = await findTodayTasks(db.prisma, {
      employeeId: guide.id,
      now,
      zone: 'Asia/Shanghai',
    })

    expect(tasks.map(({ id }) => id)).toEqual([urgent, plain])
    expect(total).toBe(2)
  })

  it('counts nobody as their own referral', async () => {
    const guide = await aGuide(db)
    const mine = await aCustomer(db, { memberNo: 'M1', referrerMemberNo: 'M1' }, [guide])
    const paidAt = new Date('2026-11-01T04:00:00Z')
    const order = { memberNo: 'M1', customerId: mine.id, paidAt, paidDay: paidAt, amountFen: 1n }
    await db.prisma.order.create({ data: { ...order, orderNo: 'O1', status: 'paid' } })
    await someStats(db, mine, { lastPurchaseDay: '2026-11-01', purchaseDays365: 2 })
    await aTask(db, mine, guide)

    const { tasks } = await findTodayTasks(db.prisma, {
      employeeId: guide.id,
      now,
      zone: 'Asia/Shanghai',
    })

    expect(tasks).toMatchObject([{ tierName: '铁' }])
  })

  it('finds own customers by part of a name, and takes % and _ as they are', async () => {
    const guide = await aGuide(db)
    const mine = await aCustomer(db, { name: '李晓雯' }, [guide])
    await aTask(db, mine, guide)
    await aCustomer(db, { name: '王晓雯' }, [await aGuide(db)])
    const find = (name: string) =>
      findCustomersByName(db.prisma, { employeeId: guide.id, name, now, zone: 'Asia/Shanghai' })

    expect(await find('晓雯')).toMatchObject([{ name: '李晓雯', tasks: [{ kind: 'birthday' }] }])
    expect(await find('%')).toEqual([])
    expect(await find('  ')).toEqual([])
  })
})
