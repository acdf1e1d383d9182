import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { runNight } from '../../bot/night.ts'
import type { WhyAnswer } from '../../server/api/why/schema.ts'
import { RULE_KINDS } from '../../domain/words.ts'
import { aCoupon, aTask, aTouch, someStats } from '../support/chain.ts'
import { emptyDatabase, useDatabase } from '../support/database.ts'
import { buildTestApp, signIn, type TestApp } from '../support/test-app.ts'
import { createTestClock, createTestDeps } from '../support/test-deps.ts'
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

async function why(kind: string, headers: Record<string, string> = guide): Promise<WhyAnswer> {
  const url = `/api/customers/${chain.customer.id}/why?kind=${kind}`
  const answer = await test.app.inject({ url, headers })
  expect(answer.statusCode, answer.body).toBe(200)
  return answer.json<WhyAnswer>()
}

const aBirthday = (birthdayMd: number) =>
  db.prisma.customer.update({ where: { id: chain.customer.id }, data: { birthdayMd } })

describe('why is there no birthday task for her', () => {
  it('because nobody knows the birthday', async () => {
    await db.prisma.customer.update({
      where: { id: chain.customer.id },
      data: { birthdayMd: null },
    })

    expect(await why('birthday')).toMatchObject({
      status: 'not_due',
      label: '生日',
      sentence: '还不知道生日，补上月和日就会提醒。',
      rule: { version: 1, params: { stepDays: [3, 0] } },
    })
  })

  it('because it is not near yet: the answer says when it comes up', async () => {
    await aBirthday(1224)

    expect((await why('birthday')).sentence).toBe(
      '下次生日：32 天后 12 月 24 日，提前 3 天（12 月 21 日）提醒。',
    )
    expect((await why('birthday', { ...guide, 'accept-language': 'en' })).sentence).toBe(
      'The next birthday is in 32 days (24 Dec); it comes up on 21 Dec.',
    )
  })

  it('because the first step was missed: the answer says which one is left', async () => {
    await aBirthday(1124)

    expect((await why('birthday')).sentence).toBe('下次生日：后天 11 月 24 日，当天提醒。')
  })

  it('there is one, and who has it', async () => {
    const facts = { day: '2026-11-24', md: 1124, lunar: false, daysUntil: 2 }
    const id = await aTask(db, chain.customer, chain.guide, { kind: 'birthday', facts })
    const { name } = await db.prisma.employee.findUniqueOrThrow({
      where: { id: chain.guide.id },
    })

    expect(await why('birthday')).toMatchObject({
      status: 'open',
      taskId: String(id),
      sentence: `${name}有这件任务：后天 11 月 24 日生日。`,
      facts,
    })
  })

  it('the next morning makes it, where the birthday was learned after the scan', async () => {
    await runNight(createTestDeps(db, { clock }), '2026-11-22')
    await db.prisma.dailyRun.upsert({
      where: { name_day: { name: 'scan', day: new Date('2026-11-22') } },
      create: {
        name: 'scan',
        day: new Date('2026-11-22'),
        enqueuedAt: clock.now(),
        finishedAt: clock.now(),
      },
      update: { finishedAt: clock.now() },
    })
    await aBirthday(1126)

    expect(await why('birthday')).toMatchObject({ status: 'next_scan', until: '2026-11-23' })
  })

  it('it was done already, this year', async () => {
    await aBirthday(1124)
    await aTask(db, chain.customer, chain.guide, {
      kind: 'birthday',
      occurrence: '2026',
      state: 'done',
      diesAt: new Date('2026-11-24T15:59:59Z'),
      closing: 'self_reported',
      closedAt: new Date('2026-11-21T03:00:00Z'),
      facts: { day: '2026-11-24', md: 1124, lunar: false, daysUntil: 3 },
    })

    expect(await why('birthday')).toMatchObject({
      status: 'closed',
      sentence: '这一次的任务 11 月 21 日已经结束：已完成。',
    })
  })

  it('because she was contacted enough, and until when', async () => {
    await aBirthday(1125)
    for (const day of ['2026-11-19', '2026-11-20', '2026-11-21']) {
      await aTouch(db, chain.customer, chain.guide, `${day}T04:00:00Z`)
    }
    await runNight(createTestDeps(db, { clock }), '2026-11-22')

    expect(await why('birthday')).toMatchObject({
      status: 'held_back',
      sentence: '最近 7 天联系够了，最早 11 月 26 日再提醒。',
      until: '2026-11-26',
    })
  })

  it('because the customer wants no messages', async () => {
    await aBirthday(1125)
    await db.prisma.customer.update({
      where: { id: chain.customer.id },
      data: { consent: 'none' },
    })

    expect(await why('birthday')).toMatchObject({
      status: 'held_back',
      sentence: '客户说过不再联系，所以没有提醒。',
    })
  })

  it('because the rule is switched off', async () => {
    await db.prisma.rule.create({
      data: { kind: 'birthday', version: 2, enabled: false, params: {} },
    })

    expect(await why('birthday')).toMatchObject({ status: 'off', rule: null })
  })

  it('because the rule does not hold for her store', async () => {
    await aBirthday(1122)
    const stores = { regions: [], storeNos: ['S9'] }
    await db.prisma.rule.create({ data: { kind: 'birthday', version: 2, params: {}, stores } })

    const { storeNo } = await db.prisma.customer.findUniqueOrThrow({
      where: { id: chain.customer.id },
    })
    const store = await db.prisma.store.upsert({
      where: { storeNo: storeNo ?? '' },
      update: {},
      create: { storeNo: storeNo ?? '', name: '西湖店' },
    })
    expect(await why('birthday')).toMatchObject({
      status: 'not_here',
      sentence: `TA 所属的${store.name}没有开启「生日」的提醒。`,
      rule: { version: 2 },
    })

    await db.prisma.customer.update({ where: { id: chain.customer.id }, data: { storeNo: null } })
    expect((await why('birthday')).sentence).toBe(
      'TA 还没有所属门店，「生日」的提醒只在部分门店开启。',
    )
  })
})

