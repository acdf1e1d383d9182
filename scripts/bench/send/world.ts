import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  startQuotaWecom,
  type QuotaWecom,
  type QuotaWecomOptions,
} from '../../support/quota-wecom/quota-wecom.ts'
import { skipFirstSync } from '../../support/skip-first-sync.ts'
import { demoEnvironment, freePort } from '../../support/world.ts'
import { startAssistantProcess, type AssistantProcess } from '../../torture/support/assistant.ts'
import { openBenchDatabase, type BenchDatabase } from '../database.ts'

/** A WeCom that holds us to its limits, an empty chain, and assistants in processes of their own. */
export interface SendWorld {
  database: BenchDatabase
  wecom: QuotaWecom
  /** what every assistant runs on; their secrets are the same */
  environment: Record<string, string>
  /** one more process, with web and worker */
  startAssistant: () => Promise<AssistantProcess>
  close: () => Promise<void>
}

/** Makes the world of one measurement on a fresh database. Its assistants start with `startAssistant`. */
export async function openSendWorld(wecomOptions: QuotaWecomOptions = {}): Promise<SendWorld> {
  const database = await openBenchDatabase('bench_send', { fresh: true })
  const wecom = await startQuotaWecom(wecomOptions)
  const environment = {
    ...demoEnvironment({ assistant: await freePort(), sandbox: wecom.port }),
    DATABASE_URL: database.url,
    ROLES: 'web,worker',
    SPOOL_FOLDER: 'off',
  }
  const folder = mkdtempSync(join(tmpdir(), 'guide-bench-send-'))
  const assistants: AssistantProcess[] = []
  await skipFirstSync(database.db.pool)
  return {
    database,
    wecom,
    environment,
    startAssistant: async () => {
      const port = String(await freePort())
      const started = await startAssistantProcess(
        { ...environment, PORT: port, PUBLIC_URL: `http://127.0.0.1:${port}` },
        { folder },
      )
      assistants.push(started)
      return started
    },
    close: async () => {
      await Promise.all(assistants.map((assistant) => assistant.kill()))
      await wecom.close()
      await database.close({ drop: true })
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
