import type { InjectOptions, RouteOptions } from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { aTask } from '../support/chain.ts'
import { useDatabase } from '../support/database.ts'
import { buildTestApp, signIn, type TestApp } from '../support/test-app.ts'
import { twoStores, type TwoStores } from './support/two-stores.ts'

/** Who asks. `own` and `far` are seen from the customer and the task that a request is about. */
const ASKERS = [
  'anonymous',
  'tampered cookie',
  'expired cookie',
  'own guide',
  'far guide',
  'own manager',
  'far manager',
  'hq',
] as const
type Asker = (typeof ASKERS)[number]

/** What each asker gets; `2xx` is any success. */
type Expected = Record<Asker, number | '2xx'>

const NOBODY = { anonymous: 401, 'tampered cookie': 401, 'expired cookie': 401 } as const
const everybody = (status: number | '2xx'): Expected => ({
  anonymous: status,
  'tampered cookie': status,
  'expired cookie': status,
  'own guide': status,
  'far guide': status,
  'own manager': status,
  'far manager': status,
  hq: status,
})
/** who is signed in */
const SIGNED_IN: Expected = { ...everybody('2xx'), ...NOBODY }
/** whose scope it lies in; for the others it does not exist */
const IN_SCOPE: Expected = { ...SIGNED_IN, 'far guide': 404, 'far manager': 404 }
const MANAGERS: Expected = { ...SIGNED_IN, 'own guide': 403, 'far guide': 403 }
const ANYBODY = everybody('2xx')
/** pages: to the sign-in, or on to one's own */
const REDIRECTS = everybody(302)
const PAGE: Expected = {
  ...everybody(503),
  ...redirect('anonymous', 'tampered cookie', 'expired cookie'),
}
/** a session opens none of the doors of the chain's systems or of WeCom */
const KEY_ONLY = everybody(401)

function redirect(...askers: Asker[]): Partial<Expected> {
  return Object.fromEntries(askers.map((asker) => [asker, 302]))
}

interface Row {
  expected: Expected
  /** the request, when it is more than its path; made anew for each asker */
  request?: () => Promise<Partial<InjectOptions>> | Partial<InjectOptions>
}

const db = useDatabase()
let test: TestApp
let chain: TwoStores
const routes = new Set<string>()
const headers = new Map<Asker, Record<string, string>>()

beforeAll(async () => {
  test = await buildTestApp(db, {
    requestsPerMinute: 100_000,
    onRoute: (route) => namesOf(route).forEach((name) => routes.add(name)),
  })
  chain = await twoStores(db)
  const cookie = async (userid: string) => signIn(test.app, userid)
  const own = await cookie(chain.guide.userid)
  headers.set('anonymous', {})
  headers.set('tampered cookie', {
    cookie: own.cookie.replace(/=(.)/, (_, c) => `=${c === 'A' ? 'B' : 'A'}`),
  })
  headers.set('expired cookie', { cookie: expiredCookie(chain.guide.userid) })
  headers.set('own guide', own)
  headers.set('far guide', await cookie(chain.farGuide.userid))
  headers.set('own manager', await cookie(chain.manager.userid))
  headers.set('far manager', await cookie(chain.farManager.userid))
  headers.set('hq', await cookie(chain.hq.userid))
})
afterAll(() => test.close())

/** `METHOD /path/:param` of a route; HEAD and OPTIONS follow their GET. */
function namesOf({ method, url }: RouteOptions): string[] {
  return [method]
    .flat()
    .filter((word) => word !== 'HEAD' && word !== 'OPTIONS')
    .map((word) => `${word} ${url}`)
}

function expiredCookie(userid: string): string {
  const { app } = test
  const session = app.createSecureSession({
    userid,
    // sealed 13 hours ago; the plugin's own field, which its types leave out
    ...({ __ts: Math.round(Date.now() / 1000) - 13 * 3600 } as object),
  })
  return `guide_session=${encodeURIComponent(app.encodeSecureSession(session))}`
}

const customer =
  (rest = '', payload?: object) =>
  () => ({
    url: `/api/customers/${chain.customer.id}${rest}`,
    ...(payload && { payload }),
  })
const task =
  (rest = '', payload?: object) =>
  async () => ({
    url: `/api/tasks/${await aTask(db, chain.customer, chain.guide)}${rest}`,
    ...(payload && { payload }),
  })
const url = (address: string) => () => ({ url: address })

let names = 0
const newTag = async () => {
  const group = await db.prisma.tagGroup.create({ data: { name: '组', dimension: 'source' } })
  return { payload: { groupId: String(group.id), name: `标签${(names += 1)}` } }
}

