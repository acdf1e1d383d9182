import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { countGroupCycles } from '../../bot/rules/group-cycles.ts'
import { rebuildLots } from '../../bot/members/settle-lots.ts'
import type { CustomerProfile, TimelinePage } from '../../server/api/customers/schema.ts'
import { aCoupon, aRelation, aTask, aTouch, someStats } from '../support/chain.ts'
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
const send = (
  method: 'POST' | 'PATCH',
  url: string,
  payload: object,
  headers: Record<string, string> = guide,
) => test.app.inject({ method, url, headers, payload })
const path = (rest = '') => `/api/customers/${chain.customer.id}${rest}`

async function profile(headers = guide): Promise<CustomerProfile> {
  const answer = await get(path(), headers)
  expect(answer.statusCode, answer.body).toBe(200)
  return answer.json<CustomerProfile>()
}

async function anOrder(no: string, day: string, amountFen: number, parts: object = {}) {
  await db.prisma.order.create({
    data: {
      orderNo: no,
      memberNo: 'M1',
      customerId: chain.customer.id,
      storeNo: 'S1',
      paidAt: new Date(`${day}T04:00:00Z`),
      paidDay: new Date(day),
      amountFen: BigInt(amountFen),
      status: 'paid',
      ...parts,
    },
  })
}

async function someTags() {
  const group = await db.prisma.tagGroup.create({
    data: { name: '喜好', dimension: 'behaviour', wecomId: 'etg1' },
  })
  const tags = []
  for (const name of ['喜欢红色', '喜欢蓝色', '周末来']) {
    tags.push(
      await db.prisma.tag.create({ data: { groupId: group.id, name, wecomId: `et-${name}` } }),
    )
  }
  return tags.map((tag) => tag.id.toString())
}

describe('who may see a profile', () => {
  it('is asked at each request: who left sees none, who has a new role sees what goes with it', async () => {
    const far = await signIn(test.app, chain.farGuide.userid)
    const change = (data: { role?: 'hq'; active?: boolean }) =>
      db.prisma.employee.update({ where: { id: chain.farGuide.id }, data })

    const asked = [await get(path(), far)]
    await change({ role: 'hq' })
    asked.push(await get(path(), far))
    await change({ active: false })
    asked.push(await get(path(), far))

    expect(asked.map(({ statusCode }) => statusCode)).toEqual([404, 200, 401])
    expect(asked[2]?.json()).toMatchObject({ code: 'NOT_SIGNED_IN' })
  })
})

describe('GET /api/customers/by-external/:externalUserId', () => {
  it('finds the customer beside whose chat the sidebar is', async () => {
    const answer = await get('/api/customers/by-external/wmone')

    expect(answer.json<CustomerProfile>()).toMatchObject({
      id: String(chain.customer.id),
      name: '张晓雯',
      memberNo: 'M1',
      relation: { half: false, endedAt: null },
      guides: [{ userid: 'WangXiaoMing', name: '王小明' }],
      ownerGuide: { userid: 'WangXiaoMing' },
    })
  })

  it.each(['wmnobody', 'wmtwo'])('does not find %s', async (externalUserId) => {
    const answer = await get(`/api/customers/by-external/${externalUserId}`)

    expect(answer.statusCode).toBe(404)
    expect(answer.json()).toMatchObject({ code: 'CUSTOMER_NOT_FOUND' })
  })
})

