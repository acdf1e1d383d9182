import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { TaskPage, TaskView } from '../../server/api/tasks/schema.ts'
import { aTask, aTouch } from '../support/chain.ts'
import { emptyDatabase, useDatabase } from '../support/database.ts'
import { buildTestApp, signIn, type TestApp } from '../support/test-app.ts'
import { createTestClock } from '../support/test-deps.ts'
import { twoStores, type TwoStores } from './support/two-stores.ts'

const db = useDatabase()
const clock = createTestClock()
let test: TestApp
let chain: TwoStores
let guide: { cookie: string }

beforeAll(async () => {
  test = await buildTestApp(db, { clock, requestsPerMinute: 100_000 })
})
afterAll(() => test.close())
beforeEach(async () => {
  await emptyDatabase(db)
  clock.set('2026-11-22T02:00:00Z')
  chain = await twoStores(db)
  guide = await signIn(test.app, chain.guide.userid)
})

const get = (url: string, headers: Record<string, string> = guide) =>
  test.app.inject({ url, headers })
const post = (url: string, payload: object, headers: Record<string, string> = guide) =>
  test.app.inject({ method: 'POST', url, headers, payload })

async function list(query: string, headers = guide): Promise<TaskPage> {
  const answer = await get(`/api/tasks?${query}`, headers)
  expect(answer.statusCode, answer.body).toBe(200)
  return answer.json<TaskPage>()
}

const byNumber = (a: bigint, b: bigint) => Number(a - b)
const at = (time: string) => new Date(`2026-11-${time}:00Z`)

describe('GET /api/tasks', () => {
  it('puts each task where the guide looks for it', async () => {
    const today = await aTask(db, chain.customer, chain.guide)
    const started = await aTask(db, chain.customer, chain.guide, { state: 'in_progress' })
    const overdue = await aTask(db, chain.customer, chain.guide, { dueAt: at('22T01:59') })
    const sleeping = await aTask(db, chain.customer, chain.guide, {
      snoozedUntil: at('22T02:01'),
    })
    const awake = await aTask(db, chain.customer, chain.guide, { snoozedUntil: at('22T01:59') })
    const done = await aTask(db, chain.customer, chain.guide, {
      state: 'done',
      closedAt: at('22T01:00'),
    })
    await aTask(db, chain.customer, chain.guide, { diesAt: at('22T01:30'), dueAt: at('22T01:00') })
    await aTask(db, chain.customer, chain.guide, {
      state: 'done',
      closedAt: new Date('2026-10-01T00:00:00Z'),
    })

    const ids = async (bucket: string) =>
      (await list(`bucket=${bucket}`)).items.map(({ id }) => BigInt(id)).sort(byNumber)

    expect(await ids('today')).toEqual([today, started, awake])
    expect(await ids('overdue')).toEqual([overdue])
    expect(await ids('upcoming')).toEqual([sleeping])
    expect(await ids('done')).toEqual([done])
    expect(await list('bucket=today')).toMatchObject({
      counts: { today: 3, overdue: 1, upcoming: 1, done: 1 },
      progress: { day: '2026-11-22', done: 1, total: 5 },
      waiting: 0,
    })
  })

  it.each(['today', 'overdue', 'upcoming', 'done'])(
    'pages %s without gap or repeat, pressed ones first',
    async (bucket) => {
      for (let i = 0; i < 45; i++) {
        await aTask(db, chain.customer, chain.guide, {
          priority: (i % 7) / 3,
          urgent: i % 10 === 0,
          ...(bucket === 'overdue' && { dueAt: at('22T01:00') }),
          ...(bucket === 'upcoming' && { snoozedUntil: at(`23T0${i % 5}:00`) }),
          ...(bucket === 'done' && { state: 'done' as const, closedAt: at(`21T0${i % 5}:00`) }),
        })
      }

      const seen: TaskView[] = []
      let cursor: string | null = ''
      while (cursor !== null) {
        const page: TaskPage = await list(`bucket=${bucket}${cursor && `&cursor=${cursor}`}`)
        seen.push(...page.items)
        cursor = page.nextCursor
      }

      expect(seen).toHaveLength(45)
      expect(new Set(seen.map(({ id }) => id)).size).toBe(45)
      if (bucket === 'today') {
        expect(seen.slice(0, 5).every(({ urgent }) => urgent)).toBe(true)
      }
    },
  )

  it('keeps to the person’s scope; managers may narrow it', async () => {
    const mine = await aTask(db, chain.customer, chain.guide)
    const colleagues = await aTask(db, chain.customer, chain.otherGuide)
    const managers = await aTask(db, chain.customer, chain.manager)
    const far = await aTask(db, chain.farCustomer, chain.farGuide)
    const manager = await signIn(test.app, chain.manager.userid)
    const hq = await signIn(test.app, chain.hq.userid)
    const ids = async (query: string, headers: { cookie: string }) =>
      (await list(`bucket=today${query}`, headers)).items.map(({ id }) => BigInt(id)).sort(byNumber)

    expect(await ids('', guide)).toEqual([mine])
    expect(await ids('&guide=LiuFang', guide)).toEqual([])
    expect(await ids('', manager)).toEqual([mine, colleagues, managers])
    expect(await ids('&mine=true', manager)).toEqual([managers])
    expect(await ids('&guide=liufang', manager)).toEqual([colleagues])
    expect(await ids('&guide=ZhaoLei', manager)).toEqual([])
    expect(await ids('&store=S2', manager)).toEqual([])
    expect(await ids('&store=S2', hq)).toEqual([far])
    expect(await ids('&store=S1', hq)).toEqual([mine, colleagues, managers])
    expect(await ids('', hq)).toHaveLength(4)
  })

  it.each(['bucket=tomorrow', '', 'bucket=today&cursor=x', 'bucket=today&mine=perhaps'])(
    'refuses %j',
    async (query) => {
      expect((await get(`/api/tasks?${query}`)).json()).toMatchObject({ code: 'BAD_INPUT' })
    },
  )
})

