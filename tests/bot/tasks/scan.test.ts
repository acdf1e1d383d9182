import { beforeEach, describe, expect, it } from 'vitest'
import { cancelTasks } from '../../../bot/tasks/change.ts'
import { runScan } from '../../../bot/tasks/scan.ts'
import type { ScanOptions } from '../../../bot/tasks/scan.ts'
import type { ScanResult } from '../../../bot/tasks/scan-report.ts'
import { addDays, atTime } from '../../../domain/business-day.ts'
import { emptyDatabase, useDatabase } from '../../support/database.ts'
import { someoneWaits } from '../../support/someone-waits.ts'
import {
  aCoupon,
  aCustomer,
  aGuide,
  aRelation,
  aTask,
  aTouch,
  someStats,
} from '../../support/chain.ts'
import { scanDay } from '../../support/scan.ts'
import { createTestClock, createTestDeps } from '../../support/test-deps.ts'

const db = useDatabase()
const TODAY = '2026-11-22'

beforeEach(() => emptyDatabase(db))

function scan(options: Partial<ScanOptions> = {}): Promise<ScanResult> {
  const day = options.day ?? TODAY
  const clock = createTestClock(atTime(day, '08:55', 'Asia/Shanghai').toISOString())
  return runScan(createTestDeps(db, { clock }), { collect: true, ...options, day })
}

async function tasks() {
  return await db.prisma.task.findMany({ orderBy: { id: 'asc' } })
}

describe('birthday', () => {
  it.each([
    ['four days ahead', '11-26', 0],
    ['three days ahead', '11-25', 1],
    ['two days ahead, yesterday scanned', '11-24', 0],
    ['today', '11-22', 1],
    ['yesterday', '11-21', 0],
  ])('%s (%s) makes %i tasks', async (_name, birthday, expected) => {
    const guide = await aGuide(db)
    const [month, day] = birthday.split('-').map(Number)
    await aCustomer(db, { birthdayMd: (month ?? 0) * 100 + (day ?? 0) }, [guide])

    const result = await scan()

    expect(result.created).toHaveLength(expected)
  })

  it('makes one task a year: at T−3, and none again at T0, which presses the open one', async () => {
    const guide = await aGuide(db)
    await aCustomer(db, { birthdayMd: 1125 }, [guide])

    await scan()
    await scan({ day: '2026-11-25' })

    const [task, ...more] = await tasks()
    expect(more).toEqual([])
    expect(task).toMatchObject({ occurrence: '2026', urgent: true, facts: { daysUntil: 0 } })
    expect(task?.diesAt).toEqual(new Date('2026-11-25T15:59:59Z'))
    const cards = await db.prisma.outbox.findMany({ where: { taskId: task?.id ?? 0n } })
    expect(cards.map(({ dedupeKey }) => dedupeKey.split(':')[2])).toEqual(['best', 'due'])
  })

  it.each([
    ['2027-02-25', 1],
    ['2027-02-26', 0],
    ['2027-02-28', 1],
    ['2028-02-28', 0],
    ['2028-02-29', 1],
  ])(
    'celebrates 29 February on the 28th of common years: scan of %s makes %i',
    async (day, expected) => {
      const guide = await aGuide(db)
      await aCustomer(db, { birthdayMd: 229 }, [guide])

      expect((await scan({ day })).created).toHaveLength(expected)
    },
  )

  it('finds lunar birthdays by the Chinese calendar, one a lunar year', async () => {
    const guide = await aGuide(db)
    await aCustomer(db, { birthdayMd: 1016, birthdayLunar: true }, [guide])

    const result = await scan({ day: '2026-11-21' })
    await scan({ day: '2026-11-24' })

    expect(result.created[0]?.reason).toBe('3 天后 11 月 24 日生日（农历十月十六）。')
    expect(await tasks()).toMatchObject([{ occurrence: 'L2026' }])
  })
})

