import { setTimeout as sleep } from 'node:timers/promises'
import { createRandom } from '../../prisma/seed/random.ts'
import { secretsOf } from '../support/callback-request.ts'
import { demoEnvironment, freePort } from '../support/world.ts'
import type { Scenario } from './scenario.ts'
import { balance, createAckLog } from './support/ack-log.ts'
import { startAssistantProcess } from './support/assistant.ts'
import { ignoredEventXml, startLoad } from './support/callback-load.ts'
import { startCluster } from './support/cluster.ts'

const ROUNDS = { full: 8, short: 1 } as const
const SEED = 20_261_122
const CONNECTIONS = 64
/** acknowledged before the stop is planned: every connection is open by then */
const WARM = 4 * CONNECTIONS

/** R16: a deployment under load. Whoever was let in gets an answer; nobody is let in after. */
export const r16: Scenario = {
  id: 'R16',
  title:
    'SIGTERM under load: every request that was taken is answered, and the process ends with 0',
  async run({ size, folder, say }) {
    const random = createRandom(SEED)
    const cluster = await startCluster(folder)
    const environment = {
      ...demoEnvironment({ assistant: await freePort(), sandbox: await freePort() }),
      DATABASE_URL: cluster.url,
    }
    const log = createAckLog()
    const load = startLoad({
      secrets: secretsOf(environment),
      log,
      connections: CONNECTIONS,
      xml: ignoredEventXml,
    })
    let slowestExitMs = 0
    let wrongExits = 0
    let assistant = await startAssistantProcess(environment, { folder })
    try {
      for (let round = 0; round < ROUNDS[size]; round += 1) {
        const before = log.acked()
        await load.aim(assistant.url)
        while (log.acked() < before + WARM) await sleep(10)
        await sleep(random.between(0, 1_000))
        const began = performance.now()
        const code = await assistant.terminate()
        slowestExitMs = Math.max(slowestExitMs, performance.now() - began)
        if (code !== 0) wrongExits += 1
        await load.aim(undefined)
        assistant = await startAssistantProcess(environment, { folder })
        say(`round ${round + 1}: exit ${code}, ${log.acked()} acknowledged`)
      }
      await load.aim(assistant.url)
      await load.stop()
      while (log.unacked().length > 0) await load.redeliver()
      const found = await balance(cluster.url, log)
      const { statuses, broken } = load.report
      return [
        { name: 'SIGTERM under load', value: ROUNDS[size], unit: '' },
        { name: 'acknowledged', value: log.acked(), unit: '', goal: { atLeast: 100 } },
        { name: 'requests taken and not answered', value: broken, unit: '', goal: { atMost: 0 } },
        { name: 'answered 503 while stopping', value: statuses.get(503) ?? 0, unit: '' },
        { name: 'acknowledged and lost', value: found.lost, unit: '', goal: { atMost: 0 } },
        { name: 'missing after repetition', value: found.missing, unit: '', goal: { atMost: 0 } },
        { name: 'slowest exit', value: slowestExitMs, unit: 'ms', goal: { atMost: 10_000 } },
        { name: 'exits other than 0', value: wrongExits, unit: '', goal: { atMost: 0 } },
      ]
    } finally {
      await load.stop()
      await load.aim(undefined)
      await assistant.kill()
      await cluster.kill()
    }
  },
}