describe('GET /api/customers/:id', () => {
  it('gives a customer about whom nothing is known yet', async () => {
    expect(await profile()).toMatchObject({
      tier: { code: 'iron', name: '铁', keep: null, flags: [] },
      points: { balance: 0, pending: 0, shortfall: 0, expiring: [] },
      coupons: [],
      value: { spend365Fen: 0, orders365: 0, averageFen: 0, rfm: null },
      rhythm: null,
      tags: [],
      tasks: [],
      mobile: null,
      birthday: null,
      consent: 'one_to_one',
      contact: { ok: true, why: null, until: null },
      lastTouchByMe: null,
      lastTouchByOthers: null,
    })
  })

  it('tells the classes and P(alive) of the last night, in the reader’s language', async () => {
    await someStats(db, chain.customer, {
      orders365: 3,
      spend365Fen: 30_000n,
      purchaseDays: 3,
      purchaseDays365: 3,
      lastPurchaseDay: '2026-10-22',
      cycleDays: 20,
    })
    await db.prisma.customerClass.create({
      data: {
        customerId: chain.customer.id,
        rfm: '101',
        five: 'high_value',
        stage: 'active',
        pAlive: 0.83,
        asOf: new Date('2026-11-22'),
      },
    })

    expect(await profile()).toMatchObject({
      value: { rfm: { eight: '重要发展', five: '高频价值' } },
      rhythm: { pAlive: 0.83 },
    })
    const english = await get(path(), { ...guide, 'accept-language': 'en' })
    expect(english.json<CustomerProfile>().value.rfm).toEqual({
      eight: 'To develop, valuable',
      five: 'High value',
    })
  })

  it('tells value, tier and what is short of the next one', async () => {
    await someStats(db, chain.customer, {
      orders365: 10,
      spend365Fen: 168_000n,
      purchaseDays: 9,
      purchaseDays365: 9,
      lastPurchaseDay: '2026-10-22',
      cycleDays: 15.5,
    })

    expect(await profile()).toMatchObject({
      tier: { code: 'bronze', next: { code: 'silver', name: '银', spendFen: 32_000, orders: 11 } },
      value: { spend365Fen: 168_000, orders365: 10, averageFen: 16_800 },
      rhythm: { cycleDays: 15.5, source: 'own', daysSince: 31, factor: 2 },
      stage: 'sleeping',
    })
  })

  it('counts an order of tomorrow as one of today', async () => {
    await someStats(db, chain.customer, { lastPurchaseDay: '2026-11-23', cycleDays: 15 })

    expect((await profile()).rhythm).toMatchObject({ daysSince: 0, factor: 0 })
  })

  it('tells what is short of keeping the tier when orders leave the window before the review', async () => {
    // review on 1 December: an order of 30 November last year is outside then
    for (let i = 0; i < 10; i++) await anOrder(`A${i}`, '2025-11-28', 10_000)
    await anOrder('B', '2026-11-01', 20_000)
    // given back as a whole: it counts nowhere
    await anOrder('C', '2026-11-02', 500)
    await db.prisma.order.updateMany({ where: { orderNo: 'C' }, data: { refundedFen: 500n } })
    await someStats(db, chain.customer, {
      orders365: 11,
      spend365Fen: 120_000n,
      lastPurchaseDay: '2026-11-01',
    })

    expect((await profile()).tier).toMatchObject({
      code: 'bronze',
      keep: { reviewDay: '2026-12-01', spendFen: 80_000, orders: 9 },
    })
  })

  it('tells that a tier is safe, and of the lowest nothing', async () => {
    for (let i = 0; i < 10; i++) await anOrder(`A${i}`, '2026-11-01', 10_000)
    await someStats(db, chain.customer, { orders365: 10, spend365Fen: 100_000n })

    expect((await profile()).tier).toMatchObject({
      code: 'bronze',
      keep: { reviewDay: '2026-12-01', spendFen: 0, orders: 0 },
    })
    await someStats(db, chain.customer, { orders365: 9, spend365Fen: 90_000n })
    expect((await profile()).tier).toMatchObject({ code: 'iron', keep: null })
  })

  it.each([
    ['2026-11-01', '2026-12-01'],
    ['2026-11-02', '2027-01-01'],
  ])('names the review that the task names: warned on %s, %s', async (warnedOn, reviewDay) => {
    await db.prisma.customerTier.create({
      data: {
        customerId: chain.customer.id,
        tier: 'bronze',
        warnedOn: new Date(warnedOn),
      },
    })

    expect((await profile()).tier.keep).toMatchObject({ reviewDay, spendFen: 100_000, orders: 10 })
  })

  it('tells all that keeps gold: purchase days, and friends who bought', async () => {
    await someStats(db, chain.customer, { orders365: 30, spend365Fen: 300_000n })
    await db.prisma.customerTier.create({ data: { customerId: chain.customer.id, tier: 'gold' } })

    expect((await profile()).tier).toMatchObject({
      next: null,
      keep: { spendFen: 0, orders: 0, purchaseDays: 2, referrals: 1 },
    })
  })

  it('lists usable coupons and expiring points by date, with days left', async () => {
    await aCoupon(db, chain.customer, '2026-11-29', { couponNo: 'C2' })
    await aCoupon(db, chain.customer, '2026-11-22', { couponNo: 'C1' })
    await aCoupon(db, chain.customer, '2026-11-21', { couponNo: 'over' })
    await aCoupon(db, chain.customer, '2026-12-21', { couponNo: 'used', status: 'used' })
    await db.prisma.pointsEntry.createMany({
      data: [
        {
          entryNo: 'p1',
          kind: 'earn' as const,
          points: 300,
          expiresAt: new Date('2026-11-30T10:00:00Z'),
        },
        {
          entryNo: 'p2',
          kind: 'earn' as const,
          points: 200,
          expiresAt: new Date('2027-11-30T10:00:00Z'),
        },
        { entryNo: 'p3', kind: 'spend' as const, points: -100 },
        {
          entryNo: 'p4',
          kind: 'earn' as const,
          points: 40,
          occurredAt: new Date('2026-11-20T04:00:00Z'),
        },
        {
          entryNo: 'p5',
          kind: 'spend' as const,
          points: 500,
          occurredAt: new Date('2026-05-01T04:00:00Z'),
        },
      ].map((entry, i) => ({
        occurredAt: new Date(Date.UTC(2026, 5, 1 + i)),
        ...entry,
        memberNo: 'M1',
        customerId: chain.customer.id,
      })),
    })

    await rebuildLots(db, 'Asia/Shanghai')

    const { coupons, points } = await profile()

    expect(coupons.map(({ couponNo, days }) => [couponNo, days])).toEqual([
      ['C1', 0],
      ['C2', 7],
    ])
    expect(points).toEqual({
      balance: 400,
      pending: 40,
      shortfall: 500,
      expiring: [{ points: 200, expiresOn: '2026-11-30', days: 8 }],
    })
  })

  it('masks the mobile; the number itself takes a call of its own, which is written down', async () => {
    await db.prisma.customer.update({
      where: { id: chain.customer.id },
      data: { mobileEnc: test.deps.cipher.encrypt('13812341234') },
    })

    expect((await profile()).mobile).toBe('138****1234')
    const answer = await send('POST', path('/reveal-mobile'), {})
    expect(answer.json()).toEqual({ mobile: '13812341234' })
    expect(await db.prisma.auditLog.findMany()).toMatchObject([
      {
        actor: 'WangXiaoMing',
        action: 'reveal_mobile',
        subject: `customer:${chain.customer.id}`,
      },
    ])
  })

  it('shows my open tasks with reason and words, not those of others', async () => {
    const mine = await aTask(db, chain.customer, chain.guide)
    await aTask(db, chain.customer, chain.otherGuide)
    await aTask(db, chain.customer, chain.guide, {
      state: 'done',
      closedAt: new Date('2026-11-22T01:00:00Z'),
    })
    await aTask(db, chain.customer, chain.guide, { diesAt: new Date('2026-11-22T01:59:59Z') })

    const { tasks } = await profile()

    expect(tasks.map(({ id }) => id)).toEqual([String(mine)])
    expect(tasks[0]).toMatchObject({
      kind: 'birthday',
      reason: expect.stringContaining('后天') as string,
      words: expect.stringContaining('张女士') as string,
      customer: { name: '张晓雯', tier: '铁' },
      assignee: { userid: 'WangXiaoMing' },
    })
  })

  it('speaks English to those who ask for it, and Chinese to customers', async () => {
    await aTask(db, chain.customer, chain.guide)

    const { tier, tasks } = (
      await get(path(), { ...guide, 'accept-language': 'en-GB,en;q=0.9,zh;q=0.5' })
    ).json<CustomerProfile>()

    expect(tier.name).toBe('Iron')
    expect(tasks[0]?.reason).toMatch(/irthday/)
    expect(tasks[0]?.words).toContain('张女士')
  })

  it('says who was in touch last, and whether I may write now', async () => {
    await aTouch(db, chain.customer, chain.guide, '2026-11-20T03:00:00Z')
    await aTouch(db, chain.customer, chain.otherGuide, '2026-11-21T23:00:00Z')

    expect(await profile()).toMatchObject({
      lastTouchByMe: { day: '2026-11-20', name: '王小明', channel: 'sidebar' },
      lastTouchByOthers: { day: '2026-11-22', name: '刘芳' },
      contact: { ok: false, why: 'other_guide' },
    })
  })

  it('does not let a half relation write', async () => {
    await db.prisma.relation.updateMany({ data: { half: true } })

    expect((await profile()).contact).toMatchObject({ ok: false, why: 'no_relation' })
  })

  it('borrows the rhythm of the chain where the customer has none, and says so', async () => {
    await someStats(db, chain.farCustomer, { lastPurchaseDay: '2026-11-01', cycleDays: 20 })
    await someStats(db, chain.customer, { purchaseDays: 1, lastPurchaseDay: '2026-11-02' })
    await countGroupCycles(db.prisma)
    const fresh = await buildTestApp(db, { clock })
    const headers = await signIn(fresh.app, chain.guide.userid)

    const answer = await fresh.app.inject({ url: path(), headers })

    expect(answer.json<CustomerProfile>().rhythm).toMatchObject({
      cycleDays: 20,
      source: 'chain',
      daysSince: 20,
      factor: 1,
    })
    await fresh.close()
  })

  it('gives a customer without a relation to headquarters only', async () => {
    const url = `/api/customers/${chain.loneCustomer.id}`
    const hq = await signIn(test.app, chain.hq.userid)
    const manager = await signIn(test.app, chain.manager.userid)

    expect((await get(url, hq)).statusCode).toBe(200)
    expect((await get(url, manager)).statusCode).toBe(404)
  })

  it('closes when the customer deletes the guide', async () => {
    await db.prisma.relation.updateMany({
      data: { endedAt: new Date('2026-11-22T01:00:00Z'), endedBy: 'customer' },
    })

    expect((await get(path())).statusCode).toBe(404)
  })
})

