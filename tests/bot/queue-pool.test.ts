import { expect, it } from 'vitest'
import { QueuePool } from '../../bot/queue-pool.ts'
import { useDatabase } from '../support/database.ts'

const db = useDatabase()

it('the queue’s pool takes a connection back once, however often it is given', async () => {
  const pool = new QueuePool({ connectionString: db.url, max: 1 })
  try {
    await new Promise<void>((done, fail) => {
      pool.connect((error, client, release) => {
        if (error || !client) {
          fail(error ?? new Error('no connection'))
          return
        }
        release()
        release()
        done()
      })
    })

    // it works on, by promises too
    const client = await pool.connect()
    expect((await client.query('select 1 as one')).rows).toEqual([{ one: 1 }])
    client.release()
    expect((await pool.query('select 2 as two')).rows).toEqual([{ two: 2 }])
    expect([pool.totalCount, pool.idleCount, pool.waitingCount]).toEqual([1, 1, 0])
  } finally {
    await pool.end()
  }
})

it('a pool that has ended says so, and what it did not lend can be given back', async () => {
  const pool = new QueuePool({ connectionString: db.url, max: 1 })
  await pool.end()

  const refused = await new Promise<Error | undefined>((done, fail) => {
    pool.connect((error, _client, release) => {
      try {
        release()
        done(error)
      } catch (broken) {
        fail(broken)
      }
    })
  })

  expect(refused?.message).toContain('after calling end')
})
