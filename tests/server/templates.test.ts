import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { TaskView } from '../../server/api/tasks/schema.ts'
import type {
  PreviewAnswer,
  TemplateList,
  TemplateResults,
  TemplateView,
} from '../../server/api/templates/schema.ts'
import { aCustomer, aGuide, aTask, aTouch, someStats } from '../support/chain.ts'
import { emptyDatabase, useDatabase } from '../support/database.ts'
import { buildTestApp, signIn, type TestApp } from '../support/test-app.ts'
import { createTestClock } from '../support/test-deps.ts'

const db = useDatabase()
const clock = createTestClock()
let test: TestApp
type Headers = Record<string, string>
let hq: Headers
let manager: Headers
let far: Headers
let guide: { id: bigint; userid: string }
let stranger: { id: bigint; userid: string }

beforeAll(async () => {
  test = await buildTestApp(db, { clock, requestsPerMinute: 100_000 })
})
afterAll(() => test.close())
beforeEach(async () => {
  await emptyDatabase(db)
  clock.set('2026-11-22T02:00:00Z')
  await db.prisma.store.createMany({
    data: [
      { storeNo: 'S1', name: '西湖店' },
      { storeNo: 'S2', name: '滨江店' },
    ],
  })
  guide = await aGuide(db, { userid: 'near', name: '小王', storeNo: 'S1' })
  stranger = await aGuide(db, { userid: 'far', name: '小李', storeNo: 'S2' })
  await aGuide(db, { userid: 'boss', name: '王店长', role: 'manager', storeNo: 'S1' })
  await aGuide(db, { userid: 'other', role: 'manager', storeNo: 'S2' })
  await aGuide(db, { userid: 'head', name: '王总', role: 'hq', storeNo: null })
  hq = await signIn(test.app, 'head')
  manager = await signIn(test.app, 'boss')
  far = await signIn(test.app, 'other')
})

async function call<T>(
  method: 'GET' | 'PUT' | 'POST',
  path: string,
  options: { payload?: object; headers?: Headers; status?: number } = {},
): Promise<T> {
  const { payload, headers = hq, status = method === 'POST' && path === '' ? 201 : 200 } = options
  const answer = await test.app.inject({
    method,
    url: `/api/templates${path}`,
    headers,
    ...(payload && { payload }),
  })
  expect(answer.statusCode, answer.body).toBe(status)
  return answer.json<T>()
}

const say = (text: string, code = 'A', weight = 1) => ({ code, text, weight })
const before = (over: object = {}) => ({
  kind: 'birthday',
  situation: 'before',
  name: '我们的',
  enabled: true,
  variants: [say('{称呼}，{生日}见')],
  ...over,
})
const change = (version: number, over: object = {}) => {
  const { name, enabled, variants } = before()
  return { version, name, enabled, variants, ...over }
}
const add = (over: object = {}, headers = hq) =>
  call<TemplateView>('POST', '', { payload: before(over), headers })
const situation = async (headers = hq, query = '') => {
  const { situations } = await call<TemplateList>('GET', query, { headers })
  return situations.find((one) => one.kind === 'birthday' && one.situation === 'before')
}

/** A birthday task of two days ahead, as its guide sees it. */
async function aBirthday(of = guide, name = '张晓雯') {
  const customer = await aCustomer(db, { name, storeNo: of === guide ? 'S1' : 'S2' }, [of])
  const id = await aTask(db, customer, of)
  const headers = await signIn(test.app, of.userid)
  const task = async () => {
    const answer = await test.app.inject({ url: `/api/tasks/${id}`, headers })
    return answer.json<TaskView>()
  }
  return { customer, id, task }
}

