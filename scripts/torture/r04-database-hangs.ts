import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { secretsOf } from '../support/callback-request.ts'
import type { Figure } from '../support/figures.ts'
import { demoEnvironment, freePort } from '../support/world.ts'
import type { Scenario, TortureContext } from './scenario.ts'
import { balance, createAckLog } from './support/ack-log.ts'
import { startAssistantProcess, type AssistantProcess } from './support/assistant.ts'
import { ignoredEventXml, startLoad, type CallbackLoad } from './support/callback-load.ts'
import { startCluster, type Cluster } from './support/cluster.ts'
import { mountSmallDisk } from './support/small-disk.ts'
import { spoolDrained } from './support/spool-folder.ts'

/** the last freeze is driven beyond what the spool holds */
const SIZES = {
  full: { freezesMs: [2_000, 10_000, 60_000], fullDiskMs: 10_000, rounds: 5 },
  short: { freezesMs: [2_000], fullDiskMs: 1_000, rounds: 1 },
} as const

const CONNECTIONS = 2_048
const PER_SECOND = 500
/** what 64 MiB of spool can't take in a minute */
const FLOOD_PER_SECOND = 2_500
const ANSWER_LIMIT_MS = 2_000
/** the spool's 64 MiB are on the disk: in memory are only requests, and the 4 MB that are played at a time */
const GROWTH_LIMIT_MB = 300
const DRAIN_LIMIT_MS = 90_000
const DISK_MB = 24
/** until the load has used up what room was left */
const FULL_LIMIT_MS = 20_000
const ROOM_MB = 512

/** R4: the database neither answers nor refuses, or has no room left; the assistant's answer must come all the same. */
export const r4: Scenario = {
  id: 'R4',
  title: 'while the database hangs or is full, callbacks are answered in time and none is lost',
  async run(context) {
    const { size, folder } = context
    const cluster = await startCluster(folder)
    const world: Hanging = { cluster, context, environment: {} }
    try {
      Object.assign(world.environment, {
        ...demoEnvironment({ assistant: await freePort(), sandbox: await freePort() }),
        DATABASE_URL: cluster.url,
        ROLES: 'web',
      })
      const figures: Figure[] = []
      for (const ms of SIZES[size].freezesMs) figures.push(...(await freeze(world, ms)))
      figures.push(...(await killWhileFrozen(world, SIZES[size].rounds)))
      figures.push(...(await fillDisk(world, SIZES[size].fullDiskMs)))
      return figures
    } finally {
      cluster.thaw()
      await cluster.kill()
    }
  },
}

interface Hanging {
  cluster: Cluster
  context: TortureContext
  environment: Record<string, string>
}

/** The database stands still for `ms`. Up to ten seconds everything must be spooled; in a minute it may be too much. */
async function freeze(world: Hanging, ms: number): Promise<Figure[]> {
  const isFlood = ms > 10_000
  const name = `frozen for ${ms / 1_000} s`
  return underLoad(
    world,
    { name, perSecond: isFlood ? FLOOD_PER_SECOND : PER_SECOND, mayRefuse: isFlood },
    async () => {
      await world.cluster.freeze()
      await sleep(ms)
      world.cluster.thaw()
      await sleep(500)
    },
  )
}

/** The assistant is killed as well, while it answers out of its spool. */
async function killWhileFrozen(world: Hanging, rounds: number): Promise<Figure[]> {
  const name = 'server killed while frozen'
  return underLoad(
    world,
    { name, perSecond: PER_SECOND, mayRefuse: false },
    async ({ load, restart }) => {
      for (let round = 0; round < rounds; round += 1) {
        await world.cluster.freeze()
        await sleep(1_500)
        await restart(() => world.cluster.thaw())
        await load.redeliver()
      }
    },
  )
}

/** The inbox fills a small disk; then it gets room. */
async function fillDisk(world: Hanging, ms: number): Promise<Figure[]> {
  const { cluster, context } = world
  const name = 'disk full'
  const disk = mountSmallDisk(join(context.folder, 'small-disk'), DISK_MB, cluster.dataFolder)
  if (!disk) {
    return [{ name, value: 0, unit: '', note: 'not tried: this user may not mount a small disk' }]
  }
  try {
    await onDatabase(cluster, 'truncate inbox')
    await moveInbox(cluster, disk.folder)
    return await underLoad(
      world,
      { name, perSecond: PER_SECOND, mayRefuse: false },
      async ({ load, hasSpooled }) => {
        await fillUp(cluster)
        const until = performance.now() + FULL_LIMIT_MS
        while (!(await hasSpooled()) && performance.now() < until) await sleep(50)
        await sleep(ms)
        disk.grow(ROOM_MB)
        await sleep(500)
        await load.redeliver()
      },
    )
  } finally {
    await cluster.kill()
    disk.remove()
  }
}

interface UnderLoad {
  load: CallbackLoad
  /** whether the assistant has said that it spooled something */
  hasSpooled: () => Promise<boolean>
  /** kills the assistant and starts it again; `meanwhile` is done once it is dead */
  restart: (meanwhile: () => void) => Promise<void>
}