describe('GET /api/tasks/waiting', () => {
  it('lists my held-back candidates with why and from when', async () => {
    const row = {
      kind: 'birthday',
      why: 'guide_day',
      until: new Date('2026-11-23'),
      facts: { day: '2026-11-24', md: 1124, lunar: false, daysUntil: 2 },
      scanDay: new Date('2026-11-22'),
      updatedAt: clock.now(),
    }
    await db.prisma.heldBack.createMany({
      data: [
        { ...row, customerId: chain.customer.id, occurrence: '1', assigneeId: chain.guide.id },
        {
          ...row,
          customerId: chain.customer.id,
          occurrence: '2',
          assigneeId: chain.guide.id,
          resolvedAt: clock.now(),
        },
        {
          ...row,
          customerId: chain.farCustomer.id,
          occurrence: '1',
          assigneeId: chain.farGuide.id,
        },
      ],
    })

    const answer = await get('/api/tasks/waiting')

    expect(answer.json<{ items: object[] }>().items).toMatchObject([
      {
        customer: { name: '张晓雯' },
        why: 'guide_day',
        until: '2026-11-23',
        reason: expect.stringContaining('生日') as string,
      },
    ])
    expect((await list('bucket=today')).waiting).toBe(1)
  })
})

describe('POST /api/tasks/:id/…', () => {
  it('starts, ends and says so, with where it was done', async () => {
    const id = await aTask(db, chain.customer, chain.guide)
    const fromSidebar = { ...guide, referer: 'http://127.0.0.1:7300/sidebar?x=1' }

    const started = await post(`/api/tasks/${id}/start`, {}, fromSidebar)
    const done = await post(`/api/tasks/${id}/done`, { outcome: 'replied', note: '周六来' })

    expect(started.json()).toMatchObject({ state: 'in_progress' })
    expect(done.json()).toMatchObject({
      state: 'done',
      outcome: 'replied',
      note: '周六来',
      closing: 'self_reported',
    })
    expect(
      await db.prisma.taskEvent.findMany({ where: { taskId: id }, orderBy: { id: 'asc' } }),
    ).toMatchObject([
      { toState: 'in_progress', via: 'sidebar', actor: 'WangXiaoMing' },
      { toState: 'done', via: 'desk', actor: 'WangXiaoMing' },
    ])
  })

  it('postpones within the life of the task only', async () => {
    const id = await aTask(db, chain.customer, chain.guide)
    const snooze = (until: string) => post(`/api/tasks/${id}/snooze`, { until })

    expect((await snooze('2026-11-23T09:00:00+08:00')).json()).toMatchObject({
      state: 'open',
      snoozedUntil: expect.stringMatching(/^2026-11-23T01:00:00/) as string,
    })
    expect((await snooze('2026-11-22T01:00:00Z')).json()).toMatchObject({
      code: 'SNOOZE_TOO_LATE',
    })
    expect((await snooze('2026-12-22T01:00:00Z')).json()).toMatchObject({
      code: 'SNOOZE_TOO_LATE',
    })
    expect((await snooze('tomorrow')).json()).toMatchObject({ code: 'BAD_INPUT', field: 'until' })
  })

  it('declines with a reason, and never changes an ended task', async () => {
    const id = await aTask(db, chain.customer, chain.guide)

    const dismissed = await post(`/api/tasks/${id}/dismiss`, { reason: 'not_suitable' })
    const again = await post(`/api/tasks/${id}/done`, { outcome: 'sent' })

    expect(dismissed.json()).toMatchObject({ state: 'dismissed', closeReason: 'not_suitable' })
    expect(again.statusCode).toBe(409)
    expect(again.json()).toMatchObject({ code: 'TASK_ALREADY_CLOSED' })
  })

  it.each([
    ['done', {}],
    ['done', { outcome: 'great' }],
    ['done', { outcome: 'sent', extra: 1 }],
    ['done', { outcome: 'sent', note: 'x'.repeat(501) }],
    ['dismiss', { reason: 'because' }],
    ['snooze', {}],
  ])('refuses %s with %j', async (action, body) => {
    const id = await aTask(db, chain.customer, chain.guide)

    const answer = await post(`/api/tasks/${id}/${action}`, body)

    expect(answer.statusCode).toBe(400)
    expect(answer.json()).toMatchObject({ code: 'BAD_INPUT' })
  })

  it('does not find somebody else’s task', async () => {
    const id = await aTask(db, chain.customer, chain.otherGuide)

    expect((await get(`/api/tasks/${id}`)).statusCode).toBe(404)
    expect((await post(`/api/tasks/${id}/start`, {})).json()).toMatchObject({
      code: 'TASK_NOT_FOUND',
    })
    expect((await post(`/api/tasks/999/start`, {})).statusCode).toBe(404)
  })
})

