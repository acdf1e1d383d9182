import pg from 'pg'
import { describe, expect, it } from 'vitest'
import { WecomError } from '../../bot/wecom/error-table.ts'
import { Internal } from '../../server/errors.ts'
import { createLog } from '../../server/log.ts'
import { aCustomer, aGuide } from '../support/chain.ts'
import { useDatabase } from '../support/database.ts'

const db = useDatabase()

/** The line that an error becomes. */
function lineOf(error: unknown): string {
  const lines: string[] = []
  const log = createLog('trace', { write: (line: string) => void lines.push(line) })
  log.error({ err: error }, 'it failed')
  return lines.join('')
}

async function failureOf(work: () => Promise<unknown>): Promise<Error> {
  try {
    await work()
  } catch (error) {
    if (error instanceof Error) return error
  }
  throw new Error('nothing failed')
}

describe('an error in the log', () => {
  it('tells what failed and where, and keeps the row that PostgreSQL quotes to itself', async () => {
    await db.pool.query(`alter table note add constraint short check (length(text) < 3)`)
    const guide = await aGuide(db)
    const customer = await aCustomer(db, {}, [guide])
    const raw = await failureOf(() =>
      db.pool.query(
        `insert into note (customer_id, employee_id, text, at) values ($1, $2, '电话13912345678', now())`,
        [customer.id, guide.id],
      ),
    )
    const byPrisma = await failureOf(() =>
      db.prisma.note.create({
        data: {
          customerId: customer.id,
          employeeId: guide.id,
          text: '电话13912345678',
          at: new Date(),
        },
      }),
    )

    expect(raw).toBeInstanceOf(pg.DatabaseError)
    expect(lineOf(raw)).toContain('"code":"23514"')
    expect(lineOf(raw)).toContain('"constraint":"short"')
    expect(lineOf(byPrisma)).toContain('23514')
    for (const line of [lineOf(raw), lineOf(byPrisma)]) {
      expect(line).toContain('log.test.ts')
      expect(line).not.toMatch(/13912345678|电话/)
    }
  })

  it.each([
    ['a number that is none', () => db.pool.query(`select $1::bigint`, ['x13912345678'])],
    ['a statement of Prisma', () => db.prisma.$queryRaw`select ${'x13912345678'}::text::bigint`],
    [
      'arguments of Prisma',
      () => db.prisma.note.create({ data: { text: 'x13912345678' } as never }),
    ],
    ['JSON', () => Promise.resolve().then(() => JSON.parse('{"x13912345678') as unknown)],
    ['an address', () => Promise.resolve().then(() => new URL('x13912345678'))],
    [
      'its own properties',
      () =>
        Promise.reject(
          Object.assign(new Error('no'), { input: 'x13912345678', url: '?x13912345678' }),
        ),
    ],
    ['its cause', () => Promise.reject(new Error('no', { cause: new Error('"x13912345678"') }))],
  ])('does not repeat %s', async (_what, work) => {
    const line = lineOf(await failureOf(work))

    expect(line).toContain('"type":')
    expect(line).not.toContain('13912345678')
  })

  it('keeps the sentences that are ours', () => {
    const error = new WecomError({ errcode: 60020, path: '/cgi-bin/message/send' })

    expect(lineOf(error)).toContain(error.message)
    expect(lineOf(new Internal())).toContain('INTERNAL')
    expect(lineOf(new TypeError("Cannot read properties of undefined (reading 'name')"))).toContain(
      "reading 'name'",
    )
  })

  it('does not repeat what is no error', () => {
    expect(lineOf({ mobile: '13912345678', input: '13912345678' })).not.toContain('13912345678')
  })
})