/** What came of an outage under load: every answer's time, the memory, and the balance of log and inbox. */
async function underLoad(
  { cluster, context, environment }: Hanging,
  { name, perSecond, mayRefuse }: { name: string; perSecond: number; mayRefuse: boolean },
  outage: (parts: UnderLoad) => Promise<void>,
): Promise<Figure[]> {
  const { folder, say } = context
  await onDatabase(cluster, 'truncate inbox; delete from graphile_worker._private_jobs')
  let assistant = await startAssistantProcess(environment, { folder })
  const log = createAckLog()
  const load = startLoad({
    secrets: secretsOf(environment),
    log,
    connections: CONNECTIONS,
    perSecond,
    xml: ignoredEventXml,
  })
  const restart = async (meanwhile: () => void) => {
    await assistant.kill()
    meanwhile()
    assistant = await startAssistantProcess(environment, { folder })
    await load.aim(assistant.url)
  }
  const hasSpooled = async () => (await spooledBy(assistant)) > 0
  try {
    await load.aim(assistant.url)
    await sleep(500)
    const before = residentMb(assistant)
    let most = before
    const watch = setInterval(() => (most = Math.max(most, residentMb(assistant))), 200)
    await outage({ load, restart, hasSpooled }).finally(() => clearInterval(watch))
    await load.stop()
    const from = performance.now()
    const isDrained = await spoolDrained(join(folder, 'spool'), DRAIN_LIMIT_MS)
    const drainedAfter = (performance.now() - from) / 1_000
    if (!mayRefuse) while (log.unacked().length > 0) await load.redeliver()
    const found = await balance(cluster.url, log)
    const { statuses, slowestMs } = load.report
    const refused = statuses.get(503) ?? 0
    say(`${name}: ${log.acked()} acknowledged, ${refused} refused`)
    return [
      { name: `${name}: acknowledged`, value: log.acked(), unit: '', goal: { atLeast: 100 } },
      {
        name: `${name}: answers that were acknowledgements`,
        value: (100 * (statuses.get(200) ?? 0)) / ((statuses.get(200) ?? 0) + refused),
        unit: '%',
        ...(mayRefuse
          ? { note: `${refused} refused: the spool was full` }
          : { goal: { atLeast: 95 } }),
      },
      {
        name: `${name}: slowest answer`,
        value: slowestMs,
        unit: 'ms',
        goal: { atMost: ANSWER_LIMIT_MS },
      },
      {
        name: `${name}: acknowledged and lost`,
        value: found.lost,
        unit: '',
        goal: { atMost: 0 },
        ...(isDrained ? {} : { note: 'the spool is not played back yet' }),
      },
      {
        name: `${name}: until the spool was played back`,
        value: drainedAfter,
        unit: 's',
        goal: { atMost: DRAIN_LIMIT_MS / 1_000 },
      },
      { name: `${name}: stored twice`, value: found.doubled, unit: '', goal: { atMost: 0 } },
      {
        name: `${name}: memory above the time before`,
        value: most - before,
        unit: 'MB',
        goal: { atMost: GROWTH_LIMIT_MB },
      },
    ]
  } finally {
    await load.stop()
    await load.aim(undefined)
    await assistant.kill()
  }
}

/** The process's resident memory, in MB; 0 where there is no /proc. */
function residentMb({ process: { pid } }: AssistantProcess): number {
  try {
    const [kilobytes] = /(?<=VmRSS:\s+)\d+/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
    return Number(kilobytes ?? 0) / 1_024
  } catch {
    return 0
  }
}

async function spooledBy({ url }: AssistantProcess): Promise<number> {
  const answer = await fetch(`${url}/metrics`)
  const text = await answer.text()
  const [value] = /(?<=^guide_callbacks_total\{result="spooled"\} )\d+/m.exec(text) ?? []
  return Number(value ?? 0)
}

/** Table and indexes onto the small disk; what else the database writes stays where there is room. */
async function moveInbox(cluster: Cluster, folder: string): Promise<void> {
  await onDatabase(cluster, `create tablespace small location '${folder}'`)
  await onDatabase(cluster, 'alter table inbox set tablespace small')
  await onDatabase(cluster, 'alter index inbox_pkey set tablespace small')
  await onDatabase(cluster, 'alter index inbox_corp_id_key_key set tablespace small')
}

/** Rows of somebody else's, until nothing more fits. */
async function fillUp(cluster: Cluster): Promise<void> {
  try {
    await onDatabase(
      cluster,
      `do $$ begin
         loop
           insert into inbox (corp_id, key, xml, trace_id, processed_at)
           select 'another', sha256(random()::text::bytea), repeat('x', 1000), 'none', now()
           from generate_series(1, 500);
           commit;
         end loop;
       end $$`,
    )
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === '53100')) throw error
  }
}

async function onDatabase(cluster: Cluster, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: cluster.url })
  await client.connect()
  try {
    await client.query(sql)
  } finally {
    await client.end()
  }
}
