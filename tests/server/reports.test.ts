import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { importItems } from '../../bot/members/import/import-items.ts'
import { RFM_FIVE } from '../../domain/rfm.ts'
import { REPORT_NAMES, type Report, type ReportName } from '../../server/api/reports/schema.ts'
import { aCoupon, aCustomer, aRelation, aTouch } from '../support/chain.ts'
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
  hq = await signIn(test.app, chain.hq.userid)
  manager = await signIn(test.app, chain.manager.userid)
})

const NOVEMBER = 'from=2026-11-01&to=2026-11-22'
const get = (url: string, headers = hq) => test.app.inject({ url, headers })
async function report(name: ReportName, query = NOVEMBER, headers = hq): Promise<Report> {
  const answer = await get(`/api/reports/${name}?${query}`, headers)
  expect(answer.statusCode, answer.body).toBe(200)
  return answer.json<Report>()
}
/** `key: [numerator, denominator]` of the figures, or of one table. */
function told({ figures, tables }: Report, code?: string): Record<string, (number | null)[]> {
  const lines = code === undefined ? figures : tables.find((table) => table.code === code)?.lines
  return Object.fromEntries(
    (lines ?? []).map(({ key, numerator, denominator }) => [
      key,
      denominator === null ? [numerator] : [numerator, denominator],
    ]),
  )
}
const order = (orderNo: string, memberNo: string, day: string, amountFen: number, rest = {}) => ({
  orderNo,
  memberNo,
  paidAt: `${day}T12:00:00+08:00`,
  amountFen,
  status: 'paid',
  ...rest,
})

describe('GET /api/reports/:report', () => {
  it.each(REPORT_NAMES)(
    '%s: is empty where nothing has happened, and says its period',
    async (name) => {
      const empty = await report(name)

      expect(empty.period).toEqual({ from: '2026-11-01', to: '2026-11-22' })
      for (const { numerator, rate } of empty.figures)
        expect([numerator, rate ?? 0]).toEqual([0, 0])
    },
  )

  it.each(REPORT_NAMES)('%s: comes in the reader’s language, and as a table', async (name) => {
    const answer = await get(`/api/reports/${name}?${NOVEMBER}&format=csv`)
    const english = await test.app.inject({
      url: `/api/reports/${name}?${NOVEMBER}`,
      headers: { ...hq, 'accept-language': 'en' },
    })

    expect(answer.headers['content-disposition']).toContain(`${name}-2026-11-01-2026-11-22.csv`)
    expect(answer.body.startsWith('\ufeff表,项目,数值,')).toBe(true)
    expect(english.body).not.toMatch(/\p{Script=Han}/u)
  })

  it('refuses a report that there is not, and days that do not exist', async () => {
    expect((await get(`/api/reports/weather?${NOVEMBER}`)).statusCode).toBe(400)
    expect((await get('/api/reports/tiers?from=2026-02-30&to=2026-11-22')).json()).toMatchObject({
      code: 'BAD_INPUT',
      field: 'from',
    })
  })
})

describe('of a region', () => {
  beforeEach(async () => {
    await db.prisma.store.update({ where: { storeNo: 'S2' }, data: { region: '华东' } })
    for (const customer of [chain.customer, chain.farCustomer, chain.loneCustomer])
      await db.prisma.customerTier.create({ data: { customerId: customer.id, tier: 'silver' } })
    await aTouch(db, chain.customer, chain.guide, '2026-11-01T03:00:00Z')
    await aTouch(db, chain.farCustomer, chain.farGuide, '2026-11-02T04:00:00Z')
  })
  const region = (name: string) => `${NOVEMBER}&region=${encodeURIComponent(name)}`

  it.each([
    ['its stores', '华东', 1],
    ['none: stores without one, and customers without a store', '', 2],
    ['that there is not', '华南', 0],
  ])('counts customers at home in %s', async (_, name, customers) => {
    expect(told(await report('tiers', region(name)))).toMatchObject({ customers: [customers] })
  })

  it('counts what its guides sent', async () => {
    expect(told(await report('outreach', region('华东')), 'guides')).toEqual({ ZhaoLei: [0, 1] })
    expect(told(await report('outreach', region('')), 'guides')).toEqual({ WangXiaoMing: [0, 1] })
  })

  it('adds up to the chain, and with a store to the store', async () => {
    const all = told(await report('tiers'))['customers']?.[0]

    expect(all).toBe(3)
    expect(told(await report('tiers', `${region('华东')}&store=S1`))).toMatchObject({
      customers: [0],
    })
  })

  it('shows a manager nothing of another store’s, and a guide of theirs their own friends', async () => {
    expect(told(await report('tiers', region('华东'), manager))).toMatchObject({ customers: [0] })
    expect(told(await report('outreach', region('华东'), manager))).toMatchObject({ sent: [0] })
    expect(told(await report('tiers', `${NOVEMBER}&guide=zhaolei`, manager))).toMatchObject({
      customers: [0],
    })
  })
})

