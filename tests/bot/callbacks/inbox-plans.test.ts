import { randomBytes, randomUUID } from 'node:crypto'
import type pg from 'pg'
import { expect, it } from 'vitest'
import { useDatabase } from '../../support/database.ts'

const db = useDatabase()

async function store(client: pg.PoolClient, rows: number): Promise<void> {
  const many = Array.from({ length: rows })
  await client.query({
    name: 'inbox_store',
    text: 'select inbox_store($1, $2::bytea[], $3::text[], $4::text[], $5::boolean[])',
    values: [
      'ww1',
      many.map(() => randomBytes(32)),
      many.map(() => '<xml/>'),
      many.map(() => randomUUID()),
      many.map((_, i) => i % 7 === 0),
    ],
  })
}

/** How often this connection has read a whole table of those that grow. */
async function wholeReads(client: pg.PoolClient): Promise<number> {
  const { rows } = await client.query<{ reads: number }>(
    `select sum(pg_stat_get_numscans(oid))::int as reads from pg_class
    where oid in ('inbox'::regclass, 'graphile_worker._private_jobs'::regclass)`,
  )
  return rows[0]?.reads ?? Number.NaN
}

it('storing callbacks reads no table from end to end, also by plans made while all were empty', async () => {
  const client = await db.pool.connect()
  try {
    await client.query('set stats_fetch_consistency = none')
    for (let batch = 0; batch < 8; batch += 1) await store(client, 1)
    await client.query('select pg_stat_force_next_flush()')
    const before = await wholeReads(client)
    for (let batch = 0; batch < 8; batch += 1) await store(client, 256)
    await client.query('select pg_stat_force_next_flush()')

    expect(await wholeReads(client)).toBe(before)
    const { rows } = await client.query(
      `select task.identifier, count(*)::int as jobs, min(job.priority)::int as priority
      from graphile_worker._private_jobs job join graphile_worker._private_tasks task on task.id = job.task_id
      group by 1 order by 1`,
    )
    expect(rows).toEqual([
      // one alone, sixteen share one
      { identifier: 'callback', jobs: 8 * Math.ceil(219 / 16), priority: 0 },
      { identifier: 'welcome', jobs: 8 + 8 * 37, priority: -10 },
    ])
  } finally {
    client.release()
  }
})
