import { LEAVES } from '../../bot/audience/filter-schema.ts'
import { ruleOf } from '../../bot/rules/registry.ts'
import { HOLD_REASONS, RULE_KINDS } from '../../domain/words.ts'
import type { InjectOptions, LightMyRequestResponse, RouteOptions } from 'fastify'
import type { Figure } from '../support/figures.ts'
import { askCell, requestOf } from './authorisation/ask.ts'
import { ASKERS, type Asker } from './authorisation/askers.ts'
import { extraFields } from './authorisation/extra-fields.ts'
import { fillCustomer, type Hidden } from './authorisation/filled-customer.ts'
import { openHouse, type House } from './authorisation/house.ts'
import type { Scenario, TortureContext } from './scenario.ts'
import { openThrowawayDatabase } from './support/throwaway-database.ts'

const REVEALS = { full: 400, short: 40 } as const

/** numbers of any rule, by name */
const NUMBERS = new Set(RULE_KINDS.flatMap((kind) => Object.keys(ruleOf(kind).defaults)))

/** a filter inside a filter, whose conditions are those of the outer one (bot/audience/filter-schema.ts) */
const FILTERS = new Set([...Object.keys(LEAVES), 'and', 'or', 'not'])

/** The only objects of answers whose keys no schema names, and the keys they may have. */
const RECORDS = {
  // the rules' own facts (bot/rules), and what server/api/why compares
  facts: new Set(
    [
      'day md lunar daysUntil coupons lots points firstExpiresOn lastExpiresOn lastPurchase cycleDays cycleSource daysSince factor',
      'tier byFigures since spend365Fen orders365 purchaseDays365 referrals points365 warnedOn flags',
      'assignmentId title instruction by words templateId',
    ].flatMap((names) => names.split(' ')),
  ),
  // server/api/rules, and the rule behind an answer to "why"
  params: new Set([...NUMBERS, 'tiers']),
  defaults: NUMBERS,
  schema: new Set(['type', 'required', 'properties']),
  heldBackBy: new Set<string>(HOLD_REASONS),
  and: FILTERS,
  or: FILTERS,
  not: FILTERS,
  // server/api/customers/timeline-sources.ts
  detail: new Set(
    'orderNo refundedFen items channel taskId origin via fromState assignee event addWay couponNo touch'.split(
      ' ',
    ),
  ),
} as const

/** Marks what a request has no business to write; looked for in every column afterwards. */
const WORD = 'mass-assigned-canary'
const NUMBER = 987_654_321

/** the short form sends one field in so many to each route, another one to the next */
const SHORT_EVERY = 6

/** Fields that a table has and a request must not set. */
const UNASKED: Record<string, unknown> = {
  id: String(NUMBER),
  customerId: String(NUMBER),
  customer_id: NUMBER,
  employeeId: NUMBER,
  assigneeId: NUMBER,
  userid: WORD,
  useridKey: WORD,
  role: 'hq',
  storeNo: WORD,
  memberNo: WORD,
  unionid: WORD,
  externalUserid: WORD,
  mobileEnc: WORD,
  mobileHash: WORD,
  matchIssue: WORD,
  createdAt: WORD,
  origin: WORD,
  originBy: WORD,
  wecomId: WORD,
  actor: WORD,
  traceId: WORD,
  clientKeyOf: WORD,
  closeReason: WORD,
  facts: { [WORD]: NUMBER },
  secret: WORD,
  hash: WORD,
}

/**
 * S6: what leaves is what a schema names and the asker may see; what comes in writes nothing but the fields that were
 * asked for; a mobile and a birth year leave by their own calls only, each written down.
 */
