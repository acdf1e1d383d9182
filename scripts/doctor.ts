import { join } from 'node:path'
import { existsSync } from 'node:fs'
import { pino } from 'pino'
import { createDataCipher } from '../bot/members/data-cipher.ts'
import { createMetrics } from '../bot/metrics.ts'
import { createWecom } from '../bot/wecom/client.ts'
import { openDatabase, type Database } from '../prisma/db.ts'
import { migrate } from '../prisma/migrate.ts'
import { loadConfig, type Config } from '../server/config.ts'
import { runCheck, type CheckDeps } from '../server/doctor/check.ts'
import { CHECK_NAMES } from '../server/doctor/check-names.ts'
import { CHECKS } from '../server/doctor/checks.ts'
import { DEMO_ENV, PROJECT, databaseFor, runScript, systemClock } from './support/open.ts'

const HELP = `npm run doctor
Checks a real set-up step by step and says how to mend what fails:
configuration, database, clock, WeCom token and trusted IP, permissions, JS tickets, callback address.
The console shows the same under 设置 → 运行状况.`

await runScript(async () => {
  if (process.argv.includes('--help')) {
    process.stdout.write(`${HELP}\n`)
    return
  }
  const useDemo = !process.env['DATABASE_URL'] && existsSync(DEMO_ENV)
  const config = loadConfig({
    need: 'everything',
    envFile: useDemo ? DEMO_ENV : join(PROJECT, '.env'),
  })
  report(true, 'configuration', 'every value can be used')
  const server = await databaseFor(config)
  const applied = await migrate(server.url)
  if (applied.length > 0) report(true, 'migrations', `applied ${applied.length}`)
  const db = openDatabase(server.url, { connections: 2 })
  try {
    const failed = await runChecks(checkDeps(config, db))
    process.stdout.write(failed === 0 ? '\nAll good.\n' : `\n${failed} to mend.\n`)
    process.exitCode = failed === 0 ? 0 : 1
  } finally {
    await db.close()
    await server.stop()
  }
})

async function runChecks(deps: CheckDeps): Promise<number> {
  let failed = 0
  for (const name of CHECK_NAMES) {
    const check = CHECKS[name]
    const { ok, found, remedy } = await runCheck(check, deps)
    if (!ok) failed += 1
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