describe('tiers', () => {
  const change = (customer: { id: bigint }, day: string, before: string, after: string) =>
    db.prisma.tierChange.create({
      data: {
        customerId: customer.id,
        day: new Date(day),
        before,
        after,
        reason: 'upgrade',
        facts: {},
      },
    })
  const keep = (customer: { id: bigint }, tier: string) =>
    db.prisma.customerTier.create({ data: { customerId: customer.id, tier } })

  it('tells shares and moves, up and down by the tier table', async () => {
    await keep(chain.customer, 'silver')
    await keep(chain.farCustomer, 'iron')
    await keep(chain.loneCustomer, 'iron')
    await change(chain.customer, '2026-11-01', 'bronze', 'silver')
    await change(chain.farCustomer, '2026-11-22', 'bronze', 'iron')
    // the day before the period
    await change(chain.loneCustomer, '2026-10-31', 'bronze', 'iron')

    const found = await report('tiers')

    expect(told(found)).toEqual({ rose: [1, 3], fell: [1, 3], customers: [3] })
    expect(told(found, 'shares')).toEqual({ iron: [2, 3], silver: [1, 3] })
    expect(told(found, 'moves')).toEqual({ 'bronze>silver': [1], 'bronze>iron': [1] })
    expect(told(found, 'roseByDay')).toEqual({ '2026-11-01': [1] })
  })

  it('tells the shares as they were at the end of a period that is over', async () => {
    await keep(chain.customer, 'gold')
    await keep(chain.farCustomer, 'iron')
    await change(chain.customer, '2026-11-15', 'iron', 'bronze')
    await change(chain.customer, '2026-11-16', 'bronze', 'silver')
    await change(chain.customer, '2026-11-20', 'silver', 'gold')

    expect(told(await report('tiers', 'from=2026-11-01&to=2026-11-15'), 'shares')).toEqual({
      iron: [1, 2],
      bronze: [1, 2],
    })
    expect(told(await report('tiers', 'from=2026-11-01&to=2026-11-14'), 'shares')).toEqual({
      iron: [2, 2],
    })
  })

  it('counts customers at home in a manager’s store alone, whatever the address asks for', async () => {
    await keep(chain.customer, 'silver')
    await keep(chain.farCustomer, 'iron')
    await change(chain.farCustomer, '2026-11-20', 'bronze', 'iron')

    expect(told(await report('tiers', NOVEMBER, manager))).toMatchObject({ fell: [0, 1] })
    expect(told(await report('tiers', `${NOVEMBER}&store=S2`, manager))).toMatchObject({
      customers: [0],
    })
    expect(told(await report('tiers', `${NOVEMBER}&store=S2`))).toMatchObject({ fell: [1, 1] })
    expect(told(await report('tiers', `${NOVEMBER}&guide=wangxiaoming`), 'shares')).toEqual({
      silver: [1, 1],
    })
  })
})

