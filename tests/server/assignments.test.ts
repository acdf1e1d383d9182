import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { dispatchAssignment } from '../../bot/assignments/dispatch.ts'
import { tendAssignments } from '../../bot/assignments/tend.ts'
import { endRelation } from '../../bot/members/end-relation.ts'
import type {
  AssignmentCustomerPage,
  AssignmentPage,
  AssignmentPreview,
  AssignmentQuestion,
  AssignmentView,
  NewAssignment,
  PressAnswer,
} from '../../server/api/assignments/schema.ts'
import type { TaskPage } from '../../server/api/tasks/schema.ts'
import { aCustomer, aTask, aTouch, someStats } from '../support/chain.ts'
import { emptyDatabase, useDatabase } from '../support/database.ts'
import { buildTestApp, signIn, type TestApp } from '../support/test-app.ts'
import { createTestClock } from '../support/test-deps.ts'
import { twoStores, type TwoStores } from './support/two-stores.ts'

const db = useDatabase()
const clock = createTestClock()
let test: TestApp
let chain: TwoStores

beforeAll(async () => {
  test = await buildTestApp(db, { clock, requestsPerMinute: 100_000 })
})
afterAll(() => test.close())
beforeEach(async () => {
  clock.set('2026-11-22T02:00:00Z') // 10:00 in the shop
  chain = await twoStores(db)
})
afterEach(() => emptyDatabase(db))

const ORDER: NewAssignment = {
  title: '冬季新品',
  instruction: '请告诉客户新品到店',
  filter: { member: true },
  dueAt: '2026-11-25T10:00:00+08:00',
  assign: 'owner',
}

interface Answer<T> {
  status: number
  body: T & { code: string; field: string; message: string }
}

async function ask<T>(
  userid: string,
  method: 'GET' | 'POST' | 'DELETE',
  url: string,
  payload?: object,
): Promise<Answer<T>> {
  const headers = await signIn(test.app, userid)
  const answer = await test.app.inject({ method, url, headers, ...(payload && { payload }) })
  return {
    status: answer.statusCode,
    body: answer.json<Answer<T>['body']>(),
  }
}

/** Makes an assignment and works it off. */
async function assign(parts: Partial<NewAssignment> = {}, by = chain.manager.userid) {
  const { status, body } = await ask<AssignmentView>(by, 'POST', '/api/assignments', {
    ...ORDER,
    ...parts,
  })
  expect(status, JSON.stringify(body)).toBe(201)
  await dispatchAssignment(test.deps, BigInt(body.id))
  return body.id
}

const view = async (id: string, by = chain.manager.userid) =>
  (await ask<AssignmentView>(by, 'GET', `/api/assignments/${id}`)).body

const customersOf = async (id: string, query = '') =>
  (
    await ask<AssignmentCustomerPage>(
      chain.manager.userid,
      'GET',
      `/api/assignments/${id}/customers${query}`,
    )
  ).body

/** Words of the manager's store for assignments, off unless said otherwise. */
async function keepWords(parts: object = {}) {
  const { status, body } = await ask<{ id: string }>(
    chain.manager.userid,
    'POST',
    '/api/templates',
    {
      kind: 'follow_up',
      situation: 'any',
      name: '换季',
      enabled: false,
      variants: [{ code: 'A', text: '{称呼}，{门店}换季了', weight: 1 }],
      ...parts,
    },
  )
  expect(status, JSON.stringify(body)).toBe(201)
  return body
}

const tasks = () =>
  db.prisma.task.findMany({ where: { kind: 'follow_up' }, orderBy: { id: 'asc' } })
const cards = async () =>
  (await db.prisma.outbox.findMany({ where: { kind: 'app_message' }, orderBy: { id: 'asc' } })).map(
    (row) => ({
      to: row.recipient,
      card: JSON.stringify(row.payload),
      state: row.state,
    }),
  )