describe('POST /api/touches', () => {
  const touch = (more: object = {}) => ({
    customerId: String(chain.customer.id),
    channel: 'sidebar',
    text: '生日快乐',
    result: 'sent',
    ...more,
  })

  it('records a repeated post once and starts the task', async () => {
    const taskId = String(await aTask(db, chain.customer, chain.guide))
    const body = touch({ taskId, clientKey: 'k-12345678' })

    const first = await post('/api/touches', body)
    const again = await post('/api/touches', body)

    expect(first.statusCode).toBe(201)
    expect(again.statusCode).toBe(200)
    expect(again.json()).toEqual(first.json())
    expect(await db.prisma.touch.count()).toBe(1)
    expect((await get(`/api/tasks/${taskId}`)).json()).toMatchObject({
      state: 'in_progress',
      touchedAt: expect.stringContaining('2026-11-22T02:00:00') as string,
    })
  })

  it('ends the customer’s VIP care that nobody has begun, and not the one it is sent for', async () => {
    const vip = { kind: 'vip_care', occurrence: '1' }
    const mine = String(await aTask(db, chain.customer, chain.guide, vip))

    await post('/api/touches', touch({ taskId: mine }))
    expect((await get(`/api/tasks/${mine}`)).json()).toMatchObject({ state: 'in_progress' })

    const next = String(await aTask(db, chain.customer, chain.guide, { ...vip, occurrence: '2' }))
    await post('/api/touches', touch({ result: 'failed' }))
    expect((await get(`/api/tasks/${next}`)).json()).toMatchObject({ state: 'open' })
    await post('/api/touches', touch())
    expect((await get(`/api/tasks/${next}`)).json()).toMatchObject({ state: 'cancelled' })
  })

  it('leaves the task alone when nothing was sent', async () => {
    const taskId = String(await aTask(db, chain.customer, chain.guide))

    await post('/api/touches', touch({ taskId, result: 'cancelled' }))

    expect((await get(`/api/tasks/${taskId}`)).json()).toMatchObject({
      state: 'open',
      touchedAt: null,
    })
  })

  it('keeps the browsers’ keys of two guides apart', async () => {
    const far = await signIn(test.app, chain.farGuide.userid)
    await post('/api/touches', touch({ clientKey: 'the-same-key' }))

    const answer = await post(
      '/api/touches',
      touch({ customerId: String(chain.farCustomer.id), clientKey: 'the-same-key' }),
      far,
    )

    expect(answer.statusCode).toBe(201)
    expect(await db.prisma.touch.count()).toBe(2)
  })

  it('tells the chain’s systems that listen', async () => {
    await db.prisma.webhook.create({
      data: {
        url: 'https://pos.example.com/hook',
        events: ['touch.recorded'],
        secretEnc: test.deps.cipher.encrypt('whsec_x'),
      },
    })

    await post('/api/touches', touch())

    expect(await db.prisma.outbox.count({ where: { kind: 'webhook' } })).toBe(1)
  })

  it('finds neither somebody else’s customer nor a task of another customer', async () => {
    const taskId = String(await aTask(db, chain.farCustomer, chain.guide))

    expect(
      (await post('/api/touches', touch({ customerId: String(chain.farCustomer.id) }))).json(),
    ).toMatchObject({ code: 'CUSTOMER_NOT_FOUND' })
    expect((await post('/api/touches', touch({ taskId }))).json()).toMatchObject({
      code: 'TASK_NOT_FOUND',
    })
    expect(await db.prisma.touch.count()).toBe(0)
  })
})

