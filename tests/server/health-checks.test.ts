import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { WecomError } from '../../bot/wecom/error-table.ts'
import type { CheckAnswer, CheckList } from '../../server/api/health-checks/schema.ts'
import { emptyDatabase, useDatabase } from '../support/database.ts'
import {
  buildTestApp,
  signIn,
  signInWecom,
  TEST_ENVIRONMENT,
  type TestApp,
} from '../support/test-app.ts'
import { twoStores } from './support/two-stores.ts'

const db = useDatabase()
let answer: (path: string) => unknown = () => undefined
const wecom = signInWecom((path) => answer(path))
let wecomClock: Server
let date: string
let test: TestApp
let headers: { cookie: string }

beforeAll(async () => {
  wecomClock = createServer((_request, response) => {
    response.setHeader('date', date)
    response.end()
  })
  await new Promise<void>((done) => wecomClock.listen(0, '127.0.0.1', done))
  const { port } = wecomClock.address() as AddressInfo
  test = await buildTestApp(db, {
    requestsPerMinute: 100_000,
    wecom,
    // nobody listens at the public address
    env: { WECOM_API_URL: `http://127.0.0.1:${port}`, PUBLIC_URL: 'http://127.0.0.1:9' },
  })
})
afterAll(async () => {
  await test.close()
  wecomClock.close()
})
beforeEach(async () => {
  await emptyDatabase(db)
  answer = () => undefined
  date = new Date().toUTCString()
  headers = await signIn(test.app, (await twoStores(db)).hq.userid)
})

const run = async (name: string, language = 'zh-CN') =>
  (
    await test.app.inject({
      method: 'POST',
      url: `/api/health-checks/${name}/run`,
      headers: { ...headers, 'accept-language': language },
      payload: {},
    })
  ).json<CheckAnswer>()
const wecomSays = (errcode: number, why?: 'timeout') => {
  answer = (path) => {
    throw new WecomError({ errcode, path, why })
  }
}

describe('the checks of the set-up', () => {
  it('are listed with what each is for, in the reader’s language', async () => {
    const list = (language: string) =>
      test.app.inject({
        url: '/api/health-checks',
        headers: { ...headers, 'accept-language': language },
      })

    const chinese = (await list('zh-CN')).json<CheckList>().items
    expect(chinese).toHaveLength(9)
    expect(chinese[0]).toMatchObject({ name: 'database', title: '数据库' })
    expect((await list('en')).body).not.toMatch(/\p{Script=Han}/u)
  })

  it('find a database whose schema is current, and count what it lacks', async () => {
    expect(await run('database')).toMatchObject({ ok: true })

    await db.pool.query('create table kept as select * from _prisma_migrations')
    await db.pool.query(
      'delete from _prisma_migrations where migration_name = (select max(migration_name) from _prisma_migrations)',
    )
    try {
      expect(await run('database')).toMatchObject({
        ok: false,
        found: '还有 1 个升级没有做',
        remedy: '在服务器上运行 npm run migrate，或重启服务。',
      })
    } finally {
      await db.pool.query('truncate _prisma_migrations')
      await db.pool.query('insert into _prisma_migrations select * from kept; drop table kept')
    }
  })

  it.each([
    [0, true],
    [55, true],
    [70, false],
    [-70, false],
  ])('of a clock %i seconds away from WeCom’s: %s', async (seconds, ok) => {
    date = new Date(Date.now() + seconds * 1000).toUTCString()

    expect(await run('clock')).toMatchObject({ ok })
  })

  it('say what WeCom’s refusal means and how to mend it', async () => {
    wecomSays(60020)
    expect(await run('app')).toMatchObject({
      ok: false,
      remedy: expect.stringContaining('企业可信 IP') as string,
    })
    wecomSays(48002)
    expect(await run('tags')).toMatchObject({
      ok: false,
      remedy: expect.stringContaining('可调用接口的应用') as string,
    })
    wecomSays(-1, 'timeout')
    expect(await run('tags', 'en')).toMatchObject({
      ok: false,
      found: expect.stringContaining('no answer') as string,
    })
  })

  it('find no guides where the app sees none', async () => {
    answer = () => ({ errcode: 0, follow_user: [] })
    expect(await run('customer_contact')).toMatchObject({ ok: false })

    answer = () => ({ errcode: 0, follow_user: ['a', 'b'] })
    expect(await run('customer_contact')).toMatchObject({
      ok: true,
      found: '2 位成员有客户联系权限',
    })
  })

  it('find that nobody answers at the callback address', async () => {
    const { ok, remedy } = await run('callback_address')

    expect(ok).toBe(false)
    expect(remedy).toContain('http://127.0.0.1:9/wecom/callback')
  })

  it('never tell a secret', async () => {
    wecomSays(40001)
    const names = (await test.app.inject({ url: '/api/health-checks', headers })).json<CheckList>()

    const answers = []
    for (const { name } of names.items) answers.push(await run(name), await run(name, 'en'))

    const told = JSON.stringify(answers)
    for (const key of [
      'WECOM_AGENT_SECRET',
      'WECOM_CALLBACK_TOKEN',
      'WECOM_CALLBACK_AES_KEY',
      'DATA_KEY',
      'SESSION_KEY',
    ] as const) {
      expect(told).not.toContain(TEST_ENVIRONMENT[key])
    }
  })
})

describe('the daily jobs', () => {
  it('of the last seven days say when, how long and what came of them', async () => {
    const aRun = (name: string, day: string, parts: object = {}) =>
      db.prisma.dailyRun.create({
        data: {
          name,
          day: new Date(day),
          enqueuedAt: new Date(`${day}T00:55:00Z`),
          finishedAt: new Date(`${day}T00:55:42Z`),
          ...parts,
        },
      })
    await aRun('scan', '2026-11-22', {
      summary: { created: 12, heldBack: 3, byKind: { birthday: 12 } },
    })
    await aRun('reconcile', '2026-11-22', {
      enqueuedAt: new Date('2026-11-21T19:00:00Z'),
      finishedAt: null,
    })
    await aRun('scan', '2026-11-16')
    await aRun('scan', '2026-11-15')

    const nights = await test.app.inject({ url: '/api/nights', headers })

    expect(nights.json()).toMatchObject({
      items: [
        {
          name: 'scan',
          day: '2026-11-22',
          finishedAt: '2026-11-22T00:55:42.000Z',
          figures: [
            { name: 'created', n: 12 },
            { name: 'heldBack', n: 3 },
          ],
        },
        { name: 'reconcile', finishedAt: null, figures: [] },
        { name: 'scan', day: '2026-11-16' },
      ],
    })
  })
})
