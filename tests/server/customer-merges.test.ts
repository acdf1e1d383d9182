import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type {
  DuplicatePage,
  MergePage,
  MergePreview,
  MergeView,
} from '../../server/api/customer-merges/schema.ts'
import { aCoupon, aCustomer, someStats } from '../support/chain.ts'
import { emptyDatabase, useDatabase } from '../support/database.ts'
import { buildTestApp, signIn, type TestApp } from '../support/test-app.ts'
import { createTestClock } from '../support/test-deps.ts'
import { twoStores, type TwoStores } from './support/two-stores.ts'

const db = useDatabase()
const clock = createTestClock()
let test: TestApp
let chain: TwoStores
let hq: { cookie: string }

beforeAll(async () => {
  test = await buildTestApp(db, { clock, requestsPerMinute: 100_000 })
})
afterAll(() => test.close())
beforeEach(async () => {
  await emptyDatabase(db)
  clock.set('2026-11-22T02:00:00Z')
  chain = await twoStores(db)
  hq = await signIn(test.app, chain.hq.userid)
})

const get = (url: string) => test.app.inject({ url, headers: hq })
const post = (url: string, payload?: object) =>
  test.app.inject({ method: 'POST', url, headers: hq, ...(payload && { payload }) })
const duplicates = async (by: string, cursor?: string | null) =>
  (
    await get(`/api/customer-duplicates?by=${by}${cursor ? `&cursor=${cursor}` : ''}`)
  ).json<DuplicatePage>()
const names = ({ items }: DuplicatePage) =>
  items.map(({ customers }) => customers.map(({ name }) => name))

/** A member whom WeCom doesn't know. */
const member = (parts: Parameters<typeof aCustomer>[1]) =>
  aCustomer(db, { externalUserid: null, ...parts })

describe('GET /api/customer-duplicates', () => {
  it('finds who has one mobile, one unionid, or one name and full birthday', async () => {
    const mobileHash = test.deps.cipher.blindIndex('13800000001')
    await member({ name: '甲', mobileHash })
    await aCustomer(db, { name: '乙', mobileHash })
    await member({ name: '丙', unionid: 'u1' })
    await member({ name: '丁', unionid: 'u1' })
    await member({ name: '戊', birthYear: 1990, birthdayMd: 520 })
    await member({ name: '戊', birthYear: 1990, birthdayMd: 520 })

    expect(names(await duplicates('mobile'))).toEqual([['甲', '乙']])
    expect(names(await duplicates('unionid'))).toEqual([['丙', '丁']])
    expect(names(await duplicates('name'))).toEqual([['戊', '戊']])
  })

  it.each([
    ['another year', { birthYear: 1991, birthdayMd: 520 }],
    ['another day', { birthYear: 1990, birthdayMd: 521 }],
    ['no year', { birthYear: null, birthdayMd: 520 }],
    ['the other calendar', { birthYear: 1990, birthdayMd: 520, birthdayLunar: true }],
  ])('takes people of one name for different ones: %s', async (_, birthday) => {
    await member({ name: '戊', birthYear: 1990, birthdayMd: 520 })
    await member({ name: '戊', ...birthday })

    expect(names(await duplicates('name'))).toEqual([])
  })

  it('leaves out those who are two chats in WeCom', async () => {
    await aCustomer(db, { unionid: 'u1' })
    await aCustomer(db, { unionid: 'u1' })

    expect(names(await duplicates('unionid'))).toEqual([])
  })

  it('shows each group once, page after page', async () => {
    for (let n = 0; n < 45; n += 1)
      for (const which of ['a', 'b'])
        await member({ name: `${n}${which}`, unionid: `u${String(n).padStart(2, '0')}` })

    const seen: string[][] = []
    let cursor: string | null = null
    do {
      const page: DuplicatePage = await duplicates('unionid', cursor)
      seen.push(...names(page))
      cursor = page.nextCursor
    } while (cursor)

    expect(seen).toEqual(Array.from({ length: 45 }, (_, n) => [`${n}a`, `${n}b`]))
  })
})