export const s6: Scenario = {
  id: 'S6',
  title: 'no answer has a field too many, no request writes one, and every reveal is written down',
  async run(context) {
    const database = await openThrowawayDatabase(context.folder)
    const house = await openHouse(database.db)
    try {
      const hidden = await fillCustomer(house)
      return [
        ...(await walkAnswers(context, house, hidden)),
        ...(await reveal(context, house, hidden)),
        ...(await massAssign(context, house)),
      ]
    } finally {
      await house.close()
      await database.close()
    }
  },
}

/** Every route by everybody: its fields against its schema, its text against what nobody may be shown. */
async function walkAnswers(
  { say }: TortureContext,
  house: House,
  hidden: Hidden,
): Promise<Figure[]> {
  let answers = 0
  const faults = { schema: new Set<string>(), extra: new Set<string>(), shown: new Set<string>() }
  for (const [name, route] of house.routes) {
    for (const asker of ASKERS) {
      const asked = await askCell(house, name, asker)
      if (!asked) continue
      const { answer } = asked
      answers += 1
      for (const what of whatIsShown(hidden, name, answer)) {
        faults.shown.add(`${name} shows ${asker} ${what}`)
      }
      if (!isJson(answer) || !/ \/(api|open|health|auth)/.test(name)) continue
      const schema = schemaOf(route, answer.statusCode)
      if (schema === undefined) faults.schema.add(`${name} ${answer.statusCode}`)
      const extra = extraFields(schema, answer.json(), RECORDS)
      for (const path of extra) faults.extra.add(`${name}: ${path}`)
    }
  }
  for (const what of [...faults.schema].map((one) => `no schema for ${one}`)) say(what)
  for (const what of [...faults.extra, ...faults.shown]) say(what)
  return [
    { name: 'answers walked', value: answers, unit: '', goal: { atLeast: 300 } },
    {
      name: 'JSON answers without a schema',
      value: faults.schema.size,
      unit: 'routes',
      goal: { atMost: 0 },
    },
    {
      name: 'fields that no schema names',
      value: faults.extra.size,
      unit: '',
      goal: { atMost: 0 },
    },
    {
      name: 'hidden things shown (mobile, birth year, others’ remarks, keys, tickets)',
      value: faults.shown.size,
      unit: '',
      goal: { atMost: 0 },
      note: `of ${Object.keys(hidden.never).length + 2} looked for in every answer`,
    },
  ]
}

const isJson = (answer: LightMyRequestResponse): boolean =>
  String(answer.headers['content-type']).startsWith('application/json')

/** The shape every failure has (docs/errors.md). */
const FAILURE = {
  properties: { code: {}, message: {}, requestId: {}, field: {} },
}

/** What a route promises for a status; failures promise one shape everywhere. */
function schemaOf(route: RouteOptions, status: number): unknown {
  if (status >= 400) return FAILURE
  const response: unknown = route.schema?.response
  if (typeof response !== 'object' || response === null) return undefined
  const one: unknown = Reflect.get(response, status)
  const content: unknown =
    typeof one === 'object' && one !== null ? Reflect.get(one, 'content') : undefined
  if (typeof content !== 'object' || content === null) return one
  const json: unknown = Reflect.get(content, 'application/json')
  return typeof json === 'object' && json !== null ? Reflect.get(json, 'schema') : undefined
}

function whatIsShown(hidden: Hidden, name: string, answer: LightMyRequestResponse): string[] {
  // an id by chance may read like a year
  const body = answer.body.replaceAll(/"requestId":"[^"]*"/g, '')
  const text = `${JSON.stringify(answer.headers)}\n${body}`
  const shown = Object.entries(hidden.never)
    .filter(([, value]) => text.includes(value))
    .map(([what]) => what)
  if (!name.endsWith('/reveal-mobile') && text.includes(hidden.mobile)) shown.push('the mobile')
  if (!name.endsWith('/reveal-birthday') && text.includes(`${hidden.birthYear}-`)) {
    shown.push('the birth year')
  }
  return shown
}