describe('repurchase', () => {
  it('counts purchase days, not orders, net of refunds', async () => {
    await importItems(test.deps, 'orders', [
      order('A1', 'M1', '2026-11-01', 1000),
      order('A2', 'M1', '2026-11-22', 3000),
      // twice on one day is one purchase day
      order('B1', 'M2', '2026-11-10', 500),
      order('B2', 'M2', '2026-11-10', 500),
      // the day before the period; refunded in part; refunded whole
      order('C1', 'M3', '2026-10-31', 9000),
      order('C2', 'M3', '2026-11-02', 2000, { refundedFen: 1000 }),
      order('C3', 'M3', '2026-11-03', 700, { refundedFen: 700 }),
    ])

    const found = await report('repurchase')

    expect(told(found)).toEqual({
      repurchase: [1, 3],
      // ceil(0.2 · 3) = 1 customer
      topShare: [4000, 6000],
      spendEach: [6000, 3],
      lifetime: [15_000, 3],
    })
    expect(told(found, 'purchaseDays')).toEqual({ '1': [2, 3], '2': [1, 3] })
    expect(told(found, 'stores')).toEqual({ S1: [1, 1], S2: [0, 1], '': [0, 1] })
  })

  it('tells the 365 days up to today from what is kept as a recount of the orders does', async () => {
    const days = ['2025-11-22', '2025-11-23', '2026-03-01', '2026-11-21', '2026-11-22']
    const orders = ['M1', 'M2', 'M3'].flatMap((memberNo, m) =>
      days
        .slice(m)
        .map((day, d) =>
          order(`${memberNo}-${d}`, memberNo, day, 1000 * (d + 1), { refundedFen: 100 * d }),
        ),
    )
    await importItems(test.deps, 'orders', orders)
    const year = 'from=2025-11-23&to=2026-11-22'

    const kept = told(await report('repurchase', year))
    const recount = await db.prisma.$queryRaw`
      select count(*)::int as buyers, count(*) filter (where days >= 2)::int as again, sum(spend)::int as spend
      from (
        select count(distinct paid_day) as days, sum(amount_fen - refunded_fen) as spend from orders
        where paid_day between '2025-11-23' and '2026-11-22' group by customer_id
      ) as buyer`
    await db.prisma.order.deleteMany()

    expect(recount).toEqual([{ buyers: 3, again: 3, spend: 28_100 }])
    expect(kept).toMatchObject({ repurchase: [3, 3], spendEach: [28_100, 3] })
    // and it reads no order for it
    expect(told(await report('repurchase', year))).toMatchObject({ repurchase: [3, 3] })
    expect(told(await report('repurchase', 'from=2025-11-24&to=2026-11-22'))).toMatchObject({
      repurchase: [0, 0],
    })
  })
})

describe('growth', () => {
  it('counts who joined and which relations began and ended, by the business day', async () => {
    // 00:00 of 1 November in Shanghai, and the second before
    await aCustomer(db, { joinedAt: new Date('2026-10-31T16:00:00Z') })
    await aCustomer(db, { joinedAt: new Date('2026-10-31T15:59:59Z') })
    await aCustomer(db, { joinedAt: new Date('2026-11-22T15:59:59Z') })
    await aRelation(db, chain.farCustomer, chain.guide, {
      addedAt: new Date('2026-11-05T00:00:00Z'),
    })
    await db.prisma.relation.updateMany({
      where: { customerId: chain.customer.id },
      data: { endedAt: new Date('2026-11-06T00:00:00Z'), endedBy: 'customer' },
    })

    const found = await report('growth')

    expect(told(found)).toEqual({ joined: [2], added: [1], relationLoss: [1, 3], lost: [0, 0] })
    expect(told(found, 'joined')).toEqual({ '2026-11-01': [1], '2026-11-22': [1] })
    expect(told(await report('growth', `${NOVEMBER}&store=S2`))).toMatchObject({
      relationLoss: [0, 1],
    })
  })

  it('does not call a guide’s own ending, or a handover, a loss', async () => {
    await db.prisma.relation.updateMany({
      where: { customerId: chain.customer.id },
      data: { endedAt: new Date('2026-11-06T00:00:00Z'), endedBy: 'transfer' },
    })

    expect(told(await report('growth'))).toMatchObject({ relationLoss: [0, 2] })
  })

  it('tells who is lost as the last night kept it', async () => {
    const kept = (customer: { id: bigint }, stage: string) =>
      db.prisma.customerClass.create({
        data: { customerId: customer.id, stage, asOf: new Date('2026-11-22') },
      })
    await kept(chain.customer, 'active')
    await kept(chain.farCustomer, 'lost')

    expect(told(await report('growth'))).toMatchObject({ lost: [1, 2] })
    expect(told(await report('growth'), 'stages')).toEqual({ active: [1, 2], lost: [1, 2] })
    expect(told(await report('growth', NOVEMBER, manager))).toMatchObject({ lost: [0, 1] })
  })
})

