import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest'
import { startWorkers, type Workers } from '../../bot/jobs.ts'
import { enqueue, enqueueMany } from '../../bot/queue.ts'
import { WecomError } from '../../bot/wecom/error-table.ts'
import { emptyDatabase, useDatabase } from '../support/database.ts'
import { createFakeWecom, createTestDeps, type FakeWecom } from '../support/test-deps.ts'

const db = useDatabase()
let workers: Workers | undefined

beforeEach(() => emptyDatabase(db))
afterEach(async () => {
  await workers?.stop()
  workers = undefined
})

/** Waits until `check` gives something, for at most 25 seconds. */
async function eventually<T>(check: () => Promise<T | undefined | null | false>): Promise<T> {
  for (let i = 0; i < 500; i++) {
    const found = await check()
    if (found) return found
    await sleep(50)
  }
  throw new Error('it did not happen')
}

async function start(wecom: FakeWecom = createFakeWecom()) {
  const deps = createTestDeps(db, { wecom })
  workers = await startWorkers(deps)
  return deps
}

async function aCallback(xml: string, name: 'callback' | 'welcome' = 'callback'): Promise<bigint> {
  const row = await db.prisma.inbox.create({
    data: { corpId: 'ww1', key: Buffer.from(`${Math.random()}`), xml, traceId: 'trace' },
    select: { id: true },
  })
  await enqueue(db.prisma, name, { inboxId: String(row.id) }, { maxAttempts: 3 })
  return row.id
}

const unknownEvent = (n = 0) =>
  `<xml><ToUserName>ww1</ToUserName><FromUserName>sys</FromUserName><CreateTime>1795309200</CreateTime><MsgType>event</MsgType><Event>something_new_${n}</Event></xml>`
const tagEvent =
  '<xml><ToUserName>ww1</ToUserName><FromUserName>sys</FromUserName><CreateTime>1795309200</CreateTime><MsgType>event</MsgType><Event>change_external_tag</Event><ChangeType>create</ChangeType><Id>et1</Id><TagType>tag</TagType></xml>'

const waiting = async () =>
  (
    await db.pool.query<{ n: number }>(
      'select count(*)::int as n from graphile_worker._private_jobs',
    )
  ).rows[0]?.n ?? 0

