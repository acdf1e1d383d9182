import { beforeEach, describe, expect, it } from 'vitest'
import { cancelTasks, changeTask, type TaskChange } from '../../../bot/tasks/change.ts'
import { couponsChanged, ordersArrived } from '../../../bot/tasks/on-orders.ts'
import { wake } from '../../../bot/tasks/wake.ts'
import { pushCards } from '../../../bot/messages/push.ts'
import { emptyDatabase, useDatabase } from '../../support/database.ts'
import { aCoupon, aCustomer, aGuide, aTask, someStats } from '../../support/chain.ts'
import { createTestClock, createTestDeps } from '../../support/test-deps.ts'

const db = useDatabase()
const NOW = new Date('2026-11-22T02:21:00Z')
const clock = createTestClock()
const deps = createTestDeps(db, { clock })

beforeEach(async () => {
  clock.set(NOW)
  Object.assign(deps, createTestDeps(db, { clock }))
  await emptyDatabase(db)
})

async function aGuideWithTask(task: Parameters<typeof aTask>[3] = {}) {
  const guide = await aGuide(db, { userid: 'WangXM' })
  const customer = await aCustomer(db, {}, [guide])
  return { guide, customer, taskId: await aTask(db, customer, guide, task) }
}

function change(taskId: bigint, action: TaskChange['action'], more: Partial<TaskChange> = {}) {
  return changeTask(db.prisma, deps, {
    taskId,
    action,
    actor: 'wangxm',
    via: 'desk',
    now: NOW,
    ...more,
  })
}

const task = async (id: bigint) => await db.prisma.task.findUniqueOrThrow({ where: { id } })
const events = async (taskId: bigint) =>
  await db.prisma.taskEvent.findMany({ where: { taskId }, orderBy: { id: 'asc' } })
const updates = async () =>
  await db.prisma.outbox.findMany({ where: { kind: 'update_card' }, orderBy: { id: 'asc' } })

/** A card of the task that WeCom has taken. */
async function aSentCard(taskId: bigint, code = 'code-of-sending') {
  await pushCards(db.prisma, deps, [{ taskId, reason: code }], { now: NOW, traceId: 'test' })
  await db.prisma.outbox.updateMany({
    where: { dedupeKey: `card:${taskId}:${code}` },
    data: { state: 'sent', sentAt: NOW, responseCode: code },
  })
}