describe('coupons', () => {
  const issuedAt = new Date('2026-11-02T00:00:00Z')

  it('tells what became of those issued in the period, and flags use below 30 %', async () => {
    const name = '满200减50'
    await aCoupon(db, chain.customer, '2026-12-01', { issuedAt, name, status: 'used' })
    await aCoupon(db, chain.customer, '2026-11-21', { issuedAt, name })
    // its last day is today: not over yet
    await aCoupon(db, chain.farCustomer, '2026-11-22', { issuedAt, name: '生日券' })
    await aCoupon(db, chain.customer, '2026-12-01', { issuedAt, name: '作废', status: 'void' })
    await aCoupon(db, chain.customer, '2026-12-01', { issuedAt: new Date('2026-10-31T15:59:59Z') })

    const found = await report('coupons')

    expect(told(found)).toEqual({ used: [1, 3], expired: [1, 3], flagged: [1, 2] })
    expect(found.tables[0]?.lines.map(({ label }) => label)).toEqual([name, '生日券 · 低于 30%'])
    expect(told(await report('coupons', NOVEMBER, manager))).toMatchObject({ used: [1, 2] })
  })

  it('does not flag 30 % itself', async () => {
    for (let n = 0; n < 10; n += 1) {
      await aCoupon(db, chain.customer, '2026-12-01', {
        issuedAt,
        status: n < 3 ? 'used' : 'issued',
      })
    }

    expect(told(await report('coupons'))).toMatchObject({ used: [3, 10], flagged: [0, 1] })
  })
})

describe('outreach', () => {
  it('counts what was sent and who bought within 7 days of the first message', async () => {
    await aTouch(db, chain.customer, chain.guide, '2026-11-01T03:00:00Z')
    await aTouch(db, chain.customer, chain.otherGuide, '2026-11-09T03:00:00Z', { channel: 'phone' })
    await aTouch(db, chain.farCustomer, chain.farGuide, '2026-11-02T04:00:00Z')
    await aTouch(db, chain.farCustomer, chain.farGuide, '2026-11-03T04:00:00Z', {
      result: 'failed',
    })
    await aTouch(db, chain.farCustomer, chain.farGuide, '2026-11-03T04:00:00Z', {
      result: 'cancelled',
    })
    // neither a welcome nor the day before the period is in it
    await aTouch(db, chain.customer, chain.guide, '2026-11-05T03:00:00Z', { channel: 'welcome' })
    await aTouch(db, chain.customer, chain.guide, '2026-10-31T15:59:59Z')
    await importItems(test.deps, 'orders', [
      // a second within the 7 days; one after them, which is within those of the colleague's call
      order('A1', 'M1', '2026-11-09', 1000, { paidAt: '2026-11-09T03:30:00Z' }),
      order('B1', 'M2', '2026-11-09', 1000, { paidAt: '2026-11-09T03:59:59Z' }),
      order('B2', 'M2', '2026-11-03', 1000, { refundedFen: 1000 }),
    ])

    const found = await report('outreach')

    expect(told(found)).toEqual({ sent: [3], reached: [2], bought: [1, 2], failed: [1, 4] })
    expect(told(found, 'guides')).toEqual({
      WangXiaoMing: [0, 1],
      LiuFang: [1, 1],
      ZhaoLei: [1, 1],
    })
    expect(told(found, 'sentByDay')).toEqual({
      '2026-11-01': [1],
      '2026-11-02': [1],
      '2026-11-03': [0],
      '2026-11-09': [1],
    })
    expect(told(found, 'channels')).toEqual({ sidebar: [2, 3], phone: [1, 3] })
  })

  it('shows a manager what the guides of their store sent', async () => {
    await aTouch(db, chain.customer, chain.guide, '2026-11-01T03:00:00Z')
    await aTouch(db, chain.farCustomer, chain.farGuide, '2026-11-02T04:00:00Z')

    expect(told(await report('outreach', NOVEMBER, manager))).toMatchObject({ sent: [1] })
    expect(told(await report('outreach', `${NOVEMBER}&store=S2`, manager))).toMatchObject({
      sent: [0],
    })
    expect(told(await report('outreach', `${NOVEMBER}&guide=ZHAOLEI`), 'guides')).toEqual({
      ZhaoLei: [0, 1],
    })
  })
})

