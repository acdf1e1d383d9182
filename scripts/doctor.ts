import { pino } from 'pino'
import { createDataCipher } from '../bot/members/data-cipher.ts'
import { createMetrics } from '../bot/metrics.ts'
import { createWecom } from '../bot/wecom/client.ts'
import { openDatabase, type Database } from '../prisma/db.ts'
import { loadConfig, type Config } from '../server/config.ts'
import { runCheck, type CheckDeps } from '../server/doctor/check.ts'
import { CHECK_NAMES } from '../server/doctor/check-names.ts'
import { CHECKS } from '../server/doctor/checks.ts'
import {
  databaseFor,
  runScript,
  settingsForScript,
  systemClock,
  type Settings,
} from './support/open.ts'

const HELP = `npm run doctor
Checks a real set-up step by step and says how to mend what fails:
configuration, database, clock, WeCom token and trusted IP, permissions, JS tickets, callback address.
Changes nothing. Exit code: 0 all good, 1 something is to be mended.
The console shows the same under 设置 → 运行状况.`

await runScript(async () => {
  if (process.argv.includes('--help')) {
    process.stdout.write(`${HELP}\n`)
    return
  }
  const settings = settingsForScript()
  const config = loadConfig({ need: 'everything', envFile: settings.envFile })
  report(true, 'configuration', 'every value can be used')
  const failed = await check(config, settings)
  process.stdout.write(failed === 0 ? '\nAll good.\n' : `\n${failed} to mend.\n`)
  process.exitCode = failed === 0 ? 0 : 1
})

/** Looks and changes nothing: a schema that is behind is told, not brought up to date. */
async function check(config: Config, settings: Settings): Promise<number> {
  let server: Awaited<ReturnType<typeof databaseFor>>
  try {
    server = await databaseFor(config, settings)
  } catch (error) {
    report(false, 'database', error instanceof Error ? error.message : String(error))
    return 1
  }
  const db = openDatabase(server.url, { connections: 2 })
  try {
    return await runChecks(checkDeps(config, db))
  } finally {
    await db.close()
    await server.stop()
  }
}

/** All checks in order. Without a database those that need one are not run: they would say the same again. */
async function runChecks(deps: CheckDeps): Promise<number> {
  let failed = 0
  let hasDatabase = true
  for (const name of CHECK_NAMES) {
    const check = CHECKS[name]
    if (!hasDatabase && check.needsDatabase) continue
    const { ok, found, remedy } = await runCheck(check, deps)
    if (!ok) failed += 1
    if (name === 'database') hasDatabase = ok
    report(ok, check.title.en, found.en, remedy?.en)
  }
  return failed
}

function report(ok: boolean, name: string, found: string, remedy?: string): void {
  process.stdout.write(`${ok ? '✓' : '✗'} ${name.padEnd(18)} ${found}\n`)
  if (remedy) process.stdout.write(`${' '.repeat(21)}→ ${remedy}\n`)
}

function checkDeps(config: Config, db: Database): CheckDeps {
  const wecom = createWecom({
    db,
    clock: systemClock,
    log: pino({ level: 'silent' }),
    metrics: createMetrics(),
    apiUrl: config.wecomApiUrl,
    corpId: config.corpId,
    agentSecret: config.agentSecret,
    cipher: createDataCipher(config.dataKey),
  })
  return { config, db, wecom }
}