describe('job workers', () => {
  it('work off callbacks, each once', async () => {
    const ids = []
    for (let i = 0; i < 20; i++) ids.push(await aCallback(unknownEvent(i)))
    await start()

    await eventually(async () => (await waiting()) === 0)

    expect(await db.prisma.inbox.count({ where: { processedAt: { not: null } } })).toBe(20)
  })

  it('try of several callbacks in one job only those again that failed', async () => {
    const good = await aCallback(unknownEvent())
    const bad = await aCallback(tagEvent)
    const after = await aCallback(unknownEvent(1))
    await db.pool.query('delete from graphile_worker._private_jobs')
    const payloads = [good, bad, after].map((id) => ({ inboxId: String(id) }))
    await enqueue(db.prisma, 'callback', payloads, { maxAttempts: 3 })
    await start(
      createFakeWecom((path) => {
        throw new WecomError({ errcode: -1, path })
      }),
    )

    const job = await eventually(async () => {
      const found = await db.pool.query<{ payload: unknown; attempts: number }>(
        'select payload, attempts from graphile_worker._private_jobs where last_error is not null and locked_at is null',
      )
      return found.rows[0]
    })

    expect(job).toEqual({ payload: [{ inboxId: String(bad) }], attempts: 1 })
    const processed = await db.prisma.inbox.findMany({
      where: { processedAt: { not: null } },
      orderBy: { id: 'asc' },
    })
    expect(processed.map(({ id }) => id)).toEqual([good, after])
  })

  it('try a failing job again, and keep its reason where it stays unprocessed', async () => {
    const id = await aCallback(tagEvent)
    const deps = await start(
      createFakeWecom((path) => {
        throw new WecomError({ errcode: -1, path })
      }),
    )

    const job = await eventually(async () => {
      const found = await db.pool.query<{ attempts: number; last_error: string | null }>(
        'select attempts, last_error from graphile_worker._private_jobs where last_error is not null',
      )
      return found.rows[0]
    })
    expect(job.attempts).toBe(1)
    // the last attempt comes without its pause
    await db.pool.query('update graphile_worker._private_jobs set attempts = 2, run_at = now()')
    const row = await eventually(() =>
      db.prisma.inbox.findFirst({ where: { id, outcome: { startsWith: 'given up' } } }),
    )

    expect(row.processedAt).toBeNull()
    expect(row.outcome).toContain('-1')
    expect(await deps.metrics.registry.metrics()).toMatch(
      /guide_jobs_total\{name="callback",result="dead"\} 1/,
    )
  })

  it('do not wait with a welcome for a backlog of other work, though WeCom answers none of it', async () => {
    let answerAll = () => {}
    const silence = new Promise<void>((done) => (answerAll = done))
    const wecom = createFakeWecom(async (path) => {
      if (path.includes('message/send')) await silence
      return { errcode: 0, errmsg: 'ok', msgid: 'm1' }
    })
    for (let i = 0; i < 300; i++) {
      await db.prisma.outbox.create({
        data: {
          kind: 'app_message',
          dedupeKey: `m${i}`,
          recipient: 'guide1',
          payload: { msgtype: 'text', text: { content: 'hi' } },
          notBefore: new Date('2026-11-22T00:00:00Z'),
          traceId: 't',
          createdAt: new Date('2026-11-22T00:00:00Z'),
        },
      })
    }
    const rows = await db.prisma.outbox.findMany({ select: { id: true } })
    await enqueueMany(
      db.prisma,
      'deliver',
      rows.map(({ id }) => ({ outboxId: String(id) })),
    )
    await start(wecom)
    await eventually(() => Promise.resolve(wecom.calls.length >= 8))

    const begun = performance.now()
    await db.prisma.inbox.create({
      data: {
        id: 9_000n,
        corpId: 'ww1',
        key: Buffer.from('w'),
        xml: `<xml><ToUserName>ww1</ToUserName><FromUserName>sys</FromUserName><CreateTime>1795309200</CreateTime><MsgType>event</MsgType><Event>change_external_contact</Event><ChangeType>add_external_contact</ChangeType><UserID>guide1</UserID><ExternalUserID>wm1</ExternalUserID><WelcomeCode>CODE</WelcomeCode></xml>`,
        traceId: 'trace',
      },
    })
    await enqueue(db.prisma, 'welcome', { inboxId: '9000' }, { priority: -10 })
    await eventually(() =>
      Promise.resolve(wecom.calls.some(({ path }) => path.includes('send_welcome_msg'))),
    )

    expect(performance.now() - begun).toBeLessThan(5_000)
    expect(await waiting()).toBeGreaterThan(50)
    answerAll()
  })

  it('find an urgent job without reading past the backlog', async () => {
    await enqueueMany(
      db.prisma,
      'callback',
      Array.from({ length: 5_000 }, (_, i) => ({ inboxId: String(i) })),
    )
    await enqueue(db.prisma, 'greet', { outboxId: '1' })
    await db.pool.query('analyze graphile_worker._private_jobs')
    const { rows: tasks } = await db.pool.query<{ id: number }>(
      `select id from graphile_worker._private_tasks where identifier in ('welcome', 'greet')`,
    )

    const { rows } = await db.pool.query<{ 'QUERY PLAN': string }>(
      `explain select id from graphile_worker._private_jobs where is_available and run_at <= now()
       and task_id = any('{${tasks.map(({ id }) => id).join(',')}}'::int[])
       order by priority, run_at limit 1 for update skip locked`,
    )

    expect(rows.map((row) => row['QUERY PLAN']).join('\n')).toContain('guide_jobs_by_task')
  })

  it('take up what a killed process left locked', async () => {
    const id = await aCallback(unknownEvent())
    await db.pool.query(
      `update graphile_worker._private_jobs set locked_by = 'pool-of-the-dead', locked_at = now(), attempts = 1`,
    )
    await start()

    await eventually(() => db.prisma.inbox.findFirst({ where: { id, processedAt: { not: null } } }))
  })

  it('leave alone what another living process works on', async () => {
    const id = await aCallback(unknownEvent())
    await db.pool.query(
      `update graphile_worker._private_jobs set locked_by = 'pool-alive', locked_at = now()`,
    )
    const alive = await db.pool.connect()
    await alive.query(`select pg_advisory_lock(hashtextextended('job runner pool-alive', 0))`)

    await start()
    await sleep(300)

    expect(await db.prisma.inbox.count({ where: { id, processedAt: null } })).toBe(1)
    alive.release(true)
  })

  it('come back after the database threw them out', async () => {
    await start()
    await db.pool
      .query(
        `select pg_terminate_backend(pid) from pg_stat_activity
         where datname = current_database() and pid <> pg_backend_pid()`,
      )
      .catch(() => undefined)
    const id = await eventually(() => aCallback(unknownEvent()).catch(() => undefined))

    await eventually(() =>
      db.prisma.inbox
        .findFirst({ where: { id, processedAt: { not: null } } })
        .catch(() => undefined),
    )
  })

  it('look for jobs again after the database refused them their first look', async () => {
    await db.pool.query('alter table graphile_worker._private_tasks rename to _private_tasks_away')
    await start()
    await sleep(500)

    await db.pool.query('alter table graphile_worker._private_tasks_away rename to _private_tasks')
    const id = await aCallback(unknownEvent())

    await eventually(() => db.prisma.inbox.findFirst({ where: { id, processedAt: { not: null } } }))
  })

  it('outlive a database that goes away while a message is being sent', async () => {
    const admin = new pg.Client({ connectionString: inject('postgres').adminUrl })
    await admin.connect()
    const name = new URL(db.url).pathname.slice(1)
    let sent = 0
    const wecom = createFakeWecom(async (path) => {
      if (path.includes('message/send') && ++sent === 1) {
        await admin.query(`alter database ${name} allow_connections false`)
        await admin.query(
          `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name}'`,
        )
        throw new Error('the line broke')
      }
      return { errcode: 0, errmsg: 'ok', msgid: 'm1' }
    })
    const at = new Date('2026-11-22T00:00:00Z')
    const row = await db.prisma.outbox.create({
      data: {
        kind: 'app_message',
        dedupeKey: 'm1',
        recipient: 'guide1',
        payload: { msgtype: 'text', text: { content: 'hi' } },
        notBefore: at,
        traceId: 't',
        createdAt: at,
      },
    })
    await enqueue(db.prisma, 'deliver', { outboxId: String(row.id) })
    await start(wecom)
    await eventually(() => Promise.resolve(sent > 0))
    await sleep(1_500)

    await admin.query(`alter database ${name} allow_connections true`)
    await admin.end()

    await eventually(async () => (await waiting().catch(() => 1)) === 0)
    expect(await db.prisma.outbox.count({ where: { state: 'sent' } })).toBe(1)
  })

  it('stop without ado while the database is away and jobs wait', async () => {
    const admin = new pg.Client({ connectionString: inject('postgres').adminUrl })
    await admin.connect()
    const name = new URL(db.url).pathname.slice(1)
    let breakLine = () => {}
    const broken = new Promise<never>((_, fail) => {
      breakLine = () => fail(new Error('the line broke'))
    })
    broken.catch(() => undefined)
    const wecom = createFakeWecom((path) => (path.includes('message/send') ? broken : undefined))
    const at = new Date('2026-11-22T00:00:00Z')
    await db.prisma.outbox.createMany({
      data: Array.from({ length: 40 }, (_, i) => ({
        kind: 'app_message',
        dedupeKey: `m${i}`,
        recipient: `guide${i}`,
        payload: { msgtype: 'text', text: { content: 'hi' } },
        notBefore: at,
        traceId: 't',
        createdAt: at,
      })),
    })
    const rows = await db.prisma.outbox.findMany({ select: { id: true } })
    const payloads = rows.map(({ id }) => ({ outboxId: String(id) }))
    await enqueueMany(db.prisma, 'deliver', payloads)
    await start(wecom)
    await eventually(() => Promise.resolve(wecom.calls.length >= 8))

    await admin.query(`alter database ${name} allow_connections false`)
    await admin.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name}'`,
    )
    breakLine()
    // a promise that is left to nobody fails the run
    await workers?.stop()
    await sleep(500)

    await admin.query(`alter database ${name} allow_connections true`)
    await admin.end()
    expect(await eventually(() => waiting().catch(() => undefined))).toBe(40)
  })
})
