import { setTimeout as sleep } from 'node:timers/promises'
import { beforeEach, describe, expect, it } from 'vitest'
import { WecomError } from '../../../bot/wecom/error-table.ts'
import { createLimits, forgetOldQuota, type Limits, type Turn } from '../../../bot/wecom/limits.ts'
import { openDatabase } from '../../../prisma/db.ts'
import { emptyDatabase, useDatabase } from '../../support/database.ts'

const db = useDatabase()
const SEND = '/cgi-bin/message/send'

beforeEach(() => emptyDatabase(db))

const outcome = (take: Promise<Turn>) =>
  take.then(
    () => 'taken',
    (error: unknown) => error,
  )

/** Calls counted in one slot of a window, so many seconds ago. */
async function used(bucket: string, calls: number, window: number, secondsAgo: number) {
  await db.pool.query(
    `insert into wecom_quota (bucket, seconds, slot, used)
     values ($1, $3::int, floor((extract(epoch from clock_timestamp()) - $4) * 240 / $3)::bigint, $2)`,
    [bucket, calls, window, secondsAgo],
  )
}

const countedCalls = async (bucket: string, window: number) => {
  const { rows } = await db.pool.query<{ used: number }>(
    'select coalesce(sum(used), 0)::int as used from wecom_quota where bucket = $1 and seconds = $2',
    [bucket, window],
  )
  return rows[0]?.used
}

/** Lets time pass for a block. */
const letBlockEnd = () =>
  db.pool.query(`update wecom_block set blocked_until = clock_timestamp() - interval '1 second'`)

const refuse = async (limits: Limits, blockMs?: number) =>
  (await limits.take(SEND)).end('limited', blockMs)

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
  ])('hold %s', async (_name, bucket, calls) => {
    await used(bucket, calls, 3600, 1800)

    const result = await outcome(createLimits({ pool: db.pool }).take(SEND, ['zhangsan']))

    expect(result).toBeInstanceOf(WecomError)
    expect((result as WecomError).retryAfterMs).toBeGreaterThan(1_700_000)
  })

  it('wait where the wait is short', async () => {
    await used(SEND, 10_000, 60, 60)
    const began = performance.now()

    const result = await outcome(createLimits({ pool: db.pool }).take(SEND))

    expect(result).toBe('taken')
    expect(performance.now() - began).toBeGreaterThan(500)
  })

  it('keep a call counted for a second longer than the window, as long as it may have been under way', async () => {
    await used('member:zhangsan', 30, 60, 60.6)

    const tooEarly = await outcome(
      createLimits({ pool: db.pool, longestWaitMs: 0 }).take(SEND, ['zhangsan']),
    )

    expect(tooEarly).toBeInstanceOf(WecomError)
    expect((tooEarly as WecomError).retryAfterMs).toBeLessThan(1_000)
  })

  it('count a call at its end too when it took longer', async () => {
    const turn = await createLimits({ pool: db.pool }).take(SEND, ['zhangsan'])
    await sleep(1_050)

    await turn.end('unanswered')

    expect(await countedCalls('member:zhangsan', 60)).toBe(2)
    expect(await countedCalls(SEND, 3600)).toBe(2)
  })

  it('count a call at the moment it may be made, not when it began to wait for others', async () => {
    const holder = await db.pool.connect()
    await holder.query(`begin; select wecom_lock('{${SEND}}')`)
    const waiting = createLimits({ pool: db.pool }).take(SEND)
    await sleep(800)
    const { rows } = await holder.query<{ slot: string }>(
      'select floor(extract(epoch from clock_timestamp()) * 4)::bigint as slot',
    )

    await holder.query('commit')
    holder.release()
    await waiting

    const counted = await db.pool.query<{ slot: string }>(
      'select slot from wecom_quota where seconds = 60',
    )
    expect(Number(counted.rows[0]?.slot)).toBeGreaterThanOrEqual(Number(rows[0]?.slot))
  })

  it('take no part of what is refused', async () => {
    const limits = createLimits({ pool: db.pool })
    await refuse(limits)

    await outcome(limits.take(SEND, ['zhangsan']))

    expect(await countedCalls('member:zhangsan', 60)).toBe(0)
    expect(await countedCalls(SEND, 60)).toBe(1)
  })

  it('keep the longer of two blocks', async () => {
    const limits = createLimits({ pool: db.pool })
    const turns = [await limits.take(SEND), await limits.take(SEND)]

    await turns[0]?.end('limited', 600_000)
    await turns[1]?.end('limited', 1_000)

    const result = await outcome(limits.take(SEND))
    expect((result as WecomError).retryAfterMs).toBeGreaterThan(590_000)
  })

  it('let one call alone try whether a block is over', async () => {
    const limits = createLimits({ pool: db.pool })
    await refuse(limits)
    await letBlockEnd()

    const results = await Promise.all(Array.from({ length: 8 }, () => outcome(limits.take(SEND))))

    expect(results.filter((result) => result === 'taken')).toHaveLength(1)
  })

  it('open the interface to all when that call is let in', async () => {
    const limits = createLimits({ pool: db.pool })
    await refuse(limits)
    await letBlockEnd()

    await (await limits.take(SEND)).end('let_in')

    expect(await outcome(limits.take(SEND))).toBe('taken')
    expect(await outcome(limits.take(SEND))).toBe('taken')
  })

  it('block for an hour when that call is refused again', async () => {
    const limits = createLimits({ pool: db.pool })
    await refuse(limits)
    await letBlockEnd()

    await refuse(limits)

    const result = await outcome(limits.take(SEND))
    expect((result as WecomError).retryAfterMs).toBeGreaterThan(3_590_000)
  })

  it('let another call try when that one got no answer', async () => {
    const limits = createLimits({ pool: db.pool })
    await refuse(limits)
    await letBlockEnd()
    await (await limits.take(SEND)).end('unanswered')
    const atOnce = await outcome(limits.take(SEND))
    await letBlockEnd()

    const later = await outcome(limits.take(SEND))

    expect((atOnce as WecomError).retryAfterMs).toBeLessThan(16_000)
    expect(later).toBe('taken')
  })

  it('forget what no window reaches', async () => {
    await createLimits({ pool: db.pool }).take(SEND)
    await used('old', 1, 60, 90)
    await used('old', 1, 3600, 5_000)

    const removed = await forgetOldQuota(db.pool)

    expect(removed).toBe(2)
    expect((await db.pool.query('select 1 from wecom_quota')).rows).toHaveLength(2)
  })
})
