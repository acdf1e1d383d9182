import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createLimits } from '../../bot/wecom/limits.ts'
import type { Quotas } from '../../server/api/quotas/schema.ts'
import type { Queues } from '../../server/api/queues/schema.ts'
import type { SyncState } from '../../server/api/sync/schema.ts'
import { emptyDatabase, useDatabase } from '../support/database.ts'
import { buildTestApp, signIn, TEST_ENVIRONMENT, type TestApp } from '../support/test-app.ts'
import { createTestClock } from '../support/test-deps.ts'
import { twoStores, type TwoStores } from './support/two-stores.ts'

const db = useDatabase()
const NOW = new Date('2026-11-22T01:00:00Z')
let test: TestApp
let chain: TwoStores
let headers: { cookie: string }

beforeAll(async () => {
  test = await buildTestApp(db, {
    requestsPerMinute: 100_000,
    clock: createTestClock(NOW.toISOString()),
  })
})
afterAll(() => test.close())
beforeEach(async () => {
  await emptyDatabase(db)
  await db.pool.query('delete from graphile_worker._private_jobs')
  chain = await twoStores(db)
  headers = await signIn(test.app, chain.hq.userid)
})

const get = async <T>(url: string) => (await test.app.inject({ url, headers })).json<T>()
const send = (method: 'POST' | 'DELETE', url: string) =>
  test.app.inject({ method, url, headers, ...(method === 'POST' && { payload: {} }) })
const codeOf = ({ body }: { body: string }) => (JSON.parse(body) as { code?: string }).code
const actions = async () =>
  (await db.prisma.auditLog.findMany({ orderBy: { id: 'asc' } })).map(
    ({ actor, action, subject }) => `${actor} ${action} ${subject}`,
  )

async function aJob(name: string, state: 'waiting' | 'running' | 'dead' = 'waiting') {
  const added = await db.pool.query<{ id: string }>(
    `select id from graphile_worker.add_job($1, '{}')`,
    [name],
  )
  const id = added.rows[0]?.id ?? ''
  const set = {
    waiting: 'attempts = 0',
    running: `attempts = 1, locked_at = now(), locked_by = 'x'`,
    dead: `attempts = max_attempts, last_error = e'it broke\\nat secret stack'`,
  }[state]
  await db.pool.query(`update graphile_worker._private_jobs set ${set} where id = $1`, [id])
  return id
}

