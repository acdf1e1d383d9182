import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CustomerLines, ExportAnswer } from '../../server/api/customer-list/schema.ts'
import { aCustomer, someStats } from '../support/chain.ts'
import { useDatabase } from '../support/database.ts'
import { buildTestApp, signIn, type TestApp } from '../support/test-app.ts'
import { twoStores, type TwoStores } from './support/two-stores.ts'

const db = useDatabase()
const MANY = 120
let test: TestApp
let chain: TwoStores

beforeAll(async () => {
  test = await buildTestApp(db, { requestsPerMinute: 100_000 })
  chain = await twoStores(db)
  for (let n = 0; n < MANY; n += 1) {
    const customer = await aCustomer(db, { name: `顾客${n}`, memberNo: `L${n}`, storeNo: 'S1' })
    // some of one day, some who never bought, some who spent the same
    if (n % 10 < 8) {
      await someStats(db, customer, {
        lastPurchaseDay: `2026-10-${String(1 + (n % 30)).padStart(2, '0')}`,
        spend365Fen: BigInt(10_000 * (n % 7)),
        orders365: 1 + (n % 3),
      })
    }
  }
})
afterAll(() => test.close())

async function ask(userid: string, path: string, payload: object) {
  const headers = await signIn(test.app, userid)
  return test.app.inject({ method: 'POST', url: path, headers, payload })
}

const search = async (userid: string, payload: object) =>
  (await ask(userid, '/api/customers/search', payload)).json<CustomerLines>()

async function everything(userid: string, payload: object) {
  const items = []
  let cursor: string | null = null
  do {
    const page: CustomerLines = await search(userid, { ...payload, ...(cursor && { cursor }) })
    items.push(...page.items)
    cursor = page.nextCursor
  } while (cursor)
  return items
}

async function exported(userid: string, payload: object): Promise<string> {
  const { url } = (await ask(userid, '/api/customers/exports', payload)).json<ExportAnswer>()
  return (await test.app.inject({ url, headers: await signIn(test.app, userid) })).body
}

describe('POST /api/customers/search', () => {
  it.each(['newest', 'recent', 'spend'])('shows everybody once, by %s', async (sort) => {
    const items = await everything(chain.hq.userid, { sort })
    const ids = items.map(({ id }) => Number(id))
    const all = await db.prisma.customer.findMany({ select: { id: true } })
    const value = {
      newest: () => 0,
      recent: ({ lastPurchase }: (typeof items)[number]) =>
        Date.parse(lastPurchase ?? '0001-01-01'),
      spend: ({ spend365Fen }: (typeof items)[number]) => spend365Fen,
    }[sort as 'newest' | 'recent' | 'spend']

    expect(ids.toSorted((a, b) => a - b)).toEqual(
      all.map(({ id }) => Number(id)).toSorted((a, b) => a - b),
    )
    expect(items).toEqual(
      items.toSorted((a, b) => value(b) - value(a) || Number(b.id) - Number(a.id)),
    )
  })

  it('shows a manager the customers of their store only, whatever the filter says', async () => {
    const theirs = await everything(chain.manager.userid, { filter: { store: ['S2'] } })
    const mine = await everything(chain.manager.userid, {})

    expect(theirs).toEqual([])
    expect(mine.map(({ id }) => id)).not.toContain(String(chain.farCustomer.id))
    expect(mine.length).toBeGreaterThan(MANY)
  })

  it('finds by a filter, and by a part of a name or a member number, signs of patterns too', async () => {
    const bought = await everything(chain.hq.userid, { filter: { lastPurchase: { max: 30 } } })
    const named = await search(chain.hq.userid, { text: '顾客11' })
    const numbered = await search(chain.hq.userid, { text: 'L7' })

    expect(bought.every(({ lastPurchase }) => (lastPurchase ?? '') >= '2026-10-23')).toBe(true)
    expect(bought.length).toBeGreaterThan(0)
    // 顾客11 and 顾客110 to 顾客119
    expect(named.items).toHaveLength(11)
    expect(numbered.items.map(({ memberNo }) => memberNo)).toEqual(['L7'])
    expect((await search(chain.hq.userid, { text: '%' })).items).toEqual([])
  })

  it('finds a whole mobile number, and no part of one', async () => {
    await db.prisma.customer.update({
      where: { id: chain.customer.id },
      data: { mobileHash: test.deps.cipher.blindIndex('13812341234') },
    })

    const whole = await search(chain.hq.userid, { text: '138 1234 1234' })
    const part = await search(chain.hq.userid, { text: '13812' })

    expect(whole.items.map(({ id }) => id)).toEqual([String(chain.customer.id)])
    expect(part.items).toEqual([])
  })

  it('refuses a cursor of another sort, and a filter that can’t be read, by name', async () => {
    const { nextCursor } = await search(chain.hq.userid, { sort: 'spend' })

    const answer = await ask(chain.hq.userid, '/api/customers/search', { cursor: nextCursor })
    const filter = await ask(chain.hq.userid, '/api/customers/search', {
      filter: { tier: ['nobody'] },
    })

    expect(answer.json()).toMatchObject({ code: 'BAD_INPUT', field: 'cursor' })
    expect(filter.statusCode).toBe(400)
  })
})

describe('an export of customers', () => {
  it('has everybody it means, masked, and says at its end how many there were', async () => {
    const text = await exported(chain.hq.userid, { filter: { lastPurchase: { max: 30 } } })
    const expected = await everything(chain.hq.userid, { filter: { lastPurchase: { max: 30 } } })
    const lines = text.trim().split('\n')

    expect(lines).toHaveLength(expected.length + 2)
    expect(lines.at(-1)).toBe(`完，共 ${expected.length} 位客户`)
    for (const { name } of expected) expect(text).toContain(name)
    expect(text).not.toMatch(/1[3-9]\d{9}/)
  })

  it('is written down with who and what, the words searched for unreadable', async () => {
    await exported(chain.manager.userid, { text: '13812341234' })

    const row = await db.prisma.auditLog.findFirst({
      where: { action: 'customers.exported' },
      orderBy: { id: 'desc' },
    })
    expect(row?.actor).toBe(chain.manager.userid)
    expect(JSON.stringify(row?.detail)).not.toContain('13812341234')
  })

  it('is nobody else’s, not even headquarters’', async () => {
    const { url } = (
      await ask(chain.manager.userid, '/api/customers/exports', {})
    ).json<ExportAnswer>()

    const answer = await test.app.inject({ url, headers: await signIn(test.app, chain.hq.userid) })

    expect(answer.json()).toMatchObject({ code: 'EXPORT_NOT_FOUND' })
  })
})
