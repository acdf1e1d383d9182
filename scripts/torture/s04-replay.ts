import type { Database } from '../../prisma/db.ts'
import type { EventFields } from '../../sandbox/options.ts'
import type { Figure } from '../support/figures.ts'
import { freePort } from '../support/world.ts'
import type { Scenario } from './scenario.ts'
import { send, startRecorder, type Captured } from './support/recorder.ts'
import { startSmallWorld, type SmallWorld } from './support/small-world.ts'

const SIZES = {
  full: { events: 400, customers: 120 },
  short: { events: 36, customers: 30 },
} as const
const DAY_MS = 86_400_000

/** What an event leaves; the inbox itself, quotas and the clock's own runs are not effects. */
const NO_EFFECTS = [
  '_prisma_migrations',
  'inbox',
  'daily_run',
  'sync_run',
  'wecom_token',
  'wecom_quota',
]

/**
 * S4: everything WeCom sent is recorded on the wire and sent again: at once, with what is not signed altered, and
 * after 30 days of mornings. What a callback did the first time is looked at in every table and in every call that
 * reached WeCom.
 */
export const s4: Scenario = {
  id: 'S4',
  title: 'a captured callback sent again does nothing, today and after 30 days',
  async run({ folder, size, say }) {
    const { events, customers } = SIZES[size]
    const wire = await freePort()
    const small = await startSmallWorld(folder, {
      customers,
      environment: () => ({ PUBLIC_URL: `http://127.0.0.1:${wire}` }),
    })
    const assistant = `http://127.0.0.1:${small.environment['PORT'] ?? ''}`
    const recorder = await startRecorder(wire, assistant)
    try {
      // the morning's scan makes the tasks whose cards are pressed
      await passTo(small, 45 * 60_000)
      const before = await effects(small.db)
      await Promise.all(
        (await makeEvents(small, events)).map((fields) => small.world.sandbox.emit(fields)),
      )
      await small.settled()
      const captured = [...recorder.captured]
      const first = changed(before, await effects(small.db))
      say(`${captured.length} callbacks captured`)

      const replay = async (name: string, change: (one: Captured) => Captured) => {
        await small.settled()
        return replayAll(small, assistant, captured.map(change), name)
      }
      const again = await replay('sent again at once, twice', (one) => one)
      const altered = await replay('with what is not signed altered', alterUnsigned)
      await passTo(small, 30 * DAY_MS)
      const later = await replay('after 30 days', (one) => one)
      const control = await controlChanges(small, events)
      return [
        {
          name: 'callbacks captured',
          value: captured.length,
          unit: '',
          goal: { atLeast: events },
        },
        {
          name: 'control: tables that the first delivery changed',
          value: first.length,
          unit: '',
          goal: { atLeast: 3 },
          note: first.join(', '),
        },
        ...again,
        ...altered,
        ...later,
        control,
      ]
    } finally {
      await recorder.close()
      await small.close()
    }
  },
}

/** Moves the clock, lets the mornings happen and waits until they have. */
async function passTo(small: SmallWorld, ms: number): Promise<void> {
  small.world.sandbox.clock.advance(ms)
  await small.world.tick()
  await small.settled()
  await small.world.tick()
  await small.settled()
}

/** Events of every kind we act on, about people and tasks that are there. */
async function makeEvents(small: SmallWorld, count: number): Promise<EventFields[]> {
  const { relations, members } = small.chain.wecom
  const { rows: tasks } = await small.db.pool.query<{ id: string; userid: string }>(
    `select t.id::text, e.userid from task t join employee e on e.id = t.assignee_id
     where t.state = 'open' order by t.id`,
  )
  return Array.from({ length: count }, (_, n): EventFields => {
    const relation = relations[n % relations.length]
    const member = members[n % members.length]
    const task = tasks[n % Math.max(1, tasks.length)]
    if (!relation || !member) throw new Error('an empty chain')
    const who = { UserID: relation.userid, ExternalUserID: relation.externalUserid }
    // seconds of their own: two events of one text are one event
    const at = { CreateTime: 1_795_300_000 + n }
    const external = { ...at, Event: 'change_external_contact', ...who }
    switch (n % 9) {
      case 0:
        return { ...external, ChangeType: 'add_external_contact', WelcomeCode: `welcome-${n}` }
      case 1:
        return { ...external, ChangeType: 'edit_external_contact' }
      case 2:
        return { ...external, ChangeType: 'del_follow_user' }
      case 3:
        return { ...at, Event: 'change_external_tag', ChangeType: 'shuffle' }
      case 4:
      case 5:
        return { ...at, FromUserName: member.userid, MsgType: 'text', Content: '任务', MsgId: n }
      case 6:
        return {
          ...at,
          FromUserName: task?.userid ?? member.userid,
          Event: 'template_card_event',
          EventKey: 'done',
          TaskId: `task-${task?.id ?? '0'}-1`,
          CardType: 'button_interaction',
          ResponseCode: `code-${n}`,
        }
      case 7:
        return { ...at, FromUserName: member.userid, Event: 'click', EventKey: 'tasks' }
      default:
        return { ...at, FromUserName: member.userid, Event: 'subscribe' }
    }
  })
}

