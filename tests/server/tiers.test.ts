import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { settleTiers } from '../../bot/members/settle-tiers.ts'
import { DEFAULT_TIER_TABLE, type TierTable } from '../../domain/tier-table.ts'
import type { TiersLinted, TiersTriedAnswer, TiersView } from '../../server/api/tiers/schema.ts'
import { aCustomer, aGuide, aTag } from '../support/chain.ts'
import { emptyDatabase, useDatabase } from '../support/database.ts'
import { buildTestApp, signIn, type TestApp } from '../support/test-app.ts'
import { createTestClock, createTestDeps } from '../support/test-deps.ts'
import { tiersWith, useTiers } from '../support/tiers.ts'

const db = useDatabase()
const clock = createTestClock()
let test: TestApp
type Headers = Record<string, string>
let hq: Headers
let manager: Headers

const DAY = '2026-11-22'
const ASKS = { spendFen: 0, orders: 0, purchaseDays: 0, referrals: 0, points: 0 }
/** bronze for ¥1000 alone */
const EASY = tiersWith({ bronze: { asks: { ...ASKS, spendFen: 100_000 } } })

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
  await aGuide(db, { userid: 'boss', role: 'manager', storeNo: 'S1' })
  await aGuide(db, { userid: 'head', role: 'hq', storeNo: null })
  hq = await signIn(test.app, 'head')
  manager = await signIn(test.app, 'boss')
})

async function call<T>(
  method: 'GET' | 'PUT' | 'POST',
  path: string,
  options: { payload?: object; headers?: Headers; status?: number } = {},
): Promise<T> {
  const { payload, headers = hq, status = 200 } = options
  const answer = await test.app.inject({
    method,
    url: `/api/tiers${path}`,
    headers,
    ...(payload && { payload }),
  })
  expect(answer.statusCode, answer.body).toBe(status)
  return answer.json<T>()
}

/** A customer who has bought so much, with the tier that was kept of them. */
async function member(
  spendFen: number,
  orders: number,
  kept: string | null,
  storeNo = 'S1',
): Promise<bigint> {
  const { id } = await aCustomer(db, { storeNo })
  await db.prisma.customerStats.create({
    data: {
      customerId: id,
      spend365Fen: BigInt(spendFen),
      orders365: orders,
      purchaseDays365: orders,
      spendTotalFen: BigInt(spendFen),
      ordersTotal: orders,
      lastPurchaseDay: new Date('2026-11-01'),
      asOf: new Date(DAY),
    },
  })
  if (kept)
    await db.prisma.customerTier.create({
      data: { customerId: id, tier: kept, reviewedOn: new Date('2026-11-01') },
    })
  return id
}

const writable = async () =>
  JSON.stringify(
    await Promise.all([
      db.prisma.customerTier.findMany({ orderBy: { customerId: 'asc' } }),
      db.prisma.tierChange.count(),
      db.prisma.tierTable.count(),
      db.prisma.dailyRun.count(),
      db.prisma.auditLog.count(),
    ]),
    (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value),
  )

describe('GET /api/tiers', () => {
  it('tells the table with members, and beside each threshold where it stands to the mean', async () => {
    await member(100_000, 10, 'bronze')
    await member(0, 0, null)
    await member(300_000, 32, 'silver', 'S2')
    await member(0, 0, 'platinum', 'S2')

    const view = await call<TiersView>('GET', '')

    expect(view).toMatchObject({ version: 1, by: null, at: null, history: [], findings: [] })
    expect(view.tiers.map(({ tier }) => tier)).toEqual(DEFAULT_TIER_TABLE.tiers)
    expect(view.tiers.map(({ tier, members }) => [tier.code, members])).toEqual([
      ['iron', 1],
      ['bronze', 1],
      ['silver', 1],
      ['gold', 0],
    ])
    expect(view).toMatchObject({
      elsewhere: 1,
      buyers: 2,
      means: { spendFen: 200_000, orders: 21, referrals: 0 },
    })
    expect(view.tiers.map(({ beside }) => beside.spendFen?.stands)).toEqual([
      undefined,
      'below',
      'at',
      undefined,
    ])
    expect(view.tiers[3]?.beside.referrals).toEqual({ mean: 0, stands: 'above' })
  })

  it('counts for a manager the customers of the store', async () => {
    await member(100_000, 10, 'bronze')
    await member(300_000, 32, 'silver', 'S2')

    const view = await call<TiersView>('GET', '', { headers: manager })

    expect(view).toMatchObject({ buyers: 1, means: { spendFen: 100_000 } })
    expect(view.tiers.map(({ members }) => members)).toEqual([0, 1, 0, 0])
  })
})

