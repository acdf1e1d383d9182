import { demoEnvironment, freePort } from '../support/world.ts'
import { secretsOf } from '../support/callback-request.ts'
import { none, type Figure } from '../support/figures.ts'
import { createRandom } from '../../prisma/seed/random.ts'
import { openDatabase } from '../../prisma/db.ts'
import type pg from 'pg'
import { makeEvents } from './duplicates/events.ts'
import { GUIDES, seedDuplicates, type Effects } from './duplicates/seed.ts'
import type { Scenario, TortureContext } from './scenario.ts'
import { startAssistantProcess, type AssistantProcess } from './support/assistant.ts'
import { startCluster } from './support/cluster.ts'
import { createDeliverer, inParallel } from './support/deliver.ts'
import { startPlainWecom, type PlainWecom } from './support/plain-wecom.ts'
import { shuffled } from './support/shuffled.ts'
import { count, queueEmpty } from './support/waiting.ts'

const SIZES = {
  short: { added: 25, left: 25, pressed: 25, asked: 25, cheap: 300 },
  full: { added: 1_500, left: 1_000, pressed: 1_500, asked: 1_000, cheap: 96_000 },
} as const

/** events under way at once; each with up to four deliveries */
const WIDTH = 24
/** of all copies, how many come when everything else is over, as a repetition after minutes does */
const LATE = 0.02

export const r5: Scenario = {
  id: 'R5',
  title: 'an event that comes up to four times, at once and to two servers, has its effects once',
  run: tortureWithDuplicates,
}

async function tortureWithDuplicates({ size, folder, say }: TortureContext): Promise<Figure[]> {
  const counts = SIZES[size]
  // a power cut is another scenario's business
  const cluster = await startCluster(folder, { settings: ['fsync=off', 'synchronous_commit=off'] })
  const wecom = await startPlainWecom()
  const db = openDatabase(cluster.url, { connections: 4 })
  const servers: AssistantProcess[] = []
  try {
    await seedDuplicates(db.pool, wecom, counts)
    const ports = [await freePort(), await freePort()]
    const environment = {
      ...demoEnvironment({ assistant: ports[0] ?? 0, sandbox: Number(new URL(wecom.url).port) }),
      DATABASE_URL: cluster.url,
      ROLES: 'web,worker',
      SPOOL_FOLDER: 'off',
    }
    const started = ports.map((port, place) =>
      startAssistantProcess(
        { ...environment, PORT: String(port) },
        { folder, log: `assistant-${place}.log` },
      ).then((server) => void servers.push(server)),
    )
    await Promise.all(started)
    // the first reading of WeCom's lists, which find nobody
    await queueEmpty(db.pool, 30)
    const secrets = secretsOf(environment)
    const events = await makeEvents(db.pool, secrets.corpId, counts)
    const sent = await deliverAll(events, servers, secrets, say)
    const left = await queueEmpty(db.pool, size === 'full' ? 400 : 30)
    return [
      ...sent.figures,
      ...(await processed(db.pool, servers, events.length, left)),
      await slowestWelcome(db.pool),
      ...(await effects(db.pool, wecom, counts)),
    ]
  } finally {
    await Promise.all(servers.map((server) => server.terminate()))
    await db.close()
    await wecom.close()
    await cluster.stop()
  }
}

async function deliverAll(
  events: readonly string[],
  servers: readonly AssistantProcess[],
  secrets: ReturnType<typeof secretsOf>,
  say: TortureContext['say'],
): Promise<{ figures: Figure[] }> {
  const random = createRandom(5)
  const deliverer = createDeliverer(
    servers.map(({ url }) => url),
    secrets,
  )
  const late: string[] = []
  let deliveries = 0
  let lost = 0
  const deliver = async (xml: string, copies: number) => {
    deliveries += copies
    const answers = await Promise.all(
      Array.from({ length: copies }, () => deliverer.post(xml, random.between(0, 1))),
    )
    lost += answers.filter((acknowledged) => !acknowledged).length
  }
  await inParallel(shuffled(events, random), WIDTH, async (xml, place) => {
    if (place % 20_000 === 0 && place > 0) say(`${place} events delivered`)
    await deliver(xml, random.between(1, 4))
    if (random.chance(LATE)) late.push(xml)
  })
  await inParallel(late, WIDTH, (xml) => deliver(xml, 1))
  const repeated = deliverer.repeated()
  await deliverer.close()
  return {
    figures: [
      { name: 'different events', value: events.length, unit: 'events' },
      {
        name: 'deliveries of them',
        value: deliveries,
        unit: 'deliveries',
        note: `${repeated} more after no 200`,
      },
      { name: 'deliveries never acknowledged', value: lost, unit: '', goal: { atMost: 0 } },
    ],
  }
}

