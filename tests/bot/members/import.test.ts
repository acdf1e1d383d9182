import * as fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import type { BotDeps } from '../../../bot/deps.ts'
import { importItems } from '../../../bot/members/import/import-items.ts'
import { IMPORT_KINDS } from '../../../bot/members/import/kinds.ts'
import { emptyDatabase, useDatabase } from '../../support/database.ts'
import { createTestDeps } from '../../support/test-deps.ts'
import { aCoupon, aMember, anEmployee, anEntry, anOrder, aStore } from './chain-rows.ts'

const db = useDatabase()
let deps: BotDeps

beforeEach(async () => {
  await emptyDatabase(db)
  deps = createTestDeps(db)
})

const ALL = {
  stores: aStore({ region: '华东', latitude: 31.2, longitude: 121.4 }),
  employees: anEmployee({ storeNo: 'S1', active: true }),
  members: aMember({
    name: '李雷',
    mobile: '13800000001',
    unionid: 'u1',
    gender: 'male',
    birthday: '1990-05-20',
    storeNo: 'S1',
    guideUserid: 'ZhangWei',
    source: '门店',
    attributes: { level: 3, tags: ['vip'] },
  }),
  orders: anOrder({
    storeNo: 'S1',
    guideUserid: 'ZhangWei',
    items: [{ sku: 'A', name: '茶', category: '饮料', quantity: 2, amountFen: 10_000 }],
    updatedAt: '2026-11-01T10:00:00+08:00',
  }),
  coupons: aCoupon({ faceValueFen: 5_000, minSpendFen: 30_000, discount: 0.9 }),
  points: anEntry({ expiresAt: '2027-11-30T23:59:59+08:00', reason: '消费' }),
}

