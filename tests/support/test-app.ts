import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FastifyInstance, LightMyRequestResponse, RouteOptions } from 'fastify'
import { createReceiver } from '../../bot/callbacks/receive.ts'
import type { BotDeps } from '../../bot/deps.ts'
import type { Database } from '../../prisma/db.ts'
import { createApp } from '../../server/app.ts'
import { loadConfig, type Config } from '../../server/config.ts'
import type { AppDeps } from '../../server/deps.ts'
import { createFakeWecom, createTestDeps, type FakeWecom } from './test-deps.ts'

/** The server's settings in tests; nothing secret, nothing outside of this machine. */
export const TEST_ENVIRONMENT = {
  PUBLIC_URL: 'http://127.0.0.1:7300',
  WECOM_CORP_ID: 'ww0000000000000001',
  WECOM_AGENT_ID: '1000002',
  WECOM_AGENT_SECRET: 'test-agent-secret',
  WECOM_CALLBACK_TOKEN: 'testtoken',
  WECOM_CALLBACK_AES_KEY: 'jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C',
  SESSION_KEY: '22'.repeat(32),
  DATA_KEY: '11'.repeat(32),
  LOG_LEVEL: 'silent',
}

export function testConfig(env: Record<string, string> = {}): Config {
  return loadConfig({ need: 'everything', env: { ...TEST_ENVIRONMENT, ...env }, envFile: '' })
}

export interface TestApp {
  app: FastifyInstance
  deps: AppDeps
  close: () => Promise<void>
}

export interface TestAppParts extends Partial<BotDeps> {
  env?: Record<string, string>
  /** default: the same as everything else's */
  requestDb?: Database
  sidebarDir?: string
  clientBridgeUrl?: string
  requestsPerMinute?: number
  onRoute?: (route: RouteOptions) => void
}

/** The whole HTTP host around a real database, to inject into; it listens nowhere. */
export async function buildTestApp(db: Database, parts: TestAppParts = {}): Promise<TestApp> {
  const { env, requestDb, sidebarDir, clientBridgeUrl, requestsPerMinute, onRoute, ...bot } = parts
  const config = testConfig(env)
  const base = createTestDeps(db, {
    corpId: config.corpId,
    agentId: config.agentId,
    publicUrl: config.publicUrl,
    wecom: signInWecom(),
    ...bot,
  })
  const deps: AppDeps = {
    ...base,
    config,
    receiver: createReceiver({
      pool: db.pool,
      corpId: config.corpId,
      token: config.callbackToken,
      aesKey: config.callbackAesKey,
      metrics: base.metrics,
    }),
    sidebarDir: sidebarDir ?? join(tmpdir(), 'no-built-pages'),
    ...(clientBridgeUrl === undefined ? {} : { clientBridgeUrl }),
    ...(requestDb === undefined ? {} : { requestDb }),
  }
  const app = await createApp(deps, {
    ...(requestsPerMinute === undefined ? {} : { requestsPerMinute }),
    ...(onRoute === undefined ? {} : { onRoute }),
  })
  await app.ready()
  return { app, deps, close: () => app.close() }
}

/** A WeCom whose sign-in code is `code-of-<userid>`; everything else answers ok, or what `answer` says. */
export function signInWecom(
  answer: (path: string, input: Record<string, unknown>) => unknown = () => undefined,
): FakeWecom {
  return createFakeWecom((path, input) => {
    const code = typeof input['code'] === 'string' ? input['code'] : ''
    if (path.endsWith('/auth/getuserinfo') && code.startsWith('code-of-')) {
      return { errcode: 0, errmsg: 'ok', userid: code.slice('code-of-'.length) }
    }
    return answer(path, input)
  })
}

/** Signs in the way people do, and answers the header that carries the session. */
export async function signIn(
  app: FastifyInstance,
  userid: string,
  to = '/api/me',
): Promise<{ cookie: string }> {
  const begun = await app.inject({ url: `/auth/login?to=${encodeURIComponent(to)}` })
  const state = new URL(String(begun.headers.location)).searchParams.get('state') ?? ''
  const ended = await app.inject({
    url: `/auth/callback?code=code-of-${userid}&state=${state}`,
    headers: { cookie: cookieOf(begun) },
  })
  if (ended.statusCode !== 302) throw new Error(`sign-in of ${userid}: ${ended.body}`)
  return { cookie: cookieOf(ended) }
}

/** The session cookie that an answer sets, as a request sends it. */
export function cookieOf(response: LightMyRequestResponse): string {
  const cookie = response.cookies.find(({ name }) => name === 'guide_session')
  return `guide_session=${encodeURIComponent(cookie?.value ?? '')}`
}