describe('coupon_expiring', () => {
  it.each([
    [8, 0],
    [7, 1],
    [6, 0],
    [3, 1],
    [2, 0],
    [1, 1],
    [0, 0],
  ])('a coupon that ends in %i days makes %i tasks', async (days, expected) => {
    const guide = await aGuide(db)
    const customer = await aCustomer(db, {}, [guide])
    await aCoupon(db, customer, addDays(TODAY, days))

    expect((await scan()).created).toHaveLength(expected)
  })

  it('lists all coupons of seven days in one task: due with the first, dead with the last', async () => {
    const guide = await aGuide(db)
    const customer = await aCustomer(db, {}, [guide])
    await aCoupon(db, customer, addDays(TODAY, 7), { couponNo: 'late' })
    await aCoupon(db, customer, addDays(TODAY, 2), { couponNo: 'soon' })
    await aCoupon(db, customer, addDays(TODAY, 9), { couponNo: 'later' })
    await aCoupon(db, customer, addDays(TODAY, 2), { couponNo: 'used', status: 'used' })

    await scan()

    const [task] = await tasks()
    expect(task?.facts).toMatchObject({ coupons: [{ couponNo: 'soon' }, { couponNo: 'late' }] })
    expect(task?.dueAt).toEqual(new Date('2026-11-24T15:59:59Z'))
    expect(task?.diesAt).toEqual(new Date('2026-11-29T15:59:59Z'))
  })

  it('replaces an older open task of the customer, whose card then says so', async () => {
    const guide = await aGuide(db)
    const customer = await aCustomer(db, {}, [guide])
    await aCoupon(db, customer, addDays(TODAY, 7))

    await scan()
    await scan({ day: addDays(TODAY, 4) })

    expect(await tasks()).toMatchObject([
      { occurrence: TODAY, state: 'cancelled', closeReason: 'superseded' },
      { occurrence: addDays(TODAY, 4), state: 'open' },
    ])
  })
})

describe('repurchase_overdue', () => {
  it.each([
    [29, []],
    [30, ['repurchase_overdue']],
    // three months: the churn warning waits until this was asked
    [91, ['repurchase_overdue']],
    [92, ['repurchase_overdue']],
    [365, ['repurchase_overdue']],
    [366, []],
  ])('with a rhythm of 15 days, %i days without a purchase make %j', async (days, expected) => {
    const guide = await aGuide(db)
    const customer = await aCustomer(db, {}, [guide])
    await someStats(db, customer, { cycleDays: 15, lastPurchaseDay: addDays(TODAY, -days) })

    expect((await scan()).created.map(({ kind }) => kind)).toEqual(expected)
  })

  it('compares the exact factor: 1.99 is not overdue, 2.0 is', async () => {
    const guide = await aGuide(db)
    const almost = await aCustomer(db, {}, [guide])
    await someStats(db, almost, { cycleDays: 80 / 1.99, lastPurchaseDay: addDays(TODAY, -80) })
    const just = await aCustomer(db, {}, [guide])
    await someStats(db, just, { cycleDays: 40, lastPurchaseDay: addDays(TODAY, -80) })

    const { created } = await scan()

    expect(created.map(({ memberNo }) => memberNo)).toEqual([just.memberNo])
    expect(created[0]).toMatchObject({
      reason: '通常 40 天来一次，已经 80 天没来（2.0 倍）。',
      dueAt: '2026-11-24T23:59:59+08:00',
    })
  })

  it('takes the category’s rhythm, else the store’s, else the chain’s, and says which', async () => {
    const guide = await aGuide(db)
    const rhythms = [
      { cycleDays: 10, mainCategory: 'tea', lastStoreNo: 'S1' },
      { cycleDays: 30, mainCategory: 'tea', lastStoreNo: 'S2' },
      { cycleDays: 40, mainCategory: 'shoes', lastStoreNo: 'S2' },
    ]
    for (const rhythm of rhythms) {
      await someStats(db, await aCustomer(db), { ...rhythm, lastPurchaseDay: addDays(TODAY, -1) })
    }
    const none = { lastPurchaseDay: addDays(TODAY, -90) }
    const category = await aCustomer(db, {}, [guide])
    await someStats(db, category, { ...none, mainCategory: 'tea', lastStoreNo: 'S2' })
    const store = await aCustomer(db, {}, [guide])
    await someStats(db, store, { ...none, mainCategory: 'hats', lastStoreNo: 'S2' })
    const chain = await aCustomer(db, {}, [guide])
    await someStats(db, chain, none)

    const { created } = await scan()

    const facts = new Map(created.map((task) => [task.memberNo, task.facts]))
    expect(facts.get(category.memberNo)).toMatchObject({ cycleSource: 'category', cycleDays: 20 })
    expect(facts.get(store.memberNo)).toMatchObject({ cycleSource: 'store', cycleDays: 35 })
    expect(facts.get(chain.memberNo)).toMatchObject({
      cycleSource: 'chain',
      cycleDays: 30,
      factor: 3,
    })
  })

  it.each(['dismissed', 'expired', 'done'] as const)(
    'is not made again for the same last order once %s',
    async (state) => {
      const guide = await aGuide(db)
      const customer = await aCustomer(db, {}, [guide])
      await someStats(db, customer, { cycleDays: 15, lastPurchaseDay: addDays(TODAY, -40) })
      await scan()
      await db.prisma.task.updateMany({ data: { state } })

      const again = await scan({ day: addDays(TODAY, 10) })

      expect(again).toMatchObject({ created: [], existing: 1 })
    },
  )
})

