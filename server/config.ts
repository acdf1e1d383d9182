import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseEnv } from 'node:util'
import { envSchema } from 'env-schema'
import { Type, type Static } from 'typebox'
import { projectFolder } from './project-folder.ts'

const HHMM = '^([01]\\d|2[0-3]):[0-5]\\d$'

/** Everything the environment sets; docs/configuration.md says what each is for. */
const Environment = Type.Object({
  DATABASE_URL: Type.String({ default: '' }),
  HOST: Type.String({ default: '127.0.0.1' }),
  PORT: Type.Integer({ default: 7300, minimum: 0, maximum: 65535 }),
  PUBLIC_URL: Type.String({ default: '' }),
  ROLES: Type.String({ default: 'web,worker,clock' }),
  BUSINESS_TIME_ZONE: Type.String({ default: 'Asia/Shanghai' }),
  WECOM_API_URL: Type.String({ default: 'https://qyapi.weixin.qq.com' }),
  WECOM_OAUTH_URL: Type.String({ default: 'https://open.weixin.qq.com' }),
  WECOM_SSO_URL: Type.String({ default: 'https://login.work.weixin.qq.com' }),
  WECOM_CORP_ID: Type.String({ default: '' }),
  WECOM_AGENT_ID: Type.Integer({ default: 0 }),
  WECOM_AGENT_SECRET: Type.String({ default: '' }),
  WECOM_CALLBACK_TOKEN: Type.String({ default: '' }),
  WECOM_CALLBACK_AES_KEY: Type.String({ default: '' }),
  SESSION_KEY: Type.String({ default: '' }),
  DATA_KEY: Type.String({ default: '' }),
  SPOOL_FOLDER: Type.String({ default: '' }),
  LOG_LEVEL: Type.String({ default: 'info' }),
  SCAN_AT: Type.String({ default: '08:55', pattern: HHMM }),
  PUSH_AT: Type.String({ default: '09:00', pattern: HHMM }),
})
type Environment = Static<typeof Environment>

export const PROCESS_ROLES = ['web', 'worker', 'clock'] as const
export type ProcessRole = (typeof PROCESS_ROLES)[number]

/** The environment, checked and in the program's own words. */
export interface Config {
  /** undefined: the embedded PostgreSQL below .data */
  databaseUrl: string | undefined
  host: string
  port: number
  /** without a trailing slash */
  publicUrl: string
  roles: ProcessRole[]
  zone: string
  wecomApiUrl: string
  wecomOauthUrl: string
  wecomSsoUrl: string
  corpId: string
  agentId: number
  agentSecret: string
  callbackToken: string
  callbackAesKey: string
  sessionKey: string
  dataKey: string
  /** where callbacks wait while the database is away; undefined: nowhere, they are refused then */
  spoolFolder: string | undefined
  logLevel: string
  scanAt: string
  pushAt: string
}

/** A value of the environment that can't be used: one line that names it and says what to write. */
export class ConfigError extends Error {
  override name = 'ConfigError'
}

/**
 * Reads the environment, with `.env` below it.
 *
 * @param options.need `everything` for a server that talks to WeCom; `data` for commands that read or write
 *   personal data; `database` for those that don't
 * @throws ConfigError naming the variable and the remedy
 */
export function loadConfig(
  options: {
    need: 'everything' | 'data' | 'database'
    env?: NodeJS.ProcessEnv
    envFile?: string
  } = { need: 'everything' },
): Config {
  const file = options.envFile ?? '.env'
  const fromFile = existsSync(file) ? parseEnv(readFileSync(file, 'utf8')) : {}
  const given = { ...fromFile, ...withoutEmpty(options.env ?? process.env) }
  let env: Environment
  try {
    env = envSchema<Environment>({ schema: Environment, data: given, env: false })
  } catch (error) {
    throw new ConfigError(`Environment: ${error instanceof Error ? error.message : String(error)}`)
  }
  const config: Config = {
    databaseUrl: checkDatabaseUrl(env.DATABASE_URL),
    host: env.HOST,
    port: env.PORT,
    publicUrl: checkUrl('PUBLIC_URL', env.PUBLIC_URL || `http://${env.HOST}:${env.PORT}`),
    roles: checkRoles(env.ROLES),
    zone: checkZone(env.BUSINESS_TIME_ZONE),
    wecomApiUrl: checkUrl('WECOM_API_URL', env.WECOM_API_URL),
    wecomOauthUrl: checkUrl('WECOM_OAUTH_URL', env.WECOM_OAUTH_URL),
    wecomSsoUrl: checkUrl('WECOM_SSO_URL', env.WECOM_SSO_URL),
    corpId: env.WECOM_CORP_ID,
    agentId: env.WECOM_AGENT_ID,
    agentSecret: env.WECOM_AGENT_SECRET,
    callbackToken: env.WECOM_CALLBACK_TOKEN,
    callbackAesKey: env.WECOM_CALLBACK_AES_KEY,
    sessionKey: env.SESSION_KEY,
    dataKey: env.DATA_KEY,
    spoolFolder: spoolFolderOf(env.SPOOL_FOLDER),
    logLevel: checkLogLevel(env.LOG_LEVEL),
    scanAt: env.SCAN_AT,
    pushAt: env.PUSH_AT,
  }
  if (options.need !== 'database' || config.dataKey !== '')
    checkSecret(
      'DATA_KEY',
      config.dataKey,
      /^[0-9a-fA-F]{64}$/,
      '64 hex digits (openssl rand -hex 32)',
    )
  if (options.need === 'everything') checkServer(config)
  return config
}