async function processed(
  pool: pg.Pool,
  servers: readonly AssistantProcess[],
  events: number,
  left: number,
): Promise<Figure[]> {
  const rows = await count(pool, 'select count(*) from inbox')
  const done = await count(
    pool,
    `select count(*) from inbox where processed_at is not null and (outcome = 'done' or outcome like 'ignored%')`,
  )
  let counted = 0
  for (const { url } of servers) {
    const answer = await fetch(`${url}/metrics`)
    for (const line of (await answer.text()).split('\n')) {
      if (line.startsWith('guide_callback_events_total{')) counted += Number(line.split(' ').pop())
    }
  }
  return [
    apart('inbox rows more or fewer than events', rows, events),
    apart('events not processed, or with another outcome than done or ignored', done, events),
    apart('events that the servers count as processed, more or fewer', counted, events),
    { name: 'jobs left', value: left, unit: '', goal: { atMost: 0 } },
  ]
}

async function effects(pool: pg.Pool, wecom: PlainWecom, counts: Effects): Promise<Figure[]> {
  const wrong = (prefix: string, keys: readonly string[], each: (key: string) => number) => {
    const calls = [...wecom.effects].filter(([key]) => key.startsWith(`${prefix} `))
    const strangers = calls.filter(([key]) => !keys.includes(key.slice(prefix.length + 1))).length
    return (
      strangers +
      keys.filter((key) => (wecom.effects.get(`${prefix} ${key}`) ?? 0) !== each(key)).length
    )
  }
  const names = (name: string, n: number) =>
    Array.from({ length: n }, (_, place) => `${name}${place}`)
  const guides = names('guide', Math.min(GUIDES, counts.asked))
  const answers = (guide: string) => {
    const n = Number(guide.slice('guide'.length))
    return Math.floor((counts.asked - 1 - n) / GUIDES) + 1
  }
  return [
    none(
      `welcome messages missing or doubled, of ${counts.added}`,
      wrong('send_welcome_msg', names('code', counts.added), () => 1),
    ),
    none(`answers in text missing or doubled, of ${counts.asked}`, wrong('send', guides, answers)),
    none(
      `cards not changed once, of ${counts.pressed}`,
      wrong('update_template_card', names('press', counts.pressed), () => 1),
    ),
    none(
      `new customers without exactly one live relation, of ${counts.added}`,
      counts.added -
        (await count(
          pool,
          `select count(*) from (select c.external_userid from customer c join relation r on r.customer_id = c.id
             where c.external_userid like 'wmadded%' and r.ended_at is null
             group by 1 having count(*) = 1) one`,
        )),
    ),
    none(
      `tasks not finished once, of ${counts.pressed}`,
      counts.pressed - (await endedOnce(pool, 'wmpressed', 'done')),
    ),
    none(
      `tasks of customers who left, not cancelled once, of ${counts.left}`,
      counts.left - (await endedOnce(pool, 'wmleft', 'cancelled')),
    ),
    none(
      `relations of customers who left, not ended by the customer, of ${counts.left}`,
      counts.left -
        (await count(
          pool,
          `select count(*) from relation r join customer c on c.id = r.customer_id
           where c.external_userid like 'wmleft%' and r.ended_by = 'customer'`,
        )),
    ),
    none(
      'outbox rows that are not sent',
      await count(pool, `select count(*) from outbox where state <> 'sent'`),
    ),
  ]
}

/** From the callback's row to WeCom's answer: how near the flood came to the 20 seconds. */
async function slowestWelcome(pool: pg.Pool): Promise<Figure> {
  const { rows } = await pool.query<{ seconds: number; at: number }>(
    `select extract(epoch from o.sent_at - i.received_at)::float8 as seconds,
       extract(epoch from i.received_at - (select min(received_at) from inbox))::float8 as at
     from outbox o join inbox i using (trace_id)
     where o.kind = 'welcome' and o.sent_at is not null order by 1 desc limit 1`,
  )
  const { seconds = 0, at = 0 } = rows[0] ?? {}
  return {
    name: 'slowest welcome that was sent',
    value: seconds,
    unit: 's',
    note: `received ${at.toFixed(0)} s after the first event; WeCom allows 20 s`,
  }
}

async function endedOnce(pool: pg.Pool, prefix: string, state: string): Promise<number> {
  return count(
    pool,
    `select count(*) from task t join customer c on c.id = t.customer_id
     where c.external_userid like '${prefix}%' and t.state = '${state}'
       and (select count(*) from task_event e where e.task_id = t.id) = 1`,
  )
}

function apart(name: string, value: number, expected: number): Figure {
  return none(name, Math.abs(value - expected))
}
