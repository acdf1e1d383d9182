import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { askCell, complain } from '../../scripts/torture/authorisation/ask.ts'
import { ASKERS } from '../../scripts/torture/authorisation/askers.ts'
import { openHouse, type House } from '../../scripts/torture/authorisation/house.ts'
import { compareWithRoutes, rowOf } from '../../scripts/torture/authorisation/matrix.ts'
import { useDatabase } from '../support/database.ts'
import { signIn } from '../support/test-app.ts'

const db = useDatabase()
let house: House

beforeAll(async () => {
  house = await openHouse(db)
})
afterAll(() => house.close())

describe('authorisation matrix', () => {
  it('has a row for every route, and no row without a route', () => {
    expect(compareWithRoutes(house.routes.keys())).toEqual({ missing: [], stale: [] })
  })

  it('covers every /api route with a rule that keeps strangers out', () => {
    const open = [...house.routes.keys()].filter(
      (route) => route.includes(' /api/') && rowOf(route)?.expected.anonymous !== 401,
    )

    expect(open).toEqual([])
  })

  it.each(ASKERS)('answers %s on every route as the matrix says', async (asker) => {
    const wrong: string[] = []
    for (const route of house.routes.keys()) {
      const asked = await askCell(house, route, asker)
      if (asked && !asked.fits) wrong.push(complain(asked))
    }

    expect(wrong).toEqual([])
  })

  it('opens for a person who signed in through WeCom as for one whose session it sealed', async () => {
    const headers = await signIn(house.app, house.people.guide.userid)

    const answer = await house.app.inject({ url: '/api/me', headers })

    expect(answer.json()).toMatchObject({ userid: house.people.guide.userid })
  })

  it('says the same of a foreign customer as of one that does not exist', async () => {
    const ask = async (id: string) =>
      (
        await house.app.inject({
          url: `/api/customers/${id}`,
          headers: house.headers['own guide'],
        })
      ).json<{ requestId: string }>()
    const { requestId: _a, ...foreign } = await ask(String(house.people.farCustomer.id))
    const { requestId: _b, ...missing } = await ask('999999')

    expect(foreign).toEqual(missing)
  })
})