describe('GET /api/customers/:id/timeline', () => {
  it('merges all kinds, newest first, and pages without gap or repeat', async () => {
    const [red] = await someTags()
    for (let i = 0; i < 30; i++) {
      await anOrder(`O${i}`, `2026-10-${String((i % 15) + 1).padStart(2, '0')}`, 100 + i)
    }
    await aTouch(db, chain.customer, chain.guide, '2026-11-20T03:00:00Z')
    await send('PATCH', path('/tags'), { add: [red], remove: [] })
    await send('PATCH', path('/tags'), { add: [], remove: [red] })
    await send('POST', path('/notes'), { text: '喜欢安静' })

    const entries = []
    let cursor: string | null = ''
    while (cursor !== null) {
      const page: TimelinePage = (
        await get(path(`/timeline${cursor && `?cursor=${cursor}`}`))
      ).json()
      entries.push(...page.items)
      cursor = page.nextCursor
    }

    expect(new Set(entries.map(({ id }) => id)).size).toBe(entries.length)
    expect(entries).toHaveLength(30 + 1 + 2 + 1 + 1)
    const times = entries.map(({ at }) => Date.parse(at))
    expect(times).toEqual([...times].sort((a, b) => b - a))
    expect(entries.find(({ type }) => type === 'note')).toMatchObject({
      text: '喜欢安静',
      by: '王小明',
    })
    expect(entries.find(({ type }) => type === 'order')).toMatchObject({
      what: 'paid',
      text: '静安店',
    })
  })

  it.each([
    [
      'issued',
      { issuedAt: '2026-11-01T02:00:00Z' },
      '2026-12-31',
      'issued',
      '2026-11-01T02:00:00Z',
    ],
    ['ending today', {}, '2026-11-22', 'issued', '2026-10-01T00:00:00Z'],
    ['ended yesterday', {}, '2026-11-21', 'expired', '2026-11-21T15:59:59Z'],
    [
      'used',
      { status: 'used', usedAt: '2026-11-10T02:00:00Z' },
      '2026-11-21',
      'used',
      '2026-11-10T02:00:00Z',
    ],
    [
      'void',
      { status: 'void', updatedAt: '2026-11-12T02:00:00Z' },
      '2026-12-31',
      'void',
      '2026-11-12T02:00:00Z',
    ],
  ] as const)(
    'tells a coupon that is %s once, in its state',
    async (_name, parts, until, what, at) => {
      await aCoupon(db, chain.customer, until, parts)

      const { items } = (await get(path('/timeline?types=coupon'))).json<TimelinePage>()

      expect(items).toMatchObject([{ what, text: '满200减50', detail: { touch: null } }])
      expect(new Date(items[0]?.at ?? '')).toEqual(new Date(at))
    },
  )

  it.each([
    ['on the day', '2026-11-20T01:00:00Z', 0],
    ['two days before', '2026-11-18T12:00:00Z', 2],
    ['seven days before', '2026-11-12T16:00:00Z', 7],
    ['eight days before', '2026-11-12T15:59:00Z', null],
    ['later on the day', '2026-11-20T05:00:00Z', null],
  ])('tells whose message came before a used coupon: %s', async (_name, touchAt, days) => {
    await aCoupon(db, chain.customer, '2026-11-30', {
      status: 'used',
      usedAt: new Date('2026-11-20T04:00:00Z'),
      orderNo: 'O1',
    })
    await anOrder('O1', '2026-11-20', 46_800)
    await aTouch(db, chain.customer, chain.farGuide, '2026-11-01T04:00:00Z')
    await aTouch(db, chain.customer, chain.guide, touchAt)
    await aTouch(db, chain.customer, chain.farGuide, touchAt, { result: 'cancelled' })
    await aTouch(db, chain.customer, chain.farGuide, touchAt, { channel: 'welcome' })
    await aTouch(db, chain.farCustomer, chain.farGuide, touchAt)

    const { items } = (await get(path('/timeline?types=coupon'))).json<TimelinePage>()

    expect(items).toMatchObject([{ what: 'used', amountFen: 46_800 }])
    const touch = days === null ? null : { by: '王小明', days, channel: 'sidebar' }
    expect(items[0]?.detail['touch'] ?? null).toEqual(touch && expect.objectContaining(touch))
  })

  it('takes the order’s moment for a coupon used without one, and tells no message without either', async () => {
    await aTouch(db, chain.customer, chain.guide, '2026-11-19T04:00:00Z')
    await anOrder('O1', '2026-11-20', 46_800)
    await aCoupon(db, chain.customer, '2026-11-30', { status: 'used', orderNo: 'O1', name: '有单' })
    await aCoupon(db, chain.customer, '2026-11-30', { status: 'used', name: '无单' })

    const { items } = (await get(path('/timeline?types=coupon'))).json<TimelinePage>()

    const told = Object.fromEntries(items.map(({ text, detail }) => [text, detail['touch']]))
    expect(told).toMatchObject({ 有单: { days: 1 }, 无单: null })
  })

  it('gives only the kinds asked for', async () => {
    await aTouch(db, chain.customer, chain.guide, '2026-11-20T03:00:00Z')

    const { items } = (await get(path('/timeline?types=touch,note'))).json<TimelinePage>()

    expect(items.map(({ type }) => type)).toEqual(['touch'])
  })

  it.each(['?types=everything', '?cursor=abc', '?cursor=WyIxIl0'])(
    'refuses %s and names the field',
    async (query) => {
      const answer = await get(path(`/timeline${query}`))

      expect(answer.statusCode).toBe(400)
      expect(answer.json()).toMatchObject({ code: 'BAD_INPUT' })
      expect(answer.json<{ field: string }>().field).toMatch(/types|cursor/)
    },
  )

  it('is not there for somebody else', async () => {
    expect((await get(`/api/customers/${chain.farCustomer.id}/timeline`)).statusCode).toBe(404)
  })
})

