import * as fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import { importItems } from '../../../bot/members/import/import-items.ts'
import { aCustomer, aGuide, aTask, aTouch } from '../../support/chain.ts'
import { emptyDatabase, useDatabase } from '../../support/database.ts'
import { createTestClock, createTestDeps } from '../../support/test-deps.ts'

const db = useDatabase()
const clock = createTestClock('2026-11-22T02:00:00Z')

beforeEach(() => emptyDatabase(db))

async function order(orderNo: string, memberNo: string, paidAt: string, rest = {}) {
  const { rejected } = await importItems(createTestDeps(db, { clock }), 'orders', [
    { orderNo, memberNo, paidAt, amountFen: 1_000, status: 'paid', ...rest },
  ])
  expect(rejected).toEqual([])
}

describe('what a customer bought after a message', () => {
  it('is kept beside the message and its task: the first order within 7 days, to the minute', async () => {
    const guide = await aGuide(db)
    const customer = await aCustomer(db, { memberNo: 'M1' })
    const taskId = await aTask(db, customer, guide)
    await aTouch(db, customer, guide, '2026-11-01T10:00:00+08:00', { taskId })

    await order('before', 'M1', '2026-11-01T09:59:00+08:00')
    await order('late', 'M1', '2026-11-08T10:00:00+08:00')
    const [none] = await db.prisma.touch.findMany()
    expect(none?.boughtAt).toBeNull()

    await order('second', 'M1', '2026-11-08T09:59:00+08:00')
    await order('first', 'M1', '2026-11-03T12:00:00+08:00')
    const [kept] = await db.prisma.touch.findMany()
    const task = await db.prisma.task.findUniqueOrThrow({ where: { id: taskId } })

    expect(kept?.boughtAt?.toISOString()).toBe('2026-11-03T04:00:00.000Z')
    expect(task.boughtAt).toEqual(kept?.boughtAt)

    await order('first', 'M1', '2026-11-03T12:00:00+08:00', { status: 'refunded' })
    const [after] = await db.prisma.touch.findMany()
    expect(after?.boughtAt?.toISOString()).toBe('2026-11-08T01:59:00.000Z')
  })

  it('is what looking through the orders finds, whatever order they came in', async () => {
    const day = fc.integer({ min: 1, max: 20 })
    const touches = fc.array(
      fc.record({ day, who: fc.nat(1), ofTask: fc.boolean(), sent: fc.boolean() }),
      { minLength: 1, maxLength: 6 },
    )
    const orders = fc.array(
      fc.record({ no: fc.nat(4), day, who: fc.nat(1), isPaid: fc.boolean() }),
      { minLength: 1, maxLength: 10 },
    )
    await fc.assert(
      fc.asyncProperty(touches, orders, async (sent, paid) => {
        await emptyDatabase(db)
        const guide = await aGuide(db)
        const people = [
          await aCustomer(db, { memberNo: 'M0' }),
          await aCustomer(db, { memberNo: 'M1' }),
        ]
        const tasks = [
          await aTask(db, people[0] ?? { id: 0n }, guide),
          await aTask(db, people[1] ?? { id: 0n }, guide),
        ]
        const at = (n: number) => `2026-11-${String(n).padStart(2, '0')}T12:00:00+08:00`
        for (const { day: on, who, ofTask, sent: isSent } of sent) {
          await aTouch(db, people[who] ?? { id: 0n }, guide, at(on), {
            result: isSent ? 'sent' : 'cancelled',
            taskId: ofTask ? (tasks[who] ?? null) : null,
          })
        }
        for (const { no, day: on, who, isPaid } of paid)
          await order(`O${who}-${no}`, `M${who}`, at(on), { status: isPaid ? 'paid' : 'cancelled' })

        const { rows } = await db.pool.query<{ wrong: number }>(`
          select count(*)::int as wrong from (
            select t.bought_at as kept, case when t.result = 'sent' then (
              select min(o.paid_at) from orders o where o.customer_id = t.customer_id and o.status = 'paid'
                and o.paid_at >= t.at and o.paid_at < t.at + interval '7 days') end as found
            from touch t
            union all
            select k.bought_at, (
              select min(o.paid_at) from orders o
              join (select min(at) as at from touch where task_id = k.id and result = 'sent') s
                on o.paid_at >= s.at and o.paid_at < s.at + interval '7 days'
              where o.customer_id = k.customer_id and o.status = 'paid')
            from task k
          ) both_ways where kept is distinct from found`)
        expect(rows).toEqual([{ wrong: 0 }])
      }),
      { numRuns: 12 },
    )
  })
})