describe('the assignee', () => {
  const CASES = [
    ['1 the guide of the last order', 'assisted', 1],
    ['2 the cashier of it', 'cashier', 2],
    ['3 the assigned guide', 'assigned', 3],
    ['4 the guide with the oldest relation', 'oldest', 4],
    ['5 the manager of the store', 'manager', 5],
  ] as const

  it.each(CASES)('is %s, when those before can’t', async (_name, winner, rule) => {
    const people = {
      manager: await aGuide(db, { role: 'manager', storeNo: 'S9' }),
      oldest: await aGuide(db),
      assigned: await aGuide(db),
      cashier: await aGuide(db),
      assisted: await aGuide(db),
      newest: await aGuide(db),
    }
    const order = ['assisted', 'cashier', 'assigned', 'oldest', 'manager'] as const
    const left = order.slice(order.indexOf(winner))
    const related = Object.entries(people).filter(
      ([role]) => left.some((one) => one === role) || (role === 'newest' && rule <= 4),
    )
    const customer = await aCustomer(
      db,
      { birthdayMd: 1122, storeNo: 'S9', guideUserid: people.assigned.userid.toUpperCase() },
      related.map(([, person]) => person),
    )
    await someStats(db, customer, {
      lastGuideUserid: people.assisted.userid.toUpperCase(),
      lastCashierUserid: people.cashier.userid,
    })

    await scan()

    expect(await tasks()).toMatchObject([{ assigneeId: people[winner].id, assigneeRule: rule }])
  })

  it('is never somebody who has left, whose relation ended, or whom the guide never confirmed', async () => {
    const gone = await aGuide(db, { active: false })
    const ended = await aGuide(db)
    const half = await aGuide(db)
    const customer = await aCustomer(db, { birthdayMd: 1122 }, [gone, ended, half])
    await db.prisma.relation.updateMany({
      where: { employeeId: ended.id },
      data: { endedAt: new Date('2026-11-01T00:00:00Z') },
    })
    await db.prisma.relation.updateMany({ where: { employeeId: half.id }, data: { half: true } })

    const result = await scan()

    expect(result.created).toEqual([])
    expect(result.heldBack).toEqual([
      { kind: 'birthday', memberNo: customer.memberNo, why: 'no_relation', until: null },
    ])
  })
})