interface Rate {
  numerator: number
  denominator: number
}

describe('GET /api/reports/execution', () => {
  const url = '/api/reports/execution?from=2026-11-22&to=2026-11-22'

  it('gives each rate with numerator and denominator, by guide', async () => {
    const manager = await signIn(test.app, chain.manager.userid)
    const sent = await aTask(db, chain.customer, chain.guide, { state: 'in_progress' })
    await aTask(db, chain.customer, chain.guide, { state: 'done', closedAt: at('22T01:50') })
    await aTask(db, chain.customer, chain.guide, { dueAt: at('22T01:00') })
    await aTask(db, chain.customer, chain.guide, { state: 'cancelled' })
    await aTask(db, chain.customer, chain.guide, { scanDay: new Date('2026-11-21') })
    await aTask(db, chain.farCustomer, chain.farGuide)
    await db.prisma.order.create({
      data: {
        orderNo: 'O1',
        memberNo: 'M1',
        customerId: chain.customer.id,
        paidAt: at('22T01:55'),
        paidDay: new Date('2026-11-22'),
        amountFen: 100n,
        status: 'paid',
      },
    })
    await aTouch(db, chain.customer, chain.guide, '2026-11-22T01:30:00Z', { taskId: sent })

    const report = await get(url, manager)

    expect(report.json()).toEqual({
      period: { from: '2026-11-22', to: '2026-11-22' },
      execution: { numerator: 2, denominator: 3, rate: 0.6667 },
      completion: { numerator: 1, denominator: 2, rate: 0.5 },
      sentOfGiven: { numerator: 1, denominator: 3, rate: 0.3333 },
      purchasedOfSent: { numerator: 1, denominator: 1, rate: 1 },
      purchasedAfter: 1,
      guides: [
        {
          userid: 'WangXiaoMing',
          name: '王小明',
          storeNo: 'S1',
          storeName: '静安店',
          execution: { numerator: 2, denominator: 3, rate: 0.6667 },
          completion: { numerator: 1, denominator: 2, rate: 0.5 },
          sentOfGiven: { numerator: 1, denominator: 3, rate: 0.3333 },
          purchasedOfSent: { numerator: 1, denominator: 1, rate: 1 },
          sent: 1,
          purchasedAfter: 1,
        },
      ],
    })
  })

  const STARTED = { startedAt: at('22T01:30') }
  const SENT = { sentAt: at('22T01:30') }
  const OVER = { dueAt: at('22T01:00') }
  it.each([
    // state, what else, executed of given, completed of due
    ['open', {}, [0, 1], [0, 0]],
    ['open', OVER, [0, 1], [0, 1]],
    ['open', SENT, [1, 1], [0, 0]],
    // begun, then put off
    ['open', STARTED, [1, 1], [0, 0]],
    ['in_progress', STARTED, [1, 1], [0, 0]],
    ['done', {}, [1, 1], [1, 1]],
    ['dismissed', {}, [1, 1], [0, 0]],
    ['dismissed', OVER, [1, 1], [0, 1]],
    ['expired', OVER, [0, 1], [0, 1]],
    ['expired', { ...OVER, ...STARTED }, [1, 1], [0, 1]],
    ['expired', { ...OVER, ...SENT }, [1, 1], [0, 1]],
    ['cancelled', OVER, [0, 0], [0, 0]],
    ['cancelled', { ...OVER, ...STARTED }, [1, 1], [0, 0]],
    ['cancelled', { ...OVER, ...SENT }, [1, 1], [0, 0]],
  ] as const)(
    'counts a task that is %s, %o, as %o executed and %o completed, here and in the overview',
    async (state, more, executed, completed) => {
      const manager = await signIn(test.app, chain.manager.userid)
      await aTask(db, chain.customer, chain.guide, { state, ...more })

      const overview = '/api/reports/overview?from=2026-11-22&to=2026-11-22'
      for (const report of [await get(url, manager), await get(overview, manager)]) {
        const { execution, completion } = report.json<Record<string, Rate>>()
        expect([execution?.numerator, execution?.denominator]).toEqual(executed)
        expect([completion?.numerator, completion?.denominator]).toEqual(completed)
      }
    },
  )

  it('comes as a table that spreadsheets read, without formulas of its own', async () => {
    const hq = await signIn(test.app, chain.hq.userid)
    await db.prisma.employee.update({
      where: { id: chain.guide.id },
      data: { name: '=HYPERLINK("x")' },
    })
    await aTask(db, chain.customer, chain.guide)

    const answer = await get(`${url}&format=csv`, hq)

    expect(answer.headers['content-type']).toBe('text/csv; charset=utf-8')
    expect(answer.headers['content-disposition']).toContain('execution-2026-11-22')
    expect(answer.body.startsWith('\ufeff开始日期,')).toBe(true)
    expect(answer.body).toContain(`'=HYPERLINK`)
  })

  it.each([
    ['from=2026-02-30&to=2026-11-22', 'from'],
    ['from=2026-11-22&to=2026-11-21', 'to'],
    ['from=yesterday&to=2026-11-22', 'from'],
    ['to=2026-11-22', 'from'],
  ])('refuses %s and names %s', async (query, field) => {
    const hq = await signIn(test.app, chain.hq.userid)

    expect((await get(`/api/reports/execution?${query}`, hq)).json()).toMatchObject({
      code: 'BAD_INPUT',
      field,
    })
  })

  it('is not for guides', async () => {
    const answer = await get(url)

    expect(answer.statusCode).toBe(403)
    expect(answer.json()).toMatchObject({ code: 'NEEDS_ROLE' })
  })
})
