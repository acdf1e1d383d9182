import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { AudiencePreview } from '../../server/api/audiences/schema.ts'
import { aCustomer } from '../support/chain.ts'
import { useDatabase } from '../support/database.ts'
import { buildTestApp, signIn, type TestApp } from '../support/test-app.ts'
import { tiersWith, useTiers } from '../support/tiers.ts'
import { twoStores, type TwoStores } from './support/two-stores.ts'

const db = useDatabase()
let test: TestApp
let chain: TwoStores

beforeAll(async () => {
  test = await buildTestApp(db, { requestsPerMinute: 100_000 })
  chain = await twoStores(db)
  await aCustomer(db, { storeNo: 'S1', consent: 'none', name: null, wecomName: null })
})
afterAll(() => test.close())

async function ask(userid: string, filter: unknown) {
  const headers = await signIn(test.app, userid)
  return test.app.inject({
    method: 'POST',
    url: '/api/audiences/preview',
    headers,
    payload: { filter } as object,
  })
}

describe('POST /api/audiences/preview', () => {
  it('tells headquarters of everybody, by store, and who can’t be written to', async () => {
    const answer = await ask(chain.hq.userid, { member: true })

    expect(answer.json<AudiencePreview>()).toMatchObject({
      count: 4,
      byStore: [
        { storeNo: 'S1', storeName: '静安店', count: 2 },
        { storeNo: 'S2', storeName: '徐汇店', count: 1 },
        { storeNo: null, storeName: null, count: 1 },
      ],
      notReachable: { no_consent: 1, no_relation: 1 },
    })
    expect(answer.json<AudiencePreview>().sample.map(({ id }) => id)).toContain(
      String(chain.farCustomer.id),
    )
  })

  it('shows a manager the customers of their store only, whatever the filter says', async () => {
    const all = await ask(chain.manager.userid, { or: [{ member: true }, { member: false }] })
    const theirs = await ask(chain.manager.userid, { store: ['S2'] })

    expect(all.json<AudiencePreview>()).toMatchObject({ count: 2, byStore: [{ storeNo: 'S1' }] })
    expect(theirs.json<AudiencePreview>()).toMatchObject({ count: 0, sample: [], byStore: [] })
  })

  it('takes the codes of the chain’s own tiers, of which whoever has none yet is in the lowest', async () => {
    await useTiers(db, tiersWith({ iron: { code: 'basic' } }))

    const answer = await ask(chain.hq.userid, { tier: ['basic'] })

    expect(answer.json<AudiencePreview>()).toMatchObject({
      count: 4,
      sample: [{ tier: 'basic' }, {}, {}, {}],
    })
    expect((await ask(chain.hq.userid, { tier: ['iron'] })).statusCode).toBe(400)
    await db.prisma.tierTable.deleteMany()
  })

  it.each<[unknown, string, string]>([
    [{}, 'filter', 'exactly one field'],
    [{ tier: [] }, 'filter.tier', 'too few'],
    [{ colour: 'red' }, 'filter.colour', 'is not a field'],
    [
      { and: [{ member: true }, { tier: ['platinum'] }] },
      'filter.and[1].tier[0]',
      'names a tier that the tier table does not have',
    ],
    [{ not: { and: [] } }, 'filter.not.and', 'at least one filter'],
    [{ and: [{ colour: 'red' }] }, 'filter.and[0].colour', 'is no condition'],
    [{ and: [{ spend365: { min: 5, max: 4 } }] }, 'filter.and[0].spend365.min', 'nobody fits'],
    [{ or: [{ tags: { none: ['77'] } }] }, 'filter.or[0].tags.none[0]', 'not in the library'],
    [{ store: ['S1', 'S7'] }, 'filter.store[1]', 'a store that there is not'],
    [{ region: ['火星'] }, 'filter.region[0]', 'no store is in'],
    [{ guide: ['wangxiaoming', 'Nobody'] }, 'filter.guide[1]', 'not an employee'],
  ])('refuses %j and names %s', async (filter, field, says) => {
    const answer = await ask(chain.hq.userid, filter)

    expect(answer.statusCode).toBe(400)
    expect(answer.json()).toMatchObject({ code: 'BAD_INPUT', field })
    expect(answer.json<{ message: string }>().message).toContain(says)
  })
})