describe('an assignment', () => {
  it('becomes tasks of the guides the rules would choose, who read who asks for what', async () => {
    const id = await assign({ words: '{称呼}，我是{门店}的{导购}，{等级}会员专享' })

    expect(await view(id)).toMatchObject({
      state: 'open',
      createdBy: { userid: 'ChenJing', name: '陈静' },
      dispatch: { done: 1, total: 1 },
      totals: { customers: 1, tasks: 1, notStarted: 1, done: 0, notDispatched: 0 },
      byStore: [{ storeNo: 'S1', name: '静安店', tasks: 1, started: 0, done: 0, overdue: 0 }],
      byGuide: [{ userid: 'WangXiaoMing', storeName: '静安店', tasks: 1, pressedAt: null }],
    })
    const desk = await ask<TaskPage>(chain.guide.userid, 'GET', '/api/tasks?bucket=today')
    expect(desk.body.items).toMatchObject([
      {
        kind: 'follow_up',
        reason: '陈静安排：请告诉客户新品到店',
        words: '张女士，我是静安店的王小明，铁会员专享',
        dueAt: '2026-11-25T02:00:00+00:00',
      },
    ])
    expect(await cards()).toMatchObject([
      {
        to: 'WangXiaoMing',
        card: expect.stringContaining('陈静安排：请告诉客户新品到店') as string,
      },
    ])
  })

  it('goes out with words that are kept for assignments, in the variant of each customer', async () => {
    const { id: templateId } = await keepWords()
    const id = await assign({ templateId })

    expect(await view(id)).toMatchObject({
      words: null,
      template: { id: templateId, name: '换季' },
    })
    const words = async () => {
      const { body } = await ask<TaskPage>(chain.guide.userid, 'GET', '/api/tasks?bucket=today')
      return body.items.map((task) => [task.words, task.templateId, task.variant])
    }
    expect(await words()).toEqual([['张女士，静安店换季了', templateId, 'A']])

    // the words that were chosen, also when others are on by now
    await keepWords({
      name: '别的',
      enabled: true,
      variants: [{ code: 'A', text: '别的', weight: 1 }],
    })
    expect((await words())[0]?.[1]).toBe(templateId)
    const again = await ask<AssignmentView>(
      chain.manager.userid,
      'POST',
      `/api/assignments/${id}/repeat`,
      { dueAt: '2026-11-30T10:00:00+08:00', dispatchAt: '2026-11-28T10:00:00+08:00' },
    )
    expect(again.body.template?.id).toBe(templateId)
  })

  it('is worked off twice without making anything twice', async () => {
    const id = await assign()
    const before = [await tasks(), await cards(), await db.prisma.taskEvent.findMany()]

    await dispatchAssignment(test.deps, BigInt(id))

    expect([await tasks(), await cards(), await db.prisma.taskEvent.findMany()]).toEqual(before)
  })

  it('tells a guide of many customers by one card that lists', async () => {
    for (let n = 0; n < 5; n += 1) await aCustomer(db, { storeNo: 'S1' }, [chain.guide])
    await assign()

    const sent = await cards()
    expect(sent).toHaveLength(1)
    expect(sent[0]?.card).toContain('王小明，陈静给你派了 6 位客户')
    // WeCom knows it when it is sent again
    expect(sent[0]?.card).toMatch(/"task_id": ?"notice-[\w-]{43}"/)
  })

  it('never reaches a customer who said no more, or whom nobody may write to, and says why', async () => {
    await aCustomer(db, { storeNo: 'S1', consent: 'none', name: '不要' }, [chain.guide])
    await aCustomer(db, { storeNo: 'S1', name: '无好友' })
    const id = await assign()

    expect((await view(id)).totals).toMatchObject({ customers: 3, tasks: 1, notDispatched: 2 })
    const { items } = await customersOf(id, '?state=not_dispatched')
    expect(items.map(({ name, why, whyText }) => ({ name, why, whyText }))).toEqual([
      { name: '不要', why: 'no_consent', whyText: '客户说过不再联系' },
      { name: '无好友', why: 'no_relation', whyText: '没有哪位在岗的导购是 TA 的企业微信好友' },
    ])
  })

  it('holds back who was contacted today, and tries again on the next day', async () => {
    await aTouch(db, chain.customer, chain.guide, '2026-11-22T01:30:00Z')
    const id = await assign()
    expect((await customersOf(id)).items).toMatchObject([
      {
        state: 'not_dispatched',
        why: 'customer_day',
        whyText: expect.stringContaining('11 月 23 日再试') as string,
      },
    ])

    clock.set('2026-11-23T00:29:00Z')
    await tendAssignments(test.deps)
    await dispatchAssignment(test.deps, BigInt(id))
    expect(await tasks()).toHaveLength(0)
    clock.set('2026-11-23T00:30:00Z')
    await dispatchAssignment(test.deps, BigInt(id))

    expect((await customersOf(id)).items).toMatchObject([{ state: 'open', why: null }])
    expect((await view(id)).dispatch).toEqual({ done: 1, total: 1 })
  })

  it('gives a guide twenty new tasks a day, the most valuable customers first, and the rest tomorrow', async () => {
    for (let n = 0; n < 24; n += 1) {
      const customer = await aCustomer(db, { storeNo: 'S1' }, [chain.guide])
      await someStats(db, customer, { spend365Fen: BigInt(n * 10_000), orders365: 1 })
    }
    const id = await assign()

    expect((await view(id)).totals).toMatchObject({ customers: 25, tasks: 20, notDispatched: 5 })
    const { items } = await customersOf(id, '?state=not_dispatched')
    expect(new Set(items.map(({ why }) => why))).toEqual(new Set(['guide_day']))
    const poorest = await db.prisma.assignmentCustomer.aggregate({
      where: { taskId: { not: null } },
      _min: { priority: true },
    })
    const richestLeft = await db.prisma.assignmentCustomer.aggregate({
      where: { taskId: null },
      _max: { priority: true },
    })
    expect(poorest._min.priority).toBeGreaterThanOrEqual(richestLeft._max.priority ?? 99)

    clock.set('2026-11-23T00:30:00Z')
    await dispatchAssignment(test.deps, BigInt(id))
    expect((await view(id)).totals).toMatchObject({ tasks: 25, notDispatched: 0 })
  })

  it('gives each guide no more than the manager wants', async () => {
    for (let n = 0; n < 4; n += 1) await aCustomer(db, { storeNo: 'S1' }, [chain.guide])
    const id = await assign({ maxPerGuide: 2 })

    expect((await view(id)).totals).toMatchObject({ customers: 5, tasks: 2, notDispatched: 3 })
    expect((await customersOf(id, '?state=not_dispatched')).items.map(({ why }) => why)).toEqual(
      Array(3).fill('guide_limit'),
    )
  })

  it('goes on where a crash cut it off, and makes nothing twice', async () => {
    await aCustomer(db, { storeNo: 'S1' }, [chain.guide])
    const { body } = await ask<AssignmentView>(
      chain.manager.userid,
      'POST',
      '/api/assignments',
      ORDER,
    )
    const id = BigInt(body.id)
    // the process dies after each transaction in turn
    for (let steps = 1; steps < 6; steps += 1) {
      let left = steps
      const prisma = new Proxy(db.prisma, {
        get: (target, key, self) =>
          key === '$transaction'
            ? (...args: Parameters<typeof target.$transaction>) => {
                if ((left -= 1) < 0) throw new Error('killed')
                return target.$transaction(...args)
              }
            : (Reflect.get(target, key, self) as unknown),
      })
      await dispatchAssignment({ ...test.deps, db: { ...db, prisma } }, id).catch(() => undefined)
    }

    expect((await view(body.id)).dispatch).toEqual({ done: 2, total: 2 })
    expect(await tasks()).toHaveLength(2)
    expect(await cards()).toHaveLength(1)
    expect(
      (await db.prisma.taskEvent.findMany()).map(({ via, actor }) => ({ via, actor })),
    ).toEqual([1, 2].map(() => ({ via: 'assignment', actor: 'ChenJing' })))
  })

  it('goes to one guide where the manager names one: to their own customers only', async () => {
    await aCustomer(db, { storeNo: 'S1', name: '刘的' }, [chain.guide, chain.otherGuide])
    const id = await assign({ assign: 'guide:liufang' })

    expect((await tasks()).map(({ assigneeId }) => assigneeId)).toEqual([chain.otherGuide.id])
    expect((await customersOf(id, '?state=not_dispatched')).items).toMatchObject([
      { why: 'no_relation' },
    ])
  })

  it('waits for its time', async () => {
    const id = await assign({ dispatchAt: '2026-11-22T14:00:00+08:00' })
    expect(await view(id)).toMatchObject({ state: 'scheduled', dispatch: { done: 0, total: 1 } })

    clock.set('2026-11-22T06:00:00Z')
    await tendAssignments(test.deps)
    const jobs = await db.pool.query(
      `select key from graphile_worker.jobs where task_identifier = 'dispatch'`,
    )
    expect(jobs.rows).toEqual([{ key: `dispatch:${id}` }])
    await dispatchAssignment(test.deps, BigInt(id))

    expect(await view(id)).toMatchObject({ state: 'open', totals: { tasks: 1 } })
  })

  it('counts an order after the dispatch as purchased, and leaves the task to the guide', async () => {
    const id = await assign()
    await db.prisma.order.create({
      data: {
        orderNo: 'O1',
        memberNo: 'M1',
        customerId: chain.customer.id,
        amountFen: 100n,
        status: 'paid',
        paidAt: new Date('2026-11-22T05:00:00Z'),
        paidDay: new Date('2026-11-22'),
      },
    })

    expect(await view(id)).toMatchObject({ totals: { purchasedAfter: 1, notStarted: 1 } })
    expect((await customersOf(id)).items).toMatchObject([{ purchasedAfter: true, state: 'open' }])

    // given back as a whole
    await db.prisma.order.updateMany({ data: { refundedFen: 100n } })
    expect(await view(id)).toMatchObject({ totals: { purchasedAfter: 0 } })
    expect((await customersOf(id)).items).toMatchObject([{ purchasedAfter: false }])
  })

  it('ends with the relation, as other tasks do', async () => {
    const id = await assign()
    const now = clock.now()
    await db.prisma.$transaction((tx) =>
      endRelation(tx, test.deps, {
        customerId: chain.customer.id,
        employeeId: chain.guide.id,
        by: 'customer',
        at: now,
        now,
      }),
    )

    expect((await customersOf(id)).items).toMatchObject([
      { state: 'cancelled', why: 'relation_ended', whyText: '好友关系已解除' },
    ])
  })

  it('gives what a guide who left has open to the next, else back to the manager', async () => {
    const shared = await aCustomer(db, { storeNo: 'S1', name: '两位的' }, [
      chain.guide,
      chain.otherGuide,
    ])
    const id = await assign()
    await db.prisma.employee.update({ where: { id: chain.guide.id }, data: { active: false } })

    await tendAssignments(test.deps)
    await tendAssignments(test.deps)

    const { items } = await customersOf(id)
    expect(items.find(({ customerId }) => customerId === String(shared.id))).toMatchObject({
      state: 'open',
      guide: { userid: 'LiuFang' },
    })
    expect(items.find(({ customerId }) => customerId === String(chain.customer.id))).toMatchObject({
      state: 'not_dispatched',
      why: 'guide_left',
    })
    expect((await cards()).filter(({ to }) => to === 'LiuFang')).toHaveLength(1)
    expect((await view(id)).totals).toMatchObject({ tasks: 1, notDispatched: 1 })
  })
})

