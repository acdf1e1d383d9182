import { beforeEach, describe, expect, it } from 'vitest'
import { dispatchAssignment } from '../../../bot/assignments/dispatch.ts'
import type { BotDeps } from '../../../bot/deps.ts'
import { endRelation } from '../../../bot/members/end-relation.ts'
import { deliverOutbox } from '../../../bot/messages/deliver.ts'
import { cancelTasks } from '../../../bot/tasks/change.ts'
import { couponsChanged, ordersArrived } from '../../../bot/tasks/on-orders.ts'
import { runScan } from '../../../bot/tasks/scan.ts'
import { addDays } from '../../../domain/business-day.ts'
import type { Database } from '../../../prisma/db.ts'
import { aCoupon, aCustomer, aGuide, aTouch, someStats } from '../../support/chain.ts'
import { emptyDatabase, useDatabase } from '../../support/database.ts'
import { someoneWaits } from '../../support/someone-waits.ts'
import {
  createFakeWecom,
  createTestClock,
  createTestDeps,
  type FakeWecom,
} from '../../support/test-deps.ts'

const db = useDatabase()
const TODAY = '2026-11-22'
const clock = createTestClock()
let wecom: FakeWecom
let deps: BotDeps
let guide: { id: bigint; userid: string }
let customer: Awaited<ReturnType<typeof aCustomer>>

beforeEach(async () => {
  await emptyDatabase(db)
  clock.set('2026-11-22T00:55:00Z')
  wecom = createFakeWecom()
  deps = createTestDeps(db, { clock, wecom })
  guide = await aGuide(db)
  customer = await aCustomer(db, {}, [guide])
  await someStats(db, customer, { cycleDays: 15, lastPurchaseDay: addDays(TODAY, -40) })
})

/** Each as its own transaction does it: what it can see is changed, and ended. */
const CHANGES = {
  no_more: () =>
    db.prisma.$transaction(async (tx) => {
      await tx.customer.update({ where: { id: customer.id }, data: { consent: 'none' } })
      await cancelTasks(tx, deps, {
        customerId: customer.id,
        why: 'no_more',
        via: 'sidebar',
        actor: guide.userid,
        now: clock.now(),
      })
    }),
  relation_ended: () =>
    db.prisma.$transaction(async (tx) => {
      const now = clock.now()
      const ending = { customerId: customer.id, employeeId: guide.id, by: 'customer', at: now, now }
      await endRelation(tx, deps, ending as Parameters<typeof endRelation>[2])
    }),
  order_arrived: async () => {
    await someStats(db, customer, { cycleDays: 15, lastPurchaseDay: TODAY })
    await db.prisma.$transaction((tx) => ordersArrived(tx, deps, [customer.id], clock.now()))
  },
} as const

/** Runs what makes tasks; once it has decided and before its transaction ends, the change happens. */
async function between(
  makes: () => Promise<unknown>,
  writesLast: 'daily_run' | 'assignment_customer',
  change: () => Promise<unknown>,
): Promise<void> {
  let making: Promise<unknown> | undefined
  await db.prisma.$transaction(
    async (tx) => {
      await tx.$executeRawUnsafe(`lock table ${writesLast} in share row exclusive mode`)
      making = makes()
      await someoneWaits(db)
      await change()
    },
    { timeout: 30_000 },
  )
  await making
}

/** A database whose nth transaction, and those after it, are never made: the process has died before. */
function diesBefore(nth: number): Database {
  let begun = 0
  const prisma = new Proxy(db.prisma, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name)
      if (name !== '$transaction' || typeof value !== 'function') return value
      return (...args: unknown[]): unknown => {
        begun += 1
        if (begun >= nth) throw new Error('the process died')
        return Reflect.apply(value, target, args)
      }
    },
  })
  return { ...db, prisma }
}

const task = () => db.prisma.task.findFirstOrThrow()
const card = () => db.prisma.outbox.findFirstOrThrow({ where: { taskId: { not: null } } })
const scan = (with_ = deps) => runScan(with_, { day: TODAY })
const messages = () => wecom.calls.filter(({ path }) => path.endsWith('/message/send'))