describe('the words of a task', () => {
  it('are what ships until somebody saves others, and name them for the touch', async () => {
    const { task } = await aBirthday()

    expect(await task()).toMatchObject({
      words: '张女士，您的生日快到啦，先祝您生日快乐！哪天有空来店里，我陪您慢慢挑。——小王',
      templateId: 'birthday.before',
      variant: 'A',
    })
  })

  it('are the store’s before the chain’s, the added before the default, at once', async () => {
    const near = await aBirthday()
    const elsewhere = await aBirthday(stranger)
    const words = async () => [(await near.task()).words, (await elsewhere.task()).words]

    await call('PUT', '/birthday.before', { payload: change(0, { variants: [say('默认')] }) })
    expect(await words()).toEqual(['默认', '默认'])
    await add({ variants: [say('总部')] })
    expect(await words()).toEqual(['总部', '总部'])
    const own = await add({ variants: [say('{门店}的{称呼}')] }, manager)
    expect(await words()).toEqual(['西湖店的张女士', '总部'])

    await call('PUT', `/${own.id}`, {
      payload: change(1, { enabled: false, variants: own.variants }),
      headers: manager,
    })
    expect(await words()).toEqual(['总部', '总部'])
  })

  it('are of other situations and kinds untouched', async () => {
    const { task } = await aBirthday()

    await add({ situation: 'day', variants: [say('当天')] })

    expect((await task()).templateId).toBe('birthday.before')
  })

  it('in several variants reach each customer always in the same one, which the touch notes', async () => {
    await add({ variants: [say('甲'), say('乙', 'B')] })
    const seen = new Set<string>()
    for (let i = 0; i < 12; i++) {
      const { task } = await aBirthday()
      const first = await task()
      expect(await task()).toEqual(first)
      expect(first.words).toBe(first.variant === 'A' ? '甲' : '乙')
      seen.add(first.words)
    }
    expect([...seen].sort()).toEqual(['乙', '甲'])

    const { customer, id, task } = await aBirthday()
    const { templateId, variant, words } = await task()
    await test.app.inject({
      method: 'POST',
      url: '/api/touches',
      headers: await signIn(test.app, guide.userid),
      payload: {
        customerId: String(customer.id),
        taskId: String(id),
        templateId,
        variant,
        channel: 'sidebar',
        text: `${words}！`,
        result: 'sent',
      },
    })
    expect(await db.prisma.touch.findFirst()).toMatchObject({ templateId, variant })
  })

  it('of an assignment’s own are of no template, and its touch says so', async () => {
    const customer = await aCustomer(db, {}, [guide])
    const facts = {
      assignmentId: '1',
      title: '回访',
      instruction: '联系',
      by: '店长',
      words: '来吧',
    }
    const id = await aTask(db, customer, guide, { kind: 'follow_up', facts })
    const headers = await signIn(test.app, guide.userid)
    const answer = await test.app.inject({ url: `/api/tasks/${id}`, headers })
    expect(answer.json()).toMatchObject({ words: '来吧', templateId: null, variant: null })

    const touched = await test.app.inject({
      method: 'POST',
      url: '/api/touches',
      headers,
      payload: {
        customerId: String(customer.id),
        templateId: null,
        variant: null,
        channel: 'sidebar',
        text: '来吧',
        result: 'sent',
      },
    })
    expect(touched.statusCode).toBe(201)
  })
})

