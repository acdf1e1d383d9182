import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ErrorAnswer } from '../../server/api/shapes.ts'
import { signPage } from '../../server/api/jssdk/sign.ts'
import { createLog } from '../../server/log.ts'
import { createTestDatabase, useDatabase } from '../support/database.ts'
import { buildTestApp, signIn, type TestApp } from '../support/test-app.ts'
import { twoStores, type TwoStores } from './support/two-stores.ts'

const db = useDatabase()
let test: TestApp
let chain: TwoStores
let headers: { cookie: string }
const written: string[] = []

beforeAll(async () => {
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      written.push(chunk.toString())
      done()
    },
  })
  test = await buildTestApp(db, { requestsPerMinute: 100_000, log: createLog('trace', sink) })
  chain = await twoStores(db)
  headers = await signIn(test.app, chain.guide.userid)
})
afterAll(() => test.close())

interface BadRequest {
  url: string
  method?: 'POST'
  headers?: { cookie: string }
  payload?: string
  type?: string
}
const json = (payload: string) => ({ payload, type: 'application/json' })

describe('a failure', () => {
  const done = { url: '/api/tasks/1/done', method: 'POST' } as const
  it.each([
    ['an unknown page', { url: '/nowhere?secret=1' }, 404, 'UNKNOWN_ROUTE'],
    ['an unknown part of the API', { url: '/api/nowhere' }, 404, 'UNKNOWN_ROUTE'],
    ['no session', { url: '/api/me', headers: { cookie: '' } }, 401, 'NOT_SIGNED_IN'],
    ['broken JSON', { ...done, ...json('{"outcome":') }, 400, 'BAD_INPUT'],
    [
      'a form',
      { ...done, payload: 'a=b', type: 'application/x-www-form-urlencoded' },
      415,
      'UNSUPPORTED_TYPE',
    ],
    ['a missing field', { ...done, ...json('{}') }, 400, 'BAD_INPUT'],
    [
      'a body over 1 MiB',
      { ...done, ...json(`{"note":"${'x'.repeat(1_100_000)}"}`) },
      413,
      'TOO_LARGE',
    ],
    ['an id that is none', { url: '/api/tasks/abc' }, 400, 'BAD_INPUT'],
    ['an id too long', { url: '/api/customers/99999999999999999999' }, 400, 'BAD_INPUT'],
    ['an address that is none', { url: '/api/%E0%A4%A' }, 400, 'BAD_INPUT'],
  ] as [string, BadRequest, number, string][])(
    'of %s answers in one shape',
    async (_what, request, status, code) => {
      const { type, ...rest } = request

      const answer = await test.app.inject({
        ...rest,
        headers: { ...headers, ...request.headers, ...(type && { 'content-type': type }) },
      })

      expect(answer.statusCode).toBe(status)
      const body = answer.json<ErrorAnswer>()
      expect(body).toMatchObject({ code, requestId: expect.any(String) as string })
      expect(body.message.length).toBeGreaterThan(5)
      expect(
        Object.keys(body).filter((key) => !['code', 'message', 'requestId', 'field'].includes(key)),
      ).toEqual([])
      expect(answer.body).not.toContain('secret')
    },
  )

  it('of ours hides its text and is logged with the id that the answer names', async () => {
    const broken = await buildTestApp(db, {
      log: test.deps.log,
      wecom: {
        ...test.deps.wecom,
        token: () => Promise.reject(new Error('select secret_column from customer')),
      },
    })
    const answer = await broken.app.inject({
      url: `/api/jssdk?url=${encodeURIComponent('http://127.0.0.1:7300/sidebar')}`,
      headers,
    })

    expect(answer.statusCode).toBe(500)
    expect(answer.json()).toMatchObject({ code: 'INTERNAL' })
    expect(answer.body).not.toContain('secret_column')
    const { requestId } = answer.json<ErrorAnswer>()
    expect(written.join('')).toContain(requestId)
    await broken.close()
  })

  it('of WeCom is told apart from ours', async () => {
    const { WecomError } = await import('../../bot/wecom/error-table.ts')
    const cut = await buildTestApp(db, {
      wecom: {
        ...test.deps.wecom,
        token: (kind) =>
          Promise.reject(new WecomError({ errcode: 60020, path: `/cgi-bin/${kind}` })),
      },
    })

    const answer = await cut.app.inject({
      url: `/api/jssdk?url=${encodeURIComponent('http://127.0.0.1:7300/sidebar')}`,
      headers,
    })

    expect(answer.statusCode).toBe(502)
    expect(answer.json()).toMatchObject({ code: 'WECOM_UNAVAILABLE' })
    expect(answer.json<ErrorAnswer>().message).toContain('60020')
    await cut.close()
  })

  it('of the database is 503 with a time to come back', async () => {
    const made = await createTestDatabase()
    const away = await buildTestApp(made.database)
    await twoStores(made.database)
    const session = await signIn(away.app, 'WangXiaoMing')
    const broken = Object.assign(new Error('terminating connection'), { code: '57P01' })
    made.database.pool.query = () => Promise.reject(broken)

    const answer = await away.app.inject({ url: '/api/me', headers: session })

    expect(answer.statusCode).toBe(503)
    expect(answer.json()).toMatchObject({ code: 'NOT_READY' })
    expect(answer.headers['retry-after']).toBe('5')
    expect((await away.app.inject('/health/live')).statusCode).toBe(200)
    expect((await away.app.inject('/health/ready')).json<ErrorAnswer>()).toMatchObject({
      code: 'NOT_READY',
      message: expect.stringContaining('database') as string,
    })
    await away.close()
    await made.drop()
  })
})

