import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { GuideList } from '../../server/api/guides/schema.ts'
import { useDatabase } from '../support/database.ts'
import { buildTestApp, signIn, type TestApp } from '../support/test-app.ts'
import { twoStores, type TwoStores } from './support/two-stores.ts'

const db = useDatabase()
let test: TestApp
let chain: TwoStores

beforeAll(async () => {
  test = await buildTestApp(db)
  chain = await twoStores(db)
  await db.prisma.employee.updateMany({
    where: { userid: chain.otherGuide.userid },
    data: { active: false },
  })
})
afterAll(() => test.close())

async function guides(userid: string) {
  const headers = await signIn(test.app, userid)
  const answer = await test.app.inject({ url: '/api/guides', headers })
  return answer.json<GuideList>().items.map((one) => one.userid)
}

describe('GET /api/guides', () => {
  it('tells headquarters who works in all stores, without those who left and without itself', async () => {
    expect((await guides(chain.hq.userid)).toSorted()).toEqual(
      [chain.guide, chain.manager, chain.farGuide, chain.farManager]
        .map(({ userid }) => userid)
        .toSorted(),
    )
  })

  it('tells a manager who works in their store', async () => {
    expect((await guides(chain.manager.userid)).toSorted()).toEqual(
      [chain.guide.userid, chain.manager.userid].toSorted(),
    )
  })
})

describe('a list in pages', () => {
  interface Page {
    items: Record<string, string | null>[]
    nextCursor: string | null
  }

  async function pages(path: string, limit: number): Promise<Page['items'][]> {
    const headers = await signIn(test.app, chain.hq.userid)
    const found: Page['items'][] = []
    for (let cursor: string | null = ''; cursor !== null;) {
      const url = `${path}?limit=${limit}&cursor=${cursor}`
      const page: Page = (await test.app.inject({ url, headers })).json<Page>()
      found.push(page.items)
      cursor = page.nextCursor
    }
    return found
  }

  beforeAll(async () => {
    const names = ['同名', '同名', '一号店', 'z', 'Z', '']
    await db.prisma.store.createMany({
      data: names.flatMap((name, i) =>
        [null, '华东', '华北'].map((region) => ({ storeNo: `P${i}${region}`, name, region })),
      ),
    })
    await db.prisma.employee.createMany({
      data: Array.from({ length: 20 }, (_, i) => ({
        userid: `p${i}`,
        useridKey: `p${i}`,
        name: i % 3 === 0 ? '同名' : `导购${i}`,
        storeNo: i % 4 === 0 ? null : `P${i % 3}华东`,
      })),
    })
  })

  it.each([
    ['/api/stores', 'storeNo'],
    ['/api/guides', 'userid'],
  ])('gives each of %s once, in the order of the whole', async (path, id) => {
    const whole = await pages(path, 5000)
    const parts = await pages(path, 3)

    expect(whole).toHaveLength(1)
    expect(parts.length).toBeGreaterThan(6)
    expect(parts.flat()).toEqual(whole.flat())
    expect(new Set(whole.flat().map((one) => one[id])).size).toBe(whole.flat().length)
  })

  it.each(['cursor=abc', 'limit=0', 'limit=5001', 'page=2'])('refuses %s', async (query) => {
    const headers = await signIn(test.app, chain.hq.userid)

    expect((await test.app.inject({ url: `/api/stores?${query}`, headers })).statusCode).toBe(400)
  })
})