describe('a template', () => {
  it('that ships is version 0, and saved as version 1 with who and when', async () => {
    expect(await call<TemplateView>('GET', '/birthday.before')).toMatchObject({
      version: 0,
      isDefault: true,
      inForce: true,
      findings: [],
      history: [{ version: 0, by: null }],
    })

    const saved = await call<TemplateView>('PUT', '/birthday.before', { payload: change(0) })

    expect(saved).toMatchObject({
      version: 1,
      name: '我们的',
      history: [
        { version: 1, by: 'head', byName: '王总', at: '2026-11-22T02:00:00.000Z' },
        { version: 0, by: null },
      ],
    })
    expect(await db.prisma.auditLog.findFirst()).toMatchObject({
      actor: 'head',
      action: 'words.save',
      subject: 'birthday.before',
    })
  })

  it('is not saved anew where nothing changes', async () => {
    const { id, version, variants } = await add()
    await call('PUT', `/${id}`, { payload: change(version, { variants }) })

    expect(await db.prisma.wordsTemplateVersion.count()).toBe(1)
    expect(await db.prisma.auditLog.count()).toBe(1)
  })

  it('tells the second of two who edit it', async () => {
    await call('PUT', '/birthday.before', { payload: change(0) })

    expect(
      await call('PUT', '/birthday.before', {
        payload: change(0, { variants: [say('别的')] }),
        status: 409,
      }),
    ).toMatchObject({ code: 'TEMPLATE_CHANGED' })
    expect(await db.prisma.wordsTemplateVersion.count()).toBe(1)
  })

  it('saved by two at once is saved by one of them', async () => {
    const put = (text: string) =>
      test.app.inject({
        method: 'PUT',
        url: '/api/templates/birthday.before',
        headers: hq,
        payload: change(0, { variants: [say(text)] }),
      })
    const answers = await Promise.all(['甲', '乙', '丙'].map(put))

    expect(answers.map(({ statusCode }) => String(statusCode)).sort()).toEqual([
      '200',
      '409',
      '409',
    ])
    expect(await db.prisma.wordsTemplateVersion.count()).toBe(1)
  })

  it('that is switched on puts the other one of its place off, as a version of its own', async () => {
    const first = await add()
    const ofStore = await add({}, manager)
    const second = await add({ variants: [say('第二段')] })

    expect(await call('GET', `/${first.id}`)).toMatchObject({
      enabled: false,
      version: 2,
      history: [{ enabled: false, by: 'head' }, { enabled: true }],
    })
    expect(await call('GET', `/${second.id}`)).toMatchObject({ enabled: true, inForce: true })
    expect(await call('GET', `/${ofStore.id}`)).toMatchObject({ enabled: true, version: 1 })
    expect((await situation(manager))?.templates.map((one) => [one.storeNo, one.inForce])).toEqual(
      expect.arrayContaining([
        [null, false],
        ['S1', true],
      ]),
    )
  })

  it('that is the default stays on', async () => {
    expect(
      await call('PUT', '/birthday.before', {
        payload: change(0, { enabled: false }),
        status: 400,
      }),
    ).toMatchObject({ code: 'BAD_INPUT', field: 'enabled' })
  })

  it.each([
    [{ variants: [say('{称乎}')] }, 'variants[0].text'],
    [{ variants: [say('好'), say('{券名}', 'B')] }, 'variants[1].text'],
    [{ variants: [] }, 'variants'],
    [{ variants: [say('好', 'A', 0)] }, 'variants[0].weight'],
    [{ variants: [say('好'), say('好', 'B')] }, 'variants[1].text'],
    [{ situation: 'never' }, 'situation'],
    [{ name: '  ' }, 'name'],
    [{ storeNo: 'S9' }, 'storeNo'],
  ])('that can’t be used is refused by its field: %j', async (over, field) => {
    expect(await call('POST', '', { payload: before(over), status: 400 })).toMatchObject({
      code: 'BAD_INPUT',
      field,
    })
    expect(await db.prisma.wordsTemplate.count()).toBe(0)
  })

  it('of the chain is headquarters’ to change, a store’s its managers’, and nobody else’s to see', async () => {
    await call('PUT', '/birthday.before', { payload: change(0), headers: manager, status: 403 })
    expect(await call('GET', '/birthday.before', { headers: manager })).toMatchObject({
      mayChange: false,
    })
    const own = await add({}, manager)
    expect(own).toMatchObject({ storeNo: 'S1', mayChange: true })

    expect(await call('GET', `/${own.id}`, { headers: far, status: 404 })).toMatchObject({
      code: 'TEMPLATE_NOT_FOUND',
    })
    await call('PUT', `/${own.id}`, { payload: change(1), headers: far, status: 404 })
    expect((await situation(far))?.templates).toHaveLength(1)
    await call('PUT', `/${own.id}`, { payload: change(1, { name: '总部改的' }) })
    await call('POST', '', { payload: before({ storeNo: 'S2' }), headers: manager, status: 400 })
    await call('GET', '', { headers: await signIn(test.app, 'near'), status: 403 })
    await call('GET', '/birthday.never', { status: 404 })
  })

  it('of a store is counted for headquarters, and listed when they ask for that store', async () => {
    await add({}, manager)

    expect(await situation()).toMatchObject({ stores: 1, templates: [{ id: 'birthday.before' }] })
    expect((await situation(hq, '?store=S1'))?.templates).toHaveLength(2)
    expect((await situation(hq, '?store=S2'))?.templates).toHaveLength(1)
  })

  it('is the twenty-first of its place no more', async () => {
    for (let i = 0; i < 20; i++) await add({ enabled: false })

    expect(await call('POST', '', { payload: before(), status: 409 })).toMatchObject({
      code: 'TOO_MANY_TEMPLATES',
    })
    await add({}, manager)
  })
})

