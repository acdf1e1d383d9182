import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { CustomerHistory } from '../../server/api/customer-history/schema.ts'
import { aCoupon, aRelation, aTask } from '../support/chain.ts'
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
  await emptyDatabase(db)
  clock.set('2026-11-22T02:00:00Z')
  chain = await twoStores(db)
})

async function get(userid: string, language = 'zh-CN') {
  const headers = { ...(await signIn(test.app, userid)), 'accept-language': language }
  return test.app.inject({ url: `/api/customers/${chain.customer.id}/history`, headers })
}

const history = async (userid = chain.manager.userid, language?: string) =>
  (await get(userid, language)).json<CustomerHistory>()

const held = (occurrence: string, parts: { why: string; assigneeId?: bigint; resolvedAt?: Date }) =>
  db.prisma.heldBack.create({
    data: {
      customerId: chain.customer.id,
      kind: 'birthday',
      occurrence,
      facts: { day: '2026-11-24', md: 1124, lunar: false, daysUntil: 2 },
      scanDay: new Date('2026-11-22'),
      updatedAt: new Date('2026-11-22T01:00:00Z'),
      ...parts,
    },
  })

describe('GET /api/customers/:id/history', () => {
  it('is empty of whom nothing has happened to, but for the guide', async () => {
    expect(await history()).toEqual({
      relations: [
        {
          userid: 'WangXiaoMing',
          name: '王小明',
          storeName: '静安店',
          addedAt: expect.any(String),
          endedAt: null,
          endedBy: null,
          half: false,
        },
      ],
      consents: [],
      tierChanges: [],
      classChanges: [],
      lots: [],
      coupons: [],
      tasks: [],
      held: [],
    })
  })

  it('has every guide they ever had, the live ones first', async () => {
    await aRelation(db, chain.customer, chain.farGuide, {
      addedAt: new Date('2024-01-01T00:00:00Z'),
      endedAt: new Date('2026-10-01T00:00:00Z'),
      endedBy: 'customer',
    })
    await aRelation(db, chain.customer, chain.otherGuide, {
      addedAt: new Date('2026-01-01T00:00:00Z'),
    })

    const { relations } = await history()
    expect(relations.map(({ name, endedBy }) => [name, endedBy])).toEqual([
      ['王小明', null],
      ['刘芳', null],
      ['赵磊', 'customer'],
    ])
  })

  it('tells changes of tier and class newest first, by the names people know', async () => {
    const customerId = chain.customer.id
    await db.prisma.tierChange.createMany({
      data: [
        ['2026-05-01', 'iron', 'bronze', 'upgrade'],
        ['2026-10-31', 'bronze', 'iron', 'review'],
      ].map(([day = '', before = '', after = '', reason = '']) => {
        return { customerId, day: new Date(day), before, after, reason, facts: {} }
      }),
    })
    await db.prisma.classChange.createMany({
      data: [
        { customerId, day: new Date('2026-11-01'), what: 'rfm', before: null, after: '101' },
        { customerId, day: new Date('2026-11-02'), what: 'stage', before: 'new', after: 'active' },
      ],
    })

    const { tierChanges, classChanges } = await history()
    expect(tierChanges).toEqual([
      { day: '2026-10-31', before: '铜', after: '铁', reason: 'review' },
      { day: '2026-05-01', before: '铁', after: '铜', reason: 'upgrade' },
    ])
    expect(classChanges.map(({ what, before, after }) => [what, before, after])).toEqual([
      ['stage', '新会员', '活跃'],
      ['rfm', null, '重要发展'],
    ])
    expect((await history(chain.manager.userid, 'en')).classChanges[1]?.after).toBe(
      'To develop, valuable',
    )
  })

  it.each([
    ['2026-11-21', 'expired'],
    ['2026-11-22', 'issued'],
    ['2026-11-23', 'issued'],
  ])('calls a coupon whose last day is %s %s on the 22nd', async (day, state) => {
    await aCoupon(db, chain.customer, day)

    expect((await history()).coupons).toMatchObject([{ expiresOn: day, state }])
  })

  it('has tasks of the person’s store only, and whatever nobody could be given', async () => {
    await aTask(db, chain.customer, chain.guide)
    await aTask(db, chain.customer, chain.guide, { state: 'done', closing: 'self_reported' })
    await aTask(db, chain.customer, chain.farGuide)
    await held('a', { why: 'customer_day', assigneeId: chain.guide.id })
    await held('b', { why: 'customer_day', assigneeId: chain.farGuide.id })
    await held('c', { why: 'no_relation', resolvedAt: new Date('2026-11-22T01:30:00Z') })

    const managers = await history()
    const hq = await history(chain.hq.userid)
    expect(managers.tasks.map(({ state }) => state)).toEqual(['open', 'done'])
    expect(managers.held.map(({ why }) => why)).toEqual([
      '一天只提醒一件，先提醒了更要紧的',
      '没有哪位在岗的导购是 TA 的企业微信好友',
    ])
    expect(managers.held[0]?.reason).toContain('生日')
    expect([hq.tasks.length, hq.held.length]).toEqual([3, 3])
  })

  it('is not there for another store’s manager, and not for guides', async () => {
    expect((await get(chain.farManager.userid)).statusCode).toBe(404)
    expect((await get(chain.guide.userid)).statusCode).toBe(403)
  })
})