describe('PUT /api/tiers', () => {
  it('saves the next version with who did it, and writes nothing where nothing changed', async () => {
    const saved = await call<TiersView>('PUT', '', { payload: { version: 1, ...EASY } })
    expect(saved).toMatchObject({ version: 2, by: 'head', at: '2026-11-22T02:00:00.000Z' })
    expect(saved.tiers.map(({ tier }) => tier)).toEqual(EASY.tiers)

    const before = await writable()
    await call('PUT', '', { payload: { version: 2, ...EASY } })
    expect(await writable()).toBe(before)

    expect(await db.prisma.auditLog.findMany()).toMatchObject([
      { actor: 'head', action: 'tiers.save', subject: '2' },
    ])
  })

  it('refuses the second of two editors', async () => {
    await call('PUT', '', { payload: { version: 1, ...EASY } })

    expect(
      await call('PUT', '', { payload: { version: 1, ...DEFAULT_TIER_TABLE }, status: 409 }),
    ).toMatchObject({ code: 'TIERS_CHANGED' })
  })

  it.each<[string, TierTable['tiers'] | object[], string, string]>([
    [
      'overlapping bands',
      tiersWith({ silver: { asks: { ...ASKS, spendFen: 90_000, orders: 21 } } }).tiers,
      'tiers[2].asks.spendFen',
      '比低一级的「铜」还少，两级重叠：至少要 ¥1,000',
    ],
    [
      'a tier nobody can be in',
      tiersWith({ gold: { asks: ASKS } }).tiers,
      'tiers[0]',
      '没有人会是',
    ],
    [
      'a negative amount',
      tiersWith({ bronze: { asks: { ...ASKS, spendFen: -1 } } }).tiers,
      'tiers[1].asks.spendFen',
      '0',
    ],
    ['no tiers', [], 'tiers', '1'],
    [
      'a code with capitals',
      tiersWith({ gold: { code: 'Gold' } }).tiers,
      'tiers[3].code',
      'has the wrong form',
    ],
    ['an unknown field', [{ ...DEFAULT_TIER_TABLE.tiers[0], price: 1 }], 'tiers[0]', 'price'],
  ])('refuses %s and names the place', async (_what, tiers, field, says) => {
    const answer = await call<{ code: string; field: string; message: string }>('PUT', '', {
      payload: { version: 1, tiers },
      status: 400,
    })

    expect(answer).toMatchObject({ code: 'BAD_INPUT' })
    expect(`${answer.field} ${answer.message}`).toContain(field)
    expect(answer.message).toContain(says)
    expect(await db.prisma.tierTable.count()).toBe(0)
  })

  it('is what profiles and why go by at once', async () => {
    const id = await member(100_000, 1, 'iron')
    const told = async (path: string) =>
      (await test.app.inject({ url: `/api/customers/${id}${path}`, headers: hq })).json<object>()
    expect(await told('')).toMatchObject({
      tier: { code: 'iron', next: { code: 'bronze', orders: 9 } },
    })

    await call('PUT', '', { payload: { version: 1, ...EASY } })

    expect(await told('')).toMatchObject({ tier: { code: 'bronze', next: { code: 'silver' } } })
    expect(await told('/why?kind=tier')).toMatchObject({
      facts: { tier: 'bronze' },
      rule: { version: 2 },
    })
  })

  it('lets profiles count points where a tier asks for them', async () => {
    const id = await member(0, 0, 'iron')
    await db.prisma.pointsEntry.create({
      data: {
        entryNo: 'P1',
        memberNo: 'M',
        customerId: id,
        kind: 'earn',
        points: 400,
        occurredAt: new Date('2026-11-01T00:00:00Z'),
      },
    })
    await useTiers(db, tiersWith({ bronze: { kind: 'special', asks: { ...ASKS, points: 1000 } } }))

    const answer = await test.app.inject({ url: `/api/customers/${id}`, headers: hq })

    expect(answer.json()).toMatchObject({
      tier: { code: 'iron', next: { code: 'bronze', points: 600 } },
    })
  })
})

describe('why a customer has their tier', () => {
  const told = async (id: bigint) =>
    (await test.app.inject({ url: `/api/customers/${id}/why?kind=tier`, headers: hq })).json<{
      sentence: string
      until: string | null
    }>()

  it('tells that the membership is over', async () => {
    const id = await member(200_000, 21, 'silver')
    await useTiers(db, tiersWith({ silver: { ends: { afterDays: 21, when: 'review' } } }))

    expect(await told(id)).toMatchObject({
      sentence:
        '已经 21 天没有购买，「银」满 21 天没买就到期，按「铜」算。「银」先保留，最早 12 月 1 日复核时降一级。',
      until: '2026-12-01',
    })
  })

  it('tells until when a tier is valid, and a profile asks for nothing to keep it till then', async () => {
    const id = await member(0, 0, 'silver')
    await db.prisma.customerTier.updateMany({ data: { since: new Date('2026-10-14') } })
    await useTiers(db, tiersWith({ silver: { keepMonths: 3 } }))

    expect(await told(id)).toMatchObject({ until: '2027-02-01' })
    const profile = await test.app.inject({ url: `/api/customers/${id}`, headers: hq })
    expect(profile.json()).toMatchObject({ tier: { code: 'silver', keep: null } })
  })
})