describe('a task that becomes untrue while its scan runs', () => {
  it.each(['no_more', 'relation_ended', 'order_arrived'] as const)(
    'by %s ends with the scan, and no card goes out',
    async (why) => {
      await between(() => scan(), 'daily_run', CHANGES[why])

      expect(await task()).toMatchObject({ state: 'cancelled', closeReason: why })
      expect(await card()).toMatchObject({ state: 'cancelled' })
    },
  )

  it.each(['no_more', 'relation_ended'] as const)(
    'by %s sends no card where the process died right after the scan, and ends when its job runs again',
    async (why) => {
      const dying = createTestDeps(diesBefore(2), { clock, wecom })
      await expect(between(() => scan(dying), 'daily_run', CHANGES[why])).rejects.toThrow('died')
      clock.set('2026-11-22T01:00:00Z')
      const { id } = await card()
      await deliverOutbox(deps, id)
      const meanwhile = await task()
      await scan()

      expect(messages()).toEqual([])
      expect(await card()).toMatchObject({ state: 'cancelled' })
      expect(meanwhile.state).toBe('open')
      expect(await task()).toMatchObject({ state: 'cancelled', closeReason: why })
    },
  )

  it('as the coupon it is about is used ends with the scan, and no card goes out', async () => {
    await db.prisma.customerStats.deleteMany()
    const couponNo = await aCoupon(db, customer, '2026-11-25')

    await between(
      () => scan(),
      'daily_run',
      () =>
        db.prisma.$transaction(async (tx) => {
          const used = { status: 'used' as const, usedAt: clock.now() }
          await tx.coupon.update({ where: { couponNo }, data: used })
          await couponsChanged(tx, deps, [customer.id], clock.now())
        }),
    )

    expect(await task()).toMatchObject({ kind: 'coupon_expiring', state: 'cancelled' })
    expect(await card()).toMatchObject({ state: 'cancelled' })
  })

  it('as somebody writes to a customer who was to be cared for ends with the scan', async () => {
    await someStats(db, customer, { orders365: 30, spend365Fen: 900_000n })
    await between(
      () => runScan(deps, { day: TODAY, kinds: ['vip_care'] }),
      'daily_run',
      () => aTouch(db, customer, guide, clock.now().toISOString()),
    )

    expect(await task()).toMatchObject({
      kind: 'vip_care',
      state: 'cancelled',
      closeReason: 'contacted',
    })
  })

  it('stays where nothing happened, and its card goes out', async () => {
    await scan()
    await scan()
    clock.set('2026-11-22T01:00:00Z')
    const { id } = await card()
    await deliverOutbox(deps, id)

    expect(await task()).toMatchObject({ state: 'open' })
    expect(messages()).toHaveLength(1)
  })
})

describe('a task that becomes untrue while its assignment is dispatched', () => {
  it.each(['no_more', 'relation_ended'] as const)(
    'by %s ends before its guide is told of it',
    async (why) => {
      const { id } = await db.prisma.assignment.create({
        data: {
          title: '新品',
          instruction: '请联系',
          filter: { member: true },
          assign: 'owner',
          createdBy: guide.id,
          createdAt: clock.now(),
          dispatchAt: clock.now(),
          dueAt: new Date('2026-11-25T02:00:00Z'),
          everywhere: true,
          customers: 1,
          nextRunAt: clock.now(),
        },
      })
      // its customers are stored; the page that decides them is the transaction after
      await dispatchAssignment(createTestDeps(diesBefore(2), { clock, wecom }), id).catch(() => 0)
      expect(await db.prisma.assignment.findFirst()).toMatchObject({
        stage: 'dispatching',
        decided: 0,
      })
      await between(() => dispatchAssignment(deps, id), 'assignment_customer', CHANGES[why])

      expect(await task()).toMatchObject({ state: 'cancelled', closeReason: why })
      expect(await db.prisma.outbox.count({ where: { kind: 'app_message' } })).toBe(0)
    },
  )
})
