import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { ExceptionsReport, OverviewReport } from '../../server/api/reports/schema.ts'
import { aCustomer, aGuide, aTask, aTouch } from '../support/chain.ts'
import { emptyDatabase, useDatabase } from '../support/database.ts'
import { buildTestApp, signIn, type TestApp } from '../support/test-app.ts'
import { createTestClock } from '../support/test-deps.ts'
import { twoStores, type TwoStores } from './support/two-stores.ts'

const db = useDatabase()
const clock = createTestClock()
let test: TestApp
let chain: TwoStores
let hq: { cookie: string }
let manager: { cookie: string }

beforeAll(async () => {
  test = await buildTestApp(db, { clock, requestsPerMinute: 100_000 })
})
afterAll(() => test.close())
beforeEach(async () => {
  await emptyDatabase(db)
  clock.set('2026-11-22T02:00:00Z')
  chain = await twoStores(db)
  await db.prisma.store.create({ data: { storeNo: 'S3', name: '西湖店', region: '华东' } })
  await db.prisma.store.update({ where: { storeNo: 'S1' }, data: { region: '华东' } })
  await db.prisma.store.update({ where: { storeNo: 'S2' }, data: { region: '华南' } })
  hq = await signIn(test.app, chain.hq.userid)
  manager = await signIn(test.app, chain.manager.userid)
})

const get = (url: string, headers = hq) => test.app.inject({ url, headers })
const at = (time: string) => new Date(`2026-11-${time}:00Z`)
const day = (date: string) => new Date(date)
const overview = async (rest = '', headers = hq): Promise<OverviewReport> => {
  const answer = await get(`/api/reports/overview?from=2026-11-16&to=2026-11-22${rest}`, headers)
  expect(answer.statusCode, answer.body).toBe(200)
  return answer.json<OverviewReport>()
}
const exceptions = async (rest = '', headers = hq): Promise<ExceptionsReport> => {
  const answer = await get(`/api/reports/exceptions${rest}`, headers)
  expect(answer.statusCode, answer.body).toBe(200)
  return answer.json<ExceptionsReport>()
}

/** Two tasks in the east, of which one was acted on and done, and one untouched in the south, a day before. */
async function someTasks(): Promise<void> {
  await aTask(db, chain.customer, chain.guide, { state: 'done', closedAt: at('22T01:50') })
  await aTask(db, chain.customer, chain.guide, { kind: 'tier_up', dueAt: at('22T01:00') })
  await aTask(db, chain.farCustomer, chain.farGuide, { scanDay: day('2026-11-21') })
}

describe('GET /api/reports/overview', () => {
  it('begins with regions, then shows the stores of one, then the guides of a store', async () => {
    await someTasks()

    const chainWide = await overview()
    const east = await overview(`&region=${encodeURIComponent('华东')}`)
    const store = await overview('&store=S1')

    expect(chainWide).toMatchObject({
      level: 'region',
      execution: { numerator: 1, denominator: 3 },
    })
    expect(chainWide.places.map(({ key, execution }) => [key, execution.rate])).toEqual([
      ['华南', 0],
      ['华东', 0.5],
    ])
    expect(east).toMatchObject({
      level: 'store',
      places: [{ key: 'S1', name: '静安店', completion: { numerator: 1, denominator: 2 } }],
    })
    expect(store).toMatchObject({
      level: 'guide',
      places: [{ key: 'WangXiaoMing', name: '王小明', execution: { rate: 0.5 } }],
    })
  })

  it('begins with the stores where the chain has one region, or none', async () => {
    await db.prisma.store.updateMany({ data: { region: null } })
    await someTasks()

    expect(await overview()).toMatchObject({
      level: 'store',
      places: [{ key: 'S2' }, { key: 'S1' }],
    })
  })

  it('splits the same tasks by day and by kind: each cut adds up to the whole', async () => {
    await someTasks()

    const { byDay, byKind, places, execution, completion } = await overview()

    expect(byDay).toMatchObject([
      { day: '2026-11-21', execution: { numerator: 0, denominator: 1 } },
      { day: '2026-11-22', execution: { numerator: 1, denominator: 2 } },
    ])
    expect(byKind.map(({ kind }) => kind)).toEqual(['birthday', 'tier_up'])
    for (const cut of [byDay, byKind, places]) {
      for (const [name, whole] of Object.entries({ execution, completion })) {
        const parts = cut.map((row) => row[name as 'execution' | 'completion'])
        expect(parts.reduce((sum, { numerator }) => sum + numerator, 0)).toBe(whole.numerator)
        expect(parts.reduce((sum, { denominator }) => sum + denominator, 0)).toBe(whole.denominator)
      }
    }
  })

  it('finds guides without a store, and stores without a region, under an empty key', async () => {
    const rover = await aGuide(db, { userid: 'Rover', name: '流动', storeNo: null })
    await aTask(db, chain.customer, rover)

    expect((await overview()).places).toMatchObject([{ key: '', name: null }])
    expect((await overview('&region=')).places).toMatchObject([{ key: '', name: null }])
    expect((await overview('&store=')).places).toMatchObject([{ key: 'Rover' }])
  })

  it('shows a manager the guides of their store alone, whatever the address asks for', async () => {
    await someTasks()

    expect(await overview('', manager)).toMatchObject({
      level: 'guide',
      execution: { denominator: 2 },
      places: [{ key: 'WangXiaoMing' }],
    })
    expect((await overview('&store=S2', manager)).places).toEqual([])
    expect((await overview(`&region=${encodeURIComponent('华南')}`, manager)).places).toEqual([])
  })

  it('says nothing was given with rates of nothing', async () => {
    expect(await overview()).toMatchObject({
      execution: { numerator: 0, denominator: 0, rate: null },
      byDay: [],
      byKind: [],
      places: [],
    })
  })

  it('comes as a table of its places', async () => {
    await someTasks()

    const answer = await get('/api/reports/overview?from=2026-11-16&to=2026-11-22&format=csv')

    expect(answer.headers['content-disposition']).toContain('overview-2026-11-16-2026-11-22.csv')
    expect(answer.body.split('\n').slice(0, 2)).toEqual([
      '\ufeff区域,编号,已执行,应执行,执行率,已完成,已到期,完成率,已发送,7天内购买,开始日期,结束日期',
      '华南,华南,0,1,0,0,0,,0,0,2026-11-16,2026-11-22',
    ])
  })

  it('refuses days that do not exist, and names the field', async () => {
    const answer = await get('/api/reports/overview?from=2026-02-30&to=2026-11-22')

    expect(answer.json()).toMatchObject({ code: 'BAD_INPUT', field: 'from' })
  })
})

