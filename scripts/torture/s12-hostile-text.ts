import type { FastifyInstance } from 'fastify'
import type { AppDeps } from '../../server/deps.ts'
import { createApp } from '../../server/app.ts'
import { createApiKey } from '../../bot/members/api-keys.ts'
import { noneOf, type Figure } from '../support/figures.ts'
import { startPagesWorld, type PagesWorld } from '../support/pages-world.ts'
import { sealSession } from '../support/seal-session.ts'
import { CANARY_TABLE, CORPUS, few, type Hostile } from './hostile-text/corpus.ts'
import { keptByGuides } from './hostile-text/kept-by-guides.ts'
import { onScreen, renameChain } from './hostile-text/on-screen.ts'
import { throughApi } from './hostile-text/through-api.ts'
import { throughCallbacks } from './hostile-text/through-callbacks.ts'
import { throughImports, type Outcome } from './hostile-text/through-imports.ts'
import type { Scenario, TortureContext } from './scenario.ts'

/** SQL, markup and odd characters through every string the product takes. */
export const s12: Scenario = {
  id: 'S12',
  title: 'no text is executed: it is kept letter for letter or refused by name, and shown as it is',
  run,
}

const GUIDE = 'liujing'
const MANAGER = 'xuhui.dianzhang'
/** milliseconds: pg_sleep(4) would show */
const SLEPT = 3_500

async function run(context: TortureContext): Promise<Figure[]> {
  const texts = context.size === 'full' ? CORPUS : few(4)
  const world = await startPagesWorld({
    customers: context.size === 'full' ? 120 : 24,
    change: (chain) => renameChain(chain, CORPUS),
  })
  const { requestDb: _, ...deps } = world.deps
  const app = await createApp(deps, { requestsPerMinute: 10_000_000 })
  try {
    return await torture(context, world, app, deps, texts)
  } finally {
    await app.close()
    await world.close()
  }
}

async function torture(
  { say, size }: TortureContext,
  world: PagesWorld,
  app: FastifyInstance,
  deps: AppDeps,
  texts: readonly Hostile[],
): Promise<Figure[]> {
  await deps.db.pool.query(`create table ${CANARY_TABLE} as select 1 as id`)
  const before = await schemaOf(deps)
  const who = await somebody(deps)
  const { config } = deps
  const cookie = await sealSession(config, GUIDE)
  const manager = await sealSession(config, MANAGER)
  const made = await createApiKey(deps.db.prisma, 'hostile', deps.clock.now())
  const key = made.ok ? made.key : ''

  say('the pages')
  const customers = who.customers.slice(0, size === 'full' ? 10 : 2)
  const screens = await onScreen(world, { guide: GUIDE, manager: MANAGER, customers })
  say('imports')
  const imports = await throughImports(deps, texts)
  say('what guides write')
  const guides = await keptByGuides(app, deps, { cookie, ...who }, texts)
  say('callbacks')
  const callbacks = await throughCallbacks(world, GUIDE, texts)
  say('every string of the API')
  const api = await throughApi(app, size === 'full' ? texts : few(2), {
    headers: (path) => {
      if (path.startsWith('/open/')) return { authorization: `Bearer ${key}` }
      return { cookie: path.includes('reports') ? manager : cookie }
    },
    ids: { customerId: who.customerId, groupId: who.groupId },
  })
  const canary = await deps.db.pool.query<{ id: number }>(`select id from ${CANARY_TABLE}`)
  const after = await schemaOf(deps)
  return [
    { name: 'texts', value: texts.length, unit: '' },
    ...kept('through every text field of the imports', imports),
    ...kept('through what guides write', guides),
    ...kept('through callbacks', callbacks),
    {
      name: 'requests through every string input of the API',
      value: api.asked,
      unit: '',
      note: `${api.inputs} inputs, by the API's own description`,
    },
    noneOf('of them answered 500 or above', api.broken),
    {
      name: 'slowest answer (a text asks the database to sleep 4 s)',
      value: api.slowest / 1000,
      unit: 's',
      goal: { atMost: SLEPT / 1000 },
    },
    {
      name: 'rows of the canary table changed, tables or columns gone or new',
      value:
        Number(canary.rows.length !== 1 || canary.rows[0]?.id !== 1) + Number(before !== after),
      unit: '',
      goal: { atMost: 0 },
    },
    { name: 'pages looked at in Chromium', value: screens.pages, unit: '', goal: { atLeast: 4 } },
    noneOf('of them on which a text ran or became an element', screens.ran),
    {
      name: 'pages on which markup put in by hand is noticed (the control)',
      value: screens.control,
      unit: '',
      goal: { atLeast: 1 },
    },
    noneOf('names shown otherwise than they are', screens.changed),
    noneOf('violations of the content policy', screens.violations),
  ]
}

function kept(where: string, { sent, verbatim, refused, wrong }: Outcome): Figure[] {
  return [
    {
      name: `texts ${where}`,
      value: sent,
      unit: '',
      note: `${verbatim} kept letter for letter, ${refused} refused by name`,
    },
    noneOf(`of them changed, or failed otherwise`, wrong),
  ]
}

/** All tables and columns as one text. */
async function schemaOf(deps: AppDeps): Promise<string> {
  const { rows } = await deps.db.pool.query<{ all: string }>(
    `select md5(string_agg(table_schema || table_name || column_name || data_type, ',' order by table_schema,
       table_name, ordinal_position)) as all from information_schema.columns where table_schema = 'public'`,
  )
  return rows[0]?.all ?? ''
}

/** The guide's own customers, the guide's id and a group of tags they may add to. */
async function somebody(deps: AppDeps) {
  const { prisma } = deps.db
  const relations = await prisma.relation.findMany({
    where: { employee: { userid: GUIDE }, endedAt: null },
    select: {
      employeeId: true,
      customer: { select: { id: true, externalUserid: true, name: true, wecomName: true } },
    },
    orderBy: { id: 'asc' },
  })
  const group = await prisma.tagGroup.findFirst({ where: { dimension: 'source' } })
  const [first] = relations
  if (!first || !group) throw new Error(`${GUIDE} has no customers`)
  return {
    customerId: String(first.customer.id),
    employeeId: String(first.employeeId),
    groupId: String(group.id),
    customers: relations.flatMap(({ customer: { externalUserid, name, wecomName } }) =>
      externalUserid ? [{ external: externalUserid, name: name ?? wecomName ?? '' }] : [],
    ),
  }
}