describe('who an assignment may reach, and who sees it', () => {
  it('reaches a manager’s own customers and guides only, whatever the filter says', async () => {
    const guest = await aCustomer(db, { storeNo: 'S1', name: '外店好友' }, [chain.farGuide])
    const id = await assign({ filter: { or: [{ member: true }, { member: false }] } })

    expect((await tasks()).map(({ assigneeId }) => assigneeId)).toEqual([chain.guide.id])
    expect(
      (await customersOf(id)).items.map(({ customerId, why }) => ({ customerId, why })),
    ).toEqual([
      { customerId: String(chain.customer.id), why: null },
      { customerId: String(guest.id), why: 'no_relation' },
    ])
  })

  it('reaches everybody for headquarters', async () => {
    const id = await assign({}, chain.hq.userid)

    expect(await view(id, chain.hq.userid)).toMatchObject({
      totals: { customers: 3, tasks: 2, notDispatched: 1 },
    })
  })

  it('is not there for another store’s manager, nor headquarters’ for a store', async () => {
    const own = await assign()
    const theirs = await assign({}, chain.hq.userid)
    const list = async (userid: string) =>
      (await ask<AssignmentPage>(userid, 'GET', '/api/assignments')).body.items.map(({ id }) => id)

    expect(await list(chain.manager.userid)).toEqual([own])
    expect(await list(chain.farManager.userid)).toEqual([])
    expect(await list(chain.hq.userid)).toEqual([theirs, own])
    for (const path of ['', '/customers', '/customers?format=csv', '/events']) {
      const { status } = await ask(chain.farManager.userid, 'GET', `/api/assignments/${own}${path}`)
      expect(status).toBe(404)
    }
    for (const path of ['press', 'cancel']) {
      const { status } = await ask(
        chain.farManager.userid,
        'POST',
        `/api/assignments/${own}/${path}`,
        {},
      )
      expect(status).toBe(404)
    }
  })

  it('pages the list, and filters it by state', async () => {
    for (let n = 0; n < 21; n += 1)
      await ask(chain.manager.userid, 'POST', '/api/assignments', { ...ORDER, title: `第${n}` })
    const first = (await ask<AssignmentPage>(chain.manager.userid, 'GET', '/api/assignments')).body
    const second = (
      await ask<AssignmentPage>(
        chain.manager.userid,
        'GET',
        `/api/assignments?cursor=${first.nextCursor}`,
      )
    ).body

    expect([first.items.length, second.items.length, second.nextCursor]).toEqual([20, 1, null])
    expect(second.items[0]?.title).toBe('第0')
    clock.set('2026-11-26T02:00:00Z')
    const over = (
      await ask<AssignmentPage>(chain.manager.userid, 'GET', '/api/assignments?state=over')
    ).body
    expect(over.items).toHaveLength(20)
  })
})

