import type { InjectOptions } from 'fastify'
import { DEFAULT_TIER_TABLE } from '../../../domain/tier-table.ts'
import { SITUATIONS } from '../../../domain/words-situations.ts'
import { TASK_KINDS } from '../../../domain/words.ts'
import { createApiKey } from '../../../bot/members/api-keys.ts'
import { aCustomer, aGuide, aTag, aTask } from '../../../tests/support/chain.ts'
import {
  ANYBODY,
  everybody,
  HEADQUARTERS,
  IN_SCOPE,
  KEY_ONLY,
  MANAGERS,
  OF_OWN_STORE,
  REDIRECTS,
  SIGNED_IN,
  strangers,
  type Expected,
} from './askers.ts'
import type { House } from './house.ts'

/** One route: what each asker gets, and a request that is right but for who asks. */
export interface Row {
  expected: Expected
  /** the request, when it is more than its path; made anew for each asker */
  request?: (house: House) => Promise<Partial<InjectOptions>> | Partial<InjectOptions>
}

/** pages that are not built here: whoever may see them is told so */
const PAGE: Expected = { ...everybody(503), ...strangers(302) }
const GUIDES_ELSEWHERE: Expected = {
  ...PAGE,
  'own guide': 302,
  colleague: 302,
  'far guide': 302,
}

const url = (address: string) => () => ({ url: address })

const customer =
  (rest = '', payload?: object) =>
  ({ people }: House) => ({
    url: `/api/customers/${people.customer.id}${rest}`,
    ...(payload && { payload }),
  })

const task =
  (rest = '', payload?: object) =>
  async ({ db, people }: House) => ({
    url: `/api/tasks/${await aTask(db, people.customer, people.guide)}${rest}`,
    ...(payload && { payload }),
  })

let serial = 0
const next = (): number => (serial += 1)

const newTag = async ({ db }: House) => {
  const group = await db.prisma.tagGroup.create({ data: { name: '组', dimension: 'source' } })
  return { payload: { groupId: String(group.id), name: `标签${next()}` } }
}

const newTagMerge = async ({ db }: House) => ({
  payload: {
    from: String(await aTag(db, `标签${next()}`)),
    into: String(await aTag(db, `标签${next()}`)),
  },
})

const newTagRule = async ({ db }: House) => ({
  payload: {
    name: '高价值',
    tagId: String(await aTag(db, `标签${next()}`)),
    filter: { spend365: { min: 100_000 } },
  },
})

/** Two members who may be made one. */
const newMerge = async ({ db }: House) => {
  const ids = []
  for (const one of [next(), next()])
    ids.push(String((await aCustomer(db, { memberNo: `D${one}`, externalUserid: null })).id))
  return { payload: { from: ids[0], into: ids[1] } }
}

async function savedTagRule(house: House): Promise<Record<string, unknown>> {
  const made = await house.app.inject({
    method: 'POST',
    url: '/api/tag-rules',
    headers: house.headers.hq,
    ...(await newTagRule(house)),
  })
  return made.json<Record<string, unknown>>()
}

const newSegment = () => ({ name: `人群${next()}`, filter: { member: true } })

const newAssignment = () => ({
  title: `派单${next()}`,
  instruction: '请联系',
  filter: { member: true },
  dueAt: '2099-01-01T10:00:00+08:00',
  dispatchAt: '2098-12-31T10:00:00+08:00',
  assign: 'owner',
})

async function post(house: House, address: string, payload?: object): Promise<{ id: string }> {
  const made = await house.app.inject({
    method: 'POST',
    url: address,
    headers: house.headers['own manager'],
    ...(payload && { payload }),
  })
  return made.json<{ id: string }>()
}

/** An assignment of one's own store; strangers' stores and guides don't get it. */
const assignment =
  (rest = '', payload?: object) =>
  async (house: House) => {
    const { id } = await post(house, '/api/assignments', newAssignment())
    return { url: `/api/assignments/${id}${rest}`, ...(payload && { payload }) }
  }

/** Somebody new: those who were there before a request must be the same after it. */
const aGiver = (db: House['db']) => {
  const userid = `newGiver${next()}`
  return aGuide(db, { userid, useridKey: userid.toLowerCase() })
}