describe('POST /api/tiers/lint', () => {
  it('says what is wrong in the language of the asker, and how many reach each tier', async () => {
    await member(100_000, 1, null)
    await member(200_000, 1, null)

    const { findings, reached } = await call<TiersLinted>('POST', '/lint', { payload: EASY })

    expect(reached).toEqual({
      of: 2,
      tiers: [
        { code: 'iron', n: 2 },
        { code: 'bronze', n: 2 },
        { code: 'silver', n: 0 },
        { code: 'gold', n: 0 },
      ],
    })
    expect(findings.map(({ severity, code, field }) => [severity, code, field])).toEqual([
      ['warning', 'everybody', 'tiers[1]'],
      ['warning', 'nobody', 'tiers[2]'],
      ['warning', 'nobody', 'tiers[3]'],
    ])
    expect(findings[0]?.message).toMatch(/^所有客户都够得上「铜」/)
  })

  it('doesn’t count with a table that can’t be used', async () => {
    const answer = await call<TiersLinted>('POST', '/lint', {
      payload: tiersWith({ gold: { asks: ASKS } }),
    })

    expect(answer.reached).toBeNull()
    expect(answer.findings[0]).toMatchObject({ severity: 'error', code: 'unreachable' })
  })

  it('warns of automatic tags that ask for a tier which goes away', async () => {
    await db.prisma.tagRule.create({
      data: {
        code: 'r1',
        version: 1,
        name: '银卡客户',
        tagId: await aTag(db, '银卡'),
        filter: { not: { tier: ['silver'] } },
        createdAt: new Date(),
      },
    })
    const tiers = DEFAULT_TIER_TABLE.tiers.filter(({ code }) => code !== 'silver')

    const { findings } = await call<TiersLinted>('POST', '/lint', { payload: { tiers } })

    expect(findings.map(({ code }) => code)).toEqual(['still_named'])
    expect(findings[0]?.message).toContain('「银卡客户」还在用等级「银」')
  })
})

describe('POST /api/tiers/dry-run', () => {
  it('counts what the next night would make of it beside the table in force, and writes nothing', async () => {
    const near = await member(100_000, 1, 'iron')
    await member(99_999, 1, 'iron')
    await member(200_000, 21, 'silver')
    const far = await member(150_000, 2, 'iron', 'S2')
    const before = await writable()

    const tried = await call<TiersTriedAnswer>('POST', '/dry-run', { payload: EASY })

    expect(await writable()).toBe(before)
    expect(tried).toMatchObject({
      date: DAY,
      customers: 4,
      moves: [{ from: 'iron', to: 'bronze', count: 2 }],
      atRisk: { before: 0, after: 0 },
      sample: [
        { customerId: String(near), from: 'iron', to: 'bronze' },
        { customerId: String(far), from: 'iron', to: 'bronze' },
      ],
    })
    expect(new Map(tried.tiers.map(({ code, ...n }) => [code, n]))).toEqual(
      new Map([
        ['iron', { before: 3, after: 1 }],
        ['bronze', { before: 0, after: 2 }],
        ['silver', { before: 1, after: 1 }],
      ]),
    )
  })

  it('is what the night then does', async () => {
    for (const [fen, orders, kept] of [
      [100_000, 1, 'iron'],
      [250_000, 21, 'iron'],
      [0, 0, 'gold'],
      [150_000, 12, null],
    ] as const)
      await member(fen, orders, kept)
    const table = { tiers: EASY.tiers.filter(({ code }) => code !== 'gold') }
    const tried = await call<TiersTriedAnswer>('POST', '/dry-run', { payload: table })

    await useTiers(db, table)
    await settleTiers(createTestDeps(db, { clock }), tried.date)

    const held = await db.prisma.customerTier.groupBy({ by: ['tier'], _count: true })
    expect(new Map(held.map(({ tier, _count }) => [tier, _count]))).toEqual(
      new Map(tried.tiers.flatMap(({ code, after }) => (after > 0 ? [[code, after]] : []))),
    )
  })

  it('shows a manager the customers of the store alone', async () => {
    const near = await member(100_000, 1, 'iron')
    await member(100_000, 1, 'iron', 'S2')

    const tried = await call<TiersTriedAnswer>('POST', '/dry-run', {
      payload: EASY,
      headers: manager,
    })

    expect(tried).toMatchObject({ customers: 1, moves: [{ count: 1 }] })
    expect(tried.sample.map(({ customerId }) => customerId)).toEqual([String(near)])
  })

  it('tells who would be left in a tier that a table with more to ask does not give them', async () => {
    await member(200_000, 21, 'silver')

    const tried = await call<TiersTriedAnswer>('POST', '/dry-run', {
      payload: tiersWith({ silver: { asks: { ...ASKS, spendFen: 900_000, orders: 21 } } }),
    })

    expect(tried).toMatchObject({ moves: [], atRisk: { before: 0, after: 1 } })
  })

  it('refuses a table that can’t be used', async () => {
    await call('POST', '/dry-run', { payload: tiersWith({ gold: { asks: ASKS } }), status: 400 })
  })
})