describe('fatigue', () => {
  const ended = (endedAt: string, endedBy: 'customer' | 'guide' = 'customer') =>
    db.prisma.relation.updateMany({
      where: { customerId: chain.customer.id },
      data: { endedAt: new Date(endedAt), endedBy },
    })

  it.each([
    ['at once', '2026-11-02T03:00:00Z', 'customer', 1],
    ['a millisecond before 7 days are over', '2026-11-09T02:59:59.999Z', 'customer', 1],
    ['after 7 days', '2026-11-09T03:00:00Z', 'customer', 0],
    ['before the touch', '2026-11-02T02:59:59Z', 'customer', 0],
    ['by the guide', '2026-11-03T03:00:00Z', 'guide', 0],
  ] as const)('counts a relation that ends %s', async (_, endedAt, by, deleted) => {
    await aTouch(db, chain.customer, chain.guide, '2026-11-02T03:00:00Z')
    await aTouch(db, chain.farCustomer, chain.farGuide, '2026-11-02T03:00:00Z')
    await ended(endedAt, by)

    const found = await report('fatigue')

    expect(told(found)).toMatchObject({ deleted: [deleted, 2], touches: [2] })
    expect(found.figures[0]).toMatchObject({ unit: 'perThousand', rate: deleted * 500 })
  })

  it('counts a deleted guide once, however many touches came before', async () => {
    await aTouch(db, chain.customer, chain.guide, '2026-11-02T03:00:00Z')
    await aTouch(db, chain.customer, chain.guide, '2026-11-03T03:00:00Z')
    await ended('2026-11-04T03:00:00Z')

    expect(told(await report('fatigue'))).toMatchObject({ deleted: [1, 2] })
    expect(told(await report('fatigue'), 'often')).toEqual({ '2': [1, 1] })
  })

  it('counts who said no more after a touch, and what limits held back', async () => {
    await aTouch(db, chain.customer, chain.guide, '2026-11-02T03:00:00Z')
    const said = (at: string) =>
      db.prisma.consent.create({
        data: {
          customerId: chain.customer.id,
          consent: 'none',
          source: 'chat',
          by: 'x',
          at: new Date(at),
        },
      })
    await said('2026-11-02T04:00:00Z')
    await said('2026-11-03T04:00:00Z')
    const held = (customer: { id: bigint }, scanDay: string) =>
      db.prisma.heldBack.create({
        data: {
          customerId: customer.id,
          kind: 'birthday',
          occurrence: scanDay,
          why: 'customer_week',
          facts: {},
          scanDay: new Date(scanDay),
          updatedAt: new Date(scanDay),
        },
      })
    await held(chain.customer, '2026-11-01')
    await held(chain.farCustomer, '2026-11-22')
    await held(chain.customer, '2026-10-31')

    expect(told(await report('fatigue'))).toMatchObject({ refused: [1, 1] })
    expect(told(await report('fatigue'), 'heldBack')).toEqual({ customer_week: [2, 2] })
    expect(told(await report('fatigue', NOVEMBER, manager), 'heldBack')).toEqual({
      customer_week: [1, 1],
    })
  })
})

