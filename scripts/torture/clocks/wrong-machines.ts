import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { businessDay } from '../../../domain/business-day.ts'
import { openDatabase } from '../../../prisma/db.ts'
import { secretsOf } from '../../support/callback-request.ts'
import { none, type Figure } from '../../support/figures.ts'
import { demoEnvironment, freePort } from '../../support/world.ts'
import { startAssistantProcess, type AssistantProcess } from '../support/assistant.ts'
import { startCluster } from '../support/cluster.ts'
import { createDeliverer, inParallel } from '../support/deliver.ts'
import { eventXml } from '../support/event-xml.ts'
import { startPlainWecom } from '../support/plain-wecom.ts'
import { count, queueEmpty } from '../support/waiting.ts'
import { skewedDate } from './skewed-date.ts'

const MINUTES = 60_000
const DAYS = 24 * 60 * MINUTES
const ZONE = 'Asia/Shanghai'

/** What machines of wrong clocks are asked to do. */
export interface WrongMachines {
  folder: string
  events: number
  /** milliseconds each machine's clock is off */
  skews: readonly number[]
  /** sets the first machine's clock back by a day and waits for its next minute */
  setBack: boolean
}

/** Servers on machines whose clocks are wrong, on one database whose clock is right. */
export async function runWrongMachines(plan: WrongMachines): Promise<Figure[]> {
  const { folder, events, skews } = plan
  const cluster = await startCluster(folder, { settings: ['fsync=off', 'synchronous_commit=off'] })
  const wecom = await startPlainWecom()
  const db = openDatabase(cluster.url, { connections: 2 })
  const servers: AssistantProcess[] = []
  const skewFile = join(folder, 'skew')
  try {
    await db.pool.query(
      `insert into employee (userid, userid_key, name) values ('lin', 'lin', '林小满')`,
    )
    const ports = await Promise.all(skews.map(() => freePort()))
    const environment = demoEnvironment({
      assistant: ports[0] ?? 0,
      sandbox: Number(new URL(wecom.url).port),
    })
    const firstDay = businessDay(new Date(), ZONE)
    const started = skews.map((ms, place) =>
      startAssistantProcess(
        {
          ...environment,
          PORT: String(ports[place]),
          DATABASE_URL: cluster.url,
          SPOOL_FOLDER: 'off',
          // due at any hour this may run
          SCAN_AT: '00:00',
          PUSH_AT: '00:01',
          NODE_OPTIONS: skewedDate(place === 0 ? { ms, file: skewFile } : { ms }),
        },
        { folder, log: `machine-${place}.log` },
      ).then((server) => void (servers[place] = server)),
    )
    await Promise.all(started)

    const secrets = secretsOf(environment)
    const now = Math.floor(Date.now() / 1000)
    const xmls = Array.from({ length: events }, (_, n) => {
      wecom.customers.set(`wmclock${n}`, new Map([['lin', { createtime: now }]]))
      // WeCom's clock may be anywhere as seen from ours: 1970, a day ahead, 2100
      const seconds = [0, now - 86_400, now, now + 86_400, 4_102_444_800][n % 5] ?? now
      return eventXml(
        secrets.corpId,
        { event: 'change_external_contact/add_external_contact', seconds: seconds + n },
        { UserID: 'lin', ExternalUserID: `wmclock${n}`, WelcomeCode: `clock${n}` },
      )
    })
    const deliverer = createDeliverer(
      servers.map(({ url }) => url),
      secrets,
    )
    let refused = 0
    const deliverAll = () =>
      inParallel(xmls, 8, async (xml, place) => {
        if (!(await deliverer.post(xml, place))) refused += 1
      })
    await deliverAll()
    const left = await queueEmpty(db.pool, 40)
    const rows = await count(db.pool, 'select count(*) from inbox')
    await deliverAll()
    await queueEmpty(db.pool, 40)
    const doubled = (await count(db.pool, 'select count(*) from inbox')) - rows
    await deliverer.close()

    const stuck = plan.setBack
      ? await setBack(db.pool, skewFile, (skews[0] ?? 0) - DAYS)
      : undefined
    const lastDay = businessDay(new Date(), ZONE)
    const welcomed = [...wecom.effects].filter(
      ([key, n]) => key.startsWith('send_welcome_msg ') && n === 1,
    )
    const offsets = await Promise.all(servers.map(readOffset))
    const wrongOffsets = offsets.filter(
      (seconds, place) => Math.abs(seconds * 1000 - (skews[place] ?? 0)) > MINUTES,
    )
    return [
      none(`callbacks refused by machines whose clocks are off, of ${2 * events}`, refused),
      none('inbox rows made by a replay', doubled),
      none('jobs left', left),
      none(
        `welcome messages not sent once within their 20 seconds, of ${events}`,
        events - welcomed.length,
      ),
      none(
        'events whose times are not the database’s',
        await count(
          db.pool,
          `select count(*) from inbox where processed_at is null
             or processed_at not between received_at - interval '5 seconds' and received_at + interval '2 minutes'`,
        ),
      ),
      none(
        'daily runs of another day than today',
        await count(
          db.pool,
          `select count(*) from daily_run where day not between '${firstDay}' and '${lastDay}'`,
        ),
      ),
      {
        name: 'scans of today',
        value: await count(db.pool, `select count(*) from daily_run where name = 'scan'`),
        unit: '',
        goal: { atLeast: 1 },
      },
      none('machines whose offset is not measured', plan.setBack ? 0 : wrongOffsets.length),
      ...(stuck === undefined
        ? []
        : [none('minutes missed by a clock that was set back a day', stuck)]),
    ]
  } finally {
    await Promise.all(servers.map((server) => server.terminate()))
    await db.close()
    await wecom.close()
    await cluster.stop()
  }
}

/** A row that only the next minute's work starts: 1 when it did not come within a minute and a half. */
async function setBack(
  pool: Parameters<typeof count>[0],
  skewFile: string,
  ms: number,
): Promise<number> {
  writeFileSync(skewFile, String(ms))
  await sleep(1_000)
  await pool.query(
    `insert into outbox (kind, dedupe_key, recipient, payload, not_before, trace_id, created_at)
     values ('app_message', 'after the jump', 'lin', '{"msgtype": "text", "text": {"content": "1"}}', now(), 'jump', now())`,
  )
  const until = performance.now() + 90_000
  while (performance.now() < until) {
    if (
      (await count(
        pool,
        `select count(*) from outbox where dedupe_key = 'after the jump' and state = 'sent'`,
      )) > 0
    ) {
      return 0
    }
    await sleep(500)
  }
  return 1
}

async function readOffset({ url }: AssistantProcess): Promise<number> {
  const answer = await fetch(`${url}/metrics`)
  const line = (await answer.text())
    .split('\n')
    .find((text) => text.startsWith('guide_clock_offset_seconds'))
  return Number(line?.split(' ').pop())
}