/** Every route and who may use it. A route that is not in here fails the test below. */
const MATRIX: Record<string, Row> = {
  'GET /health/live': { expected: ANYBODY },
  'GET /health/ready': { expected: ANYBODY },
  'GET /metrics': { expected: ANYBODY },
  'GET /docs': { expected: ANYBODY },
  'GET /docs/json': { expected: ANYBODY },
  'GET /docs/yaml': { expected: ANYBODY },
  'GET /docs/static/*': { expected: ANYBODY, request: url('/docs/static/index.css') },
  'GET /docs/static/index.html': { expected: REDIRECTS },
  'GET /docs/static/swagger-initializer.js': { expected: ANYBODY },
  'GET /pages.css': { expected: ANYBODY },

  'GET /auth/login': { expected: REDIRECTS },
  'GET /auth/callback': { expected: everybody(401), request: url('/auth/callback?code=x&state=y') },
  'POST /auth/logout': { expected: ANYBODY },

  'GET /': { expected: REDIRECTS },
  'GET /sidebar': { expected: PAGE },
  'GET /desk': { expected: PAGE },
  'GET /console': { expected: { ...PAGE, ...redirect('own guide', 'far guide') } },

  'GET /wecom/callback': {
    expected: everybody(401),
    request: url('/wecom/callback?msg_signature=a&timestamp=1&nonce=2&echostr=b'),
  },
  'POST /wecom/callback': {
    expected: everybody(401),
    request: () => ({
      url: '/wecom/callback?msg_signature=a&timestamp=1&nonce=2',
      payload: '<xml><Encrypt><![CDATA[AAAA]]></Encrypt></xml>',
    }),
  },

  'GET /api/me': { expected: SIGNED_IN },
  'GET /api/jssdk': {
    expected: SIGNED_IN,
    request: url(`/api/jssdk?url=${encodeURIComponent('http://127.0.0.1:7300/sidebar')}`),
  },
  'GET /api/tags': { expected: SIGNED_IN },
  'POST /api/tags': { expected: SIGNED_IN, request: newTag },
  'GET /api/tasks': { expected: SIGNED_IN, request: url('/api/tasks?bucket=today') },
  'GET /api/tasks/waiting': { expected: SIGNED_IN },

  'GET /api/customers/by-external/:externalUserId': {
    expected: IN_SCOPE,
    request: url('/api/customers/by-external/wmone'),
  },
  'GET /api/customers/:id': { expected: IN_SCOPE, request: customer() },
  'PATCH /api/customers/:id': { expected: IN_SCOPE, request: customer('', { note: '记' }) },
  'GET /api/customers/:id/timeline': { expected: IN_SCOPE, request: customer('/timeline') },
  'PATCH /api/customers/:id/tags': {
    expected: IN_SCOPE,
    request: customer('/tags', { add: [], remove: [] }),
  },
  'POST /api/customers/:id/notes': {
    expected: IN_SCOPE,
    request: customer('/notes', { text: '记' }),
  },
  'POST /api/customers/:id/consent': {
    expected: IN_SCOPE,
    request: customer('/consent', { consent: 'all', source: 'customer' }),
  },
  'POST /api/customers/:id/reveal-mobile': {
    expected: IN_SCOPE,
    request: customer('/reveal-mobile', {}),
  },

  'GET /api/tasks/:id': { expected: IN_SCOPE, request: task() },
  'POST /api/tasks/:id/start': { expected: IN_SCOPE, request: task('/start', {}) },
  'POST /api/tasks/:id/done': { expected: IN_SCOPE, request: task('/done', { outcome: 'sent' }) },
  'POST /api/tasks/:id/snooze': {
    expected: IN_SCOPE,
    request: task('/snooze', { until: '2026-11-23T01:00:00Z' }),
  },
  'POST /api/tasks/:id/dismiss': {
    expected: IN_SCOPE,
    request: task('/dismiss', { reason: 'other' }),
  },
  'POST /api/touches': {
    expected: IN_SCOPE,
    request: () => ({
      payload: {
        customerId: String(chain.customer.id),
        channel: 'phone',
        text: '',
        result: 'sent',
      },
    }),
  },

  'GET /api/reports/execution': {
    expected: MANAGERS,
    request: url('/api/reports/execution?from=2026-11-22&to=2026-11-22'),
  },
}

/** Rows of routes that need more than a session, whatever they are called. */
function rowOf(route: string): Row | undefined {
  return MATRIX[route] ?? (/^[A-Z]+ \/open\/v1\//.test(route) ? { expected: KEY_ONLY } : undefined)
}

describe('authorisation matrix', () => {
  it('has a row for every route, and no row without a route', () => {
    const missing = [...routes].filter((route) => !rowOf(route))
    const stale = Object.keys(MATRIX).filter((route) => !routes.has(route))

    expect({ missing, stale }).toEqual({ missing: [], stale: [] })
  })

  it('covers every /api route with a rule that keeps strangers out', () => {
    const open = [...routes].filter(
      (route) => route.includes(' /api/') && rowOf(route)?.expected.anonymous !== 401,
    )

    expect(open).toEqual([])
  })

  it.each(ASKERS)('answers %s on every route as the matrix says', async (asker) => {
    const wrong: string[] = []
    for (const route of routes) {
      const row = rowOf(route)
      if (!row) continue
      const [method = '', path = ''] = route.split(' ')
      const answer = await test.app.inject({
        // the route's own method, one of the verbs inject knows
        method: method as 'GET',
        url: path,
        headers: headers.get(asker) ?? {},
        ...(await row.request?.()),
      })
      const expected = row.expected[asker]
      const fits =
        expected === '2xx'
          ? answer.statusCode >= 200 && answer.statusCode < 300
          : answer.statusCode === expected
      if (!fits)
        wrong.push(`${route}: ${answer.statusCode} for ${expected} ${answer.body.slice(0, 120)}`)
    }

    expect(wrong).toEqual([])
  })

  it('says the same of a foreign customer as of one that does not exist', async () => {
    const ask = async (id: string) =>
      (
        await test.app.inject({
          url: `/api/customers/${id}`,
          headers: headers.get('own guide') ?? {},
        })
      ).json<{ requestId: string }>()
    const { requestId: _a, ...foreign } = await ask(String(chain.farCustomer.id))
    const { requestId: _b, ...missing } = await ask('999999')

    expect(foreign).toEqual(missing)
  })
})
