import { expect, it } from 'vitest'
import { Prisma } from '../../prisma/db.ts'
import { useDatabase } from '../support/database.ts'

const db = useDatabase()

it('never waits for the server to compile a statement, whatever the server’s own setting', async () => {
  const rows = await db.prisma.$queryRaw<{ jit: string }[]>(Prisma.sql`show jit`)

  expect(rows).toEqual([{ jit: 'off' }])
})