describe('importItems', () => {
  it.each(IMPORT_KINDS)('takes %s once, however often they are sent', async (kind) => {
    const first = await importItems(deps, kind, [ALL[kind]])
    const again = await importItems(deps, kind, [ALL[kind]])

    expect(first).toEqual({ accepted: 1, unchanged: 0, rejected: [], warnings: [] })
    expect(again).toEqual({ accepted: 0, unchanged: 1, rejected: [], warnings: [] })
  })

  it('keeps every field of a member, and the mobile unreadable', async () => {
    await importItems(deps, 'members', [ALL.members])

    const [row] = await db.prisma.customer.findMany()
    expect(row).toMatchObject({
      memberNo: 'M1',
      name: '李雷',
      unionid: 'u1',
      gender: 'male',
      birthYear: 1990,
      birthdayMd: 520,
      birthdayLunar: false,
      storeNo: 'S1',
      guideUserid: 'ZhangWei',
      attributes: { level: 3, tags: ['vip'] },
    })
    expect(deps.cipher.decrypt(row?.mobileEnc ?? new Uint8Array())).toBe('13800000001')
    expect(Buffer.from(row?.mobileHash ?? [])).toEqual(
      Buffer.from(deps.cipher.blindIndex('13800000001')),
    )
    expect(Buffer.from(row?.mobileEnc ?? []).includes('13800000001')).toBe(false)
  })

  it('keeps a member who names themself as who brought them, without it, and says so', async () => {
    const self = aMember({ name: '李雷', referrerMemberNo: 'M1' })

    const [first, again] = [
      await importItems(deps, 'members', [
        self,
        aMember({ memberNo: 'M2', referrerMemberNo: 'M1' }),
      ]),
      await importItems(deps, 'members', [self]),
    ]

    const warnings = [{ index: 0, id: 'M1', code: 'REFERRER_IS_SELF' }]
    expect(first).toMatchObject({ accepted: 2, rejected: [], warnings })
    expect(again).toMatchObject({ accepted: 0, unchanged: 1, rejected: [], warnings })
    expect(
      await db.prisma.customer.findMany({
        select: { name: true, referrerMemberNo: true },
        orderBy: { memberNo: 'asc' },
      }),
    ).toEqual([
      { name: '李雷', referrerMemberNo: null },
      { name: null, referrerMemberNo: 'M1' },
    ])
  })

  it('keeps an order with its lines and its day in the business time zone', async () => {
    await importItems(deps, 'orders', [anOrder({ ...ALL.orders, paidAt: '2026-10-31T16:30:00Z' })])

    const [row] = await db.prisma.order.findMany({ include: { items: true } })
    expect(row?.paidDay.toISOString().slice(0, 10)).toBe('2026-11-01')
    expect(row?.items).toEqual([
      {
        orderId: row?.id,
        line: 1,
        sku: 'A',
        name: '茶',
        category: '饮料',
        quantity: 2,
        amountFen: 10_000n,
      },
    ])
  })

  it.each([
    ['2026-11-30T23:59:59+08:00', '2026-11-30'],
    ['2026-12-01T00:00:00+08:00', '2026-11-30'],
    ['2026-11-30T16:00:01Z', '2026-12-01'],
  ])('says that a coupon which ends at %s holds to %s', async (expiresAt, day) => {
    await importItems(deps, 'coupons', [aCoupon({ expiresAt })])

    const [row] = await db.prisma.coupon.findMany()
    expect(row?.expiresDay.toISOString().slice(0, 10)).toBe(day)
  })

  it('keeps what a row leaves out, and empties what it says is null', async () => {
    await importItems(deps, 'members', [ALL.members])

    await importItems(deps, 'members', [aMember({ name: '李磊', source: null, mobile: null })])

    const [row] = await db.prisma.customer.findMany()
    expect(row).toMatchObject({
      name: '李磊',
      source: null,
      mobileEnc: null,
      mobileHash: null,
      birthdayMd: 520,
      attributes: { level: 3, tags: ['vip'] },
    })
  })

  it('knows an employee by userid in any case, and keeps how it was first written', async () => {
    await importItems(deps, 'employees', [anEmployee({ userid: 'ZhangWei' })])

    const result = await importItems(deps, 'employees', [
      anEmployee({ userid: 'zhangwei', role: 'manager' }),
    ])

    expect(result.accepted).toBe(1)
    const rows = await db.prisma.employee.findMany()
    expect(rows).toHaveLength(1)
    expect(rows[0]).toMatchObject({ userid: 'ZhangWei', useridKey: 'zhangwei', role: 'manager' })
  })

  it('replaces the lines of an order as a whole, and keeps them where a row brings none', async () => {
    const lines = (...skus: string[]) =>
      skus.map((sku) => ({ sku, quantity: 1, amountFen: 1_000, category: sku }))
    await importItems(deps, 'orders', [anOrder({ items: lines('A', 'B', 'C') })])

    const silent = await importItems(deps, 'orders', [anOrder()])
    const shorter = await importItems(deps, 'orders', [anOrder({ items: lines('A', 'D') })])
    const same = await importItems(deps, 'orders', [anOrder({ items: lines('A', 'D') })])

    expect([silent.accepted, shorter.accepted, same.accepted]).toEqual([0, 1, 0])
    const kept = await db.prisma.orderItem.findMany({ orderBy: { line: 'asc' } })
    expect(kept.map((line) => line.sku)).toEqual(['A', 'D'])
  })

  it('does not let an older version of an order undo a newer one', async () => {
    const at = (time: string, more: object) =>
      anOrder({ updatedAt: `2026-11-02T${time}:00+08:00`, ...more })
    await importItems(deps, 'orders', [
      at('12:00', { refundedFen: 4_000, items: [{ sku: 'B', quantity: 1, amountFen: 6_000 }] }),
    ])

    const older = await importItems(deps, 'orders', [
      at('11:00', { refundedFen: 0, items: [{ sku: 'A', quantity: 1, amountFen: 10_000 }] }),
    ])

    expect(older).toMatchObject({ accepted: 0, unchanged: 1 })
    const [row] = await db.prisma.order.findMany({ include: { items: true } })
    expect(row?.refundedFen).toBe(4_000n)
    expect(row?.items.map((line) => line.sku)).toEqual(['B'])
  })

  it('keeps the newest of several rows with one key in a batch, refuses none and names the others', async () => {
    const result = await importItems(deps, 'orders', [
      anOrder({ amountFen: 3, updatedAt: '2026-11-02T10:00:00+08:00' }),
      anOrder({ amountFen: 2, updatedAt: '2026-11-01T10:00:00+08:00' }),
      anOrder({ orderNo: 'O2', amountFen: 1 }),
      anOrder({ orderNo: 'O2', amountFen: 2 }),
      anOrder({ orderNo: 'O2', amountFen: 2 }),
    ])

    expect(result).toMatchObject({ accepted: 2, unchanged: 3, rejected: [] })
    expect(result.warnings.map(({ index, id, code }) => [index, id, code])).toEqual([
      [1, 'O1', 'SUPERSEDED_IN_BATCH'],
      [2, 'O2', 'SUPERSEDED_IN_BATCH'],
    ])
    const rows = await db.prisma.order.findMany({ orderBy: { orderNo: 'asc' } })
    expect(rows.map((row) => row.amountFen)).toEqual([3n, 2n])
  })

  it('keeps good rows beside bad ones', async () => {
    const result = await importItems(deps, 'stores', [
      aStore(),
      { storeNo: 'S2' },
      aStore({ storeNo: 'S3' }),
    ])

    expect(result.accepted).toBe(2)
    expect(result.rejected).toEqual([
      {
        index: 1,
        id: 'S2',
        code: 'MISSING_FIELD',
        message: "name is missing: write the store's name, 1 to 100 characters.",
      },
    ])
    expect(await db.prisma.store.count()).toBe(2)
  })

  it('has nothing to do with an empty batch', async () => {
    expect(await importItems(deps, 'orders', [])).toEqual({
      accepted: 0,
      unchanged: 0,
      rejected: [],
      warnings: [],
    })
  })

  it('keeps nothing in a dry run, and counts as if it did', async () => {
    const result = await importItems(deps, 'orders', [anOrder(), anOrder({ amountFen: -1 })], {
      dryRun: true,
    })

    expect([result.accepted, result.rejected.length]).toEqual([1, 1])
    expect(await db.prisma.order.count()).toBe(0)
  })

  it('makes one effect of the same batch sent eight times at once', async () => {
    await importItems(deps, 'members', [aMember(), aMember({ memberNo: 'M2' })])
    const batch = Array.from({ length: 200 }, (_, n) =>
      anOrder({
        orderNo: `O${(n * 7919) % 200}`,
        memberNo: n % 2 ? 'M1' : 'M2',
        items: [{ sku: 'A', quantity: 1, amountFen: 1 }],
      }),
    )

    const results = await Promise.all(
      Array.from({ length: 8 }, (_, n) =>
        importItems(deps, 'orders', n % 2 ? batch : batch.toReversed()),
      ),
    )

    expect(results.reduce((sum, result) => sum + result.accepted, 0)).toBe(200)
    expect(await db.prisma.order.count()).toBe(200)
    const stats = await db.prisma.customerStats.findMany({ orderBy: { customerId: 'asc' } })
    expect(stats.map((row) => [row.ordersTotal, row.spendTotalFen])).toEqual([
      [100, 1_000_000n],
      [100, 1_000_000n],
    ])
  })

  it('loses no order when orders, coupons and their members come at the same moment', async () => {
    const numbers = Array.from({ length: 60 }, (_, n) => `M${n}`)
    const slices = [0, 1, 2].map((part) => numbers.filter((_, n) => n % 3 === part))

    await Promise.all(
      slices.flatMap((slice) => [
        importItems(
          deps,
          'orders',
          slice.map((memberNo) => anOrder({ orderNo: `O-${memberNo}`, memberNo })),
        ),
        importItems(
          deps,
          'members',
          slice.map((memberNo) => aMember({ memberNo })),
        ),
        importItems(
          deps,
          'coupons',
          slice.map((memberNo) => aCoupon({ couponNo: `C-${memberNo}`, memberNo })),
        ),
      ]),
    )

    expect(await db.prisma.order.count({ where: { customerId: null } })).toBe(0)
    expect(await db.prisma.coupon.count({ where: { customerId: null } })).toBe(0)
    expect(await db.prisma.customerStats.count({ where: { ordersTotal: 1 } })).toBe(60)
  })

  it('counts orders of one member that come in several batches at once', async () => {
    await importItems(deps, 'members', [aMember()])

    await Promise.all(
      Array.from({ length: 8 }, (_, part) =>
        importItems(
          deps,
          'orders',
          Array.from({ length: 10 }, (_, n) => anOrder({ orderNo: `O${part}-${n}` })),
        ),
      ),
    )

    expect((await db.prisma.customerStats.findMany())[0]?.ordersTotal).toBe(80)
  })

  it.each(['null', 'NULL', 'a,b', '{"x"}', '\\', ' ', '茶'])(
    'keeps the text %j of an order and of its lines as it came',
    async (text) => {
      await importItems(deps, 'orders', [
        anOrder({
          orderNo: text,
          storeNo: text,
          items: [{ sku: text, name: text, category: text, quantity: 1, amountFen: 1 }],
        }),
      ])

      const order = await db.prisma.order.findFirst({ include: { items: true } })
      expect(order).toMatchObject({
        orderNo: text,
        storeNo: text,
        items: [{ sku: text, name: text, category: text }],
      })
    },
  )

  it('stands whatever JSON it is sent, and stores every text as it came', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...IMPORT_KINDS),
        fc.array(fc.oneof(fc.jsonValue(), fc.object()), { maxLength: 5 }),
        fc.record({
          field: fc.string({ unit: 'binary', maxLength: 20 }),
          value: fc.jsonValue({ stringUnit: 'binary' }),
        }),
        async (kind, rows, { field, value }) => {
          const items = [...rows, { ...ALL[kind], [field]: value }]
          const fields = Object.keys(ALL[kind]).map((name) => ({ ...ALL[kind], [name]: value }))
          const result = await importItems(deps, kind, [...items, ...fields])
          const { accepted, unchanged, rejected } = result
          expect(accepted + unchanged + rejected.length).toBe(items.length + fields.length)
        },
      ),
      { numRuns: 60 },
    )

    const odd = `😀<b>'";--\\\u202e`
    await importItems(deps, 'stores', [aStore({ storeNo: 'odd', name: odd })])
    expect((await db.prisma.store.findUnique({ where: { storeNo: 'odd' } }))?.name).toBe(odd)
  })
})

