import { pino } from 'pino'
import { describe, expect, it } from 'vitest'
import { openDatabase } from '../../prisma/db.ts'
import { isDatabaseAway, whenDatabaseAnswers } from '../../server/database-away.ts'
import { useDatabase } from '../support/database.ts'

const db = useDatabase()
const silent = pino({ level: 'silent' })

async function errorOf(work: () => Promise<unknown>): Promise<unknown> {
  try {
    await work()
  } catch (error) {
    return error
  }
  throw new Error('it did not fail')
}

describe('a database that is away', () => {
  it.each([
    ['a Prisma statement whose connection is cut', 'raw'],
    ['a statement whose connection is cut', 'pool'],
  ])('is known by %s', async (_name, how) => {
    const sql = 'select pg_terminate_backend(pg_backend_pid())'

    const error = await errorOf(() =>
      how === 'raw' ? db.prisma.$queryRawUnsafe(sql) : db.pool.query(sql),
    )

    expect(isDatabaseAway(error)).toBe(true)
  })

  it('is known by a refused connection', async () => {
    const nowhere = openDatabase('postgresql://nobody@127.0.0.1:1/none')

    const errors = [
      await errorOf(() => nowhere.prisma.syncRun.count()),
      await errorOf(() => nowhere.pool.query('select 1')),
    ]
    await nowhere.close()

    expect(errors.map((error) => isDatabaseAway(error))).toEqual([true, true])
  })

  it('is known by a disk that is full', () => {
    const full = Object.assign(new Error('no space left on device'), { code: '53100' })

    expect(isDatabaseAway(full)).toBe(true)
  })

  it('is not taken for a statement that is wrong', async () => {
    const error = await errorOf(() => db.prisma.$queryRawUnsafe('select * from nowhere'))

    expect(isDatabaseAway(error)).toBe(false)
  })

  it('is waited for', async () => {
    let tries = 0
    const answer = await whenDatabaseAnswers(async () => {
      if ((tries += 1) === 1)
        await db.prisma.$queryRaw`select pg_terminate_backend(pg_backend_pid())`
      return 'there'
    }, silent)

    expect([answer, tries]).toEqual(['there', 2])
  })
})