describe('rfm', () => {
  const keep = (customer: { id: bigint }, rfm: string | null, five: string | null) =>
    db.prisma.customerClass.create({
      data: { customerId: customer.id, rfm, five, stage: 'active', asOf: new Date('2026-11-22') },
    })
  const change = (
    customer: { id: bigint },
    day: string,
    what: string,
    before: string | null,
    after: string | null,
  ) =>
    db.prisma.classChange.create({
      data: { customerId: customer.id, day: new Date(day), what, before, after },
    })

  it('tells the classes as they were at the end of the period, and the moves in it', async () => {
    await keep(chain.customer, '111', RFM_FIVE[0])
    await keep(chain.farCustomer, '000', RFM_FIVE[1])
    await keep(chain.loneCustomer, null, null)
    await change(chain.customer, '2026-11-21', 'rfm', '000', '111')
    await change(chain.customer, '2026-11-21', 'five', RFM_FIVE[1], RFM_FIVE[0])
    await change(chain.farCustomer, '2026-11-22', 'rfm', null, '000')
    await change(chain.farCustomer, '2026-11-22', 'stage', 'new', 'active')

    const now = await report('rfm')
    const before = await report('rfm', 'from=2026-11-01&to=2026-11-20')
    const between = await report('rfm', 'from=2026-11-01&to=2026-11-21')

    expect(told(now)).toEqual({ value: [1, 2], winBack: [0, 2], classed: [2] })
    expect(told(now, 'rfm')).toEqual({ '111': [1, 2], '000': [1, 2] })
    expect(told(now, 'moves')).toEqual({ [`${RFM_FIVE[1]}>${RFM_FIVE[0]}`]: [1] })
    expect(told(between, 'rfm')).toEqual({ '111': [1, 1] })
    expect(told(before, 'rfm')).toEqual({ '000': [1, 1] })
    expect(told(before, 'moves')).toEqual({})
  })

  it('says by which medians of the last night it was told, and how many got the nearest class', async () => {
    const run = (day: string, fallbacks: number, scored = 1500) =>
      db.prisma.classRun.create({
        data: {
          day: new Date(day),
          at: new Date(day),
          thresholds: { scored, fallbacks, daysSince: 31, orders: 2.5, spendFen: 128_050 },
        },
      })
    await run('2026-11-20', 30)
    await run('2026-11-21', 312)
    // nobody was scored: the medians are none
    await run('2026-11-22', 0, 0)

    const { notes } = await report('rfm')
    const before = await report('rfm', 'from=2026-11-01&to=2026-11-20')
    const first = await report('rfm', 'from=2026-11-01&to=2026-11-19')
    const csv = await get(`/api/reports/rfm?${NOVEMBER}&format=csv`)

    expect(notes).toEqual([
      '11 月 21 日的分层，按全部 1,500 位近一年有订单的客户的中位数划分：31 天前买过、2.5 单、¥1,280.50。比中位数好算高，相等算低。',
      '五类里，其中 312 人没有完全对上的类别，按最接近的类别归入。',
    ])
    expect(before.notes[1]).toContain('其中 30 人')
    expect(first.notes).toEqual([])
    expect(csv.body).toContain('其中 312 人')
  })

  it('says what each class means', async () => {
    await keep(chain.customer, '011', RFM_FIVE[4])

    const { tables } = await report('rfm')

    expect(tables.slice(0, 2).map(({ lines }) => lines[0])).toMatchObject([
      { label: '重要保持', means: '好久没来，买得勤，花得多' },
      { label: '流失预警', means: '综合排在后 20%' },
    ])
  })

  it('counts customers at home in a manager’s store alone', async () => {
    await keep(chain.customer, '111', RFM_FIVE[0])
    await keep(chain.farCustomer, '000', RFM_FIVE[1])

    expect(told(await report('rfm', NOVEMBER, manager))).toMatchObject({ classed: [1] })
  })
})