describe('a row that can’t be used', () => {
  it.each([
    ['stores', aStore({ latitude: 91 }), 'BAD_FIELD', 'latitude'],
    ['stores', aStore({ storeNo: '' }), 'BAD_FIELD', 'storeNo'],
    ['stores', aStore({ city: '上海' }), 'UNKNOWN_FIELD', 'city'],
    ['employees', anEmployee({ role: 'boss' }), 'BAD_FIELD', 'role'],
    ['employees', anEmployee({ active: 'yes' }), 'BAD_FIELD', 'active'],
    ['members', aMember({ memberNo: 17 }), 'BAD_FIELD', 'memberNo'],
    ['members', aMember({ birthday: '1990-02-30' }), 'BAD_FIELD', 'birthday'],
    ['members', aMember({ birthday: '02-30' }), 'BAD_FIELD', 'birthday'],
    ['members', aMember({ birthday: '1990-02-29' }), 'BAD_FIELD', 'birthday'],
    ['members', aMember({ birthday: '00-10' }), 'BAD_FIELD', 'birthday'],
    ['members', aMember({ birthday: '2099-01-01' }), 'BAD_FIELD', 'birthday'],
    ['members', aMember({ birthday: '20 May' }), 'BAD_FIELD', 'birthday'],
    ['members', aMember({ mobile: 'n/a' }), 'BAD_FIELD', 'mobile'],
    ['members', aMember({ joinedAt: '2025-02-29T10:00:00+08:00' }), 'BAD_FIELD', 'joinedAt'],
    ['members', aMember({ joinedAt: '2025-01-01T10:00:00' }), 'BAD_FIELD', 'joinedAt'],
    ['members', aMember({ joinedAt: '2025-01-01T25:00:00Z' }), 'BAD_FIELD', 'joinedAt'],
    ['members', { memberNo: 'M1' }, 'MISSING_FIELD', 'joinedAt'],
    ['members', aMember({ attributes: [] }), 'BAD_FIELD', 'attributes'],
    ['members', aMember({ attributes: { a: 'x\0' } }), 'BAD_FIELD', 'attributes.a'],
    ['members', aMember({ attributes: { a: 'x'.repeat(9000) } }), 'BAD_FIELD', 'attributes'],
    ['members', aMember({ name: '\ud800' }), 'BAD_FIELD', 'name'],
    ['orders', anOrder({ amountFen: -1 }), 'BAD_FIELD', 'amountFen'],
    ['orders', anOrder({ amountFen: 1.5 }), 'BAD_FIELD', 'amountFen'],
    ['orders', anOrder({ amountFen: '100' }), 'BAD_FIELD', 'amountFen'],
    ['orders', anOrder({ amountFen: 1e300 }), 'BAD_FIELD', 'amountFen'],
    ['orders', anOrder({ refundedFen: 10_001 }), 'BAD_FIELD', 'refundedFen'],
    ['orders', anOrder({ paidAt: '2026-02-30T10:00:00+08:00' }), 'BAD_FIELD', 'paidAt'],
    ['orders', anOrder({ paidAt: '0026-02-20T10:00:00+08:00' }), 'BAD_FIELD', 'paidAt'],
    ['orders', anOrder({ paidAt: null }), 'BAD_FIELD', 'paidAt'],
    ['orders', anOrder({ paidAt: '2026-11-29T09:00:01+08:00' }), 'BAD_FIELD', 'paidAt'],
    ['orders', anOrder({ amountFen: 0, refundedFen: 1 }), 'BAD_FIELD', 'refundedFen'],
    ['members', aMember({ joinedAt: '2026-11-29T09:00:01+08:00' }), 'BAD_FIELD', 'joinedAt'],
    ['orders', anOrder({ status: 'done' }), 'BAD_FIELD', 'status'],
    [
      'orders',
      anOrder({ items: [{ sku: 'A', quantity: 1 }] }),
      'MISSING_FIELD',
      'items.0.amountFen',
    ],
    [
      'orders',
      anOrder({ items: [{ sku: 'A', quantity: 1, amountFen: 1, price: 1 }] }),
      'UNKNOWN_FIELD',
      'items.0.price',
    ],
    ['coupons', aCoupon({ discount: 8.8 }), 'BAD_FIELD', 'discount'],
    ['coupons', aCoupon({ expiresAt: '2026-10-01T00:00:00+08:00' }), 'BAD_FIELD', 'expiresAt'],
    ['coupons', aCoupon({ faceValueFen: -5 }), 'BAD_FIELD', 'faceValueFen'],
    ['points', anEntry({ points: -5 }), 'BAD_FIELD', 'points'],
    ['points', anEntry({ points: 3_000_000_000 }), 'BAD_FIELD', 'points'],
    ['points', anEntry({ occurredAt: '2026-11-24T10:00:00+08:00' }), 'BAD_FIELD', 'occurredAt'],
    ['points', anEntry({ expiresAt: '2026-10-31T00:00:00+08:00' }), 'BAD_FIELD', 'expiresAt'],
    ['points', 5, 'BAD_ROW', ''],
    ['points', null, 'BAD_ROW', ''],
    ['points', [anEntry()], 'BAD_ROW', ''],
  ] as const)('%s %j is refused with %s and names %s', async (kind, row, code, field) => {
    const { accepted, rejected } = await importItems(deps, kind, [row])

    expect(accepted).toBe(0)
    expect(rejected).toHaveLength(1)
    expect(rejected[0]).toMatchObject({ index: 0, code })
    expect(rejected[0]?.message.startsWith(field)).toBe(true)
  })

  it.each([
    ['members', aMember({ birthday: '02-29' })],
    ['members', aMember({ birthday: '2000-02-29' })],
    ['members', aMember({ birthday: '02-30', lunarBirthday: true })],
    ['members', aMember({ mobile: '+86 138-0000-0001' })],
    ['coupons', aCoupon({ status: 'used' })],
    ['orders', anOrder({ status: 'refunded', refundedFen: 10_000 })],
    ['orders', anOrder({ amountFen: 0 })],
    ['orders', anOrder({ paidAt: '2026-11-29T09:00:00+08:00' })],
    ['orders', anOrder({ refundedFen: 10_000 })],
    ['members', aMember({ joinedAt: '2026-11-29T09:00:00+08:00' })],
    ['points', anEntry({ kind: 'adjust', points: -5 })],
    ['points', anEntry({ points: 0 })],
    ['points', anEntry({ occurredAt: '2026-11-23T08:00:00+08:00' })],
    ['points', anEntry({ kind: 'expire', expiresAt: '2026-10-31T00:00:00+08:00' })],
  ] as const)('%s %j is fine', async (kind, row) => {
    const { accepted, rejected } = await importItems(deps, kind, [row])

    expect(rejected).toEqual([])
    expect(accepted).toBe(1)
  })
})