describe('why there is no other task', () => {
  it('tells the coupon that ends first, and when it comes up', async () => {
    expect((await why('coupon_expiring')).sentence).toBe('没有还能用的券。')

    await aCoupon(db, chain.customer, '2026-12-30', { name: '满 200 减 50' })
    expect((await why('coupon_expiring')).sentence).toBe(
      '最早到期的是「满 200 减 50」，38 天后 12 月 30 日；到期前 7 天起提醒。',
    )
  })

  it('tells the rhythm, and the day from which on the visit is overdue', async () => {
    await someStats(db, chain.customer, {
      lastPurchaseDay: '2026-11-10',
      purchaseDays: 5,
      cycleDays: 15,
      ordersTotal: 5,
    })

    expect((await why('repurchase_overdue')).sentence).toBe(
      '通常 15 天来一次，才过 12 天；12 月 10 日（2 倍）还没来才提醒。',
    )
  })

  it('has an answer for every kind, in both languages', async () => {
    for (const kind of RULE_KINDS) {
      for (const lang of ['zh-CN', 'en']) {
        const { sentence } = await why(kind, { ...guide, 'accept-language': lang })
        expect(sentence, kind).not.toBe('')
      }
    }
  })
})

describe('why she is what she is', () => {
  beforeEach(async () => {
    await someStats(db, chain.customer, {
      lastPurchaseDay: '2026-11-10',
      firstPurchaseDay: new Date('2026-06-10'),
      purchaseDays: 12,
      purchaseDays365: 12,
      orders365: 12,
      ordersTotal: 12,
      spend365Fen: 250_000n,
      cycleDays: 15,
    })
  })

  it('tells the tier by its two bands, of which the lower holds', async () => {
    expect(await why('tier')).toMatchObject({
      status: 'is',
      sentence: '近 365 天消费 ¥2,500、12 单：金额到「银」，单数到「铜」，取低的一档「铜」。',
      facts: { tier: 'bronze', flags: ['high_spend_low_frequency'] },
    })
  })

  it('tells that a tier is kept until a review', async () => {
    await db.prisma.customerTier.create({
      data: {
        customerId: chain.customer.id,
        tier: 'silver',
        warnedOn: new Date('2026-11-01'),
      },
    })

    expect(await why('tier')).toMatchObject({
      sentence:
        '近 365 天消费 ¥2,500、12 单：金额到「银」，单数到「铜」，取低的一档「铜」。「银」先保留，最早 12 月 1 日复核时降一级（11 月 1 日起提醒过）。',
      until: '2026-12-01',
    })

    // too late for the review of December
    await db.prisma.customerTier.updateMany({ data: { warnedOn: new Date('2026-11-02') } })
    expect((await why('tier')).until).toBe('2027-01-01')
  })

  it('tells RFM with the medians of the night, once there was one', async () => {
    expect((await why('rfm')).sentence).toBe('还没有算过，今晚会算。')

    await runNight(createTestDeps(db, { clock }), '2026-11-22')
    // the only one who is scored equals each median, and equals count as low
    expect((await why('rfm')).sentence).toBe(
      '11 月 22 日算：12 天前买过（中位数 12，低）、12 单（中位数 12，低）、¥2,500（中位数 ¥2,500，低），是「一般挽留」；五类里是「高频价值」。',
    )
  })

  it('tells stage and rhythm', async () => {
    expect((await why('stage')).sentence).toBe('12 天前来过，在节奏（15 天一次）的 1.5 倍以内。')
    expect((await why('rhythm')).sentence).toBe(
      '按 TA 自己 12 个购买日的间隔取中位数，15 天来一次；已经 12 天，还没到时候。',
    )
    await db.prisma.customerStats.updateMany({ data: { cycleDays: 12 } })
    expect((await why('rhythm')).sentence).toContain('12 天来一次；已经 12 天，是平时的 1 倍。')
  })

  it.each([
    [1, '99%'],
    [0.99, '99%'],
    [0.5, '50%'],
    [0, '1%'],
  ])('never is sure whether somebody comes back: %d reads %s', async (pAlive, percent) => {
    await db.prisma.customerClass.create({
      data: {
        customerId: chain.customer.id,
        stage: 'active',
        pAlive,
        asOf: new Date('2026-11-22'),
      },
    })

    expect((await why('rhythm')).sentence).toContain(`还会再来的可能是 ${percent}`)
  })

  it('counts an order of tomorrow as one of today', async () => {
    await someStats(db, chain.customer, { lastPurchaseDay: '2026-11-23' })

    expect((await why('stage')).sentence).toBe('今天来过，在节奏（15 天一次）的 1.5 倍以内。')
    expect((await why('rhythm')).sentence).toContain('已经 0 天，还没到时候。')
    expect((await why('repurchase_overdue')).sentence).toContain('才过 0 天；12 月 22 日')
  })

  it('says of somebody who is no member that they are none', async () => {
    await db.prisma.customerStats.deleteMany()
    await db.prisma.customer.updateMany({ data: { joinedAt: new Date('2026-10-22T04:00:00Z') } })
    expect((await why('stage')).sentence).toBe('加入 31 天了，超过 30 天，还没有买过。')

    await db.prisma.customer.updateMany({ data: { joinedAt: null } })
    expect((await why('stage')).sentence).toBe('还没有入会，也没有买过。')
  })
})

describe('who may ask', () => {
  it('is who may see the customer: for others she is not there', async () => {
    const far = await signIn(test.app, chain.farGuide.userid)
    const url = `/api/customers/${chain.customer.id}/why?kind=birthday`

    expect((await test.app.inject({ url, headers: far })).statusCode).toBe(404)
  })

  it('must name a kind there is', async () => {
    const url = `/api/customers/${chain.customer.id}/why`
    for (const query of ['', '?kind=nonsense']) {
      const answer = await test.app.inject({ url: url + query, headers: guide })
      expect(answer.statusCode).toBe(400)
      expect(answer.json()).toMatchObject({ code: 'BAD_INPUT', field: 'kind' })
    }
  })
})
