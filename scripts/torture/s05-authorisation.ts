import { createRandom } from '../../prisma/seed/random.ts'
import type { Figure } from '../support/figures.ts'
import { aTask } from '../../tests/support/chain.ts'
import { askCell, complain, requestOf } from './authorisation/ask.ts'
import { ASKERS, type Asker } from './authorisation/askers.ts'
import { openHouse, type House } from './authorisation/house.ts'
import { compareWithRoutes, rowOf } from './authorisation/matrix.ts'
import {
  fillChain,
  maySeeCustomer,
  maySeeTask,
  type Person,
  type ScopeModel,
} from './authorisation/scope-model.ts'
import type { Scenario, TortureContext } from './scenario.ts'
import { openThrowawayDatabase } from './support/throwaway-database.ts'

const SIZES = {
  full: { stores: 8, customers: 250 },
  short: { stores: 2, customers: 12 },
} as const
const SEED = 20_261_125

/**
 * S5: every route by everybody, as the matrix says; then every customer and task of a random chain by every person of
 * it, as a model of the contract says; then the tricks by which addresses and ids get past such checks.
 */
export const s5: Scenario = {
  id: 'S5',
  title:
    'every route answers everybody as the matrix says, and nobody sees whose data is not theirs',
  async run(context) {
    const database = await openThrowawayDatabase(context.folder)
    const house = await openHouse(database.db)
    try {
      const matrix = await askMatrix(context, house)
      const tricks = await tryTricks(context, house)
      const model = await fillChain(house, createRandom(SEED), SIZES[context.size])
      return [...matrix, ...tricks, ...(await askModel(context, house, model))]
    } finally {
      await house.close()
      await database.close()
    }
  },
}

async function askMatrix({ say }: TortureContext, house: House): Promise<Figure[]> {
  const { missing, stale } = compareWithRoutes(house.routes.keys())
  for (const route of [...missing, ...stale]) say(`no row or no route: ${route}`)
  let cells = 0
  let open = 0
  let wrong = 0
  for (const route of house.routes.keys()) {
    for (const asker of ASKERS) {
      const asked = await askCell(house, route, asker)
      if (!asked) continue
      cells += 1
      if (asked.fits) continue
      wrong += 1
      if (asked.answer.statusCode < 300) open += 1
      say(complain(asked))
    }
  }
  const routes = house.routes.size
  return [
    { name: 'routes', value: routes, unit: '' },
    {
      name: 'routes in the matrix',
      value: Math.round((100 * (routes - missing.length)) / routes),
      unit: '%',
      goal: { atLeast: 100 },
    },
    { name: 'rows without a route', value: stale.length, unit: '', goal: { atMost: 0 } },
    { name: 'routes × people asked', value: cells, unit: '', goal: { atLeast: 300 } },
    { name: 'unexpected successes', value: open, unit: '', goal: { atMost: 0 } },
    { name: 'other unexpected answers', value: wrong - open, unit: '', goal: { atMost: 0 } },
  ]
}

/** Other spellings of a protected address. */
function spellings(path: string): string[] {
  const [, first = '', ...rest] = path.split('/')
  const tail = rest.join('/')
  return [
    `//${first}/${tail}`,
    `/${first}//${tail}`,
    `/${first.toUpperCase()}/${tail}`,
    `/./${first}/${tail}`,
    `/health/../${first}/${tail}`,
    `/wecom/..%2f${first}/${tail}`,
    `/%2e/${first}/${tail}`,
    `/${first}/${tail}/`,
    `/${first}/${tail}/.`,
    `/${first}/${tail}%00`,
    `/${first}/${tail}%20`,
    `/${first}/${tail};a=b`,
    `/${first}/${tail}.json`,
    `/%${first.charCodeAt(0).toString(16)}${first.slice(1)}/${tail}`,
    `/health/live?x=/${first}/${tail}`,
    `/assets/../${first}/${tail}`,
    `/docs/static/..%2f..%2f${first}/${tail}`,
    `http://elsewhere.example/${first}/${tail}`,
  ]
}

/** Headers by which proxies and frameworks are told to take a request for another. */
const MISLEADING: Record<string, string>[] = [
  { 'x-http-method-override': 'GET', 'x-original-url': '/api/me', 'x-rewrite-url': '/api/me' },
  { 'x-forwarded-for': '127.0.0.1', 'x-forwarded-proto': 'https', 'x-real-ip': '127.0.0.1' },
  { authorization: 'Basic YWRtaW46YWRtaW4=' },
  { authorization: 'Bearer ' },
  { authorization: 'Bearer null', cookie: 'guide_session=' },
  { cookie: 'guide_session=%7B%22userid%22%3A%22ZongBu%22%7D; userid=ZongBu' },
  { cookie: 'guide_session=;;;guide_session=AAAA;AAAA' },
]