describe('orders, coupons and points that come before their member', () => {
  it('wait without one, and are the member’s when it arrives', async () => {
    await importItems(deps, 'orders', [anOrder(), anOrder({ orderNo: 'O2', memberNo: 'M2' })])
    await importItems(deps, 'coupons', [aCoupon()])
    await importItems(deps, 'points', [anEntry()])
    expect(await db.prisma.order.count({ where: { customerId: null } })).toBe(2)

    await importItems(deps, 'members', [aMember()])

    const [member] = await db.prisma.customer.findMany({
      include: { orders: true, coupons: true, pointsEntries: true, stats: true },
    })
    expect(member?.orders.map((order) => order.orderNo)).toEqual(['O1'])
    expect(member?.coupons).toHaveLength(1)
    expect(member?.pointsEntries).toHaveLength(1)
    expect(member?.stats).toMatchObject({ orders365: 1, spend365Fen: 10_000n })
  })

  it('move with their memberNo, and both members’ statistics follow', async () => {
    await importItems(deps, 'members', [aMember(), aMember({ memberNo: 'M2' })])
    await importItems(deps, 'orders', [anOrder()])

    await importItems(deps, 'orders', [anOrder({ memberNo: 'M2' })])

    const stats = await db.prisma.customerStats.findMany({ include: { customer: true } })
    expect(stats.map((row) => [row.customer.memberNo, row.ordersTotal])).toEqual([['M2', 1]])
  })
})