/** Of a guide of one's own store, with a customer of their own; the store's other guide takes. */
const handover =
  (rest = '') =>
  async (house: House) => {
    const { people, db } = house
    const giver = await aGiver(db)
    await aCustomer(db, {}, [giver])
    const body = { from: giver.userid, to: people.otherGuide.userid }
    const { id } = await post(house, '/api/handovers', body)
    return { url: `/api/handovers/${id}${rest}` }
  }

/** The colleague takes somebody's customer. */
const handoverBriefs = async ({ people, db }: House) => {
  const giver = await aGiver(db)
  const { id: customerId } = await aCustomer(db)
  const { id } = await db.prisma.handover.create({
    data: {
      fromId: giver.id,
      strategy: 'to',
      createdBy: people.manager.id,
      createdAt: new Date(),
      storeNo: 'S1',
      rows: {
        create: [
          { customerId, toId: people.otherGuide.id, via: 'none', state: 'done', spendFen: 0n },
        ],
      },
    },
  })
  return { url: `/briefs/${id}` }
}

/** A job that was tried for the last time. */
const deadJob =
  (rest: string) =>
  async ({ db }: House) => {
    const added = await db.pool.query<{ id: string }>(
      `select id from graphile_worker.add_job('deliver', '{"outboxId":"0"}', run_at := now() + interval '1 day')`,
    )
    const id = added.rows[0]?.id ?? ''
    await db.pool.query(
      'update graphile_worker._private_jobs set attempts = max_attempts where id = $1',
      [id],
    )
    return { url: `/api/dead-jobs/${id}${rest}`, ...(rest && { payload: {} }) }
  }

/** A remark that WeCom refused. */
async function failedSend(db: House['db']): Promise<string> {
  const { id } = await db.prisma.outbox.create({
    data: {
      kind: 'remark',
      dedupeKey: `remark:${next()}`,
      payload: {},
      state: 'failed',
      notBefore: new Date(),
      traceId: 'trace',
      createdAt: new Date(),
    },
  })
  return String(id)
}

const someVariants = () => [{ code: 'A', text: '{称呼}，生日快乐', weight: 1 }]

/** each in the next situation: there are only so many templates of one */
const newTemplate = () => {
  const places = TASK_KINDS.flatMap((kind) => SITUATIONS[kind].map(({ code }) => ({ kind, code })))
  const { kind, code } = places[next() % places.length] ?? { kind: 'birthday', code: 'day' }
  return { kind, situation: code, name: '话术', enabled: false, variants: someVariants() }
}

/** Words of one's own store. */
const template =
  (rest = '', payload?: object) =>
  async (house: House) => {
    const { id } = await post(house, '/api/templates', newTemplate())
    return { url: `/api/templates/${id}${rest}`, ...(payload && { payload }) }
  }

/** A row of each kind that the open API takes. */
const ITEMS: Record<string, () => object> = {
  stores: () => ({ storeNo: `S${next()}`, name: '店' }),
  employees: () => ({ userid: `new${next()}`, name: '新', role: 'guide' }),
  members: () => ({ memberNo: `N${next()}`, joinedAt: '2026-01-01T00:00:00Z' }),
  orders: () => ({
    orderNo: `O${next()}`,
    memberNo: 'M1',
    paidAt: '2026-11-01T00:00:00Z',
    amountFen: 100,
    status: 'paid',
  }),
  coupons: () => ({
    couponNo: `C${next()}`,
    memberNo: 'M1',
    name: '券',
    issuedAt: '2026-11-01T00:00:00Z',
    expiresAt: '2026-12-01T00:00:00Z',
    status: 'issued',
  }),
  points: () => ({
    entryNo: `P${next()}`,
    memberNo: 'M1',
    kind: 'earn',
    points: 1,
    occurredAt: '2026-11-01T00:00:00Z',
  }),
}

const imports = Object.fromEntries(
  Object.entries(ITEMS).map(([kind, item]): [string, Row] => [
    `PUT /open/v1/${kind}`,
    { expected: KEY_ONLY, request: () => ({ payload: { items: [item()] } }) },
  ]),
)