describe('PATCH /api/customers/:id/tags', () => {
  it('answers with the new tags at once and leaves WeCom to the outbox', async () => {
    const [red = '', blue = ''] = await someTags()
    await send('PATCH', path('/tags'), { add: [red], remove: [] })

    const answer = await send('PATCH', path('/tags'), { add: [blue], remove: [red] })

    expect(answer.json<{ tags: object[] }>().tags).toMatchObject([
      { id: blue, name: '喜欢蓝色', origin: 'guide', originBy: 'WangXiaoMing' },
    ])
    expect(await db.prisma.outbox.count({ where: { kind: 'mark_tag' } })).toBeGreaterThan(0)
    expect(await db.prisma.customerTag.count({ where: { removedAt: { not: null } } })).toBe(1)
  })

  it('changes nothing when one of the tags is unknown', async () => {
    const [red = ''] = await someTags()

    const answer = await send('PATCH', path('/tags'), { add: [red, '999'], remove: [] })

    expect(answer.statusCode).toBe(404)
    expect(answer.json()).toMatchObject({ code: 'TAG_NOT_FOUND' })
    expect(await db.prisma.customerTag.count()).toBe(0)
  })

  it.each([
    [{ add: ['1'], remove: ['1'] }, 'remove'],
    [{ add: ['1'] }, 'remove'],
    [{ add: [1], remove: [] }, 'add[0]'],
    [{ add: ['x'], remove: [] }, 'add[0]'],
    [{ add: ['1', '1'], remove: [] }, 'add'],
    [{ add: [], remove: [], name: 'x' }, 'name'],
  ])('refuses %j and names %s', async (body, field) => {
    const answer = await send('PATCH', path('/tags'), body)

    expect(answer.statusCode).toBe(400)
    expect(answer.json()).toMatchObject({ code: 'BAD_INPUT', field })
  })
})