describe('what is held back', () => {
  it('never asks for somebody without consent', async () => {
    await aCustomer(db, { birthdayMd: 1122, consent: 'none' }, [await aGuide(db)])

    expect((await scan()).heldBack).toMatchObject([{ why: 'no_consent', until: null }])
  })

  it.each([
    ['customer_day', ['2026-11-22T00:30:00Z'], '2026-11-23'],
    [
      'customer_week',
      ['2026-11-21T02:00:00Z', '2026-11-20T02:00:00Z', '2026-11-17T02:00:00Z'],
      '2026-11-24',
    ],
    [
      'customer_month',
      [1, 4, 8, 11, 14, 17, 20, 25].map((ago) => `${addDays(TODAY, -ago)}T02:00:00Z`),
      '2026-11-27',
    ],
  ])('waits because of %s', async (why, touches, until) => {
    const guide = await aGuide(db)
    const customer = await aCustomer(db, { birthdayMd: 1122 }, [guide])
    for (const at of touches) await aTouch(db, customer, guide, at)

    expect((await scan()).heldBack).toMatchObject([{ why, until }])
  })

  it('does not count welcomes, nor messages that were not sent', async () => {
    const guide = await aGuide(db)
    const customer = await aCustomer(db, { birthdayMd: 1122 }, [guide])
    await aTouch(db, customer, guide, '2026-11-22T00:30:00Z', { channel: 'welcome' })
    await aTouch(db, customer, guide, '2026-11-22T00:31:00Z', { result: 'cancelled' })

    expect((await scan()).created).toHaveLength(1)
  })

  it.each([
    ['2026-11-20T00:54:59Z', [], 'made'],
    ['2026-11-20T00:55:01Z', [{ why: 'other_guide', until: '2026-11-23' }], 'held'],
    ['2026-11-21T00:30:00Z', [{ why: 'other_guide', until: '2026-11-23' }], 'held'],
    ['2026-11-21T01:30:00Z', [{ why: 'other_guide', until: '2026-11-24' }], 'held'],
  ])('leaves 48 hours after another guide: a touch at %s', async (at, heldBack) => {
    const [guide, other] = [await aGuide(db), await aGuide(db)]
    const customer = await aCustomer(db, { birthdayMd: 1122 }, [guide])
    await aTouch(db, customer, other, at)

    const result = await scan()

    expect(result.heldBack).toMatchObject(heldBack)
    expect(result.created).toHaveLength(1 - heldBack.length)
  })

  it('gives one new task a customer and day, the most pressing; the rest comes the day after', async () => {
    const guide = await aGuide(db)
    const customer = await aCustomer(db, { birthdayMd: 1122 }, [guide])
    await aCoupon(db, customer, addDays(TODAY, 7))
    await someStats(db, customer, { cycleDays: 15, lastPurchaseDay: addDays(TODAY, -40) })

    const first = await scan()
    const second = await scan({ day: addDays(TODAY, 1) })
    const third = await scan({ day: addDays(TODAY, 2) })

    expect(first.created).toMatchObject([{ kind: 'birthday' }])
    expect(first.heldBack).toMatchObject([
      { kind: 'coupon_expiring', why: 'customer_day', until: '2026-11-23' },
      { kind: 'repurchase_overdue', why: 'customer_day', until: '2026-11-23' },
    ])
    expect(second.created).toMatchObject([{ kind: 'coupon_expiring' }])
    expect(third.created).toMatchObject([{ kind: 'repurchase_overdue' }])
    expect(await db.prisma.heldBack.count({ where: { resolvedAt: null } })).toBe(0)
  })

  it('gives a guide 20 new tasks a day, the most valuable customers first', async () => {
    const guide = await aGuide(db)
    for (let i = 1; i <= 23; i++) {
      const customer = await aCustomer(db, { birthdayMd: 1125, memberNo: `V${i}` }, [guide])
      await someStats(db, customer, { spend365Fen: BigInt(i * 10_000) })
    }

    const first = await scan()
    const again = await scan()
    const next = await scan({ day: addDays(TODAY, 1) })

    expect(first.created).toHaveLength(20)
    expect(new Set(first.heldBack.map(({ memberNo }) => memberNo))).toEqual(
      new Set(['V1', 'V2', 'V3']),
    )
    expect(first.heldBack[0]).toMatchObject({ why: 'guide_day', until: '2026-11-23' })
    expect(again).toMatchObject({ created: [], existing: 20 })
    expect(again.heldBack).toHaveLength(3)
    expect(next.created).toHaveLength(3)
  })

  it('makes a birthday’s task on the day its hold ends, though no step falls on it', async () => {
    const [guide, other] = [await aGuide(db), await aGuide(db)]
    const customer = await aCustomer(db, { birthdayMd: 1125 }, [guide])
    await aTouch(db, customer, other, '2026-11-21T02:00:00Z')

    const held = await scan()
    const still = await scan({ day: '2026-11-23' })
    const made = await scan({ day: '2026-11-24' })

    expect(held.heldBack).toMatchObject([{ why: 'other_guide', until: '2026-11-24' }])
    expect(still.heldBack).toMatchObject([{ why: 'other_guide', until: '2026-11-24' }])
    expect(made.created).toMatchObject([{ reason: '明天 11 月 25 日生日。' }])
  })

  it('keeps what later scans hold back when an earlier day is scanned again', async () => {
    await aCustomer(db, { birthdayMd: 1125 })
    await scan()

    await scan({ day: '2026-11-20' })

    expect(await db.prisma.heldBack.count({ where: { resolvedAt: null } })).toBe(1)
  })

  it('forgets a candidate whose day has passed', async () => {
    const guide = await aGuide(db)
    await aCustomer(db, { birthdayMd: 1122, consent: 'none' }, [guide])

    await scan()
    await scan({ day: addDays(TODAY, 1) })

    expect(await db.prisma.heldBack.count({ where: { resolvedAt: null } })).toBe(0)
  })
})