describe('what can’t be assigned', () => {
  it.each([
    [{ dueAt: '2026-11-22T09:59:00+08:00' }, 'dueAt', /已经过去/],
    [{ dispatchAt: '2026-11-22T09:00:00+08:00' }, 'dispatchAt', /已经过去/],
    [{ dispatchAt: '2026-11-22T23:00:00+08:00' }, 'dispatchAt', /最早可以选 2026-11-23T07:00/],
    [{ dispatchAt: '2026-11-23T06:59:00+08:00' }, 'dispatchAt', /最早可以选 2026-11-23T07:00/],
    [{ dispatchAt: '2026-11-25T10:00:00+08:00' }, 'dueAt', /晚于派发时间/],
    [
      { words: '{称呼}，{生日}快乐' },
      'words',
      /没有变量 \{生日\}，可以用：\{称呼\} \{导购\} \{门店\} \{等级\}/,
    ],
    [{ assign: 'guide:ZhaoLei' }, 'assign', /没有在岗的导购 ZhaoLei/],
    [{ templateId: 'abcdefabcdef' }, 'templateId', /没有派单话术/],
    [{ templateId: 'abcdefabcdef', words: '自己写' }, 'templateId', /只能选一个/],
    [{ title: '  ' }, 'title', /空的/],
    [{ filter: { tags: { any: ['999'] } } }, 'filter.tags.any[0]', /deleted/],
  ])('%j is refused, with the field and the remedy', async (parts, field, says) => {
    const { status, body } = await ask(chain.manager.userid, 'POST', '/api/assignments', {
      ...ORDER,
      ...parts,
    })

    expect({ status, code: body.code, field: body.field }).toEqual({
      status: 400,
      code: 'BAD_INPUT',
      field,
    })
    expect(body.message).toMatch(says)
    expect(await db.prisma.assignment.count()).toBe(0)
  })

  it('refuses words of another store', async () => {
    const { id: templateId } = await keepWords()
    const { status, body } = await ask(chain.farManager.userid, 'POST', '/api/assignments', {
      ...ORDER,
      templateId,
    })

    expect([status, body.field]).toEqual([400, 'templateId'])
  })

  it('refuses an assignment to nobody', async () => {
    const { status, body } = await ask(chain.manager.userid, 'POST', '/api/assignments', {
      ...ORDER,
      filter: { store: ['S2'] },
    })

    expect([status, body.code]).toEqual([422, 'NOBODY'])
  })

  it('is dispatched at night only by its own time', async () => {
    clock.set('2026-11-22T15:30:00Z')
    const { body } = await ask(chain.manager.userid, 'POST', '/api/assignments', ORDER)
    expect(body.field).toBe('dispatchAt')
  })
})