describe('changeTask', () => {
  it('ends a task as its guide says, with an event that says who, when and from where', async () => {
    const { taskId } = await aGuideWithTask()

    const answer = await change(taskId, { do: 'done', outcome: 'replied', note: '聊得很好' })

    expect(answer).toEqual({ ok: true })
    expect(await task(taskId)).toMatchObject({
      state: 'done',
      closing: 'self_reported',
      outcome: 'replied',
      note: '聊得很好',
      closedAt: NOW,
    })
    expect(await events(taskId)).toMatchObject([
      { at: NOW, actor: 'wangxm', via: 'desk', fromState: 'open', toState: 'done' },
    ])
  })

  it('keeps the reason of a declined task', async () => {
    const { taskId } = await aGuideWithTask()

    await change(taskId, { do: 'dismiss', reason: 'wrong_person' })

    expect(await task(taskId)).toMatchObject({ state: 'dismissed', closeReason: 'wrong_person' })
  })

  it('starts a task once', async () => {
    const { taskId } = await aGuideWithTask()

    await change(taskId, { do: 'start' })
    const again = await change(taskId, { do: 'start' })

    expect(again).toEqual({ ok: true })
    expect(await task(taskId)).toMatchObject({ state: 'in_progress' })
    expect(await events(taskId)).toHaveLength(1)
  })

  it.each([
    ['before now', '2026-11-22T02:00:00Z', false],
    ['after the task dies', '2026-11-25T00:00:00Z', false],
    ['in between', '2026-11-23T01:00:00Z', true],
  ])('snoozes only until a time %s', async (_name, until, ok) => {
    const { taskId } = await aGuideWithTask()

    const answer = await change(taskId, { do: 'snooze', until: new Date(until) })

    expect(answer.ok).toBe(ok)
    expect((await task(taskId)).snoozedUntil).toEqual(ok ? new Date(until) : null)
  })

  it('keeps when a task was begun first, also when it is put off or has died since', async () => {
    const { taskId } = await aGuideWithTask()
    const later = new Date('2026-11-22T03:00:00Z')
    await change(taskId, { do: 'start' })
    await change(taskId, { do: 'snooze', until: later })
    await change(taskId, { do: 'start' }, { now: later })

    await change(taskId, { do: 'start' }, { now: new Date('2026-11-24T15:59:59Z') })

    expect(await task(taskId)).toMatchObject({ state: 'expired', startedAt: NOW })
  })

  it('leaves an ended task as it is and says what it is', async () => {
    const { taskId } = await aGuideWithTask()
    await change(taskId, { do: 'done', outcome: 'sent' })

    const answer = await change(taskId, { do: 'dismiss', reason: 'other' })

    expect(answer).toMatchObject({ ok: false, why: 'already_closed', state: 'done' })
    expect(await events(taskId)).toHaveLength(1)
  })

  it('does not let a task that has died be finished', async () => {
    const { taskId } = await aGuideWithTask({ diesAt: NOW })

    const answer = await change(taskId, { do: 'done', outcome: 'sent' })

    expect(answer).toMatchObject({ ok: false, why: 'already_closed', state: 'expired' })
  })

  it('knows no task it does not know', async () => {
    expect(await change(4711n, { do: 'start' })).toEqual({ ok: false, why: 'not_found' })
  })

  it('ends a task once when two fingers tap at once', async () => {
    const { taskId } = await aGuideWithTask()

    const answers = await Promise.all(
      ['desk', 'card'].map((via) =>
        db.prisma.$transaction((tx) =>
          changeTask(tx, deps, {
            taskId,
            action: { do: 'done', outcome: 'sent' },
            actor: 'wangxm',
            via,
            now: NOW,
          }),
        ),
      ),
    )

    expect(answers.filter(({ ok }) => ok)).toHaveLength(1)
    expect(await events(taskId)).toHaveLength(1)
  })
})

