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
