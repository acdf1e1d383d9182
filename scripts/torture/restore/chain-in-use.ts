import { handleCallback } from '../../../bot/callbacks/handle.ts'
import { runScan } from '../../../bot/tasks/scan.ts'
import { openDatabase } from '../../../prisma/db.ts'
import { makeChain } from '../../../prisma/seed/chain.ts'
import { loadConfig } from '../../../server/config.ts'
import { createDeps, type AppDeps } from '../../../server/deps.ts'
import { createLog } from '../../../server/log.ts'
import { callbackRequest, secretsOf } from '../../support/callback-request.ts'
import { loadChain } from '../../support/world.ts'
import { inParallel } from '../support/deliver.ts'
import { eventXml, textXml } from '../support/event-xml.ts'
import type { PlainWecom } from '../support/plain-wecom.ts'

const DAY = '2026-11-22'
/** every clock of the drill: what is done twice must leave the same rows, their times included */
const NOW = new Date(`${DAY}T10:00:00+08:00`)
const GUIDES = 6

/** The assistant on one database, at one moment. */
export interface ChainInUse {
  deps: AppDeps
  /** receives events as they come from WeCom, and works off those that are new */
  receive: (events: readonly string[]) => Promise<void>
  /** works off every event in the inbox again, as if none had been */
  replay: () => Promise<void>
  close: () => Promise<void>
}

/** Opens the assistant on a migrated database. */
export function openChain(url: string, environment: Record<string, string>): ChainInUse {
  const config = loadConfig({
    need: 'everything',
    env: { ...environment, SPOOL_FOLDER: 'off' },
    envFile: '',
  })
  const log = createLog('silent')
  const deps = createDeps(config, { databaseUrl: url, log, clock: { now: () => NOW } })
  const secrets = secretsOf(environment)
  const workOff = async () => {
    const { rows } = await deps.db.pool.query<{ id: string }>(
      'select id::text from inbox where processed_at is null order by id',
    )
    await inParallel(rows, 6, async ({ id }) => handleCallback(deps, BigInt(id)))
  }
  return {
    deps,
    receive: async (events) => {
      await inParallel(events, 16, async (xml) => {
        const { path, body } = callbackRequest(secrets, xml)
        const query = Object.fromEntries(new URL(path, 'http://here').searchParams)
        const result = await deps.receiver.receive(query, body)
        if (result !== 'stored' && result !== 'repeated') throw new Error(`not stored: ${result}`)
      })
      await workOff()
    },
    replay: async () => {
      await deps.db.pool.query('update inbox set processed_at = null')
      await workOff()
    },
    close: async () => {
      await deps.requestDb?.close()
      await deps.db.close()
    },
  }
}

/** Members, orders and coupons of a chain, and the tasks of a morning. */
export async function fill({ deps }: ChainInUse, customers: number): Promise<void> {
  await loadChain(deps, makeChain({ today: DAY, customers }), () => undefined)
  await runScan(deps, { day: DAY })
}

/** Events about customers `from` to `to`: met, greeted, tagged, some gone again. Sets WeCom's side too. */
export function happen(wecom: PlainWecom, corpId: string, from: number, to: number): string[] {
  wecom.tagGroups.set('etg1', {
    name: '消费等级',
    order: 1,
    tags: new Map([['et1', { name: 'VIP', order: 1 }]]),
  })
  const events: string[] = []
  for (let n = from; n < to; n += 1) {
    const guide = `drill${n % GUIDES}`
    const externalUserid = `wmdrill${n}`
    const seconds = 1_790_000_000 + n * 60
    const about = (change: string, at: number, more: Record<string, string> = {}) =>
      events.push(
        eventXml(
          corpId,
          { event: `change_external_contact/${change}`, seconds: at },
          { UserID: guide, ExternalUserID: externalUserid, ...more },
        ),
      )
    about('add_external_contact', seconds, { WelcomeCode: `drill${n}` })
    about('edit_external_contact', seconds + 10)
    if (n % 5 === 1) about('del_follow_user', seconds + 20)
    if (n % 5 === 2) about('del_external_contact', seconds + 30)
    else {
      const follow = { createtime: seconds, remark: `备注${n}`, tagIds: n % 3 === 0 ? ['et1'] : [] }
      wecom.customers.set(externalUserid, new Map([[guide, follow]]))
    }
    events.push(
      textXml(corpId, { from: guide, seconds: seconds + 40, content: '帮助', id: `${n}` }),
    )
  }
  return events
}

/** A pool of two on a database, for looking at it. */
export function look(url: string): ReturnType<typeof openDatabase> {
  return openDatabase(url, { connections: 2 })
}