describe('the card of a changed task', () => {
  it('turns grey by the code its sending gave and names who did it', async () => {
    const { taskId } = await aGuideWithTask()
    await aSentCard(taskId)

    await change(taskId, { do: 'done', outcome: 'sent' })

    const [update, ...more] = await updates()
    const [card] = await db.prisma.outbox.findMany({ where: { kind: 'app_message' } })
    expect(more).toEqual([])
    expect(update?.payload).toMatchObject({
      fromOutboxId: String(card?.id),
      userid: 'WangXM',
      template_card: {
        main_title: { title: '[已完成] 生日 · 张女士（铁）' },
        replace_text: '已完成',
        horizontal_content_list: expect.arrayContaining([
          { keyname: '结果', value: '已完成 · 王小明 10:21' },
        ]),
      },
    })
  })

  it('is changed by the code of the click, and only by that, when it is the only one', async () => {
    const { taskId } = await aGuideWithTask()
    await aSentCard(taskId)

    await change(taskId, { do: 'dismiss', reason: 'not_now' }, { cardResponseCode: 'click' })

    const rows = await updates()
    expect(rows.map(({ payload }) => payload)).toMatchObject([
      {
        responseCode: 'click',
        template_card: {
          replace_text: '不合适',
          horizontal_content_list: expect.arrayContaining([
            { keyname: '结果', value: '不合适 · 王小明 10:21' },
          ]),
        },
      },
    ])
  })

  it('is changed on every card of the task', async () => {
    const { taskId } = await aGuideWithTask()
    await aSentCard(taskId, 'first')
    await aSentCard(taskId, 'second')

    await change(taskId, { do: 'done', outcome: 'sent' }, { cardResponseCode: 'click' })

    // besides the one that pointed the first card to the second
    const changes = (await updates()).filter(
      ({ dedupeKey }) => !dedupeKey.startsWith('card-newer:'),
    )
    expect(changes).toHaveLength(3)
  })

  it('shows what became of the task to somebody who taps too late', async () => {
    const { taskId } = await aGuideWithTask()
    await change(taskId, { do: 'done', outcome: 'sent' })

    await change(taskId, { do: 'snooze', until: NOW }, { cardResponseCode: 'late', via: 'card' })
    await change(taskId, { do: 'snooze', until: NOW }, { cardResponseCode: 'late', via: 'card' })

    expect((await updates()).map(({ payload }) => payload)).toEqual([
      { responseCode: 'late', userid: 'wangxm', button: { replace_name: '已完成' } },
    ])
  })

  it('is not sent any more when it was still waiting', async () => {
    const { taskId } = await aGuideWithTask()
    await pushCards(db.prisma, deps, [{ taskId, reason: 'x' }], { now: NOW, traceId: 'test' })

    await change(taskId, { do: 'done', outcome: 'sent' })

    const rows = await db.prisma.outbox.findMany()
    expect(rows).toMatchObject([{ kind: 'app_message', state: 'cancelled' }])
  })

  it('points to the fresh card when one is sent, and a repeated sending changes nothing', async () => {
    const { taskId } = await aGuideWithTask()
    await aSentCard(taskId, 'best')
    await aSentCard(taskId, 'due')
    const again = { now: NOW, traceId: 'test' }

    await pushCards(db.prisma, deps, [{ taskId, reason: 'due' }], again)

    const rows = await updates()
    const [older] = await db.prisma.outbox.findMany({ where: { dedupeKey: `card:${taskId}:best` } })
    expect(rows.map(({ payload }) => payload)).toMatchObject([
      { fromOutboxId: String(older?.id), template_card: { replace_text: '见新卡片' } },
    ])
  })

  it('says until when it is snoozed, and a fresh one comes then', async () => {
    const { taskId } = await aGuideWithTask()
    await aSentCard(taskId)
    const until = new Date('2026-11-23T01:00:00Z')

    await change(taskId, { do: 'snooze', until })
    await wake(deps)
    expect(await db.prisma.outbox.count({ where: { kind: 'app_message' } })).toBe(1)
    clock.set(until)
    await wake(deps)
    await wake(deps)

    expect((await updates())[0]?.payload).toMatchObject({
      template_card: {
        replace_text: '稍后再提醒',
        horizontal_content_list: expect.arrayContaining([
          { keyname: '结果', value: '11月23日 09:00 再提醒' },
        ]),
      },
    })
    const cards = await db.prisma.outbox.findMany({
      where: { kind: 'app_message' },
      orderBy: { id: 'asc' },
    })
    expect(cards).toHaveLength(2)
    expect(cards[1]?.payload).toMatchObject({ template_card: { task_id: `task-${taskId}-2` } })
    expect((await task(taskId)).snoozedUntil).toBeNull()
  })
})

describe('wake', () => {
  it('ends what has died and greys its card', async () => {
    const { taskId } = await aGuideWithTask()
    await aSentCard(taskId)
    clock.set('2026-11-24T16:00:00Z')

    await wake(deps)

    expect(await task(taskId)).toMatchObject({ state: 'expired', closing: 'timed_out' })
    expect((await updates())[0]?.payload).toMatchObject({
      template_card: {
        replace_text: '已过期',
        horizontal_content_list: expect.arrayContaining([{ keyname: '结果', value: '已过期' }]),
      },
    })
  })
})

describe('cancelTasks', () => {
  it('ends the live tasks of one assignee only, and says why', async () => {
    const { guide, customer, taskId } = await aGuideWithTask()
    const other = await aGuide(db)
    const others = await aTask(db, customer, other)
    const done = await aTask(db, customer, guide, { state: 'done' })

    const ended = await cancelTasks(db.prisma, deps, {
      customerId: customer.id,
      assigneeId: guide.id,
      why: 'relation_ended',
      via: 'callback',
      actor: 'customer',
      now: NOW,
    })

    expect(ended).toBe(1)
    expect(await task(taskId)).toMatchObject({ state: 'cancelled', closeReason: 'relation_ended' })
    expect(await task(others)).toMatchObject({ state: 'open' })
    expect(await task(done)).toMatchObject({ state: 'done' })
  })
})

