import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { createRandom } from '../../prisma/seed/random.ts'
import { secretsOf } from '../support/callback-request.ts'
import { demoEnvironment, freePort } from '../support/world.ts'
import type { Scenario, TortureContext } from './scenario.ts'
import { balance, createAckLog } from './support/ack-log.ts'
import { startLoad } from './support/callback-load.ts'
import { forkCallbackProcess } from './support/callback-process.ts'
import { startCluster, type Cluster } from './support/cluster.ts'

const SIZES = {
  full: { kills: 5, mostKills: 5, findsLosses: 4 },
  short: { kills: 1, mostKills: 3, findsLosses: 1 },
} as const

const SEED = 20_261_122
const CONNECTIONS = 64
/** acknowledged before the kill is planned: a server that has just begun has nothing to lose */
const WARM = 200

/**
 * R3: the control of R1 and R2. A database that may forget its last commits has to be found out by the same sender,
 * log and balance; if not, their zeros say nothing. The receiver has no spool here, and the database writes its log
 * to disk every two seconds instead of every fifth of one, so that the control does not hang on a moment's luck.
 */
export const r3: Scenario = {
  id: 'R3',
  title: 'the harness finds the losses of a database that forgets (control)',
  async run(context) {
    const { kills, mostKills, findsLosses } = SIZES[context.size]
    const cluster = await startCluster(context.folder)
    try {
      const kept = await killUnderLoad(context, cluster, () => ({ isEnough: false }), kills)
      await setting(cluster, 'synchronous_commit', 'off')
      await setting(cluster, 'wal_writer_delay', `'2s'`)
      await setting(cluster, 'wal_writer_flush_after', `'64MB'`)
      const forgotten = await killUnderLoad(
        context,
        cluster,
        (losses) => ({ isEnough: losses.filter((n) => n > 0).length >= findsLosses }),
        mostKills,
      )
      const sum = (losses: readonly number[]) => losses.reduce((total, n) => total + n, 0)
      return [
        { name: 'kills, synchronous_commit=on', value: kept.length, unit: '' },
        { name: 'acknowledged and lost, on', value: sum(kept), unit: '', goal: { atMost: 0 } },
        { name: 'kills, synchronous_commit=off', value: forgotten.length, unit: '' },
        { name: 'acknowledged and lost, off', value: sum(forgotten), unit: '' },
        {
          name: 'kills whose losses were found, off',
          value: forgotten.filter((n) => n > 0).length,
          unit: '',
          goal: { atLeast: findsLosses },
          note: forgotten.join(', '),
        },
      ]
    } finally {
      await cluster.kill()
    }
  },
}

/** Kills the database while callbacks pour in. @returns what each kill lost of what was acknowledged */
async function killUnderLoad(
  { folder }: TortureContext,
  cluster: Cluster,
  judge: (losses: readonly number[]) => { isEnough: boolean },
  kills: number,
): Promise<number[]> {
  const random = createRandom(SEED)
  const losses: number[] = []
  while (losses.length < kills && !judge(losses).isEnough) {
    const environment = {
      ...demoEnvironment({ assistant: await freePort(), sandbox: await freePort() }),
      DATABASE_URL: cluster.url,
    }
    const log = createAckLog()
    const server = forkCallbackProcess(environment, folder)
    const load = startLoad({ secrets: secretsOf(environment), log, connections: CONNECTIONS })
    try {
      await load.aim(await server.listen())
      while (log.acked() < WARM) await sleep(10)
      await sleep(random.between(100, 1_000))
      await cluster.kill()
    } finally {
      // the sender hangs up: what gets no answer was not acknowledged
      await load.aim(undefined)
      await load.stop()
      await server.kill()
    }
    await cluster.start()
    losses.push((await balance(cluster.url, log)).lost)
    await emptied(cluster)
  }
  return losses
}

/** The next kill counts its own losses only. */
async function emptied(cluster: Cluster): Promise<void> {
  await run(cluster, 'truncate inbox')
  await run(cluster, 'delete from graphile_worker._private_jobs')
}

async function setting(cluster: Cluster, name: string, value: string): Promise<void> {
  await run(cluster, `alter system set ${name} = ${value}`)
  await run(cluster, 'select pg_reload_conf()')
}

async function run(cluster: Cluster, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: cluster.url })
  await client.connect()
  try {
    await client.query(sql)
  } finally {
    await client.end()
  }
}