describe('催办', () => {
  const press = async (id: string, body: object = {}) =>
    (await ask<PressAnswer>(chain.manager.userid, 'POST', `/api/assignments/${id}/press`, body))
      .body

  it('moves open tasks to the top of the guide’s list and sends one card', async () => {
    const id = await assign()
    // another customer's birthday is worth more
    const other = await aCustomer(db, { storeNo: 'S1' }, [chain.guide])
    await aTask(db, other, chain.guide, { priority: 99 })
    const top = async () =>
      (await ask<TaskPage>(chain.guide.userid, 'GET', '/api/tasks?bucket=today')).body.items[0]
        ?.kind
    expect(await top()).toBe('birthday')

    expect(await press(id)).toEqual({ pressed: 1, guides: 1, tooSoon: [] })

    expect(await top()).toBe('follow_up')
    const sent = await cards()
    expect(sent.at(-1)?.card).toContain('[加急] 陈静催办：还有 1 位客户等你联系')
    expect((await view(id)).byGuide[0]?.pressedAt).toContain('2026-11-22T10:00')
  })

  it('is done once an hour and three times a day for a guide and assignment', async () => {
    const id = await assign()
    const again = async (at: string) => {
      clock.set(at)
      const { pressed, tooSoon } = await press(id)
      return [pressed, tooSoon[0]?.again ?? null]
    }

    expect(await again('2026-11-22T02:00:00Z')).toEqual([1, null])
    expect(await again('2026-11-22T02:59:59Z')).toEqual([0, '2026-11-22T11:00:00+08:00'])
    expect(await again('2026-11-22T03:00:00Z')).toEqual([1, null])
    expect(await again('2026-11-22T04:00:00Z')).toEqual([1, null])
    expect(await again('2026-11-22T09:00:00Z')).toEqual([0, '2026-11-23T00:00:00+08:00'])
    expect(await again('2026-11-22T16:00:00Z')).toEqual([1, null])
    expect((await cards()).filter(({ card }) => card.includes('催办'))).toHaveLength(4)
  })

  it('presses one guide, or some tasks, of this assignment only', async () => {
    await aCustomer(db, { storeNo: 'S1' }, [chain.otherGuide])
    const id = await assign()
    const foreign = await aTask(db, await aCustomer(db, {}, [chain.guide]), chain.guide)

    expect(await press(id, { guide: 'LIUFANG' })).toMatchObject({ pressed: 1, guides: 1 })
    expect(await press(id, { taskIds: [String(foreign)] })).toMatchObject({ pressed: 0, guides: 0 })
    const urgent = await db.prisma.task.findMany({ where: { urgent: true } })
    expect(urgent.map(({ assigneeId }) => assigneeId)).toEqual([chain.otherGuide.id])
  })
})

