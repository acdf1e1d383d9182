import fc from 'fast-check'
import { createRandom } from '../../prisma/seed/random.ts'
import { createDeps } from '../../server/deps.ts'
import { loadConfig } from '../../server/config.ts'
import { createLog } from '../../server/log.ts'
import { hash } from 'node:crypto'
import { callbackRequest, secretsOf, type CallbackSecrets } from '../support/callback-request.ts'
import type { Figure } from '../support/figures.ts'
import { demoEnvironment } from '../support/world.ts'
import { histories } from './reordering/history.ts'
import {
  describeHistory,
  tellInOrder,
  tellOutOfOrder,
  type Ground,
} from './reordering/play-back.ts'
import { libraryHistories, tellOfTags } from './reordering/tag-library.ts'
import type { Scenario, TortureContext } from './scenario.ts'
import { inParallel } from './support/deliver.ts'
import { eventXml } from './support/event-xml.ts'
import { startPlainWecom } from './support/plain-wecom.ts'
import { openThrowawayDatabase } from './support/throwaway-database.ts'
import { count } from './support/waiting.ts'

const SIZES = {
  short: { histories: 30, libraries: 4, sameSecond: 300 },
  full: { histories: 1_000, libraries: 60, sameSecond: 20_000 },
} as const

const SEED = 6
/** histories that are played at the same time */
const WIDTH = 6

export const r6: Scenario = {
  id: 'R6',
  title: 'events that come in any order, hours late or in the same second lead to the same state',
  run: tortureWithOrder,
}

async function tortureWithOrder({ size, folder, say }: TortureContext): Promise<Figure[]> {
  const sizes = SIZES[size]
  const { db, url, close } = await openThrowawayDatabase(folder)
  const wecom = await startPlainWecom()
  const environment = {
    ...demoEnvironment({ assistant: 1, sandbox: Number(new URL(wecom.url).port) }),
    SPOOL_FOLDER: 'off',
  }
  const config = loadConfig({ need: 'everything', env: environment, envFile: '' })
  const deps = createDeps(config, { databaseUrl: url, log: createLog('silent') })
  const secrets = secretsOf(environment)
  const ground: Ground = {
    deps,
    wecom,
    corpId: config.corpId,
    guides: ['lin', 'chen'],
    store: (xml) => store(deps, secrets, xml),
  }
  try {
    const sameSecond = await tellSameSecond(ground, sizes.sameSecond)
    say(`${sizes.histories} histories between a customer and two guides`)
    const relations = await compareHistories(ground, sizes.histories, say)
    say(`${sizes.libraries} histories of the tag library`)
    const libraries = await compareLibraries(ground, sizes.libraries)
    const unread = await count(
      db.pool,
      `select count(*) from inbox where event <> 'change_external_chat/update'
         and (processed_at is null or outcome not in ('done', 'transfer failed: customer_refused'))`,
    )
    return [
      ...sameSecond,
      ...relations,
      ...libraries,
      { name: 'events that were not understood', value: unread, unit: '', goal: { atMost: 0 } },
    ]
  } finally {
    await deps.requestDb?.close()
    await deps.db.close()
    await wecom.close()
    await close()
  }
}

/** Through the callback's own door: signature, cipher, inbox. */
async function store(
  deps: ReturnType<typeof createDeps>,
  secrets: CallbackSecrets,
  xml: string,
): Promise<bigint> {
  const { path, body } = callbackRequest(secrets, xml)
  const query = Object.fromEntries(new URL(path, 'http://here').searchParams)
  const result = await deps.receiver.receive(query, body)
  if (result !== 'stored' && result !== 'repeated') throw new Error(`not stored: ${result}`)
  const { rows } = await deps.db.pool.query<{ id: string }>(
    'select id::text from inbox where corp_id = $1 and key = $2',
    [secrets.corpId, hash('sha256', xml, 'buffer')],
  )
  return BigInt(rows[0]?.id ?? 0)
}

/** FromUserName and CreateTime, by which WeCom's page tells repetitions, are the same for all of these. */
async function tellSameSecond({ deps, corpId, store }: Ground, n: number): Promise<Figure[]> {
  const events = Array.from({ length: n }, (_, place) =>
    eventXml(
      corpId,
      { event: 'change_external_chat/update', seconds: 1_790_000_000 },
      { ChatId: `wr${place}` },
    ),
  )
  await inParallel(events, 32, async (xml) => {
    await store(xml)
  })
  const stored = await count(
    deps.db.pool,
    `select count(*) from inbox where xml like '%change_external_chat%'`,
  )
  await deps.db.pool.query('delete from graphile_worker._private_jobs')
  const name = `events of one second and one sender dropped, of ${n}`
  return [{ name, value: n - stored, unit: '', goal: { atMost: 0 } }]
}

async function compareHistories(
  ground: Ground,
  n: number,
  say: TortureContext['say'],
): Promise<Figure[]> {
  const samples = fc.sample(histories, { numRuns: n, seed: SEED })
  let apart = 0
  let told = 0
  await inParallel(samples, WIDTH, async (history, place) => {
    const expected = await tellInOrder(ground, history, `wmin${place}`)
    const found = await tellOutOfOrder(ground, history, `wmout${place}`)
    if (expected.join() === found.join()) return
    apart += 1
    if (told >= 5) return
    told += 1
    say(`${describeHistory(ground, history)}: ${expected.join()} ≠ ${found.join()}`)
  })
  return [
    {
      name: `relations not as in order, of ${n} histories`,
      value: apart,
      unit: '',
      goal: { atMost: 0 },
    },
  ]
}

async function compareLibraries(ground: Ground, n: number): Promise<Figure[]> {
  let apart = 0
  const random = createRandom(SEED)
  ground.wecom.delayMs = () => random.between(0, 100)
  for (const history of fc.sample(libraryHistories, { numRuns: n, seed: SEED })) {
    if (!(await tellOfTags(ground, history))) apart += 1
  }
  return [
    {
      name: `tag libraries not as WeCom's, of ${n} histories`,
      value: apart,
      unit: '',
      goal: { atMost: 0 },
    },
  ]
}