describe('PATCH /api/customers/:id', () => {
  it.each([
    ['13812341234', '138****1234'],
    ['+85251234567', '+85****4567'],
    ['1234567', '1****67'],
  ])('masks %s as %s: four digits at least are missing', async (mobile, masked) => {
    await db.prisma.customer.update({
      where: { id: chain.customer.id },
      data: { mobileEnc: test.deps.cipher.encrypt(mobile) },
    })

    expect((await profile()).mobile).toBe(masked)
  })

  it('shows a birthday without its year, and the year once its reveal is written down', async () => {
    await send('PATCH', path(), { birthday: '1990-05-20' })

    expect((await profile()).birthday).toBe('05-20')
    expect((await send('POST', path('/reveal-birthday'), {})).json()).toEqual({
      birthday: '1990-05-20',
    })
    expect(
      await db.prisma.auditLog.findMany({ where: { action: 'reveal_birthday' } }),
    ).toMatchObject([{ subject: `customer:${chain.customer.id}`, detail: { known: true } }])
  })

  it('stores a birthday of the Chinese calendar, whose months have thirty days', async () => {
    const change = { birthday: '02-30', lunarBirthday: true }

    expect((await send('PATCH', path(), change)).json()).toMatchObject(change)
    expect(await profile()).toMatchObject(change)
    expect((await send('PATCH', path(), { birthday: '05-20' })).json()).toMatchObject({
      birthday: '05-20',
      lunarBirthday: false,
    })
  })

  it.each([
    [{ birthday: '02-31', lunarBirthday: true }, 'birthday'],
    [{ birthday: '13-01', lunarBirthday: true }, 'birthday'],
    [{ lunarBirthday: true }, 'lunarBirthday'],
  ])('refuses %j and names %s', async (change, field) => {
    const answer = await send('PATCH', path(), change)

    expect(answer.statusCode).toBe(400)
    expect(answer.json()).toMatchObject({ code: 'BAD_INPUT', field })
  })

  it('stores a birthday with or without its year', async () => {
    expect((await send('PATCH', path(), { birthday: '1990-05-20' })).json()).toMatchObject({
      birthday: '1990-05-20',
    })
    expect((await send('PATCH', path(), { birthday: '02-29' })).json()).toMatchObject({
      birthday: '02-29',
      lunarBirthday: false,
    })
  })

  it.each(['02-30', '1990-02-29', '2027-01-01', '1800-01-01', '13-01', '5-20', 'May 20', ''])(
    'refuses the birthday %j',
    async (birthday) => {
      const answer = await send('PATCH', path(), { birthday })

      expect(answer.statusCode).toBe(400)
      expect(answer.json()).toMatchObject({ code: 'BAD_INPUT', field: 'birthday' })
    },
  )

  it('writes the remark to the relation and has it written in WeCom', async () => {
    await send('PATCH', path(), { remark: '张姐 静安' })

    expect(
      await db.prisma.relation.findFirst({ where: { employeeId: chain.guide.id } }),
    ).toMatchObject({ remark: '张姐 静安' })
    expect(await db.prisma.outbox.findFirst({ where: { kind: 'remark' } })).toMatchObject({
      payload: { userid: 'WangXiaoMing', externalUserid: 'wmone', remark: '张姐 静安' },
    })
  })

  it('refuses a remark of 21 characters, and one without a relation', async () => {
    const manager = await signIn(test.app, chain.manager.userid)

    expect((await send('PATCH', path(), { remark: '一'.repeat(21) })).statusCode).toBe(400)
    expect((await send('PATCH', path(), { remark: '张姐' }, manager)).json()).toMatchObject({
      code: 'BAD_INPUT',
      field: 'remark',
    })
  })

  it('keeps nothing of a change when a part of it is refused', async () => {
    await send('PATCH', path(), { note: '第一', birthday: '02-30' })

    expect(await db.prisma.note.count()).toBe(0)
  })
})