describe('calling off and repeating', () => {
  it('ends open tasks and the cards, and nothing more is dispatched', async () => {
    const id = await assign()
    const { body } = await ask<AssignmentView>(
      chain.manager.userid,
      'POST',
      `/api/assignments/${id}/cancel`,
    )
    await dispatchAssignment(test.deps, BigInt(id))

    expect(body).toMatchObject({
      state: 'cancelled',
      totals: { tasks: 1, cancelled: 1, notStarted: 0 },
    })
    expect(await cards()).toMatchObject([{ state: 'cancelled' }])
    expect((await customersOf(id)).items).toMatchObject([
      { state: 'cancelled', whyText: '派单已取消' },
    ])
    const again = await ask(chain.manager.userid, 'POST', `/api/assignments/${id}/cancel`)
    const pressed = await ask(chain.manager.userid, 'POST', `/api/assignments/${id}/press`, {})
    expect([again.status, pressed.body.code]).toEqual([200, 'ASSIGNMENT_CANCELLED'])
  })

  it('makes a new assignment with the same audience and words', async () => {
    const id = await assign({ words: '{称呼}好', assign: 'guide:WangXiaoMing', maxPerGuide: 3 })
    const { status, body } = await ask<AssignmentView>(
      chain.manager.userid,
      'POST',
      `/api/assignments/${id}/repeat`,
      {
        dueAt: '2026-11-30T10:00:00+08:00',
        dispatchAt: '2026-11-28T10:00:00+08:00',
      },
    )

    expect(status).toBe(201)
    expect(body).toMatchObject({
      title: ORDER.title,
      words: '{称呼}好',
      filter: ORDER.filter,
      assign: 'guide:WangXiaoMing',
      maxPerGuide: 3,
      state: 'scheduled',
      dueAt: expect.stringContaining('2026-11-30') as string,
    })
    expect(body.id).not.toBe(id)
  })
})

