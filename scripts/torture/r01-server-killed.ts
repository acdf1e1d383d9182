import { setTimeout as sleep } from 'node:timers/promises'
import { createRandom } from '../../prisma/seed/random.ts'
import { secretsOf } from '../support/callback-request.ts'
import { demoEnvironment, freePort } from '../support/world.ts'
import type { Scenario } from './scenario.ts'
import { balance, createAckLog } from './support/ack-log.ts'
import { startLoad } from './support/callback-load.ts'
import { forkCallbackProcess } from './support/callback-process.ts'
import { startCluster } from './support/cluster.ts'

const SIZES = {
  full: { kills: 50, acks: 500_000, longestRunMs: 3_000 },
  short: { kills: 3, acks: 1_000, longestRunMs: 500 },
} as const

const SEED = 20_261_122
const CONNECTIONS = 64
/** a machine too slow for the figures within it gets no further, and says so */
const LIMIT_MS = 180_000

/** R1: the server is killed with -9 in the middle of it, again and again; what went unanswered is sent again. */
export const r1: Scenario = {
  id: 'R1',
  title: 'a server killed while callbacks pour in loses none it acknowledged and doubles none',
  async run({ size, folder, say }) {
    const goal = SIZES[size]
    const random = createRandom(SEED)
    const cluster = await startCluster(folder)
    const environment = {
      ...demoEnvironment({ assistant: await freePort(), sandbox: await freePort() }),
      DATABASE_URL: cluster.url,
    }
    const fork = () => forkCallbackProcess(environment, folder)
    const log = createAckLog()
    let server = fork()
    let standby = fork()
    const load = startLoad({ secrets: secretsOf(environment), log, connections: CONNECTIONS })
    let kills = 0
    try {
      await load.aim(await server.listen())
      const until = performance.now() + LIMIT_MS
      const isDone = () => kills >= goal.kills && log.acked() >= goal.acks
      while (!isDone() && performance.now() < until) {
        await sleep(50 + random.between(0, goal.longestRunMs))
        await server.kill()
        kills += 1
        server = standby
        await load.aim(await server.listen())
        // there sooner than it could start, so that the time goes into kills
        standby = fork()
        await load.redeliver()
        if (kills % 10 === 0) say(`${kills} kills, ${log.acked()} acknowledged`)
      }
      await load.stop()
      while (log.unacked().length > 0) await load.redeliver()
      const found = await balance(cluster.url, log)
      return [
        { name: 'kill -9 of the server', value: kills, unit: '', goal: { atLeast: goal.kills } },
        { name: 'acknowledged', value: log.acked(), unit: '', goal: { atLeast: goal.acks } },
        { name: 'acknowledged and lost', value: found.lost, unit: '', goal: { atMost: 0 } },
        { name: 'stored twice', value: found.doubled, unit: '', goal: { atMost: 0 } },
        { name: 'missing after repetition', value: found.missing, unit: '', goal: { atMost: 0 } },
        { name: 'rows without their one job', value: found.jobless, unit: '', goal: { atMost: 0 } },
        {
          name: 'requests cut off by the kills',
          value: load.report.broken,
          unit: '',
          goal: { atLeast: goal.kills },
          note: 'fewer: the kills did not hit anything',
        },
      ]
    } finally {
      await load.stop()
      await load.aim(undefined)
      await Promise.all([server.kill(), standby.kill()])
      await cluster.kill()
    }
  },
}