/** Outside of the cipher anybody may write anything: who it is for, by which app, in which words. */
function alterUnsigned({ path, body, method }: Captured): Captured {
  const other = body
    .replace(/<ToUserName>.*?<\/ToUserName>/, '<ToUserName>ww_somebody_else</ToUserName>')
    .replace(/<AgentID>.*?<\/AgentID>/, '<AgentID>9</AgentID>')
    .replace('<xml>', '<!-- again -->\n<xml extra="1">')
  return { method, path: `${path}&extra=1`, body: other }
}

async function replayAll(
  small: SmallWorld,
  assistant: string,
  requests: readonly Captured[],
  name: string,
): Promise<Figure[]> {
  const tables = await effects(small.db)
  const rows = await inboxRows(small.db)
  const lastCall = small.world.sandbox.log().at(-1)?.seq ?? 0
  // all at once and each twice
  const statuses = await Promise.all([...requests, ...requests].map((one) => send(assistant, one)))
  await small.settled()
  const touched = changed(tables, await effects(small.db))
  const refused = statuses.filter((status) => status !== 200 && status !== 401).length
  return [
    {
      name: `${name}: tables with new effects`,
      value: touched.length,
      unit: '',
      goal: { atMost: 0 },
      ...(touched.length > 0 ? { note: touched.join(', ') } : {}),
    },
    {
      name: `${name}: new rows in the inbox`,
      value: (await inboxRows(small.db)) - rows,
      unit: '',
      goal: { atMost: 0 },
    },
    {
      name: `${name}: calls that reached WeCom`,
      value: callsSince(small, lastCall),
      unit: '',
      goal: { atMost: 0 },
    },
    {
      name: `${name}: answers that are neither 200 nor 401`,
      value: refused,
      unit: '',
      goal: { atMost: 0 },
    },
  ]
}

/** The same words one second later are another event: the harness sees effects where there are some. */
async function controlChanges(small: SmallWorld, events: number): Promise<Figure> {
  await small.settled()
  const tables = await effects(small.db)
  const userid = small.chain.wecom.members[0]?.userid ?? ''
  await small.world.sandbox.emit({
    CreateTime: 1_795_300_000 + events,
    FromUserName: userid,
    Event: 'click',
    EventKey: 'tasks',
  })
  await small.settled()
  return {
    name: 'control: tables that a new event changed',
    value: changed(tables, await effects(small.db)).length,
    unit: '',
    goal: { atLeast: 1 },
  }
}

/** Calls about customers and messages; the token's own do not count. */
function callsSince(small: SmallWorld, seq: number): number {
  return small.world.sandbox
    .log()
    .filter((call) => call.seq > seq && !/gettoken|ticket/.test(call.path)).length
}

async function inboxRows(db: Database): Promise<number> {
  const { rows } = await db.pool.query<{ n: number }>('select count(*)::int as n from inbox')
  return rows[0]?.n ?? -1
}

/** A checksum of each table. */
async function effects(db: Database): Promise<Map<string, string>> {
  const tables = await db.pool.query<{ name: string }>(
    `select tablename as name from pg_tables
     where schemaname = 'public' and tablename <> all($1::text[]) order by 1`,
    [NO_EFFECTS],
  )
  const sums = new Map<string, string>()
  for (const { name } of tables.rows) {
    const { rows } = await db.pool.query<{ sum: string }>(
      `select coalesce(sum(hashtextextended(t::text, 0)::numeric), 0)::text || '/' || count(*) as sum from "${name}" t`,
    )
    sums.set(name, rows[0]?.sum ?? '')
  }
  return sums
}

function changed(before: Map<string, string>, after: Map<string, string>): string[] {
  return [...after].filter(([name, sum]) => before.get(name) !== sum).map(([name]) => name)
}