describe('the queues', () => {
  it('count what waits by kind, with the oldest, and nothing that has ended', async () => {
    const aRow = (kind: string, state: string, hoursAgo: number) =>
      db.pool.query(
        `insert into outbox (kind, dedupe_key, payload, state, not_before, trace_id, created_at)
         values ($1, gen_random_uuid()::text, '{}', $2::outbox_state, $3, 't', now())`,
        [kind, state, new Date(NOW.getTime() - hoursAgo * 3_600_000)],
      )
    await aRow('app_message', 'pending', 2)
    await aRow('app_message', 'pending', -5)
    await aRow('app_message', 'sending', 1)
    await aRow('app_message', 'sent', 9)
    await aRow('remark', 'failed', 9)
    await aJob('callback')
    await aJob('callback', 'running')
    await aJob('scan', 'dead')

    const queues = await get<Queues>('/api/queues')

    expect(queues.outbox).toEqual([
      { name: 'app_message', waiting: 2, running: 1, oldestAt: '2026-11-21T23:00:00.000Z' },
    ])
    expect(queues.jobs).toMatchObject([{ name: 'callback', waiting: 1, running: 1 }])
    expect(queues.deadCount).toBe(1)
  })

  it('list jobs that nothing more is tried for, with the line that says why', async () => {
    const id = await aJob('callback', 'dead')

    const { dead } = await get<Queues>('/api/queues')

    expect(dead).toMatchObject([{ id, name: 'callback', error: 'it broke', mayDrop: true }])

    await db.pool.query('update graphile_worker._private_jobs set last_error = $1', [
      '\nInvalid `prisma.task.create()` invocation:\n\n\nForeign key constraint violated\n',
    ])
    const [again] = (await get<Queues>('/api/queues')).dead
    expect(again?.error).toBe('Foreign key constraint violated')
  })

  it('try a dead job again, once, and write down who asked', async () => {
    const id = await aJob('scan', 'dead')

    const first = await send('POST', `/api/dead-jobs/${id}/retry`)
    const second = await send('POST', `/api/dead-jobs/${id}/retry`)

    expect([first.json(), second.json()]).toEqual([{ retried: true }, { retried: false }])
    const jobs = await db.pool.query(
      'select attempts::int, run_at <= now() as due from graphile_worker.jobs',
    )
    expect(jobs.rows).toEqual([{ attempts: 0, due: true }])
    expect(await actions()).toEqual([`ZongBu job.retry job:${id}`])
  })

  it('drop only what leaves nothing half done, and nothing that waits or runs', async () => {
    const callback = await aJob('callback', 'dead')
    const merge = await aJob('merge_tags', 'dead')
    const live = await aJob('callback', 'running')

    const answers = [callback, merge, live, '999999'].map((id) =>
      send('DELETE', `/api/dead-jobs/${id}`),
    )

    expect(
      (await Promise.all(answers)).map(({ statusCode, body }) => [
        statusCode,
        body.match(/[A-Z_]{8,}/)?.[0],
      ]),
    ).toEqual([
      [204, undefined],
      [409, 'JOB_NOT_DROPPABLE'],
      [404, 'JOB_NOT_FOUND'],
      [404, 'JOB_NOT_FOUND'],
    ])
    expect(await actions()).toEqual([`ZongBu job.drop job:${callback}`])
    const left = await db.pool.query<{ id: string }>(
      'select id from graphile_worker.jobs order by id',
    )
    expect(left.rows.map(({ id }) => id)).toEqual([merge, live])
  })
})

describe('the sync', () => {
  const aRun = (parts: object = {}) =>
    db.prisma.syncRun.create({
      data: {
        kind: 'full',
        state: 'done',
        phase: 'done',
        cursor: {},
        startedAt: NOW,
        finishedAt: NOW,
        ...parts,
      },
    })

  it('says when all was read last, what was repaired, and what came from the chain’s systems', async () => {
    await aRun({ finishedAt: new Date('2026-11-01T00:00:00Z') })
    await aRun({ kind: 'reconcile', repaired: 7 })
    await db.prisma.importRun.create({
      data: { kind: 'orders', source: 'api:pos', accepted: 5, rejected: 1, startedAt: NOW },
    })

    expect(await get<SyncState>('/api/sync')).toMatchObject({
      isRunning: false,
      lastFullAt: '2026-11-01T00:00:00.000Z',
      lastReconcileAt: NOW.toISOString(),
      runs: [{ kind: 'reconcile', repaired: 7 }, { kind: 'full' }],
      imports: [{ kind: 'orders', source: 'api:pos', accepted: 5, rejected: 1, finishedAt: null }],
    })
  })

  it('is started once, however often somebody asks', async () => {
    expect((await send('POST', '/api/sync')).statusCode).toBe(202)
    expect(codeOf(await send('POST', '/api/sync'))).toBe('SYNC_UNDER_WAY')

    expect(await get<SyncState>('/api/sync')).toMatchObject({
      isRunning: true,
      runs: [{ kind: 'full', state: 'running', phase: 'employees' }],
    })
    expect(await db.prisma.syncRun.count()).toBe(1)
    expect(await actions()).toEqual(['ZongBu sync.start sync'])
  })

  it('waits for the nightly comparison', async () => {
    await aRun({
      kind: 'reconcile',
      state: 'running',
      finishedAt: null,
      cursor: { day: '2026-11-22' },
    })
    await db.pool.query(
      `select graphile_worker.add_job('reconcile', '{}', job_key := 'reconcile:2026-11-22')`,
    )

    expect(codeOf(await send('POST', '/api/sync'))).toBe('SYNC_UNDER_WAY')
  })

  it('goes on with one that was given up', async () => {
    const { id } = await aRun({ state: 'failed', phase: 'customers', finishedAt: null, error: 'x' })

    expect((await send('POST', '/api/sync')).json()).toEqual({ id: String(id) })
    expect(await get<SyncState>('/api/sync')).toMatchObject({
      runs: [{ state: 'running', phase: 'customers', error: null }],
    })
  })
})

