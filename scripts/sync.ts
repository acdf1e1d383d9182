import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { SingleBar } from 'cli-progress'
import type { BotDeps } from '../bot/deps.ts'
import { runSync, startFullSync, type SyncProgress } from '../bot/members/sync-run.ts'
import { WecomError } from '../bot/wecom/error-table.ts'
import { ConfigError } from '../server/config.ts'
import { botDepsOf } from './support/bot-deps.ts'
import { openForScript, runScript } from './support/open.ts'

const HELP = `npm run sync

Reads everything from WeCom: employees with 客户联系, the tag library, all customers with their guides and tags.
A sync that was cut off goes on where it was, also one that the server began; run again, it changes nothing twice.

  --help   this text

Exit code: 0 all was read, 1 WeCom refused: what it said and what to do is printed.`

const PHASES: Record<string, string> = {
  employees: 'employees',
  tags: 'tags',
  customers: 'customers',
  missing: 'what is gone',
  done: 'done',
}
/** how often a run that the server works on is looked at */
const WATCH_MS = 500

await runScript(async () => {
  if (wantsHelp()) {
    process.stdout.write(`${HELP}\n`)
    return
  }
  const script = await openForScript({ need: 'data' })
  try {
    const { corpId, agentSecret } = script.config
    if (!corpId || !agentSecret) {
      throw new ConfigError(
        'WECOM_CORP_ID and WECOM_AGENT_SECRET are missing: npm run doctor says where they are found',
      )
    }
    await sync(botDepsOf(script))
  } finally {
    await script.close()
  }
})

function wantsHelp(): boolean {
  try {
    const { values } = parseArgs({ options: { help: { type: 'boolean', short: 'h' } } })
    return values.help ?? false
  } catch (error) {
    throw new ConfigError(`${error instanceof Error ? error.message : String(error)}\n\n${HELP}`)
  }
}

async function sync(deps: BotDeps): Promise<void> {
  const bar = new SingleBar({ format: '{phase} {bar} {value}/{total}', hideCursor: true })
  if (process.stderr.isTTY) bar.start(0, 0, { phase: PHASES['employees'] })
  const show = ({ phase, done, total }: SyncProgress) => {
    bar.setTotal(total)
    bar.update(done, { phase: PHASES[phase] ?? phase })
  }
  const runId = await startFullSync(deps, { enqueue: false })
  try {
    await runSync(deps, runId, { onProgress: show })
    const said = await watchTheRest(deps, runId, show)
    bar.stop()
    process.stdout.write(`${said}\n`)
  } catch (error) {
    if (!(error instanceof WecomError)) throw error
    throw new ConfigError(`${error.message}\nRun npm run sync again: it goes on where it was.`)
  } finally {
    bar.stop()
  }
}

/** Another process may be working on the run: then this one only watches, until it is finished. */
async function watchTheRest(
  deps: BotDeps,
  runId: bigint,
  show: (progress: SyncProgress) => void,
): Promise<string> {
  for (;;) {
    const run = await deps.db.prisma.syncRun.findUniqueOrThrow({ where: { id: runId } })
    show(run)
    if (run.finishedAt !== null) return `Read from WeCom: ${run.total} customers of guides.`
    if (run.state === 'failed') {
      throw new ConfigError(
        `${run.error ?? 'The sync failed.'}\nThen run npm run sync again: it goes on where it was.`,
      )
    }
    await sleep(WATCH_MS)
  }
}
