import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { createRandom } from '../../prisma/seed/random.ts'
import { secretsOf } from '../support/callback-request.ts'
import type { Figure } from '../support/figures.ts'
import { demoEnvironment, freePort } from '../support/world.ts'
import type { Scenario } from './scenario.ts'
import { balance, createAckLog } from './support/ack-log.ts'
import { startAssistantProcess } from './support/assistant.ts'
import { ignoredEventXml, startLoad } from './support/callback-load.ts'
import { startCluster, type Cluster } from './support/cluster.ts'
import { spoolDrained } from './support/spool-folder.ts'
import { untilStored } from './support/stored-again.ts'

const ROUNDS = { full: 20, short: 1 } as const
const SEED = 20_261_122
const PER_SECOND = 300
const CONNECTIONS = 512
const STORM_MS = 1_000

/** R2: the database dies, restarts or throws everybody out, under a whole assistant that goes on receiving. */
export const r2: Scenario = {
  id: 'R2',
  title:
    'a database that is killed, restarted or cuts every connection costs no callback and no process',
  async run({ size, folder, say }) {
    const rounds = ROUNDS[size]
    const random = createRandom(SEED)
    const cluster = await startCluster(folder)
    const environment = {
      ...demoEnvironment({ assistant: await freePort(), sandbox: await freePort() }),
      DATABASE_URL: cluster.url,
    }
    const assistant = await startAssistantProcess(environment, { folder })
    const log = createAckLog()
    const load = startLoad({
      secrets: secretsOf(environment),
      log,
      connections: CONNECTIONS,
      perSecond: PER_SECOND,
      xml: ignoredEventXml,
    })
    const figures: Figure[] = []
    try {
      await load.aim(assistant.url)
      for (const [name, outage] of OUTAGES) {
        let slowest = 0
        for (let round = 0; round < rounds; round += 1) {
          await sleep(random.between(100, 400))
          await outage(cluster, () => sleep(random.between(50, 500)))
          slowest = Math.max(slowest, await untilStored(cluster.url))
        }
        say(`${name}: ${rounds} times, ${log.acked()} acknowledged`)
        figures.push(
          { name, value: rounds, unit: 'times', goal: { atLeast: rounds } },
          {
            name: 'longest from there until stored again',
            value: slowest,
            unit: 'ms',
            goal: { atMost: 5_000 },
          },
        )
      }
      await load.stop()
      while (log.unacked().length > 0) await load.redeliver()
      const isDrained = await spoolDrained(join(folder, 'spool'), 15_000)
      const found = await balance(cluster.url, log)
      const { statuses, slowestMs } = load.report
      const isThere = assistant.process.exitCode === null && assistant.process.signalCode === null
      return [
        ...figures,
        { name: 'acknowledged', value: log.acked(), unit: '' },
        { name: 'acknowledged and lost', value: found.lost, unit: '', goal: { atMost: 0 } },
        { name: 'stored twice', value: found.doubled, unit: '', goal: { atMost: 0 } },
        { name: 'missing after repetition', value: found.missing, unit: '', goal: { atMost: 0 } },
        {
          name: 'neither worked off nor queued',
          value: found.jobless,
          unit: '',
          goal: { atMost: 0 },
        },
        { name: 'refused with 503', value: statuses.get(503) ?? 0, unit: '' },
        { name: 'slowest answer', value: slowestMs, unit: 'ms', goal: { atMost: 2_000 } },
        { name: 'left in the spool', value: isDrained ? 0 : 1, unit: '', goal: { atMost: 0 } },
        { name: 'exits of the assistant', value: isThere ? 0 : 1, unit: '', goal: { atMost: 0 } },
      ]
    } finally {
      await load.stop()
      await load.aim(undefined)
      await assistant.kill()
      await cluster.kill()
    }
  },
}

type Outage = (cluster: Cluster, pause: () => Promise<void>) => Promise<void>

/** Each ends when the database answers again. */
const OUTAGES: readonly (readonly [string, Outage])[] = [
  [
    'kill -9 of all of PostgreSQL',
    async (cluster, pause) => {
      await cluster.kill()
      await pause()
      await cluster.start()
    },
  ],
  [
    'orderly restart',
    async (cluster, pause) => {
      await cluster.stop()
      await pause()
      await cluster.start()
    },
  ],
  ['a second of pg_terminate_backend', storm],
]

/** Throws every other client out, twenty times a second. */
async function storm(cluster: Cluster): Promise<void> {
  const client = new pg.Client({ connectionString: cluster.adminUrl })
  await client.connect()
  try {
    for (const until = performance.now() + STORM_MS; performance.now() < until;) {
      await client.query(
        `select pg_terminate_backend(pid) from pg_stat_activity
         where backend_type = 'client backend' and pid <> pg_backend_pid()`,
      )
      await sleep(50)
    }
  } finally {
    await client.end()
  }
}