function checkServer(config: Config): void {
  checkSecret('WECOM_CORP_ID', config.corpId, /^\S+$/, "the corp's id, ww… (我的企业 → 企业ID)")
  if (config.agentId <= 0)
    throw new ConfigError("WECOM_AGENT_ID: write the app's AgentId, a number (应用管理 → the app)")
  checkSecret(
    'WECOM_AGENT_SECRET',
    config.agentSecret,
    /^\S+$/,
    "the app's Secret (应用管理 → the app)",
  )
  checkSecret(
    'WECOM_CALLBACK_TOKEN',
    config.callbackToken,
    /^[0-9A-Za-z]{1,32}$/,
    'the Token of 接收消息, up to 32 letters and digits',
  )
  checkSecret(
    'WECOM_CALLBACK_AES_KEY',
    config.callbackAesKey,
    /^[0-9A-Za-z]{43}$/,
    'the EncodingAESKey of 接收消息, 43 letters and digits',
  )
  checkSecret(
    'SESSION_KEY',
    config.sessionKey,
    /^[0-9a-fA-F]{64}$/,
    '64 hex digits (openssl rand -hex 32)',
  )
}

function checkSecret(name: string, value: string, shape: RegExp, remedy: string): void {
  // the value itself is never repeated: it may be a mistyped secret
  if (value === '') throw new ConfigError(`${name} is missing: write ${remedy}`)
  if (!shape.test(value)) throw new ConfigError(`${name} can't be used: write ${remedy}`)
}

function checkUrl(name: string, value: string): string {
  const url = URL.canParse(value) ? new URL(value) : undefined
  if (!url || !/^https?:$/.test(url.protocol) || url.search || url.hash) {
    throw new ConfigError(
      `${name} can't be used: write an address such as https://guide.example.com`,
    )
  }
  return value.replace(/\/+$/, '')
}

function checkDatabaseUrl(value: string): string | undefined {
  if (value === '') return undefined
  if (!/^postgres(ql)?:\/\//.test(value) || !URL.canParse(value)) {
    throw new ConfigError(
      "DATABASE_URL can't be used: write postgresql://user:password@host:5432/database",
    )
  }
  return value
}

function spoolFolderOf(value: string): string | undefined {
  if (value === 'off') return undefined
  return value === '' ? projectFolder('.data/spool') : resolve(value)
}

function checkRoles(value: string): ProcessRole[] {
  const words = value.split(',').map((word) => word.trim())
  const roles = PROCESS_ROLES.filter((role) => words.includes(role))
  if (roles.length === 0 || words.some((word) => !PROCESS_ROLES.some((role) => role === word))) {
    throw new ConfigError("ROLES can't be used: write some of web,worker,clock")
  }
  return roles
}

function checkZone(value: string): string {
  try {
    return Intl.DateTimeFormat('en', { timeZone: value }).format(0) === '' ? '' : value
  } catch {
    throw new ConfigError(
      "BUSINESS_TIME_ZONE can't be used: write an IANA name such as Asia/Shanghai",
    )
  }
}

function checkLogLevel(value: string): string {
  if (!['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'].includes(value)) {
    throw new ConfigError(
      "LOG_LEVEL can't be used: write fatal, error, warn, info, debug, trace or silent",
    )
  }
  return value
}

function withoutEmpty(env: NodeJS.ProcessEnv): Record<string, string> {
  const kept: Record<string, string> = {}
  for (const [name, value] of Object.entries(env))
    if (value !== undefined && value !== '') kept[name] = value
  return kept
}
