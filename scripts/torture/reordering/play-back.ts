import type { BotDeps } from '../../../bot/deps.ts'
import { handleCallback } from '../../../bot/callbacks/handle.ts'
import type { PlainWecom } from '../support/plain-wecom.ts'
import { play, type Happening, type History } from './history.ts'

/** Stores an event as the callback's door does; answers its inbox row. */
export type StoreEvent = (xml: string) => Promise<bigint>

export interface Ground {
  deps: BotDeps
  wecom: PlainWecom
  corpId: string
  guides: readonly [string, string]
  store: StoreEvent
}

/** What we believe of a customer after everything was told; one line for each guide. */
export type Belief = string[]

/** Seconds since the epoch at which every history begins. */
const FROM = 1_790_000_000

/** Tells the events as they happen, one after the other. */
export async function tellInOrder(
  ground: Ground,
  history: History,
  externalUserid: string,
): Promise<Belief> {
  const happened = happenings(ground, history, externalUserid)
  for (const { at, follows, xml } of happened) {
    ground.wecom.customers.set(externalUserid, follows)
    await tell(ground, [xml], at + 1)
  }
  return believed(ground, externalUserid, happened)
}

/** Tells the same events late, out of order and some twice, while WeCom is further on already. */
export async function tellOutOfOrder(
  ground: Ground,
  history: History,
  externalUserid: string,
): Promise<Belief> {
  const happened = happenings(ground, history, externalUserid)
  let waiting: { xml: string; since: number; lateness: number }[] = []
  let turn = 0
  const tellSome = async (
    now: number,
    isDue: (late: { since: number; lateness: number }) => boolean,
  ) => {
    const due = waiting.filter(isDue)
    waiting = waiting.filter((late) => !isDue(late))
    const order: string[] = []
    while (due.length > 0) {
      const at = (history.turns[turn % history.turns.length] ?? 0) % due.length
      turn += 1
      order.push(...due.splice(at, 1).map(({ xml }) => xml))
    }
    if (history.atOnce) await tell(ground, order, now)
    else for (const xml of order) await tell(ground, [xml], now)
  }
  for (const [place, { at, follows, xml }] of happened.entries()) {
    ground.wecom.customers.set(externalUserid, follows)
    const late = { since: place, lateness: history.lateness[place] ?? 0 }
    waiting.push({ xml, ...late })
    if (history.twice[place]) waiting.push({ xml, ...late })
    await tellSome(at + 1, ({ since, lateness }) => since + lateness <= place)
  }
  const hours = 4 * 3600
  await tellSome((happened.at(-1)?.at ?? FROM) + hours, () => true)
  return believed(ground, externalUserid, happened)
}

/** In words, for a person who looks for the reason. */
export function describeHistory(ground: Ground, history: History): string {
  const names = happenings(ground, history, 'wm').map(({ xml, guide, at }) => {
    const change = /<ChangeType><!\[CDATA\[(\w+)/.exec(xml)?.[1]
    return `${at - FROM}s ${change} of guide ${guide}`
  })
  return `${names.join(', ')}; late ${history.lateness.slice(0, names.length).join(' ')}${history.atOnce ? ', at once' : ''}`
}

function happenings(ground: Ground, history: History, externalUserid: string): Happening[] {
  const { corpId, guides } = ground
  return play(history, { corpId, externalUserid, guides, from: FROM })
}

async function tell(ground: Ground, xmls: readonly string[], seconds: number): Promise<void> {
  const deps = { ...ground.deps, clock: { now: () => new Date(seconds * 1000) } }
  const rows: bigint[] = []
  for (const xml of xmls) rows.push(await ground.store(xml))
  await Promise.all(rows.map((row) => again(() => handleCallback(deps, row))))
}

/** As the job queue does: what fails is tried again. */
async function again(work: () => Promise<void>): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work()
    } catch (error) {
      if (tries === 5) throw error
    }
  }
}

interface Row {
  userid: string
  live: boolean
  half: boolean
  remark: string | null
  ended_by: string | null
  ended_at: Date | null
}

async function believed(
  { deps, guides }: Ground,
  externalUserid: string,
  happened: readonly Happening[],
): Promise<Belief> {
  const { rows } = await deps.db.pool.query<Row>(
    `select e.userid, r.ended_at is null as live, r.half, r.remark, r.ended_by::text, r.ended_at
     from relation r join customer c on c.id = r.customer_id join employee e on e.id = r.employee_id
     where c.external_userid = $1 order by 1`,
    [externalUserid],
  )
  return rows.map((row) => {
    if (row.live) return `${row.userid} ${row.half ? 'half' : 'whole'} ${row.remark ?? ''}`
    const ends = happened.filter(({ ends, guide }) => ends && guides[guide] === row.userid)
    // of two endings, which one counts as the reason is not told by their order of arrival
    const why = ends.length === 1 ? `by ${row.ended_by} at ${row.ended_at?.toISOString()}` : ''
    return `${row.userid} ended ${why}`
  })
}