describe('GET /api/reports/exceptions', () => {
  it('names the guides who have begun nothing of today, most tasks first', async () => {
    await aTask(db, chain.customer, chain.guide)
    const sent = await aTask(db, chain.customer, chain.otherGuide)
    await aTouch(db, chain.customer, chain.otherGuide, '2026-11-22T01:30:00Z', { taskId: sent })
    await aTask(db, chain.farCustomer, chain.farGuide)
    await aTask(db, chain.farCustomer, chain.farGuide, { state: 'expired' })
    await aTask(db, chain.farCustomer, chain.hq, { state: 'dismissed' })
    await aTask(db, chain.farCustomer, chain.farManager, { scanDay: day('2026-11-21') })

    expect(await exceptions()).toMatchObject({
      day: '2026-11-22',
      notStarted: { numerator: 2, denominator: 4 },
      guides: [
        { userid: 'ZhaoLei', storeName: '徐汇店', tasks: 2 },
        { userid: 'WangXiaoMing', tasks: 1 },
      ],
    })
    expect(await exceptions('', manager)).toMatchObject({
      notStarted: { numerator: 1, denominator: 2 },
      guides: [{ userid: 'WangXiaoMing' }],
    })
    expect((await exceptions('?store=S2')).guides).toMatchObject([{ userid: 'ZhaoLei' }])
  })

  it('counts what limits hold back now, by reason', async () => {
    const held = async (
      why: string,
      guide: { id: bigint } | null,
      resolvedAt: Date | null = null,
    ) =>
      await db.prisma.heldBack.create({
        data: {
          customerId: (await aCustomer(db)).id,
          kind: 'birthday',
          occurrence: '2026',
          why,
          assigneeId: guide?.id ?? null,
          facts: {},
          scanDay: day('2026-11-20'),
          updatedAt: at('20T01:00'),
          resolvedAt,
        },
      })
    await held('guide_day', chain.guide)
    await held('guide_day', chain.farGuide)
    await held('no_relation', null)
    await held('customer_day', chain.guide, at('22T01:00'))

    expect((await exceptions()).heldBack).toEqual([
      { why: 'guide_day', candidates: 2 },
      { why: 'no_relation', candidates: 1 },
    ])
    expect((await exceptions('', manager)).heldBack).toEqual([{ why: 'guide_day', candidates: 1 }])
    expect((await exceptions('?store=S2')).heldBack).toEqual([{ why: 'guide_day', candidates: 1 }])
  })

  it('counts the messages of today that failed, by kind and the code WeCom gave', async () => {
    const failed = (recipient: string | null, kind: string, notBefore: Date, state = 'failed') =>
      db.prisma.outbox.create({
        data: {
          kind,
          dedupeKey: `${kind}:${Math.random()}`,
          recipient,
          payload: {},
          state: state as 'failed',
          notBefore,
          errcode: 60020,
          traceId: 'test',
          createdAt: notBefore,
        },
      })
    // the day begins at 16:00 UTC of the day before
    await failed('WangXiaoMing', 'app_message', at('21T16:00'))
    await failed('zhaolei', 'app_message', at('22T01:00'))
    await failed(null, 'mark_tag', at('22T01:00'))
    await failed('WangXiaoMing', 'app_message', new Date('2026-11-21T15:59:59Z'))
    await failed('WangXiaoMing', 'app_message', at('22T01:00'), 'sent')
    await aTouch(db, chain.customer, chain.guide, '2026-11-22T01:30:00Z', { result: 'failed' })

    expect((await exceptions()).failed).toEqual([
      { kind: 'app_message', errcode: 60020, messages: 2 },
      { kind: 'mark_tag', errcode: 60020, messages: 1 },
      { kind: 'touch', errcode: null, messages: 1 },
    ])
    expect((await exceptions('', manager)).failed).toEqual([
      { kind: 'app_message', errcode: 60020, messages: 1 },
      { kind: 'touch', errcode: null, messages: 1 },
    ])
  })
})