describe('POST /api/customer-merges/preview', () => {
  it('says what conflicts, what they have together, and the tier of it; and writes nothing', async () => {
    const cipher = test.deps.cipher
    const kept = await member({
      name: '张晓雯',
      gender: 'female',
      storeNo: 'S1',
      birthYear: 1990,
      birthdayMd: 520,
      mobileEnc: new Uint8Array(cipher.encrypt('13812341234')),
      mobileHash: new Uint8Array(cipher.blindIndex('13812341234')),
    })
    const gone = await member({
      name: '张小雯',
      gender: 'female',
      storeNo: 'S2',
      birthYear: 1991,
      birthdayMd: 520,
      consent: 'none',
    })
    // neither alone is more than iron
    await someStats(db, kept, { orders365: 5, spend365Fen: 60_000n, purchaseDays365: 5 })
    await someStats(db, gone, { orders365: 6, spend365Fen: 70_000n, purchaseDays365: 6 })
    await aCoupon(db, gone, '2026-11-22')

    const answer = await post('/api/customer-merges/preview', {
      from: String(gone.id),
      into: String(kept.id),
    })

    const preview = answer.json<MergePreview>()
    expect(preview.conflicts).toEqual([
      { field: 'name', from: '张小雯', into: '张晓雯' },
      // the year is nobody's to see; that it differs is
      { field: 'birthday', from: '05-20', into: '05-20' },
      { field: 'store', from: '徐汇店', into: '静安店' },
    ])
    expect(preview.together).toMatchObject({ spend365Fen: 130_000, coupons: 1 })
    expect(preview).toMatchObject({ consent: 'none', tier: { code: 'bronze' } })
    expect(answer.body).not.toContain('13812341234')
    expect(await db.prisma.customer.count()).toBe(5)
    expect(await db.prisma.customerMerge.count()).toBe(0)
  })
})

describe('POST /api/customer-merges', () => {
  const pair = async () => ({
    from: String(chain.loneCustomer.id),
    into: String(chain.customer.id),
    take: [],
  })

  it('makes two one at once, is listed, and is undone', async () => {
    const made = (await post('/api/customer-merges', await pair())).json<MergeView>()
    expect(made).toMatchObject({ from: { name: '无人' }, into: { name: '张晓雯' }, by: '总部' })
    expect((await get(`/api/customers/${chain.loneCustomer.id}`)).statusCode).toBe(404)

    const undone = await post(`/api/customer-merges/${made.id}/undo`)
    expect(undone.statusCode, undone.body).toBe(200)
    expect((await get(`/api/customers/${chain.loneCustomer.id}`)).statusCode).toBe(200)
    expect((await get('/api/customer-merges')).json<MergePage>().items).toMatchObject([
      { id: made.id, from: { name: '无人' }, undoneAt: expect.any(String), undoUntil: null },
    ])
    expect((await post(`/api/customer-merges/${made.id}/undo`)).json()).toMatchObject({
      code: 'MERGE_NOT_UNDOABLE',
    })
  })

  it('refuses two chats, one and the same, who isn’t there, and a merge that isn’t', async () => {
    const into = String(chain.customer.id)
    const ask = async (from: string) =>
      (await post('/api/customer-merges', { from, into, take: [] })).json<{ code: string }>().code

    expect(await ask(String(chain.farCustomer.id))).toBe('CUSTOMERS_NOT_MERGEABLE')
    expect(await ask(into)).toBe('BAD_INPUT')
    expect(await ask('999999')).toBe('CUSTOMER_NOT_FOUND')
    expect((await post('/api/customer-merges/999999/undo')).json()).toMatchObject({
      code: 'CUSTOMER_MERGE_NOT_FOUND',
    })
  })
})