describe('running a scan', () => {
  async function aSmallChain() {
    const guides = [await aGuide(db), await aGuide(db)]
    for (let i = 0; i < 30; i++) {
      const guide = guides[i % 2]
      const customer = await aCustomer(db, { birthdayMd: 1122 + (i % 5) }, guide ? [guide] : [])
      if (i % 3 === 0) await aCoupon(db, customer, addDays(TODAY, i % 9))
      if (i % 4 === 0) {
        await someStats(db, customer, { cycleDays: 10, lastPurchaseDay: addDays(TODAY, -25) })
      }
    }
  }

  const written = async () => ({
    tasks: await db.prisma.task.count(),
    events: await db.prisma.taskEvent.count(),
    outbox: await db.prisma.outbox.count(),
    held: await db.prisma.heldBack.findMany({ orderBy: { id: 'asc' } }),
    runs: await db.prisma.dailyRun.findMany({ orderBy: { name: 'asc' } }),
  })

  it('makes every task once, however often a day is scanned, and writes nothing the second time', async () => {
    await aSmallChain()

    const first = await scan()
    const after = await written()
    const second = await scan()

    expect(first.created.length).toBeGreaterThan(10)
    expect(second.created).toEqual([])
    expect(second.heldBack).toEqual(first.heldBack)
    expect(second.existing).toBe(first.created.length)
    expect(await written()).toEqual(after)
  })

  it('makes every task once when two scans run at once', async () => {
    await aSmallChain()

    const both = await Promise.all([scan(), scan(), scan()])

    const created = both.map((result) => result.created.length).sort((a, b) => b - a)
    expect(created.slice(1)).toEqual([0, 0])
    expect(await db.prisma.task.count()).toBe(created[0])
    expect(await db.prisma.taskEvent.count()).toBe(created[0])
  })

  it('writes nothing in a dry run and answers the same', async () => {
    await aSmallChain()
    const before = await written()

    const dry = await scan({ dryRun: true })

    expect(await written()).toEqual(before)
    expect(await scan()).toEqual(dry)
  })

  it('heals missed nights: the same customers as if every night had been scanned', async () => {
    const guide = await aGuide(db)
    for (let i = 0; i < 8; i++) await aCustomer(db, { birthdayMd: 1122 + i }, [guide])
    const couponed = await aCustomer(db, {}, [guide])
    await aCoupon(db, couponed, '2026-12-01')
    await scan({ day: '2026-11-20' })

    const late = await scan({ day: '2026-11-25' })

    // birthdays of 25–28 November come up late or in time; those of the 22nd–24th are over
    expect(late.created.filter(({ kind }) => kind === 'birthday')).toHaveLength(4)
    // T−7 of the coupon was the 24th
    expect(late.created.filter(({ kind }) => kind === 'coupon_expiring')).toHaveLength(1)
  })

  it('never looks further back than seven days, and on the first scan only at the day itself', async () => {
    const guide = await aGuide(db)
    await aCustomer(db, { birthdayMd: 1124 }, [guide])

    expect((await scan()).created).toEqual([])
  })

  it('ends tasks whose day has passed, as timed out', async () => {
    const guide = await aGuide(db)
    const customer = await aCustomer(db, {}, [guide])
    await aTask(db, customer, guide, { diesAt: new Date('2026-11-21T15:59:59Z') })

    await scan()

    expect(await tasks()).toMatchObject([{ state: 'expired', closing: 'timed_out' }])
  })

  it('uses the newest version of a rule’s numbers, and nothing of a disabled rule', async () => {
    const guide = await aGuide(db)
    const customer = await aCustomer(db, { birthdayMd: 1122 }, [guide])
    await someStats(db, customer, { cycleDays: 10, lastPurchaseDay: addDays(TODAY, -16) })
    await db.prisma.rule.createMany({
      data: [
        { kind: 'birthday', version: 2, enabled: false, params: {} },
        { kind: 'repurchase_overdue', version: 2, params: { factor: 3 } },
        { kind: 'repurchase_overdue', version: 3, params: { factor: 1.5 } },
      ],
    })

    const { created } = await scan()

    expect(created).toMatchObject([{ kind: 'repurchase_overdue' }])
    expect(await tasks()).toMatchObject([{ ruleVersion: 3 }])
  })

  it('names the number of a rule that can’t be used', async () => {
    await db.prisma.rule.create({
      data: { kind: 'repurchase_overdue', version: 2, params: { factor: 'two' } },
    })

    await expect(scan()).rejects.toThrow(/repurchase_overdue: \/factor/)
  })

  it('finishes the day’s run', async () => {
    await db.prisma.dailyRun.create({
      data: { name: 'scan', day: new Date(TODAY), enqueuedAt: new Date() },
    })

    await scan()

    const run = await db.prisma.dailyRun.findFirst({ where: { name: 'scan' } })
    expect(run?.finishedAt).not.toBeNull()
    expect(run?.summary).toMatchObject({ created: 0, heldBack: 0 })
  })

  it('scans one kind alone when asked', async () => {
    const guide = await aGuide(db)
    const customer = await aCustomer(db, { birthdayMd: 1122 }, [guide])
    await aCoupon(db, customer, addDays(TODAY, 3))

    const { created } = await scan({ kinds: ['coupon_expiring'] })

    expect(created).toMatchObject([{ kind: 'coupon_expiring' }])
  })
})