/** Reveals by many at once, some of whom may not; then with an audit that can't be written. */
async function reveal({ size }: TortureContext, house: House, hidden: Hidden): Promise<Figure[]> {
  const { app, db, people, headers } = house
  const before = await countReveals(house)
  const who: readonly Asker[] = [
    'own guide',
    'own manager',
    'hq',
    'colleague',
    'far guide',
    'anonymous',
  ]
  let revealed = 0
  const ask = async (asker: Asker, field: string) => {
    const url = `/api/customers/${people.customer.id}/reveal-${field}`
    return app.inject({ method: 'POST', url, headers: headers[asker] })
  }
  // as many at once as one person may have under way
  const atOnce = who.length * 8
  for (let first = 0; first < REVEALS[size]; first += atOnce) {
    const some = Array.from({ length: Math.min(atOnce, REVEALS[size] - first) }, async (_, nth) => {
      const field = (first + nth) % 4 < 2 ? 'mobile' : 'birthday'
      const { body } = await ask(who[nth % who.length] ?? 'anonymous', field)
      if (body.includes(hidden.mobile) || body.includes(hidden.birthYear)) revealed += 1
    })
    await Promise.all(some)
  }
  const written = (await countReveals(house)) - before
  // whoever can't write it down does not tell
  await db.pool.query(`create function no_audit() returns trigger language plpgsql as
    $$ begin raise exception 'the audit is full'; end $$`)
  await db.pool.query(
    'create trigger no_audit before insert on audit_log for each row execute function no_audit()',
  )
  const untold = [await ask('own guide', 'mobile'), await ask('hq', 'birthday')]
  await db.pool.query('drop trigger no_audit on audit_log')
  const told = untold.filter(
    ({ body, statusCode }) =>
      statusCode < 500 || body.includes(hidden.mobile) || body.includes(hidden.birthYear),
  )
  return [
    { name: 'reveals', value: revealed, unit: '', goal: { atLeast: REVEALS[size] / 3 } },
    {
      name: 'reveals written down',
      value: revealed === 0 ? 0 : Math.round((1000 * written) / revealed) / 10,
      unit: '%',
      goal: { atLeast: 100 },
    },
    {
      name: 'written down that were none',
      value: written - revealed,
      unit: '',
      goal: { atMost: 0 },
    },
    {
      name: 'reveals while none can be written down',
      value: told.length,
      unit: '',
      goal: { atMost: 0 },
    },
  ]
}

async function countReveals({ db }: House): Promise<number> {
  return db.prisma.auditLog.count({
    where: { action: { in: ['reveal_mobile', 'reveal_birthday'] } },
  })
}

/** Every route that takes a body, with every field it should not have. */
async function massAssign({ say, size }: TortureContext, house: House): Promise<Figure[]> {
  const before = await roles(house)
  const writes = [...house.routes.keys()].filter((route) =>
    /^(POST|PUT|PATCH) \/(api|open)/.test(route),
  )
  let sent = 0
  let refused = 0
  let failed = 0
  for (const [nth, route] of writes.entries()) {
    const known = fieldNames(house.routes.get(route)?.schema?.body)
    // a stream has no schema of its own: its lines here are stores
    if (route.endsWith('/import/:kind')) fieldNames(schemaOfStores(house), known)
    const asker: Asker = route.includes(' /open/') ? 'chain’s system' : 'own guide'
    for (const [at, [field, value]] of Object.entries(UNASKED).entries()) {
      if (known.has(field) || (size === 'short' && (at + nth) % SHORT_EVERY > 0)) continue
      for (const payload of poisoned(await requestOf(house, route, asker), field, value)) {
        const { statusCode, body } = await house.app.inject(payload)
        sent += 1
        if (statusCode >= 500) {
          failed += 1
          say(`${statusCode} for ${route} with ${field}: ${body.slice(0, 100)}`)
        }
        if (statusCode >= 400 || body.includes('"rejected":[{')) refused += 1
      }
    }
  }
  const polluted = Reflect.get({}, 'role') === undefined ? 0 : 1
  const found = await findCanaries(house)
  for (const place of found) say(`written: ${place}`)
  const after = await roles(house)
  return [
    { name: 'routes that write', value: writes.length, unit: '', goal: { atLeast: 15 } },
    {
      name: 'requests with a field too many',
      value: sent,
      unit: '',
      note: `${refused} refused, the others ignore it`,
    },
    { name: 'of them failed (5xx)', value: failed, unit: '', goal: { atMost: 0 } },
    { name: 'columns that took it', value: found.length, unit: '', goal: { atMost: 0 } },
    {
      name: 'people whose role changed, prototypes polluted',
      value: (before === after ? 0 : 1) + polluted,
      unit: '',
      goal: { atMost: 0 },
    },
  ]
}