describe('the table for spreadsheets', () => {
  it('has a line for every customer, with why', async () => {
    await aCustomer(db, { storeNo: 'S1', name: '=1+1' })
    const id = await assign()
    const headers = await signIn(test.app, chain.manager.userid)
    const answer = await test.app.inject({
      url: `/api/assignments/${id}/customers?format=csv`,
      headers,
    })

    const [head, ...lines] = answer.body.trim().split('\n')
    expect(head).toContain('客户编号,客户,导购')
    expect(lines).toHaveLength(2)
    expect(lines[0]).toContain('张晓雯,王小明,WangXiaoMing,待联系')
    expect(lines[1]).toContain("'=1+1")
  })
})

describe('GET /api/assignments/:id/events', () => {
  it('tells how it stands, and ends when it was called off', async () => {
    const id = await assign()
    const headers = await signIn(test.app, chain.manager.userid)
    const heard = test.app.inject({ url: `/api/assignments/${id}/events`, headers })
    await new Promise((done) => setTimeout(done, 300))
    await ask(chain.manager.userid, 'POST', `/api/assignments/${id}/cancel`)

    const answer = await heard
    const events = answer.body
      .split('\n\n')
      .filter((event) => event.startsWith('event: progress'))
      .map((event) => JSON.parse(event.split('data: ')[1] ?? '') as { state: string })
    expect(answer.headers['content-type']).toContain('text/event-stream')
    expect(events.map(({ state }) => state)).toEqual(['open', 'cancelled'])
  })
})

