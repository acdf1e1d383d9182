import { beforeEach, describe, expect, it } from 'vitest'
import { addToOutbox, enqueueDue, type NewOutbox } from '../../../bot/messages/outbox.ts'
import { emptyDatabase, useDatabase } from '../../support/database.ts'

const db = useDatabase()
const NOW = new Date('2026-11-22T01:00:00Z')
const LATER = new Date('2026-11-22T01:05:00Z')

beforeEach(() => emptyDatabase(db))

function aMessage(key: string, more: Partial<NewOutbox> = {}): NewOutbox {
  return {
    kind: 'app_message',
    dedupeKey: key,
    payload: { msgtype: 'text', text: { content: '你好' } },
    recipient: 'zhangsan',
    traceId: 'trace-1',
    ...more,
  }
}

async function jobs(): Promise<
  { key: string; outboxId: string; priority: number; task: string }[]
> {
  const { rows } = await db.pool.query(
    `select j.key, j.payload->>'outboxId' as "outboxId", j.priority, t.identifier as task
     from graphile_worker._private_jobs j
     join graphile_worker._private_tasks t on t.id = j.task_id order by j.id`,
  )
  return rows
}

async function ids(): Promise<string[]> {
  const { rows } = await db.pool.query<{ id: string }>('select id::text from outbox order by id')
  return rows.map(({ id }) => id)
}

describe('addToOutbox', () => {
  it('stores each row with one deliver job', async () => {
    const added = await addToOutbox(db.prisma, NOW, [aMessage('a'), aMessage('b')])

    expect(added).toBe(2)
    const [a, b] = await ids()
    expect(await jobs()).toMatchObject([
      { task: 'deliver', key: `deliver:${a}`, outboxId: a, priority: 0 },
      { task: 'deliver', key: `deliver:${b}`, outboxId: b, priority: 0 },
    ])
  })

  it('stores what it was given', async () => {
    await addToOutbox(db.prisma, NOW, [
      aMessage('a', { notAfter: LATER, taskId: 7n, customerId: 9007199254740993n }),
    ])

    expect(await db.prisma.outbox.findFirst()).toMatchObject({
      kind: 'app_message',
      dedupeKey: 'a',
      recipient: 'zhangsan',
      payload: { msgtype: 'text', text: { content: '你好' } },
      state: 'pending',
      attempts: 0,
      notBefore: NOW,
      notAfter: LATER,
      taskId: 7n,
      customerId: 9007199254740993n,
      traceId: 'trace-1',
      createdAt: NOW,
    })
  })

  it('makes a row with a known key neither twice in one call nor in two', async () => {
    const first = await addToOutbox(db.prisma, NOW, [aMessage('a'), aMessage('a')])
    const second = await addToOutbox(db.prisma, NOW, [aMessage('a'), aMessage('b')])

    expect([first, second]).toEqual([1, 1])
    expect(await jobs()).toHaveLength(2)
  })

  it('makes one row of the same key added by many at once', async () => {
    const added = await Promise.all(
      Array.from({ length: 8 }, () => addToOutbox(db.prisma, NOW, [aMessage('a')])),
    )

    expect(added.filter((count) => count === 1)).toHaveLength(1)
    expect(await jobs()).toHaveLength(1)
  })

  it('puts a welcome message to the front', async () => {
    await addToOutbox(db.prisma, NOW, [aMessage('w', { kind: 'welcome' })])

    expect(await jobs()).toMatchObject([{ priority: -10 }])
  })

  it('goes with its transaction', async () => {
    const failed = db.prisma.$transaction(async (tx) => {
      await addToOutbox(tx, NOW, [aMessage('a')])
      throw new Error('no')
    })

    await expect(failed).rejects.toThrow('no')
    expect([await ids(), await jobs()]).toEqual([[], []])
  })

  it.each([
    ['NUL', 'a\0b', 'ab'],
    ['half a character', 'a\uD800b', 'a\uFFFDb'],
    ['quotes and backslashes', `"\\u0000'`, `"\\u0000'`],
  ])('stores %s', async (_name, content, stored) => {
    await addToOutbox(db.prisma, NOW, [
      aMessage('a', { payload: { msgtype: 'text', text: { content } } }),
    ])

    const row = await db.prisma.outbox.findFirst()
    expect(row?.payload).toEqual({ msgtype: 'text', text: { content: stored } })
  })

  it('does nothing with nothing', async () => {
    expect(await addToOutbox(db.prisma, NOW, [])).toBe(0)
  })
})