const schemaOfStores = (house: House): unknown =>
  house.routes.get('PUT /open/v1/stores')?.schema?.body

/** Every name of a field in a schema, at any depth. */
function fieldNames(schema: unknown, names = new Set<string>()): Set<string> {
  if (typeof schema !== 'object' || schema === null) return names
  for (const [key, value] of Object.entries(schema)) {
    if (key === 'properties' && typeof value === 'object' && value !== null) {
      for (const name of Object.keys(value)) names.add(name)
    }
    fieldNames(value, names)
  }
  return names
}

/** The request with the field at its top, in its rows, and smuggled through the prototype. */
function poisoned(request: InjectOptions, field: string, value: unknown): InjectOptions[] {
  const { payload } = request
  if (typeof payload === 'string') {
    // lines of rows
    return [
      { ...request, payload: `${JSON.stringify(withField(JSON.parse(payload), field, value))}\n` },
    ]
  }
  const body: object = typeof payload === 'object' ? payload : {}
  const json = { ...request.headers, 'content-type': 'application/json' }
  const smuggled = JSON.stringify({ [field]: value })
  const made: InjectOptions[] = [
    { ...request, headers: json, payload: withField(body, field, value) },
    {
      ...request,
      headers: json,
      payload: JSON.stringify(body).replace(/^\{/, `{"__proto__":${smuggled},`).replace(',}', '}'),
    },
    {
      ...request,
      headers: json,
      payload: JSON.stringify(body)
        .replace(/^\{/, `{"constructor":{"prototype":${smuggled}},`)
        .replace(',}', '}'),
    },
  ]
  if ('items' in body && Array.isArray(body.items)) {
    const items: unknown[] = body.items
    made.push({
      ...request,
      payload: { items: items.map((item) => withField(item, field, value)) },
    })
  }
  return made
}

/** What the row has itself stays: a field that a route knows is no field too many. */
function withField(row: unknown, field: string, value: unknown): object {
  return { [field]: value, ...(typeof row === 'object' ? row : {}) }
}

async function roles({ db }: House): Promise<string> {
  const { rows } = await db.pool.query<{ roles: string }>(
    `select string_agg(userid || role::text || coalesce(store_no, ''), ',' order by id) as roles
     from employee where userid not like 'new%'`,
  )
  return rows[0]?.roles ?? ''
}

/** Columns of any table that hold the word or the number. */
async function findCanaries({ db }: House): Promise<string[]> {
  const { rows: columns } = await db.pool.query<{ table: string; column: string }>(
    `select c.table_name as table, c.column_name as column from information_schema.columns c
     join information_schema.tables t using (table_schema, table_name)
     where c.table_schema = 'public' and t.table_type = 'BASE TABLE'`,
  )
  const found: string[] = []
  for (const { table, column } of columns) {
    const { rowCount } = await db.pool.query(
      `select 1 from "${table}" where "${column}"::text like $1 or "${column}"::text like $2 limit 1`,
      [`%${WORD}%`, `%${NUMBER}%`],
    )
    if (rowCount) found.push(`${table}.${column}`)
  }
  return found
}
