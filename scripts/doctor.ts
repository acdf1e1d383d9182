import { join } from 'node:path'
import { existsSync } from 'node:fs'
import { request } from 'undici'
import { pino } from 'pino'
import { createDataCipher } from '../bot/members/data-cipher.ts'
import { createMetrics } from '../bot/metrics.ts'
import { createWecom, type Wecom } from '../bot/wecom/client.ts'
import { encryptMessage, signMessage } from '../bot/wecom/crypto.ts'
import { WecomError } from '../bot/wecom/error-table.ts'
import { openDatabase, type Database } from '../prisma/db.ts'
import { migrate } from '../prisma/migrate.ts'
import { loadConfig, type Config } from '../server/config.ts'
import { DEMO_ENV, PROJECT, databaseFor, runScript, systemClock } from './support/open.ts'

const HELP = `npm run doctor
Checks a real set-up step by step and says how to mend what fails:
configuration, database, clock, WeCom token and trusted IP, permissions, JS tickets, callback address.`

interface Check {
  name: string
  /** answers what was found; throws Problem, or anything else for an unexpected failure */
  run: () => Promise<string>
}

/** A check that failed for a known reason, with what to do about it. */
class Problem extends Error {
  readonly remedy: string
  constructor(message: string, remedy: string) {
    super(message)
    this.remedy = remedy
  }
}

/** What to do about WeCom's refusals (wecom-protocol 2.2, 6). */
const REMEDIES: Record<number, string> = {
  40001:
    'WECOM_AGENT_SECRET is not the secret of this app, or the app is disabled: copy it anew from 应用管理 → the app.',
  40013: 'WECOM_CORP_ID is not a corp: copy it from 我的企业 → 企业ID.',
  40056: 'WECOM_AGENT_ID is not the id of this app: copy it from 应用管理 → the app.',
  48002:
    'The app may not use customer contact: 客户与上下游 → 客户联系 → 可调用接口的应用 → add this app.',
  48006:
    'WeCom has withdrawn the permission for long disuse: an administrator re-enables it in the app.',
  60020:
    "This machine's outgoing IP is not trusted: 应用管理 → the app → 企业可信IP → add it; it takes a minute.",
  84074:
    'No external-contact rights: give the app 客户联系 and put guides inside its visible range.',
}

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
  const db = openDatabase(server.url, { connections: 2 })
  try {
    const failed = await runChecks(checksFor(config, db))
    process.stdout.write(failed === 0 ? '\nAll good.\n' : `\n${failed} to mend.\n`)
    process.exitCode = failed === 0 ? 0 : 1
  } finally {
    await db.close()
    await server.stop()
  }
})

async function runChecks(checks: Check[]): Promise<number> {
  let failed = 0
  for (const check of checks) {
    try {
      report(true, check.name, await check.run())
    } catch (error) {
      failed += 1
      report(false, check.name, ...explain(error))
    }
  }
  return failed
}

function report(ok: boolean, name: string, found: string, remedy?: string): void {
  process.stdout.write(`${ok ? '✓' : '✗'} ${name.padEnd(18)} ${found}\n`)
  if (remedy) process.stdout.write(`${' '.repeat(21)}→ ${remedy}\n`)
}

function explain(error: unknown): [string, string?] {
  if (error instanceof Problem) return [error.message, error.remedy]
  if (error instanceof WecomError && error.why !== undefined) {
    return [
      `no answer from WeCom to ${error.path} (${error.why})`,
      'Check WECOM_API_URL and that this machine may open https connections to it.',
    ]
  }
  if (error instanceof WecomError) {
    return [
      `WeCom answered ${error.errcode} to ${error.path}`,
      REMEDIES[error.errcode] ?? 'docs/errors.md, “WeCom’s codes”, says what to do.',
    ]
  }
  return [error instanceof Error ? error.message : String(error)]
}

function checksFor(config: Config, db: Database): Check[] {
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
  return [
    { name: 'database', run: () => checkDatabase(db) },
    { name: 'clock', run: () => checkClock(config) },
    {
      name: 'token, trusted IP',
      run: () => wecom.token('access_token').then(() => 'WeCom gave a token'),
    },
    { name: 'app', run: () => checkApp(wecom, config) },
    { name: 'customer contact', run: () => checkFollowers(wecom) },
    { name: 'tags', run: () => checkTags(wecom) },
    { name: 'JS tickets', run: () => checkTickets(wecom) },
    { name: 'public address', run: () => checkPublicUrl(config) },
    { name: 'callback address', run: () => checkCallback(config) },
  ]
}