describe('enqueueDue', () => {
  it('starts a row for later when its time has come, once', async () => {
    await addToOutbox(db.prisma, NOW, [aMessage('a', { notBefore: LATER })])

    const counts = [
      (await jobs()).length,
      await enqueueDue(db.prisma, NOW),
      await enqueueDue(db.prisma, LATER),
      await enqueueDue(db.prisma, LATER),
    ]

    expect(counts).toEqual([0, 0, 1, 0])
    expect(await jobs()).toHaveLength(1)
  })

  it('leaves a job its back-off', async () => {
    await addToOutbox(db.prisma, NOW, [aMessage('a')])
    await db.pool.query(
      `update graphile_worker._private_jobs set attempts = 3, run_at = now() + interval '1 hour'`,
    )

    await enqueueDue(db.prisma, LATER)

    const { rows } = await db.pool.query('select attempts from graphile_worker._private_jobs')
    expect(rows).toEqual([{ attempts: 3 }])
  })

  it.each([
    ['that lost its job', 'delete from graphile_worker._private_jobs'],
    ['whose job gave up', 'update graphile_worker._private_jobs set attempts = max_attempts'],
    [
      'that a crash left behind',
      `with row as (update outbox set state = 'sending')
       update graphile_worker._private_jobs set locked_at = now() - interval '10 minutes', locked_by = 'gone'`,
    ],
  ])('starts a row %s', async (_name, accident) => {
    await addToOutbox(db.prisma, NOW, [aMessage('a')])
    await db.pool.query(accident)

    expect(await enqueueDue(db.prisma, LATER)).toBe(1)
  })

  it('leaves alone what is being sent, and what has ended', async () => {
    await addToOutbox(db.prisma, NOW, [aMessage('a'), aMessage('b'), aMessage('c')])
    await db.pool.query(
      `update graphile_worker._private_jobs set locked_at = now(), locked_by = 'alive' where key like '%1'`,
    )
    await db.pool.query(`update outbox set state = 'sending' where dedupe_key = 'a'`)
    await db.pool.query(`update outbox set state = 'sent' where dedupe_key = 'b'`)
    await db.pool.query(`update outbox set state = 'cancelled' where dedupe_key = 'c'`)

    expect(await enqueueDue(db.prisma, LATER)).toBe(0)
  })

  it('keeps neither a message nor another subscriber waiting behind a long line of events', async () => {
    for (const url of ['https://silent.example.com/', 'https://b.example.com/']) {
      await db.prisma.webhook.create({
        data: { url, events: ['task.created'], secretEnc: Buffer.from('s') },
      })
    }
    await db.pool.query(
      `insert into outbox (kind, dedupe_key, payload, not_before, trace_id, created_at)
       select 'webhook', 'webhook:1:' || i, '{"webhookId":"1"}', $1, 't', $1 from generate_series(1, 5100) i`,
      [NOW],
    )
    await addToOutbox(db.prisma, NOW, [
      aMessage('b', { kind: 'webhook', payload: { webhookId: '2' }, notBefore: LATER }),
      aMessage('m', { notBefore: LATER }),
    ])

    expect([await enqueueDue(db.prisma, LATER), await enqueueDue(db.prisma, LATER)]).toEqual([
      5_002, 0,
    ])
    const { rows } = await db.pool.query(
      `select task_identifier as name, flags, count(*)::int as n from graphile_worker.jobs group by 1, 2 order by 1, 3`,
    )
    expect(rows).toEqual([
      { name: 'deliver', flags: null, n: 1 },
      { name: 'webhook', flags: { 'webhook-2': true }, n: 1 },
      { name: 'webhook', flags: { 'webhook-1': true }, n: 5_000 },
    ])

    // what happens now joins a full line no more, and the other one at once
    const event = (webhookId: string) =>
      aMessage(`new:${webhookId}`, { kind: 'webhook', payload: { webhookId } })
    await addToOutbox(db.prisma, LATER, [event('1'), event('2')])
    const waiting = await db.pool.query(
      `select flags, count(*)::int as n from graphile_worker.jobs where task_identifier = 'webhook' group by 1 order by 2`,
    )
    expect(waiting.rows).toEqual([
      { flags: { 'webhook-2': true }, n: 2 },
      { flags: { 'webhook-1': true }, n: 5_000 },
    ])
  })

  it('starts thousands in one statement', async () => {
    await addToOutbox(
      db.prisma,
      NOW,
      Array.from({ length: 5_000 }, (_, i) => aMessage(`m${i}`, { notBefore: LATER })),
    )

    expect(await enqueueDue(db.prisma, LATER)).toBe(5_000)
  })
})
