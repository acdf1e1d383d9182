import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createApiKey } from '../../bot/members/api-keys.ts'
import { writeCursor } from '../../server/cursor.ts'
import { emptyDatabase, useDatabase } from '../support/database.ts'
import { aTask } from '../support/chain.ts'
import { buildTestApp, signIn, type TestApp } from '../support/test-app.ts'
import { twoStores, type TwoStores } from './support/two-stores.ts'

const db = useDatabase()
let test: TestApp
let chain: TwoStores
let key: string

beforeAll(async () => {
  test = await buildTestApp(db)
})
beforeEach(async () => {
  await emptyDatabase(db)
  chain = await twoStores(db)
  const made = await createApiKey(db.prisma, 'warehouse', test.deps.clock.now())
  key = `Bearer ${made.ok ? made.key : ''}`
})

interface Request {
  url: string
  method?: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  payload?: object | string
  headers?: Record<string, string>
  as?: string
}

async function ask({ as, headers, ...request }: Request) {
  const { cookie } = await signIn(test.app, as ?? chain.manager.userid)
  return test.app.inject({ ...request, headers: { cookie, authorization: key, ...headers } })
}

describe('an empty value of a query', () => {
  it.each([
    ['/api/tasks?bucket=today', '&cursor=&guide=&store=&mine='],
    ['/api/customers/ID/timeline?', 'cursor=&types='],
    ['/open/v1/tasks?', 'updatedAfter=&cursor=&limit='],
    ['/open/v1/touches?', 'updatedAfter=&cursor='],
    ['/api/assignments?', 'cursor=&state='],
    ['/api/audit?', 'from=&to=&cursor=&action=&format='],
    ['/api/handovers?', 'cursor='],
    ['/api/reports/overview?from=2026-11-16&to=2026-11-22', '&format='],
  ])('counts as left out: %s%s', async (address, empty) => {
    const url = address.replace('ID', String(chain.customer.id))
    const as = chain.hq.userid
    await aTask(db, chain.customer, chain.guide)

    const [plain, filled] = [await ask({ url, as }), await ask({ url: url + empty, as })]

    expect(filled.json()).toEqual(plain.json())
    expect(filled.statusCode).toBe(200)
  })

  it('keeps its meaning where there is one: stores without a region', async () => {
    const url = '/api/reports/overview?from=2026-11-16&to=2026-11-22&region='
    const answer = await ask({ url, as: chain.hq.userid })

    expect(answer.json<{ level: string }>().level).toBe('store')
  })

  it('is missed where one is needed', async () => {
    const answer = await ask({ url: '/api/tasks?bucket=' })

    expect(answer.statusCode).toBe(400)
    expect(answer.json()).toMatchObject({ code: 'BAD_INPUT', field: 'bucket' })
  })
})

describe('a time that no calendar or clock shows', () => {
  const times = [
    '2026-11-22T10:30:00+08:00[Asia/Shanghai]',
    '2026-11-22T23:59:60Z',
    '0000-01-01T00:00:00Z',
    '9999-12-31T23:59:59Z',
    '2027-02-29T10:00:00Z',
  ]

  it.each(times)('is refused with its field wherever it comes in: %s', async (time) => {
    const task = await aTask(db, chain.customer, chain.guide)
    const assignment = { title: 'T', instruction: 'I', filter: { store: ['S1'] }, assign: 'owner' }
    const answers = [
      await ask({ url: `/open/v1/tasks?updatedAfter=${encodeURIComponent(time)}` }),
      await ask({
        url: `/api/tasks/${task}/snooze`,
        method: 'POST',
        payload: { until: time },
        as: chain.guide.userid,
      }),
      await ask({
        url: '/api/assignments',
        method: 'POST',
        payload: { ...assignment, dueAt: time },
      }),
    ]

    expect(
      answers.map((answer) => [answer.statusCode, answer.json<{ field: string }>().field]),
    ).toEqual([
      [400, 'updatedAfter'],
      [400, 'until'],
      [400, 'dueAt'],
    ])
  })

  it.each(times)('is no place where a page ended: %s', async (time) => {
    const answer = await ask({ url: `/open/v1/tasks?cursor=${writeCursor([time, '1'])}` })

    expect(answer.statusCode).toBe(400)
    expect(answer.json()).toMatchObject({ code: 'BAD_INPUT', field: 'cursor' })
  })
})

describe('an empty body that says it is JSON', () => {
  const headers = { 'content-type': 'application/json' }

  it('is taken where there is no body', async () => {
    const task = await aTask(db, chain.customer, chain.guide)
    const start = await ask({
      url: `/api/tasks/${task}/start`,
      method: 'POST',
      headers,
      as: chain.guide.userid,
    })
    const hook = await ask({
      url: '/open/v1/webhooks',
      method: 'POST',
      payload: { url: 'https://bi.example.com/in', events: ['task.created'] },
    })
    const remove = await ask({
      url: `/open/v1/webhooks/${hook.json<{ id: string }>().id}`,
      method: 'DELETE',
      headers,
    })
    const logout = await ask({ url: '/auth/logout', method: 'POST', headers })

    expect([start, hook, remove, logout].map(({ statusCode }) => statusCode)).toEqual([
      200, 201, 204, 204,
    ])
  })

  it.each([
    ['/api/tasks/1/snooze', 'POST'],
    ['/api/touches', 'POST'],
    ['/api/customers/1', 'PATCH'],
  ] as const)('is refused in our shape where there is one: %s', async (url, method) => {
    const answer = await ask({ url, method, headers })

    expect(answer.statusCode).toBe(400)
    expect(answer.json()).toMatchObject({ code: 'BAD_INPUT' })
  })

  it.each([
    ['half a body', '{'],
    ['blanks', '  '],
    ['a prototype', '{"until":"2026-12-01T10:00:00+08:00","__proto__":{"a":1}}'],
    ['a constructor', '{"constructor":{"prototype":{"a":1}}}'],
  ])('is not %s, which stays refused', async (_name, payload) => {
    const answer = await ask({ url: '/api/tasks/1/snooze', method: 'POST', payload, headers })

    expect(answer.statusCode).toBe(400)
    expect(answer.json()).toMatchObject({ code: 'BAD_INPUT' })
  })
})