async function checkDatabase(db: Database): Promise<string> {
  const answer = await db.pool.query<{ version: number }>(
    `select current_setting('server_version_num')::int / 10000 as version`,
  )
  const version = answer.rows[0]?.version ?? 0
  if (version < 15) throw new Problem(`PostgreSQL ${version}`, 'Use PostgreSQL 15 or newer.')
  const applied = await migrate(db.url)
  return `PostgreSQL ${version}, ${applied.length === 0 ? 'schema current' : `applied ${applied.length} migrations`}`
}

async function checkClock(config: Config): Promise<string> {
  const answer = await request(config.wecomApiUrl, {
    method: 'HEAD',
    headersTimeout: 10_000,
  }).catch(() => {
    throw new Problem(
      `${config.wecomApiUrl} can't be reached`,
      'Check WECOM_API_URL, DNS and the firewall.',
    )
  })
  const date = answer.headers['date']
  if (typeof date !== 'string') return 'WeCom sent no time to compare with'
  const seconds = Math.round(Math.abs(Date.now() - Date.parse(date)) / 1000)
  if (seconds > 60) {
    throw new Problem(
      `this machine is ${seconds} s away from WeCom's clock`,
      'Switch on time synchronisation (NTP).',
    )
  }
  return `${seconds} s away from WeCom's`
}

async function checkApp(wecom: Wecom, config: Config): Promise<string> {
  const list = await wecom.get<{ ip_list?: string[] }>('/cgi-bin/getcallbackip')
  return `agent ${config.agentId}; callbacks come from ${list.ip_list?.length ?? 0} address ranges`
}

async function checkFollowers(wecom: Wecom): Promise<string> {
  const { follow_user: guides = [] } = await wecom.get<{ follow_user?: string[] }>(
    '/cgi-bin/externalcontact/get_follow_user_list',
  )
  if (guides.length === 0) {
    throw new Problem(
      'no member with customer contact is visible to the app',
      'Put the guides inside the app’s 可见范围 and give them 客户联系 → 权限配置.',
    )
  }
  return `${guides.length} members with customer contact`
}

async function checkTags(wecom: Wecom): Promise<string> {
  const { tag_group: groups = [] } = await wecom.post<{ tag_group?: object[] }>(
    '/cgi-bin/externalcontact/get_corp_tag_list',
    {},
  )
  return `${groups.length} tag groups`
}

async function checkTickets(wecom: Wecom): Promise<string> {
  await wecom.token('jsapi_ticket')
  await wecom.token('agent_ticket')
  return 'corp ticket and app ticket'
}

function checkPublicUrl(config: Config): Promise<string> {
  const url = new URL(config.publicUrl)
  if (url.protocol !== 'https:' && url.hostname !== '127.0.0.1' && url.hostname !== 'localhost') {
    throw new Problem(
      `${config.publicUrl} is not https`,
      'WeCom opens pages on https only; the host must be the app’s 可信域名, exactly, port included.',
    )
  }
  return Promise.resolve(config.publicUrl)
}

/** Asks our own callback address to verify, as WeCom does when it is entered in the console. */
async function checkCallback(config: Config): Promise<string> {
  const word = String(Date.now())
  const echostr = encryptMessage({
    aesKey: config.callbackAesKey,
    receiveId: config.corpId,
    message: word,
  })
  const timestamp = String(Math.floor(Date.now() / 1000))
  const nonce = word.slice(-6)
  const signature = signMessage({ token: config.callbackToken, timestamp, nonce, encrypt: echostr })
  const query = new URLSearchParams({ msg_signature: signature, timestamp, nonce, echostr })
  const address = `${config.publicUrl}/wecom/callback`
  const remedy = `Start the server (npm start) and make ${address} reach it: proxy, firewall, DNS.`
  try {
    const answer = await request(`${address}?${query.toString()}`, { headersTimeout: 5_000 })
    const body = await answer.body.text()
    if (answer.statusCode === 200 && body === word) return `${address} verifies`
    throw new Problem(`${address} answered ${answer.statusCode}`, remedy)
  } catch (error) {
    if (error instanceof Problem) throw error
    throw new Problem(`${address} can't be reached`, remedy)
  }
}