describe('the linter', () => {
  it('says what is wrong, in the reader’s language', async () => {
    const payload = { kind: 'birthday', situation: 'day', variants: [say('{称乎}，全网最低')] }
    const { findings } = await call<{ findings: object[] }>('POST', '/lint', {
      payload,
      headers: { ...hq, 'accept-language': 'en' },
    })

    expect(findings).toMatchObject([
      { severity: 'error', code: 'unknown_variable', field: 'variants[0].text' },
      { severity: 'warning', code: 'promise' },
    ])
    expect(JSON.stringify(findings)).toContain('did you mean {称呼}')
  })
})

describe('the preview', () => {
  const preview = (over: object = {}, headers = hq, status = 200) =>
    call<PreviewAnswer>('POST', '/preview', {
      payload: {
        kind: 'birthday',
        situation: 'before',
        variants: [say('{称呼}，{生日}，{常买|好物}，{导购}')],
        ...over,
      },
      headers,
      status,
    })

  it('fills in a real customer, by their own open task where there is one', async () => {
    const { customer } = await aBirthday()
    await someStats(db, customer, { mainCategory: '茶具' })

    const { customer: shown } = await preview({ customerId: String(customer.id) }, manager)

    expect(shown).toMatchObject({
      name: '张晓雯',
      guide: '小王',
      from: 'task',
      texts: [{ code: 'A', text: '张女士，11 月 24 日，茶具，小王' }],
    })
  })

  it('says so where examples stand for what only a task knows', async () => {
    const customer = await aCustomer(db, { name: null, wecomName: null }, [guide])

    expect((await preview({ customerId: String(customer.id) })).customer).toMatchObject({
      from: 'example',
      texts: [{ text: '您，11 月 24 日，好物，小王' }],
    })
  })

  it('shows three with an open task in that situation, of the reader’s own', async () => {
    for (let i = 0; i < 4; i++) await aBirthday(guide, `张${i}`)
    await aBirthday(stranger, '李远')
    const done = await aCustomer(db, { name: '王完' }, [guide])
    await aTask(db, done, guide, { state: 'done' })
    const today = { day: '2026-11-22', md: 1122, lunar: false, daysUntil: 0 }
    await aTask(db, await aCustomer(db, { name: '赵今' }, [guide]), guide, { facts: today })

    const { samples, example } = await preview({}, manager)

    expect(samples.map(({ name }) => name)).toEqual(['张3', '张2', '张1'])
    expect(example).toEqual([{ code: 'A', text: '张女士，11 月 24 日，茶具，小王' }])
    expect((await preview({ situation: 'day' }, manager)).samples).toMatchObject([{ name: '赵今' }])
  })

  it('knows nobody outside one’s scope, and writes nothing', async () => {
    const { customer } = await aBirthday(stranger)

    expect(await preview({ customerId: String(customer.id) }, manager, 404)).toMatchObject({
      code: 'CUSTOMER_NOT_FOUND',
    })
    expect(await db.prisma.wordsTemplate.count()).toBe(0)
  })
})