describe('saved audiences', () => {
  it('are one’s own, and headquarters’ for everybody to read', async () => {
    const save = (userid: string, name: string) =>
      ask<{ id: string }>(userid, 'POST', '/api/segments', { name, filter: { tier: ['gold'] } })
    const own = await save(chain.manager.userid, '金卡')
    const shared = await save(chain.hq.userid, '全国金卡')
    await save(chain.farManager.userid, '徐汇的')
    const list = async () =>
      (
        await ask<{ items: { name: string; own: boolean }[] }>(
          chain.manager.userid,
          'GET',
          '/api/segments',
        )
      ).body.items

    expect(own.status).toBe(201)
    expect((await list()).map(({ name, own: mine }) => [name, mine])).toEqual([
      ['金卡', true],
      ['全国金卡', false],
    ])
    expect((await save(chain.manager.userid, '金卡')).body.code).toBe('SEGMENT_EXISTS')
    const headers = await signIn(test.app, chain.manager.userid)
    const remove = (id: string) =>
      test.app.inject({ method: 'DELETE', url: `/api/segments/${id}`, headers })
    expect((await remove(shared.body.id)).statusCode).toBe(404)
    expect((await remove(own.body.id)).statusCode).toBe(204)
    expect((await list()).map(({ name }) => name)).toEqual(['全国金卡'])
  })

  it('are not saved over a tag that there is not', async () => {
    const { status, body } = await ask(chain.manager.userid, 'POST', '/api/segments', {
      name: '旧标签',
      filter: { tags: { any: ['999'] } },
    })
    expect([status, body.field]).toEqual([400, 'filter.tags.any[0]'])
  })
})

describe('POST /api/assignments/preview', () => {
  const preview = (parts: Partial<AssignmentQuestion> = {}, by = chain.hq.userid) =>
    ask<AssignmentPreview>(by, 'POST', '/api/assignments/preview', {
      filter: ORDER.filter,
      assign: 'owner',
      ...parts,
    })

  it('says how many guides get how many, and the dispatch gives as many', async () => {
    await aCustomer(db, { memberNo: 'M4', storeNo: 'S1' }, [chain.guide, chain.otherGuide])
    await aCustomer(db, { memberNo: 'M5', storeNo: 'S1', consent: 'none' }, [chain.guide])

    const { body } = await preview()
    const made = await view(await assign({}, chain.hq.userid), chain.hq.userid)

    expect(body).toEqual({
      guides: 2,
      customers: 3,
      beyondLimit: 0,
      most: [
        { userid: 'WangXiaoMing', name: '王小明', storeName: '静安店', customers: 2 },
        { userid: 'ZhaoLei', name: '赵磊', storeName: '徐汇店', customers: 1 },
      ],
    })
    expect(made.byGuide.map(({ userid, tasks }) => [userid, tasks])).toEqual([
      ['WangXiaoMing', 2],
      ['ZhaoLei', 1],
    ])
  })

  it.each([
    [1, 1, 1],
    [2, 2, 0],
  ])('of at most %i each, %i get it and %i are beyond', async (maxPerGuide, customers, beyond) => {
    await aCustomer(db, { memberNo: 'M4', storeNo: 'S1' }, [chain.guide])

    const { body } = await preview({ maxPerGuide }, chain.manager.userid)

    expect(body).toMatchObject({ customers, beyondLimit: beyond })
  })

  it('counts within one’s own store, and for whom it is meant alone', async () => {
    const { body: mine } = await preview({}, chain.manager.userid)
    const { body: one } = await preview({ assign: 'guide:liufang' }, chain.manager.userid)
    const { status, body: foreign } = await preview(
      { assign: 'guide:zhaolei' },
      chain.manager.userid,
    )

    expect(mine.most.map(({ userid }) => userid)).toEqual(['WangXiaoMing'])
    expect(one).toEqual({ guides: 0, customers: 0, beyondLimit: 0, most: [] })
    expect([status, foreign.field]).toEqual([400, 'assign'])
  })
})