const newWebhook = () => ({
  url: `https://example.com/hook/${next()}`,
  events: ['task.created'],
})

/** Every route and who may use it. One that is not in here fails the test and S5. */
const MATRIX: Readonly<Record<string, Row>> = {
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
  'GET /briefs.css': { expected: ANYBODY },
  'GET /briefs/:id': {
    // of those who take, and of the managers of who gives
    expected: {
      ...everybody('2xx'),
      ...strangers(302),
      'own guide': 404,
      'far guide': 404,
      'far manager': 404,
    },
    request: handoverBriefs,
  },

  'GET /auth/login': { expected: REDIRECTS },
  'GET /auth/callback': { expected: everybody(401), request: url('/auth/callback?code=x&state=y') },
  'POST /auth/logout': { expected: ANYBODY },

  'GET /': { expected: REDIRECTS },
  'GET /sidebar': { expected: PAGE },
  'GET /desk': { expected: PAGE },
  'GET /console': { expected: GUIDES_ELSEWHERE },
  'GET /console/*': { expected: GUIDES_ELSEWHERE, request: url('/console/customers') },

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
    request: ({ deps }) => ({
      url: `/api/jssdk?url=${encodeURIComponent(`${deps.publicUrl}/sidebar`)}`,
    }),
  },
  'GET /api/tags': { expected: SIGNED_IN },
  'POST /api/tags': { expected: SIGNED_IN, request: newTag },
  'GET /api/tags/managed': { expected: MANAGERS },
  'PATCH /api/tags/:id': {
    expected: HEADQUARTERS,
    request: async ({ db }) => ({
      url: `/api/tags/${await aTag(db, `标签${next()}`)}`,
      payload: { name: `新名${next()}` },
    }),
  },
  'DELETE /api/tags/:id': {
    expected: HEADQUARTERS,
    request: async ({ db }) => ({ url: `/api/tags/${await aTag(db, `标签${next()}`)}` }),
  },
  'GET /api/tag-merges': { expected: HEADQUARTERS },
  'POST /api/tag-merges': { expected: HEADQUARTERS, request: newTagMerge },
  'POST /api/tag-merges/:id/undo': {
    expected: HEADQUARTERS,
    request: async (house) => {
      const { from, into } = (await newTagMerge(house)).payload
      const { id } = await house.db.prisma.tagMerge.create({
        data: {
          fromId: BigInt(from),
          intoId: BigInt(into),
          state: 'merged',
          by: 'x',
          at: new Date(),
        },
      })
      return { url: `/api/tag-merges/${id}/undo`, payload: {} }
    },
  },
  'GET /api/tag-rules': { expected: MANAGERS },
  'GET /api/tag-rules/suggestions': { expected: MANAGERS },
  'GET /api/tag-rules/:code': {
    expected: MANAGERS,
    request: async (house) => {
      const { code } = await savedTagRule(house)
      return { url: `/api/tag-rules/${String(code)}` }
    },
  },
  'GET /api/tag-rules/:code/history': {
    expected: MANAGERS,
    request: async (house) => {
      const { code } = await savedTagRule(house)
      return { url: `/api/tag-rules/${String(code)}/history` }
    },
  },
  'POST /api/tag-rules': { expected: HEADQUARTERS, request: newTagRule },
  'PUT /api/tag-rules/:code': {
    expected: HEADQUARTERS,
    request: async (house) => {
      const { code, version, name, tagId, filter } = await savedTagRule(house)
      return {
        url: `/api/tag-rules/${String(code)}`,
        payload: { version, name, tagId, filter, enabled: false },
      }
    },
  },
  'GET /api/tasks': { expected: SIGNED_IN, request: url('/api/tasks?bucket=today') },
  'GET /api/tasks/waiting': { expected: SIGNED_IN },

  'GET /api/customers/by-external/:externalUserId': {
    expected: IN_SCOPE,
    request: url('/api/customers/by-external/wmone'),
  },
  'GET /api/customers/:id': { expected: IN_SCOPE, request: customer() },
  'PATCH /api/customers/:id': { expected: IN_SCOPE, request: customer('', { note: '记' }) },
  'GET /api/customer-duplicates': {
    expected: HEADQUARTERS,
    request: url('/api/customer-duplicates?by=mobile'),
  },
  'POST /api/customer-merges/preview': { expected: HEADQUARTERS, request: newMerge },
  'GET /api/customer-merges': { expected: HEADQUARTERS },
  'POST /api/customer-merges': {
    expected: HEADQUARTERS,
    request: async (house) => ({ payload: { ...(await newMerge(house)).payload, take: [] } }),
  },
  'POST /api/customer-merges/:id/undo': {
    expected: HEADQUARTERS,
    request: async (house) => {
      const made = await house.app.inject({
        method: 'POST',
        url: '/api/customer-merges',
        headers: house.headers.hq,
        payload: { ...(await newMerge(house)).payload, take: [] },
      })
      return { url: `/api/customer-merges/${made.json<{ id: string }>().id}/undo` }
    },
  },
  'GET /api/customers/:id/history': { expected: OF_OWN_STORE, request: customer('/history') },
  'GET /api/customers/:id/timeline': { expected: IN_SCOPE, request: customer('/timeline') },
  'GET /api/customers/:id/why': { expected: IN_SCOPE, request: customer('/why?kind=tier') },
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
  'POST /api/customers/:id/reveal-birthday': {
    expected: IN_SCOPE,
    request: customer('/reveal-birthday', {}),
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
    request: ({ people }) => ({
      payload: {
        customerId: String(people.customer.id),
        channel: 'phone',
        text: '',
        result: 'sent',
      },
    }),
  },

  'GET /api/guides': { expected: MANAGERS },
  'GET /api/stores': { expected: MANAGERS },
  'POST /api/customers/search': { expected: MANAGERS, request: () => ({ payload: {} }) },
  'POST /api/customers/exports': { expected: MANAGERS, request: () => ({ payload: {} }) },
  'GET /api/customers/exports/:id': {
    // nobody's export but who asked for it
    expected: { ...MANAGERS, 'own manager': 404, 'far manager': 404, hq: 404 },
    request: url('/api/customers/exports/999999999'),
  },
  'GET /api/audit': { expected: HEADQUARTERS },
  'GET /api/keys': { expected: HEADQUARTERS },
  'POST /api/keys': {
    expected: HEADQUARTERS,
    request: () => ({ payload: { name: `key ${next()}` } }),
  },
  'DELETE /api/keys/:name': {
    expected: HEADQUARTERS,
    request: async ({ db }) => {
      const name = `key-${next()}`
      await createApiKey(db.prisma, name, new Date())
      return { url: `/api/keys/${name}` }
    },
  },
  'GET /api/webhooks': { expected: HEADQUARTERS },
  'POST /api/webhooks': {
    expected: HEADQUARTERS,
    request: () => ({ payload: newWebhook() }),
  },
  'DELETE /api/webhooks/:id': {
    expected: HEADQUARTERS,
    request: async ({ db }) => {
      const { id } = await db.prisma.webhook.create({
        data: { ...newWebhook(), secretEnc: new Uint8Array() },
      })
      return { url: `/api/webhooks/${id}` }
    },
  },
  'GET /api/health-checks': { expected: HEADQUARTERS },
  'POST /api/health-checks/:name/run': {
    expected: HEADQUARTERS,
    request: () => ({ url: '/api/health-checks/database/run', payload: {} }),
  },
  'GET /api/nights': { expected: HEADQUARTERS },
  'GET /api/environment': { expected: HEADQUARTERS },
  'GET /api/quotas': { expected: HEADQUARTERS },
  'GET /api/sync': { expected: HEADQUARTERS },
  'POST /api/sync': { expected: HEADQUARTERS },
  'GET /api/queues': { expected: HEADQUARTERS },
  'POST /api/dead-jobs/:id/retry': { expected: HEADQUARTERS, request: deadJob('/retry') },
  'DELETE /api/dead-jobs/:id': { expected: HEADQUARTERS, request: deadJob('') },
  'GET /api/failed-sends': { expected: HEADQUARTERS },
  'GET /api/failed-sends/counts': { expected: HEADQUARTERS },
  'POST /api/failed-sends/retry': {
    expected: HEADQUARTERS,
    request: () => ({ payload: { kind: 'remark' } }),
  },
  'POST /api/failed-sends/:id/retry': {
    expected: HEADQUARTERS,
    request: async ({ db }) => ({
      url: `/api/failed-sends/${await failedSend(db)}/retry`,
      payload: {},
    }),
  },
  'POST /api/audiences/preview': {
    expected: MANAGERS,
    request: () => ({ payload: { filter: { member: true } } }),
  },
  'GET /api/segments': { expected: MANAGERS },
  'POST /api/segments': { expected: MANAGERS, request: () => ({ payload: newSegment() }) },
  'DELETE /api/segments/:id': {
    // who saved it, and nobody else
    expected: { ...OF_OWN_STORE, hq: 404 },
    request: async (house) => ({
      url: `/api/segments/${(await post(house, '/api/segments', newSegment())).id}`,
    }),
  },
  'GET /api/handovers': { expected: MANAGERS },
  'GET /api/handovers/needed': { expected: MANAGERS },
  'POST /api/handovers/preview': {
    // somebody of another store is nobody one could name
    expected: { ...MANAGERS, 'far manager': 400 },
    request: ({ people }) => ({
      payload: { from: people.guide.userid, to: people.otherGuide.userid },
    }),
  },
  'POST /api/handovers': {
    expected: { ...MANAGERS, 'far manager': 400 },
    request: async ({ people, db }) => {
      const giver = await aGiver(db)
      await aCustomer(db, {}, [giver])
      return { payload: { from: giver.userid, to: people.otherGuide.userid } }
    },
  },
  'GET /api/handovers/:id': { expected: OF_OWN_STORE, request: handover() },
  'GET /api/handovers/:id/customers': {
    expected: OF_OWN_STORE,
    request: handover('/customers'),
  },

  'GET /api/assignments': { expected: MANAGERS },
  'POST /api/assignments': { expected: MANAGERS, request: () => ({ payload: newAssignment() }) },
  'POST /api/assignments/preview': {
    expected: MANAGERS,
    request: () => ({ payload: { filter: newAssignment().filter, assign: 'owner' } }),
  },
  'GET /api/assignments/:id': { expected: OF_OWN_STORE, request: assignment() },
  'GET /api/assignments/:id/customers': {
    expected: OF_OWN_STORE,
    request: assignment('/customers'),
  },
  'GET /api/assignments/:id/events': {
    expected: OF_OWN_STORE,
    // called off: the stream says so and ends
    request: async (house) => {
      const { id } = await post(house, '/api/assignments', newAssignment())
      await post(house, `/api/assignments/${id}/cancel`)
      return { url: `/api/assignments/${id}/events` }
    },
  },
  'POST /api/assignments/:id/press': { expected: OF_OWN_STORE, request: assignment('/press', {}) },
  'POST /api/assignments/:id/cancel': { expected: OF_OWN_STORE, request: assignment('/cancel') },
  'POST /api/assignments/:id/repeat': {
    expected: OF_OWN_STORE,
    request: assignment('/repeat', {
      dueAt: '2099-01-01T10:00:00+08:00',
      dispatchAt: '2098-12-31T10:00:00+08:00',
    }),
  },
  'GET /api/reports/execution': {
    expected: MANAGERS,
    request: url('/api/reports/execution?from=2026-11-22&to=2026-11-22'),
  },
  'GET /api/reports/overview': {
    expected: MANAGERS,
    request: url('/api/reports/overview?from=2026-11-22&to=2026-11-22'),
  },
  'GET /api/reports/exceptions': { expected: MANAGERS },
  'GET /api/reports/:report': {
    expected: MANAGERS,
    request: url('/api/reports/tiers?from=2026-11-22&to=2026-11-22'),
  },

  'GET /api/tiers': { expected: MANAGERS },
  'PUT /api/tiers': {
    expected: HEADQUARTERS,
    request: () => ({ payload: { version: 1, ...DEFAULT_TIER_TABLE } }),
  },
  'POST /api/tiers/lint': {
    expected: MANAGERS,
    request: () => ({ payload: DEFAULT_TIER_TABLE }),
  },
  'POST /api/tiers/dry-run': {
    expected: MANAGERS,
    request: () => ({ payload: DEFAULT_TIER_TABLE }),
  },
  'GET /api/contact-limits': { expected: MANAGERS },
  'PUT /api/contact-limits': {
    expected: HEADQUARTERS,
    request: () => ({ payload: { version: 0, limits: {} } }),
  },
  'POST /api/contact-limits/dry-run': {
    expected: HEADQUARTERS,
    request: () => ({ payload: { limits: {} } }),
  },
  'GET /api/points-programme': { expected: HEADQUARTERS },
  'PUT /api/points-programme': {
    expected: HEADQUARTERS,
    request: () => ({ payload: { version: 0, enabled: false } }),
  },
  'POST /api/points-programme/lint': { expected: HEADQUARTERS, request: () => ({ payload: {} }) },
  'POST /api/points-programme/dry-run': {
    expected: HEADQUARTERS,
    request: () => ({ payload: {} }),
  },
  'GET /api/templates': { expected: MANAGERS },
  // managers write for their own store, whatever store that is
  'POST /api/templates': { expected: MANAGERS, request: () => ({ payload: newTemplate() }) },
  'POST /api/templates/lint': {
    expected: MANAGERS,
    request: () => ({ payload: { kind: 'birthday', situation: 'day', variants: someVariants() } }),
  },
  'POST /api/templates/preview': {
    expected: OF_OWN_STORE,
    request: ({ people }) => ({
      payload: {
        kind: 'birthday',
        situation: 'day',
        variants: someVariants(),
        customerId: String(people.customer.id),
      },
    }),
  },
  'GET /api/templates/:id': { expected: OF_OWN_STORE, request: template() },
  'PUT /api/templates/:id': {
    expected: OF_OWN_STORE,
    request: template('', { version: 1, name: '改过', enabled: true, variants: someVariants() }),
  },
  'GET /api/templates/:id/results': { expected: OF_OWN_STORE, request: template('/results') },
  'GET /api/rules': { expected: MANAGERS },
  'GET /api/rules/:kind': { expected: MANAGERS, request: url('/api/rules/birthday') },
  'PUT /api/rules/:kind': {
    expected: HEADQUARTERS,
    request: () => ({ url: '/api/rules/birthday', payload: { enabled: true } }),
  },
  'POST /api/rules/:kind/lint': {
    expected: MANAGERS,
    request: () => ({ url: '/api/rules/birthday/lint', payload: {} }),
  },
  'POST /api/rules/:kind/dry-run': {
    expected: MANAGERS,
    request: () => ({ url: '/api/rules/birthday/dry-run', payload: {} }),
  },

  ...imports,
  'POST /open/v1/import/:kind': {
    expected: KEY_ONLY,
    request: () => ({
      url: '/open/v1/import/stores',
      headers: { 'content-type': 'application/x-ndjson' },
      payload: `${JSON.stringify(ITEMS['stores']?.())}\n`,
    }),
  },
  'GET /open/v1/tasks': { expected: KEY_ONLY },
  'GET /open/v1/touches': { expected: KEY_ONLY },
  'GET /open/v1/webhooks': { expected: KEY_ONLY },
  'POST /open/v1/webhooks': { expected: KEY_ONLY, request: () => ({ payload: newWebhook() }) },
  'DELETE /open/v1/webhooks/:id': {
    expected: KEY_ONLY,
    request: async ({ app, headers }) => {
      const made = await app.inject({
        method: 'POST',
        url: '/open/v1/webhooks',
        headers: headers['chain’s system'],
        payload: newWebhook(),
      })
      return { url: `/open/v1/webhooks/${made.json<{ id: string }>().id}` }
    },
  },
}

/** The rows whose route is not there, and the routes without a row. */
export function compareWithRoutes(routes: Iterable<string>): {
  missing: string[]
  stale: string[]
} {
  const known = new Set(routes)
  return {
    missing: [...known].filter((route) => !MATRIX[route]),
    stale: Object.keys(MATRIX).filter((route) => !known.has(route)),
  }
}

/** @returns undefined for a route that the matrix does not have */
export function rowOf(route: string): Row | undefined {
  return MATRIX[route]
}