describe('WeCom’s quotas', () => {
  it('are counted as the limiter counts them, by window, with the members’ names', async () => {
    const limits = createLimits({ pool: db.pool })
    for (let i = 0; i < 3; i++) {
      await (await limits.take('/cgi-bin/message/send', [chain.guide.userid])).end('let_in')
    }

    const { endpoints, members } = await get<Quotas>('/api/quotas')

    expect(endpoints).toEqual(
      expect.arrayContaining([
        { bucket: '/cgi-bin/message/send', name: null, seconds: 60, used: 3, limit: 10_000 },
        { bucket: '/cgi-bin/message/send', name: null, seconds: 3600, used: 3, limit: 150_000 },
      ]),
    )
    expect(members).toEqual([
      { bucket: 'WangXiaoMing', name: '王小明', seconds: 60, used: 3, limit: 30 },
      { bucket: 'WangXiaoMing', name: '王小明', seconds: 3600, used: 3, limit: 1_000 },
    ])
  })

  it('count the app messages that went out today, and what the members at work allow', async () => {
    const sent = (n: number, at: string, rest = {}) => ({
      kind: 'app_message',
      dedupeKey: `m${n}`,
      payload: {},
      state: 'sent' as const,
      notBefore: new Date(at),
      sentAt: new Date(at),
      traceId: 't',
      createdAt: new Date(at),
      ...rest,
    })
    await db.prisma.outbox.createMany({
      data: [
        // the first moment of the day in Shanghai, the second before it, and one that was tried all night
        sent(1, '2026-11-21T16:00:00Z'),
        sent(2, '2026-11-21T15:59:59Z'),
        sent(3, '2026-11-21T12:00:00Z', { sentAt: NOW }),
        sent(4, '2026-11-22T00:30:00Z', { kind: 'webhook' }),
        sent(5, '2026-11-22T00:30:00Z', { state: 'failed', sentAt: null }),
      ],
    })
    await db.prisma.employee.update({ where: { id: chain.farGuide.id }, data: { active: false } })

    const { messagesToday } = await get<Quotas>('/api/quotas')

    expect(messagesToday).toEqual({ used: 2, limit: 1000, members: 5 })
  })

  it('say until when WeCom closed an interface, and forget what has left the window', async () => {
    await db.pool.query(`
      insert into wecom_block (bucket, blocked_until) values
        ('/closed', now() + interval '5 minutes'), ('/open', now() - interval '5 minutes');
      insert into wecom_quota (bucket, seconds, slot, used) values
        ('/old', 60, floor(extract(epoch from now()) * 4)::bigint - 300, 99)`)

    const quotas = await get<Quotas>('/api/quotas')

    expect(quotas.blocks).toMatchObject([{ bucket: '/closed' }])
    expect(quotas.endpoints).toEqual([])
  })
})

describe('the environment', () => {
  it('is told without a secret', async () => {
    const answer = await test.app.inject({ url: '/api/environment', headers })

    expect(answer.json()).toMatchObject({
      corpId: 'ww0000000000000001',
      agentId: 1000002,
      callbackUrl: 'http://127.0.0.1:7300/wecom/callback',
      zone: 'Asia/Shanghai',
      roles: ['web', 'worker', 'clock'],
    })
    for (const [name, value] of Object.entries(TEST_ENVIRONMENT)) {
      if (/SECRET|TOKEN|KEY/.test(name)) expect(answer.body).not.toContain(value)
    }
  })
})
