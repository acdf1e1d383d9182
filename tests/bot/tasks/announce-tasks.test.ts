import { beforeEach, describe, expect, it } from 'vitest'
import { announceMade } from '../../../bot/tasks/announce-tasks.ts'
import { emptyDatabase, useDatabase } from '../../support/database.ts'
import { createTestDeps } from '../../support/test-deps.ts'
import { watchWire } from '../../support/watch-wire.ts'

const db = useDatabase()
const NOW = new Date('2026-11-22T00:55:00Z')
const stamp = { day: '2026-11-22', zone: 'Asia/Shanghai', now: NOW, traceId: 'scan' }

beforeEach(() => emptyDatabase(db))

/** Tasks of today's scan, and one of yesterday's. */
async function makeTasks(count: number): Promise<void> {
  await db.pool.query(
    `with guide as (
       insert into employee (userid, userid_key, name, role) values ('WangXM', 'wangxm', '王小明', 'guide') returning id
     ), person as (
       insert into customer (member_no) select 'M' || n from generate_series(0, ${count}) n returning id, member_no
     )
     insert into task (customer_id, kind, occurrence, rule_version, facts, assignee_id, assignee_rule, scan_day,
       due_at, dies_at, trace_id, created_at, updated_at)
     select person.id, 'repurchase_overdue', 'O', 1, '{}', guide.id, 4,
       case when member_no = 'M0' then '2026-11-21' else '2026-11-22' end::date,
       '2026-11-24', '2026-11-29', 'scan', '2026-11-22', '2026-11-22' from person, guide`,
  )
}

describe('the tasks of a scan', () => {
  it('are told a page at a time, each once, and those of the first page at once', async () => {
    await db.prisma.webhook.create({
      data: {
        url: 'https://chain.example/hook',
        events: ['task.created'],
        secretEnc: Buffer.from('s'),
      },
    })
    await makeTasks(4_500)
    const deps = createTestDeps(db)
    const wire = watchWire()

    await db.prisma.$transaction((tx) => announceMade(tx, deps, stamp))
    wire.stop()

    expect(wire.mostRows).toBeLessThanOrEqual(2_000)
    const { rows } = await db.pool.query(
      `select count(*)::int as told, count(distinct payload #>> '{data,memberNo}')::int as customers,
         (select count(*)::int from graphile_worker._private_jobs) as jobs from outbox`,
    )
    expect(rows).toEqual([{ told: 4_500, customers: 4_500, jobs: 2_000 }])
  }, 30_000)
})