async function tryTricks({ say }: TortureContext, house: House): Promise<Figure[]> {
  let tried = 0
  let open = 0
  for (const route of house.routes.keys()) {
    if (!/ \/(api|open)\//.test(route)) continue
    const base = await requestOf(house, route, 'anonymous')
    const path = typeof base.url === 'string' ? base.url : ''
    const attempts = [
      ...spellings(path).map((url) => ({ ...base, url })),
      ...MISLEADING.map((headers) => ({ ...base, headers })),
      ...(['HEAD', 'OPTIONS', 'PUT', 'DELETE'] as const).map((method) => ({ ...base, method })),
    ]
    for (const attempt of attempts) {
      const { statusCode, body } = await house.app.inject(attempt)
      tried += 1
      // another spelling may end at an address that is anybody's: what it must not do is answer like the route
      const isAnybodys = body === '{"status":"ok"}'
      if (statusCode >= 300 || isAnybodys) continue
      open += 1
      say(`${statusCode} for ${attempt.method ?? 'GET'} ${JSON.stringify(attempt.url)}`)
    }
  }
  return [
    { name: 'other spellings and headers of a stranger', value: tried, unit: '' },
    { name: 'of them let in', value: open, unit: '', goal: { atMost: 0 } },
    ...(await crossIds(house, say)),
  ]
}

/** Ids of two people in one request: one's own opens the door, the other one's must not come with it. */
async function crossIds(house: House, say: TortureContext['say']): Promise<Figure[]> {
  const { people, db } = house
  const foreign = String(await aTask(db, people.farCustomer, people.farGuide))
  const own = String(await aTask(db, people.customer, people.guide))
  const touch = { channel: 'phone', text: '', result: 'sent' }
  const attempts: { asker: Asker; url: string; payload: object }[] = [
    {
      asker: 'own guide',
      url: '/api/touches',
      payload: { ...touch, customerId: String(people.customer.id), taskId: foreign },
    },
    {
      asker: 'own guide',
      url: '/api/touches',
      payload: { ...touch, customerId: String(people.farCustomer.id), taskId: own },
    },
    {
      asker: 'own guide',
      url: '/api/touches',
      payload: { ...touch, customerId: String(people.loneCustomer.id) },
    },
    {
      asker: 'colleague',
      url: '/api/touches',
      payload: { ...touch, customerId: String(people.customer.id), taskId: own },
    },
    {
      asker: 'far manager',
      url: '/api/touches',
      payload: { ...touch, customerId: String(people.customer.id), taskId: own },
    },
  ]
  let open = 0
  for (const { asker, url, payload } of attempts) {
    const answer = await house.app.inject({
      method: 'POST',
      url,
      payload,
      headers: house.headers[asker],
    })
    if (answer.statusCode === 404) continue
    open += 1
    say(`${answer.statusCode} for ${asker} with crossed ids`)
  }
  return [{ name: 'crossed ids that were taken', value: open, unit: '', goal: { atMost: 0 } }]
}

/** Every person × every customer and task, against the model; lists in both directions. */
async function askModel(
  { say }: TortureContext,
  house: House,
  model: ScopeModel,
): Promise<Figure[]> {
  let asked = 0
  let seen = 0
  let leaked = 0
  let withheld = 0
  const judge = (may: boolean, status: number, what: string) => {
    asked += 1
    if (may) seen += 1
    if (may === (status === 200) && (may || status === 404)) return
    if (may) withheld += 1
    else leaked += 1
    say(`${status} for ${what}`)
  }
  const read = new Set<string>()
  for (const person of model.people) {
    const headers = house.signedIn(person.userid)
    const get = (url: string) => house.app.inject({ url, headers })
    for (const customer of model.customers) {
      const may = maySeeCustomer(person, customer)
      const urls = addressesOf(house, customer)
      for (const [route, url, isTask] of urls) {
        read.add(route)
        const { statusCode } = await get(url)
        judge(isTask ? maySeeTask(person, customer) : may, statusCode, `${person.userid} ${url}`)
      }
    }
    const lists = await compareLists(house, model, person)
    leaked += lists.leaked
    withheld += lists.withheld
    if (lists.leaked + lists.withheld > 0) say(`${person.userid}: the task list is not the model's`)
  }
  const unread = [...house.routes.keys()].filter((route) => isRead(route) && !read.has(route))
  for (const route of unread) say(`not asked by the model: ${route}`)
  return [
    { name: 'people × customers and tasks asked', value: asked, unit: '' },
    { name: 'of them in somebody’s scope', value: seen, unit: '', goal: { atLeast: 1 } },
    {
      name: 'seen by people whose scope they are not in',
      value: leaked,
      unit: '',
      goal: { atMost: 0 },
    },
    {
      name: 'kept from people whose scope they are in',
      value: withheld,
      unit: '',
      goal: { atMost: 0 },
    },
    {
      name: 'routes with an id that the model does not ask',
      value: unread.length,
      unit: '',
      goal: { atMost: 0 },
    },
  ]
}

const isRead = (route: string): boolean =>
  /^GET \/api\/.*:/.test(route) && rowOf(route) !== undefined

/** Every GET route with an id, filled in for one customer and their task. */
function addressesOf(
  house: House,
  customer: ScopeModel['customers'][number],
): [route: string, url: string, isTask: boolean][] {
  return [...house.routes.keys()].filter(isRead).map((route) => {
    const isTask = route.includes('/tasks/')
    const url = route
      .slice('GET '.length)
      .replace(':externalUserId', customer.externalUserid)
      .replace(':id', String(isTask ? customer.task.id : customer.id))
    return [route, url, isTask]
  })
}

async function compareLists(
  house: House,
  model: ScopeModel,
  person: Person,
): Promise<{ leaked: number; withheld: number }> {
  const headers = house.signedIn(person.userid)
  const listed = new Set<string>()
  for (const bucket of ['today', 'upcoming', 'overdue', 'done']) {
    let cursor: string | null = ''
    while (cursor !== null) {
      const url: string = `/api/tasks?bucket=${bucket}${cursor && `&cursor=${encodeURIComponent(cursor)}`}`
      const answer = await house.app.inject({ url, headers })
      const page = answer.json<{ items: { id: string }[]; nextCursor: string | null }>()
      for (const { id } of page.items) listed.add(id)
      cursor = page.nextCursor
    }
  }
  const inModel = new Map(model.customers.map((one) => [String(one.task.id), one]))
  let leaked = 0
  let withheld = 0
  for (const [id, customer] of inModel) {
    const may = maySeeTask(person, customer)
    if (may && !listed.has(id)) withheld += 1
    if (!may && listed.has(id)) leaked += 1
  }
  return { leaked, withheld }
}