describe('a scan that waits for another one', () => {
  it('tells by its rows when it began, not when it was asked for', async () => {
    const guide = await aGuide(db)
    await aCustomer(db, { birthdayMd: 1125 }, [guide])
    const clock = createTestClock('2026-11-22T00:55:00Z')
    const other = await db.pool.connect()
    await other.query(`begin; select pg_advisory_xact_lock(hashtextextended('scan', 0))`)

    const waiting = runScan(createTestDeps(db, { clock }), { day: TODAY })
    await someoneWaits(db)
    clock.set('2026-11-22T01:20:00Z')
    await other.query('rollback')
    other.release()
    await waiting

    expect((await tasks()).map(({ updatedAt }) => updatedAt)).toEqual([clock.now()])
  })
})

describe('a task that ended before anybody could be asked', () => {
  const kinds = ['repurchase_overdue'] as const
  async function anOverdue() {
    const guide = await aGuide(db)
    const customer = await aCustomer(db, {}, [guide])
    await someStats(db, customer, { cycleDays: 15, lastPurchaseDay: '2026-10-20' })
    await scanDay(db, { day: '2026-11-20', kinds })
    return { guide, customer, task: await db.prisma.task.findFirstOrThrow() }
  }
  const cancel = (customerId: bigint, why: string) =>
    cancelTasks(db.prisma, createTestDeps(db), {
      customerId,
      why,
      via: 'sidebar',
      actor: 'customer',
      now: new Date('2026-11-20T04:00:00Z'),
    })

  it('waits while the customer wants no more, and is given anew once that is taken back', async () => {
    const { customer, task } = await anOverdue()
    const says = (consent: 'none' | 'all') =>
      db.prisma.customer.update({ where: { id: customer.id }, data: { consent } })
    await says('none')
    await cancel(customer.id, 'no_more')

    const waiting = await scanDay(db, { day: '2026-11-21', kinds })
    expect([waiting.created.length, waiting.heldBack.map(({ why }) => why)]).toEqual([
      0,
      ['no_consent'],
    ])
    await says('all')
    const again = await scanDay(db, { day: '2026-11-22', kinds })

    expect(again.created).toHaveLength(1)
    expect(await db.prisma.task.findUnique({ where: { id: task.id } })).toMatchObject({
      state: 'cancelled',
      occurrence: `${task.occurrence}:unasked:${task.id}`,
    })
    expect((await scanDay(db, { day: '2026-11-22', kinds })).created).toEqual([])
  })

  it('is given to who has a relation with the customer then', async () => {
    const { customer } = await anOverdue()
    await db.prisma.relation.updateMany({ data: { endedAt: new Date('2026-11-20T04:00:00Z') } })
    await cancel(customer.id, 'relation_ended')
    const other = await aGuide(db)
    await aRelation(db, customer, other)

    const { created } = await scanDay(db, { day: '2026-11-21', kinds })

    expect(created).toMatchObject([{ guideUserid: other.userid }])
  })

  it('does not come again where a message had gone out, or something else ended it', async () => {
    const { customer, guide, task } = await anOverdue()
    await aTouch(db, customer, guide, '2026-11-20T03:00:00Z', { taskId: task.id })
    await cancel(customer.id, 'no_more')

    expect(await scanDay(db, { day: '2026-11-25', kinds })).toMatchObject({
      created: [],
      existing: 1,
    })
  })
})