describe('too many requests', () => {
  it('are refused per person, with our error; WeCom and probes are never refused', async () => {
    const limited = await buildTestApp(db, { requestsPerMinute: 5 })
    const mine = await signIn(limited.app, chain.guide.userid)
    const ask = () => limited.app.inject({ url: '/api/me', headers: mine })

    const answers = []
    for (let i = 0; i < 6; i++) answers.push(await ask())

    expect(answers.map(({ statusCode }) => statusCode)).toEqual([200, 200, 200, 200, 200, 429])
    expect(answers[5]?.json()).toMatchObject({ code: 'TOO_MANY_REQUESTS' })
    for (let i = 0; i < 10; i++) await limited.app.inject('/wecom/callback')
    expect((await limited.app.inject('/health/live')).statusCode).toBe(200)
    expect((await limited.app.inject('/wecom/callback')).statusCode).toBe(400)
    await limited.close()
  })

  it('are refused on unknown addresses too', async () => {
    const limited = await buildTestApp(db, { requestsPerMinute: 5 })

    const codes = []
    for (let i = 0; i < 6; i++) codes.push((await limited.app.inject(`/x${i}`)).statusCode)

    expect(codes).toEqual([404, 404, 404, 404, 404, 429])
    await limited.close()
  })
})

describe('headers', () => {
  it('let pages load nothing from elsewhere, and WeCom alone frame them', async () => {
    const answer = await test.app.inject({ url: '/desk', headers })
    const policy = String(answer.headers['content-security-policy'])

    expect(policy).toContain("default-src 'self'")
    expect(policy).toContain("script-src 'self';")
    expect(policy).toContain("style-src 'self';")
    expect(policy).toContain("frame-ancestors 'self' https://*.qq.com")
    expect(policy).not.toMatch(/unsafe|127\.0\.0\.1/)
    expect(answer.headers['x-frame-options']).toBeUndefined()
    expect(answer.headers['x-content-type-options']).toBe('nosniff')
    expect(answer.headers['strict-transport-security']).toBeUndefined()
  })

  it('and hooks of pages cost a callback nothing', async () => {
    const callback = { method: 'POST', url: '/wecom/callback', payload: '<xml/>' } as const

    const answer = await test.app.inject({ ...callback, headers })

    expect(answer.statusCode).toBe(400)
    expect(Object.keys(answer.headers).toSorted()).toEqual(['connection', 'content-length', 'date'])
  })

  it('are there also where an address can’t be read', async () => {
    const answer = await test.app.inject('/%E0%A4%A')

    expect(answer.statusCode).toBe(400)
    expect(answer.headers).toMatchObject({
      'content-security-policy': expect.stringContaining("frame-ancestors 'none'") as string,
      'x-content-type-options': 'nosniff',
    })
  })

  it('let the OAuth address frame pages where it is not WeCom’s, and ask for https where we have it', async () => {
    const other = await buildTestApp(db, {
      env: {
        PUBLIC_URL: 'https://guide.example.com',
        WECOM_OAUTH_URL: 'http://127.0.0.1:7310',
      },
    })

    const answer = await other.app.inject('/auth/login')

    expect(answer.headers['content-security-policy']).toContain(
      'https://*.qq.com http://127.0.0.1:7310',
    )
    expect(answer.headers['strict-transport-security']).toContain('max-age=31536000')
    expect(answer.cookies[0]).toMatchObject({
      name: '__Host-guide_session',
      secure: true,
      path: '/',
    })
    await other.close()
  })

  it('tell pages the server’s time, and keep answers out of caches', async () => {
    const answer = await test.app.inject({ url: '/api/me', headers })

    expect(answer.headers).toMatchObject({
      'x-now': '2026-11-22T01:00:00.000Z',
      'x-time-zone': 'Asia/Shanghai',
      'cache-control': 'no-store',
    })
  })
})

