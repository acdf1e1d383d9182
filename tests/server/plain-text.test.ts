import { beforeAll, describe, expect, it } from 'vitest'
import { buildTestApp, signIn, type TestApp } from '../support/test-app.ts'
import { useDatabase } from '../support/database.ts'
import { aCustomer, aGuide } from '../support/chain.ts'

const db = useDatabase()
let test: TestApp
let headers: Record<string, string>
let customerId: string

beforeAll(async () => {
  test = await buildTestApp(db)
  const guide = await aGuide(db)
  customerId = String((await aCustomer(db, {}, [guide])).id)
  headers = await signIn(test.app, guide.userid)
})

describe('text that no database can hold', () => {
  it.each([
    ['a note', 'POST', '/api/customers/ID/notes', { text: 'a\0b' }, 'text'],
    ['half a surrogate', 'POST', '/api/customers/ID/notes', { text: 'a\ud800' }, 'text'],
    ['a remark', 'PATCH', '/api/customers/ID', { remark: '\0' }, 'remark'],
    ['a consent', 'POST', '/api/customers/ID/consent', { consent: 'all', source: '\0' }, 'source'],
    ['a tag', 'POST', '/api/tags', { groupId: '1', name: 'x\0' }, 'name'],
    ['an id in the path', 'GET', '/api/customers/by-external/%00', undefined, 'externalUserId'],
    ['a filter', 'GET', '/api/tasks?bucket=today&guide=%00', undefined, 'guide'],
  ] as const)(
    'is refused with the field’s name: %s',
    async (_what, method, address, payload, field) => {
      const url = address.replace('ID', customerId)
      const answer = await test.app.inject({
        method,
        url,
        headers,
        ...(payload ? { payload } : {}),
      })

      expect(answer.statusCode).toBe(400)
      expect(answer.json()).toMatchObject({ code: 'BAD_INPUT', field })
    },
  )

  it('is refused before it is looked for when an id is endless', async () => {
    const answer = await test.app.inject({
      url: `/api/customers/by-external/${'x'.repeat(3000)}`,
      headers,
    })

    expect(answer.statusCode).toBe(400)
    expect(answer.json()).toMatchObject({ code: 'BAD_INPUT' })
  })

  it('is refused when a note is only blanks', async () => {
    const url = `/api/customers/${customerId}/notes`
    const answer = await test.app.inject({ method: 'POST', url, headers, payload: { text: '   ' } })

    expect(answer.statusCode).toBe(400)
  })
})