describe('POST /api/customers/:id/consent', () => {
  it('keeps each statement; “no more” cancels the open tasks at once', async () => {
    const task = await aTask(db, chain.customer, chain.guide)

    const answer = await send('POST', path('/consent'), { consent: 'none', source: 'chat' })

    expect(answer.json()).toMatchObject({
      consent: 'none',
      tasks: [],
      contact: { ok: false, why: 'no_consent', until: null },
    })
    expect(await db.prisma.task.findUnique({ where: { id: task } })).toMatchObject({
      state: 'cancelled',
      closeReason: 'no_more',
    })
    expect(await db.prisma.consent.findMany()).toMatchObject([
      { consent: 'none', source: 'chat', by: 'WangXiaoMing' },
    ])
  })

  it('lets only the customer take “no more” back', async () => {
    await send('POST', path('/consent'), { consent: 'none', source: 'chat' })

    const byGuide = await send('POST', path('/consent'), { consent: 'all', source: 'guide' })
    const byCustomer = await send('POST', path('/consent'), {
      consent: 'all',
      source: 'customer',
    })

    expect(byGuide.statusCode).toBe(409)
    expect(byGuide.json()).toMatchObject({ code: 'CONSENT_IS_CUSTOMERS' })
    expect(byCustomer.json()).toMatchObject({ consent: 'all' })
  })
})

describe('scope', () => {
  it('gives a manager the customers of the store and of its guides', async () => {
    const manager = await signIn(test.app, chain.manager.userid)
    await aRelation(db, chain.farCustomer, chain.otherGuide)

    expect((await get(path(), manager)).statusCode).toBe(200)
    expect((await get(`/api/customers/${chain.farCustomer.id}`, manager)).statusCode).toBe(200)
    const farManager = await signIn(test.app, chain.farManager.userid)
    expect((await get(path(), farManager)).statusCode).toBe(404)
  })
})
