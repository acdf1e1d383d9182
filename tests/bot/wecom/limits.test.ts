import { beforeEach, describe, expect, it } from 'vitest'
import { WecomError } from '../../../bot/wecom/error-table.ts'
import { createLimits, forgetOldQuota } from '../../../bot/wecom/limits.ts'
import { openDatabase } from '../../../prisma/db.ts'
import { emptyDatabase, useDatabase } from '../../support/database.ts'

const db = useDatabase()
const SEND = '/cgi-bin/message/send'

beforeEach(() => emptyDatabase(db))

const outcome = (take: Promise<void>) =>
  take.then(
    () => 'taken',
    (error: unknown) => error,
  )

describe('limits', () => {
  it('let 30 messages a minute through to one member, counted over two processes', async () => {
    const other = openDatabase(db.url)
    const limiters = [createLimits({ pool: db.pool }), createLimits({ pool: other.pool })]

    const results = await Promise.all(
      Array.from({ length: 50 }, (_, i) =>
        outcome(
          (limiters[i % 2] as (typeof limiters)[0]).take(SEND, [
            i % 3 === 0 ? 'ZhangSan' : 'zhangsan',
          ]),
        ),
      ),
    )
    const others = await outcome((limiters[0] as (typeof limiters)[0]).take(SEND, ['lisi']))
    await other.close()

    const refused = results.filter((result) => result instanceof WecomError)
    expect(results.filter((result) => result === 'taken')).toHaveLength(30)
    expect(refused).toHaveLength(20)
    expect(refused[0]).toMatchObject({ action: 'retry', why: 'limited', errcode: 45009 })
    expect(refused[0]?.retryAfterMs).toBeGreaterThan(50_000)
    expect(others).toBe('taken')
  })

  it.each([
    ['1000 an hour to one member', 'member:zhangsan', 1_000],
    ['150 000 an hour on one interface', SEND, 150_000],
  ])('hold %s', async (_name, bucket, used) => {
    await db.pool.query(
      `insert into wecom_quota (bucket, slot, used)
       values ($1, floor(extract(epoch from clock_timestamp()))::bigint - 1800, $2)`,
      [bucket, used],
    )

    const result = await outcome(createLimits({ pool: db.pool }).take(SEND, ['zhangsan']))

    expect(result).toBeInstanceOf(WecomError)
    expect((result as WecomError).retryAfterMs).toBeGreaterThan(1_700_000)
  })

  it('wait where the wait is short', async () => {
    await db.pool.query(
      `insert into wecom_quota (bucket, slot, used)
       values ($1, floor(extract(epoch from clock_timestamp()))::bigint - 60, 10000)`,
      [SEND],
    )
    const began = performance.now()

    const result = await outcome(createLimits({ pool: db.pool }).take(SEND))

    expect(result).toBe('taken')
    expect(performance.now() - began).toBeGreaterThan(500)
  })

  it('take no part of what is refused', async () => {
    const limits = createLimits({ pool: db.pool })
    await limits.block(SEND)

    await outcome(limits.take(SEND, ['zhangsan']))

    const counted = await db.pool.query('select 1 from wecom_quota')
    expect(counted.rows).toHaveLength(0)
  })

  it('keep the longer of two blocks', async () => {
    const limits = createLimits({ pool: db.pool })
    await limits.block(SEND, 600_000)

    await limits.block(SEND, 1_000)

    const result = await outcome(limits.take(SEND))
    expect((result as WecomError).retryAfterMs).toBeGreaterThan(590_000)
  })

  it('forget what no window reaches', async () => {
    await createLimits({ pool: db.pool }).take(SEND)
    await db.pool.query(
      `insert into wecom_quota (bucket, slot, used) values ('old', 1, 1), ('old', 2, 1)`,
    )

    const removed = await forgetOldQuota(db.pool)

    expect(removed).toBe(2)
    expect((await db.pool.query('select 1 from wecom_quota')).rows).toHaveLength(1)
  })
})