describe('an order', () => {
  async function anOverdueTask() {
    const made = await aGuideWithTask({
      kind: 'repurchase_overdue',
      occurrence: 'O-old',
      facts: {
        lastPurchase: '2026-10-01',
        cycleDays: 15,
        cycleSource: 'own',
        daysSince: 52,
        factor: 3.47,
      },
      diesAt: new Date('2026-11-29T15:59:59Z'),
    })
    await someStats(db, made.customer, { lastPurchaseDay: '2026-10-01', lastOrderNo: 'O-old' })
    return made
  }

  const pay = async (customer: { id: bigint }, paidAt: string, orderNo = 'O-new') => {
    await someStats(db, customer, {
      lastPurchaseDay: paidAt.slice(0, 10),
      lastPaidAt: new Date(paidAt),
      lastOrderNo: orderNo,
    })
    await ordersArrived(db.prisma, deps, [customer.id], NOW)
  }

  it('cancels the overdue task and greys its card, which says so', async () => {
    const { customer, taskId } = await anOverdueTask()
    await aSentCard(taskId)

    await pay(customer, '2026-11-22T02:00:00Z')

    expect(await task(taskId)).toMatchObject({ state: 'cancelled', closeReason: 'order_arrived' })
    expect((await updates())[0]?.payload).toMatchObject({
      template_card: {
        replace_text: '已取消',
        horizontal_content_list: expect.arrayContaining([
          { keyname: '结果', value: '客户已下单，任务自动取消' },
        ]),
      },
    })
  })

  it('proves the task of a guide who had begun it before the customer paid', async () => {
    const { customer, taskId } = await anOverdueTask()
    await change(taskId, { do: 'start' }, { now: new Date('2026-11-22T01:30:00Z') })

    await pay(customer, '2026-11-22T02:00:00Z')

    expect(await task(taskId)).toMatchObject({
      state: 'done',
      closing: 'proven',
      outcome: 'purchased',
    })
  })

  it('proves nothing that was paid before the guide began', async () => {
    const { customer, taskId } = await anOverdueTask()
    await change(taskId, { do: 'start' }, { now: new Date('2026-11-22T02:10:00Z') })

    await pay(customer, '2026-11-22T02:00:00Z')

    expect(await task(taskId)).toMatchObject({ state: 'cancelled', closeReason: 'order_arrived' })
  })

  it('that is refunded re-opens the task it had cancelled', async () => {
    const { customer, taskId } = await anOverdueTask()
    await pay(customer, '2026-11-22T02:00:00Z')

    await pay(customer, '2026-10-01T04:00:00Z', 'O-old')

    expect(await task(taskId)).toMatchObject({ state: 'open', closeReason: null, closedAt: null })
    const log = await events(taskId)
    expect(log.map(({ toState, via }) => [toState, via])).toEqual([
      ['cancelled', 'order'],
      ['open', 'order'],
    ])
  })

  it.each([
    ['wants no more', 'consent'],
    ['has deleted the guide', 'relation'],
    ['has half a relation with the guide', 'half'],
    ['was served by somebody who has left', 'employee'],
  ])('that is refunded opens no task of a customer who %s', async (_who, what) => {
    const { guide, customer, taskId } = await anOverdueTask()
    await pay(customer, '2026-11-22T02:00:00Z')
    const of = { where: { customerId: customer.id } }
    if (what === 'consent')
      await db.prisma.customer.update({ where: { id: customer.id }, data: { consent: 'none' } })
    if (what === 'relation') await db.prisma.relation.updateMany({ ...of, data: { endedAt: NOW } })
    if (what === 'half') await db.prisma.relation.updateMany({ ...of, data: { half: true } })
    if (what === 'employee')
      await db.prisma.employee.update({ where: { id: guide.id }, data: { active: false } })

    await pay(customer, '2026-10-01T04:00:00Z', 'O-old')

    expect(await task(taskId)).toMatchObject({ state: 'cancelled', closeReason: 'order_arrived' })
  })

  it('that is refunded leaves a task alone that is over anyway', async () => {
    const { customer, taskId } = await anOverdueTask()
    await pay(customer, '2026-11-22T02:00:00Z')
    await db.prisma.task.update({ where: { id: taskId }, data: { diesAt: NOW } })

    await pay(customer, '2026-10-01T04:00:00Z', 'O-old')

    expect(await task(taskId)).toMatchObject({ state: 'cancelled' })
  })

  it('the task is about, refunded, ends the task: its last purchase is another one', async () => {
    const { customer, taskId } = await anOverdueTask()

    await pay(customer, '2026-09-01T04:00:00Z', 'O-older')

    expect(await task(taskId)).toMatchObject({ state: 'cancelled', closeReason: 'order_refunded' })
  })

  it('leaves tasks of other kinds and customers alone', async () => {
    const { guide, customer } = await anOverdueTask()
    const birthday = await aTask(db, customer, guide)
    const stranger = await aCustomer(db, {}, [guide])
    const others = await aTask(db, stranger, guide, {
      kind: 'repurchase_overdue',
      occurrence: 'O-x',
    })

    await pay(customer, '2026-11-22T02:00:00Z')

    expect(await task(birthday)).toMatchObject({ state: 'open' })
    expect(await task(others)).toMatchObject({ state: 'open' })
  })
})

