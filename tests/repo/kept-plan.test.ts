import { expect, it } from 'vitest'
import { keptPlan, openDatabase, Prisma } from '../../prisma/db.ts'
import { useDatabase } from '../support/database.ts'

const db = useDatabase()

it('a statement that asks for it is planned once a connection, for few rows only', async () => {
  const one = openDatabase(db.url, { connections: 1 })
  const ask = (rows: number) =>
    one.prisma.$queryRaw(Prisma.sql`${keptPlan(rows)} select ${rows}::int as rows`)
  try {
    expect([await ask(1), await ask(16), await ask(17)]).toEqual([
      [{ rows: 1 }],
      [{ rows: 16 }],
      [{ rows: 17 }],
    ])

    const kept = await one.pool.query<{ asked: number }>(
      `select (generic_plans + custom_plans)::int as asked from pg_prepared_statements`,
    )
    expect(kept.rows).toEqual([{ asked: 2 }])
  } finally {
    await one.close()
  }
})
