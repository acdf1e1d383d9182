import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createReceiver, type Receiver } from '../../../bot/callbacks/receive.ts'
import { createMetrics } from '../../../bot/metrics.ts'
import { openDatabase, type Database } from '../../../prisma/db.ts'
import { emptyDatabase, useDatabase } from '../../support/database.ts'
import { SAMPLE } from '../wecom/vectors.ts'
import { callbackRequest, eventXml } from './callback-request.ts'

const db = useDatabase()
const opened: Database[] = []

beforeEach(() => emptyDatabase(db))

afterEach(async () => {
  for (const database of opened.splice(0)) await database.close()
})

function receiverOn(url: string): Receiver {
  const database = openDatabase(url)
  opened.push(database)
  return createReceiver({ pool: database.pool, ...SAMPLE, metrics: createMetrics() })
}

function send(receiver: Receiver, id: number | string): Promise<string> {
  const { query, body } = callbackRequest(eventXml(id))
  return receiver.receive(query, body)
}

async function countRows(): Promise<number> {
  const { rows } = await db.pool.query<{ n: number }>('select count(*)::int as n from inbox')
  return rows[0]?.n ?? 0
}

describe('while the database is away', () => {
  it('says so within 2 seconds', async () => {
    const receiver = receiverOn('postgresql://nobody@127.0.0.1:1/none')
    const began = performance.now()

    const results = await Promise.all(Array.from({ length: 50 }, (_, i) => send(receiver, i)))

    expect(new Set(results)).toEqual(new Set(['unavailable']))
    expect(performance.now() - began).toBeLessThan(2_000)
  })

  it('says so within 2 seconds where it hangs, and takes the repetitions afterwards', async () => {
    const receiver = receiverOn(db.url)
    const blocker = await db.pool.connect()
    await blocker.query('begin')
    await blocker.query('lock table inbox in access exclusive mode')

    const sent = Array.from({ length: 600 }, (_, i) => send(receiver, i))
    const lastSentAt = performance.now()
    const results = await Promise.all(sent)
    const took = performance.now() - lastSentAt
    await blocker.query('rollback')
    blocker.release()
    const again = await Promise.all(Array.from({ length: 600 }, (_, i) => send(receiver, i)))

    expect(new Set(results)).toEqual(new Set(['unavailable']))
    expect(took).toBeLessThan(2_000)
    expect(again.every((result) => result !== 'unavailable')).toBe(true)
    expect(await countRows()).toBe(600)
  })

  it('refuses at once what no longer fits into the queue', async () => {
    const receiver = receiverOn(db.url)
    const blocker = await db.pool.connect()
    await blocker.query('begin')
    await blocker.query('lock table inbox in access exclusive mode')
    const large = callbackRequest(eventXml(1, 'x'.repeat(700_000)))

    const waiting = Array.from({ length: 110 }, () => receiver.receive(large.query, large.body))
    const lastSentAt = performance.now()
    const last = await receiver.receive(large.query, large.body)
    const took = performance.now() - lastSentAt
    const all = await Promise.all(waiting)
    await blocker.query('rollback')
    blocker.release()

    expect(last).toBe('unavailable')
    expect(took).toBeLessThan(1_000)
    expect(new Set(all)).toEqual(new Set(['unavailable']))
  })
})

it('loses nothing when connections are cut', async () => {
  const receiver = receiverOn(db.url)
  await Promise.all(Array.from({ length: 50 }, (_, i) => send(receiver, `warm${i}`)))

  const results: string[] = []
  for (let round = 0; round < 10; round += 1) {
    const sent = Array.from({ length: 40 }, (_, i) => send(receiver, `${round}-${i}`))
    await db.pool.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where datname = current_database() and pid <> pg_backend_pid() and query like '%inbox_store%'`,
    )
    results.push(...(await Promise.all(sent)))
  }

  expect(results.filter((result) => result === 'unavailable')).toHaveLength(0)
  expect(await countRows()).toBe(450)
})

it('does not let one row spoil the others of its batch', async () => {
  // a check of the database's own stands for a row that it can't take
  await db.pool.query(`alter table inbox add constraint poison check (xml not like '%wmpoison%')`)
  const receiver = receiverOn(db.url)

  const results = await Promise.all(
    Array.from({ length: 300 }, (_, i) => send(receiver, i === 77 || i === 200 ? `poison${i}` : i)),
  )
  await db.pool.query('alter table inbox drop constraint poison')

  expect(results.flatMap((result, i) => (result === 'unavailable' ? [i] : []))).toEqual([77, 200])
  expect(await countRows()).toBe(298)
})