describe('a coupon', () => {
  async function aCouponTask() {
    const made = await aGuideWithTask()
    const numbers = [
      await aCoupon(db, made.customer, '2026-11-24'),
      await aCoupon(db, made.customer, '2026-11-25'),
    ]
    await db.prisma.task.update({
      where: { id: made.taskId },
      data: {
        kind: 'coupon_expiring',
        facts: { coupons: numbers.map((couponNo) => ({ couponNo })) },
      },
    })
    return { ...made, numbers }
  }

  const use = async (numbers: string[], customer: { id: bigint }) => {
    await db.prisma.coupon.updateMany({
      where: { couponNo: { in: numbers } },
      data: { status: 'used', usedAt: new Date('2026-11-22T02:00:00Z') },
    })
    await couponsChanged(db.prisma, deps, [customer.id], NOW)
  }

  it('keeps its task while another listed one can be used', async () => {
    const { taskId, customer, numbers } = await aCouponTask()

    await use(numbers.slice(0, 1), customer)

    expect(await task(taskId)).toMatchObject({ state: 'open' })
  })

  it('ends its task with the last of them', async () => {
    const { taskId, customer, numbers } = await aCouponTask()

    await use(numbers, customer)

    expect(await task(taskId)).toMatchObject({ state: 'cancelled', closeReason: 'coupon_used' })
  })

  it('that is issued again after a refund re-opens the task', async () => {
    const { taskId, customer, numbers } = await aCouponTask()
    await use(numbers, customer)

    await db.prisma.coupon.updateMany({
      where: { couponNo: { in: numbers.slice(0, 1) } },
      data: { status: 'issued', usedAt: null },
    })
    await couponsChanged(db.prisma, deps, [customer.id], NOW)

    expect(await task(taskId)).toMatchObject({ state: 'open', closeReason: null, closedAt: null })
    expect((await events(taskId)).at(-1)).toMatchObject({
      fromState: 'cancelled',
      toState: 'open',
      detail: { reason: 'coupon_usable' },
    })
  })

  it('that is issued again re-opens nothing beside a newer task about coupons', async () => {
    const { guide, taskId, customer, numbers } = await aCouponTask()
    await use(numbers, customer)
    const newer = await aCoupon(db, customer, '2026-11-25')
    await aTask(db, customer, guide, {
      kind: 'coupon_expiring',
      facts: { coupons: [{ couponNo: newer }] },
    })

    await db.prisma.coupon.updateMany({ data: { status: 'issued', usedAt: null } })
    await couponsChanged(db.prisma, deps, [customer.id], NOW)

    expect(await task(taskId)).toMatchObject({ state: 'cancelled' })
  })
})