describe('pages', () => {
  const folder = mkdtempSync(join(tmpdir(), 'guide-pages-'))
  const HTML =
    '<!doctype html>\n<html><head>\n<script type="module" src="/assets/a-1.js"></script></head></html>'
  beforeAll(() => {
    mkdirSync(join(folder, 'assets'))
    for (const page of ['sidebar', 'desk', 'console'])
      writeFileSync(join(folder, `${page}.html`), HTML)
    writeFileSync(join(folder, 'assets', 'a-1.js'), 'export {}')
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it('are served as built, without the demo’s bridge', async () => {
    const built = await buildTestApp(db, { sidebarDir: folder })

    const page = await built.app.inject({ url: '/sidebar', headers })
    const script = await built.app.inject('/assets/a-1.js')

    expect(page.body).toBe(HTML)
    expect(page.headers['cache-control']).toBe('no-store')
    expect(script.headers['cache-control']).toBe('public, max-age=31536000, immutable')
    expect((await built.app.inject('/assets/../sidebar.html')).statusCode).toBe(404)
    await built.close()
  })

  it('send scripts packed as the browser takes them, and say so to caches', async () => {
    writeFileSync(join(folder, 'assets', 'a-1.js.br'), 'brotli')
    writeFileSync(join(folder, 'assets', 'a-1.js.gz'), 'gzip')
    const built = await buildTestApp(db, { sidebarDir: folder })
    const ask = (accept: string) =>
      built.app.inject({ url: '/assets/a-1.js', headers: { 'accept-encoding': accept } })

    const answers = [await ask('gzip, br'), await ask('gzip'), await ask('identity')]

    expect(answers.map(({ body }) => body)).toEqual(['brotli', 'gzip', 'export {}'])
    expect(answers.map((answer) => answer.headers['content-encoding'])).toEqual([
      'br',
      'gzip',
      undefined,
    ])
    for (const { headers: sent } of answers) {
      expect(sent).toMatchObject({
        'cache-control': 'public, max-age=31536000, immutable',
        'content-type': expect.stringContaining('javascript') as string,
        vary: 'accept-encoding',
      })
    }
    await built.close()
  })

  it('get the bridge before the module script where the demo gives one', async () => {
    const demo = await buildTestApp(db, {
      sidebarDir: folder,
      clientBridgeUrl: 'http://127.0.0.1:7310/bridge.js',
    })

    const page = await demo.app.inject({ url: '/sidebar', headers })

    expect(page.body.indexOf('<script src="http://127.0.0.1:7310/bridge.js">')).toBeGreaterThan(0)
    expect(page.body.indexOf('bridge.js')).toBeLessThan(page.body.indexOf('type="module"'))
    expect(page.headers['content-security-policy']).toContain(
      "script-src 'self' http://127.0.0.1:7310",
    )
    await demo.close()
  })

  it('say what to do before they are built', async () => {
    const answer = await test.app.inject({ url: '/sidebar', headers })

    expect(answer.statusCode).toBe(503)
    expect(answer.body).toContain('npm run build')
  })
})

describe('GET /api/jssdk', () => {
  const ask = (url: string) =>
    test.app.inject({ url: `/api/jssdk?url=${encodeURIComponent(url)}`, headers })

  it('signs as WeCom checks it', () => {
    const ticket =
      'sM4AOVdWfPE4DxkXGEs8VMCPGGVi4C3VM0P37wVUCFvkVAy_90u5h9nbSlYy3-Sl-HhTdfl2fzFy1AOcHKP7qg'
    const signed = signPage(
      ticket,
      'http://mp.weixin.qq.com?params=value#part',
      1414587457,
      'Wm3WZYTPz0wzccnW',
    )

    expect(signed.signature).toBe('0f9de62fce790f9a083d5c99e95740ceb90c27ed')
  })

  it('signs each purpose with its own ticket, in seconds, and shows none of them', async () => {
    const answer = await ask('http://127.0.0.1:7300/sidebar?from=chat')

    const body =
      answer.json<
        Record<'config' | 'agentConfig', { signature: string; nonceStr: string; timestamp: number }>
      >()
    for (const [part, ticket] of [
      ['config', 'test-jsapi_ticket'],
      ['agentConfig', 'test-agent_ticket'],
    ] as const) {
      const { timestamp, nonceStr, signature } = body[part]
      expect(timestamp).toBe(1_795_309_200)
      expect(signature).toBe(
        signPage(ticket, 'http://127.0.0.1:7300/sidebar?from=chat', timestamp, nonceStr).signature,
      )
    }
    expect(answer.body).not.toContain('ticket')
  })

  it.each([
    'http://127.0.0.1:7300/desk?state=a|b[c]',
    'http://127.0.0.1:7300/console/客户?from=侧边栏',
    'http://127.0.0.1:7300/sidebar?q="<>^`{}',
  ])('signs the address as it is, letter by letter: %s', async (url) => {
    const answer = await ask(url)

    expect(answer.statusCode).toBe(200)
    const { config } = answer.json<{
      config: { signature: string; nonceStr: string; timestamp: number }
    }>()
    expect(config.signature).toBe(
      signPage('test-jsapi_ticket', url, config.timestamp, config.nonceStr).signature,
    )
  })

  it.each(['sidebar', '/sidebar', '', 'http://', `http://127.0.0.1:7300/${'x'.repeat(2048)}`])(
    'refuses what is no full address: %#',
    async (url) => {
      expect((await ask(url)).statusCode).toBe(400)
    },
  )

  it.each([
    'http://evil.example/sidebar',
    'http://127.0.0.1.evil.example:7300/sidebar',
    'http://127.0.0.1:7301/sidebar',
    'http://127.0.0.1:7300@evil.example/sidebar',
    'https://127.0.0.1:7300/sidebar',
  ])('does not sign %s', async (url) => {
    const answer = await ask(url)

    expect(answer.statusCode).toBe(400)
    expect(answer.json()).toMatchObject({ code: 'URL_NOT_OURS' })
  })
})

describe('operations', () => {
  it('is ready with database, migrations and queue', async () => {
    const answer = await test.app.inject('/health/ready')

    expect(answer.json()).toEqual({ database: 'ok', migrations: 'ok', jobs: 'ok' })
  })

  it('is not ready while a migration is missing', async () => {
    const made = await createTestDatabase()
    await made.database.pool.query('delete from _prisma_migrations')
    const old = await buildTestApp(made.database)

    const answer = await old.app.inject('/health/ready')

    expect(answer.statusCode).toBe(503)
    expect(answer.json<ErrorAnswer>().message).toContain('npm run migrate')
    await old.close()
    await made.drop()
  })

  it('counts for Prometheus', async () => {
    const customer = await db.prisma.customer.create({ data: {} })
    await db.prisma.tagMirrorQueue.create({ data: { customerId: customer.id, since: new Date() } })

    const answer = await test.app.inject('/metrics')

    expect(answer.headers['content-type']).toContain('text/plain')
    expect(answer.body).toContain('guide_callbacks_total')
    expect(answer.body).toMatch(/^guide_tag_mirror_waiting 1$/m)
  })

  it('describes the whole API', async () => {
    const { paths } = (await test.app.inject('/docs/json')).json<{
      paths: Record<string, object>
    }>()

    expect(Object.keys(paths)).toEqual(
      expect.arrayContaining(['/api/me', '/api/customers/{id}', '/api/tasks', '/open/v1/tasks']),
    )
  })

  it('writes ids to the log, never people, sign-in codes or sessions', async () => {
    await test.app.inject({ url: '/api/customers/by-external/wmone', headers })
    await test.app.inject({ url: '/auth/callback?code=topsecretcode&state=topsecretstate' })
    await test.app.inject(
      '/wecom/callback?msg_signature=topsecretsig&timestamp=1&nonce=2&echostr=x',
    )

    const log = written.join('')
    expect(log).toContain('/api/customers/by-external/:externalUserId')
    expect(log).toContain(`"employeeId":"${chain.guide.id}"`)
    expect(log).not.toMatch(/wmone|topsecret|code-of-|张晓雯|王小明|guide_session/)
  })
})
