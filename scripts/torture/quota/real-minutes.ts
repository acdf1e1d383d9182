import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'
import { addMessages } from '../../bench/send/outbox-rows.ts'
import {
  SEND_PATH,
  startQuotaWecom,
  type QuotaCall,
} from '../../support/quota-wecom/quota-wecom.ts'
import { skipFirstSync } from '../../support/skip-first-sync.ts'
import { demoEnvironment, freePort } from '../../support/world.ts'
import { startAssistantProcess, type AssistantProcess } from '../support/assistant.ts'

/**
 * Two real assistants send for a minute and some of real time; one is killed in the middle of its first burst and
 * started again.
 *
 * @returns every call of message/send, as a WeCom saw it that counts strictly
 */
export async function sendForMinutes(
  pool: pg.Pool,
  options: { databaseUrl: string; folder: string; members: number; each: number; measured: number },
): Promise<readonly QuotaCall[]> {
  const wecom = await startQuotaWecom()
  const assistants: AssistantProcess[] = []
  try {
    await skipFirstSync(pool)
    await addMessages(pool, new Date(), options)
    const environment = {
      ...demoEnvironment({ assistant: await freePort(), sandbox: wecom.port }),
      DATABASE_URL: options.databaseUrl,
      ROLES: 'web,worker',
      SPOOL_FOLDER: 'off',
    }
    const start = async () => {
      const port = String(await freePort())
      const assistant = await startAssistantProcess(
        { ...environment, PORT: port },
        { folder: options.folder, log: `assistant-${assistants.length}.log` },
      )
      assistants.push(assistant)
      return assistant
    }
    const [first] = await Promise.all([start(), start()])
    while (wecom.count(SEND_PATH) < options.members * 10) await sleep(20)
    await first?.kill()
    await start()
    const until = performance.now() + 150_000
    while (wecom.count(SEND_PATH, 'done') < options.measured && performance.now() < until) {
      await sleep(200)
    }
    return wecom.calls.filter(({ path }) => path === SEND_PATH)
  } finally {
    await Promise.all(assistants.map((assistant) => assistant.kill()))
    await wecom.close()
  }
}