describe('what came of the variants', () => {
  const results = (id: string, headers = hq) =>
    call<TemplateResults>('GET', `/${id}/results`, { headers })

  /** Customers reached with a variant at a time, the first so many of whom buy so many hours later. */
  async function reached(
    template: { id: string },
    variant: string,
    at: string,
    {
      n,
      buy = 0,
      afterHours = 1,
      by = guide,
    }: { n: number; buy?: number; afterHours?: number; by?: typeof guide },
  ) {
    for (let i = 0; i < n; i++) {
      const customer = await aCustomer(db, {}, [by])
      await aTouch(db, customer, by, at, { templateId: template.id, variant })
      if (i >= buy) continue
      const paidAt = new Date(new Date(at).getTime() + afterHours * 3_600_000)
      await db.prisma.order.create({
        data: {
          orderNo: `O-${customer.id}`,
          customerId: customer.id,
          memberNo: customer.memberNo ?? '',
          paidAt,
          paidDay: new Date(paidAt.toISOString().slice(0, 10)),
          amountFen: 100n,
          status: 'paid',
        },
      })
    }
  }
  const two = async () => {
    clock.set('2026-11-01T02:00:00Z')
    const made = await add({ variants: [say('甲'), say('乙', 'B')] })
    clock.set('2026-11-22T02:00:00Z')
    return made
  }

  it('are orders within 7 days of the first message, of those whose 7 days are over', async () => {
    const made = await two()
    await reached(made, 'A', '2026-11-10T02:00:00Z', { n: 3, buy: 1, afterHours: 167 })
    await reached(made, 'A', '2026-11-10T02:00:00Z', { n: 1, buy: 1, afterHours: 168 })
    // the 7 days end this second, and in a second
    await reached(made, 'B', '2026-11-15T02:00:00Z', { n: 1, buy: 1 })
    await reached(made, 'B', '2026-11-15T02:00:01Z', { n: 1, buy: 1 })

    expect(await results(made.id)).toMatchObject({
      period: { from: '2026-11-01', to: '2026-11-22' },
      variants: [
        { code: 'A', sent: 4, reached: 4, watched: 4, bought: 1, rate: 0.25 },
        { code: 'B', sent: 2, reached: 2, watched: 1, bought: 1, rate: 1 },
      ],
      verdict: 'few',
      best: null,
    })
  })

  it('say that a difference may be chance, or is beyond it', async () => {
    const made = await two()
    await reached(made, 'A', '2026-11-10T02:00:00Z', { n: 40, buy: 8 })
    await reached(made, 'B', '2026-11-10T02:00:00Z', { n: 40, buy: 12 })
    expect(await results(made.id)).toMatchObject({ verdict: 'noise', best: null })

    await reached(made, 'B', '2026-11-11T02:00:00Z', { n: 20, buy: 20 })
    expect(await results(made.id)).toMatchObject({ verdict: 'clear', best: 'B' })
  })

  it('begin anew when a text changes, not when a weight does', async () => {
    const made = await two()
    await reached(made, 'A', '2026-11-10T02:00:00Z', { n: 2 })
    await call('PUT', `/${made.id}`, {
      payload: change(1, { variants: [say('甲', 'A', 3), say('乙', 'B')] }),
    })
    expect((await results(made.id)).variants[0]).toMatchObject({ sent: 2 })

    await call('PUT', `/${made.id}`, {
      payload: change(2, { variants: [say('甲甲', 'A', 3), say('乙', 'B')] }),
    })
    expect(await results(made.id)).toMatchObject({
      period: { from: '2026-11-22' },
      variants: [{ sent: 0, rate: null, low: null }, { sent: 0 }],
    })
  })

  it('count messages of the reader’s own guides only', async () => {
    const made = await two()
    await reached(made, 'A', '2026-11-10T02:00:00Z', { n: 2 })
    await reached(made, 'A', '2026-11-10T02:00:00Z', { n: 3, by: stranger })

    expect((await results(made.id)).variants[0]?.reached).toBe(5)
    expect((await results(made.id, manager)).variants[0]?.reached).toBe(2)
  })
})
