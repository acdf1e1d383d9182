import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { dispatchAssignment } from '../../../bot/assignments/dispatch.ts'
import { tendAssignments } from '../../../bot/assignments/tend.ts'
import { mergeCustomers } from '../../../bot/members/merge-customers.ts'
import { runScan } from '../../../bot/tasks/scan.ts'
import type { Prisma } from '../../../prisma/db.ts'
import { aCustomer, aGuide, aRelation } from '../../support/chain.ts'
import { emptyDatabase, useDatabase } from '../../support/database.ts'
import { createTestClock, createTestDeps } from '../../support/test-deps.ts'

const db = useDatabase()
const clock = createTestClock()
let guide: { id: bigint; userid: string }
let manager: { id: bigint; userid: string }

beforeEach(async () => {
  clock.set('2026-11-22T02:00:00Z')
  guide = await aGuide(db)
  manager = await aGuide(db, { name: '陈静', role: 'manager' })
})
afterEach(() => emptyDatabase(db))

const deps = () => createTestDeps(db, { clock })

async function anAssignment(
  parts: Partial<Prisma.AssignmentUncheckedCreateInput> = {},
): Promise<bigint> {
  const { id } = await db.prisma.assignment.create({
    data: {
      title: '新品',
      instruction: '请联系',
      filter: { member: true },
      assign: 'owner',
      createdBy: manager.id,
      createdAt: clock.now(),
      dispatchAt: clock.now(),
      dueAt: new Date('2026-11-25T02:00:00Z'),
      everywhere: false,
      storeNo: 'S1',
      customers: 1,
      nextRunAt: clock.now(),
      ...parts,
    },
  })
  return id
}

/** Customers of the guide, more than a page decides. */
async function manyCustomers(n: number): Promise<void> {
  await db.pool.query(
    `with made as (
      insert into customer (member_no, name, store_no) select 'B' || i, '客' || i, 'S1' from generate_series(1, $1::int) i
      returning id
    ) insert into relation (customer_id, employee_id, added_at, remark_mobile_hashes)
      select id, $2, '2025-01-01', '{}' from made`,
    [n, guide.id],
  )
}

describe('assignments beside what else makes tasks', () => {
  it('gives one customer one new task a day, a manager’s or a rule’s', async () => {
    await aCustomer(db, { storeNo: 'S1', birthdayMd: 1125 }, [guide])
    const id = await anAssignment()
    await dispatchAssignment(deps(), id)
    await runScan(deps(), { day: '2026-11-22' })

    expect((await db.prisma.task.findMany()).map(({ kind }) => kind)).toEqual(['follow_up'])
    expect(await db.prisma.heldBack.findMany()).toMatchObject([
      { kind: 'birthday', why: 'customer_day' },
    ])
  })

  it('counts a rule’s tasks of the day among a guide’s twenty', async () => {
    for (let n = 0; n < 15; n += 1)
      await aCustomer(db, { storeNo: 'S1', birthdayMd: 1125 }, [guide])
    await runScan(deps(), { day: '2026-11-22' })
    await manyCustomers(30)
    const id = await anAssignment()
    await dispatchAssignment(deps(), id)

    expect(await db.prisma.task.count({ where: { kind: 'follow_up' } })).toBe(5)
  })

  it('makes nothing twice where two processes work at once, over more than a page', async () => {
    await manyCustomers(1_100)
    const id = await anAssignment()
    await Promise.all([dispatchAssignment(deps(), id), dispatchAssignment(deps(), id)])

    const [row, tasks, cards] = [
      await db.prisma.assignment.findUniqueOrThrow({ where: { id } }),
      await db.prisma.task.count(),
      await db.prisma.outbox.count(),
    ]
    expect({
      stage: row.stage,
      customers: row.customers,
      decided: row.decided,
      tasks,
      cards,
    }).toEqual({
      stage: 'open',
      customers: 1_100,
      decided: 1_100,
      tasks: 20,
      cards: 1,
    })
    expect(await db.prisma.assignmentCustomer.count({ where: { why: 'guide_day' } })).toBe(1_080)
    expect(row.nextRunAt?.toISOString()).toBe('2026-11-23T00:30:00.000Z')
  })

  it('goes on after midnight with the new day’s limits when it was cut off before', async () => {
    await manyCustomers(50)
    const id = await anAssignment()
    await db.prisma.assignment.update({
      where: { id },
      data: {
        stage: 'dispatching',
        runDay: new Date('2026-11-21'),
        decidedTo: 0.5,
        decidedToId: 1n,
      },
    })
    await db.pool.query(
      `insert into assignment_customer (assignment_id, customer_id, priority, until)
       select $1, id, 1, '2026-11-21' from customer`,
      [id],
    )
    await dispatchAssignment(deps(), id)

    expect(await db.prisma.task.count({ where: { scanDay: new Date('2026-11-22') } })).toBe(20)
  })

  it('tries nobody again once it is due', async () => {
    await manyCustomers(25)
    const id = await anAssignment({ dueAt: new Date('2026-11-23T00:30:00Z') })
    await dispatchAssignment(deps(), id)
    expect((await db.prisma.assignment.findUniqueOrThrow({ where: { id } })).nextRunAt).toBeNull()

    clock.set('2026-11-23T01:00:00Z')
    await tendAssignments(deps())
    await dispatchAssignment(deps(), id)

    expect(await db.prisma.task.count()).toBe(20)
  })

  it('goes to the store’s manager where they have a relation with the customer', async () => {
    const own = await aCustomer(db, { storeNo: 'S1' }, [guide])
    await aRelation(db, own, manager)
    await aCustomer(db, { storeNo: 'S1' }, [guide])
    await dispatchAssignment(deps(), await anAssignment({ assign: 'store_manager' }))

    expect(await db.prisma.task.findMany()).toMatchObject([
      { customerId: own.id, assigneeId: manager.id, assigneeRule: 5 },
    ])
    expect(
      await db.prisma.assignmentCustomer.count({ where: { why: 'no_relation', until: null } }),
    ).toBe(1)
  })

  it('sends a guide who left no card of what somebody else has now, and changes one that was sent', async () => {
    const colleague = await aGuide(db, { name: '王小明' })
    for (const other of [guide, await aGuide(db)]) {
      await aCustomer(db, { storeNo: 'S1', guideUserid: other.userid }, [other, colleague])
    }
    await dispatchAssignment(deps(), await anAssignment())
    const cards = await db.prisma.outbox.findMany({ orderBy: { id: 'asc' } })
    const [waiting, sent] = cards
    await db.prisma.outbox.update({
      where: { id: sent?.id ?? 0n },
      data: { state: 'sent', sentAt: clock.now(), responseCode: 'code' },
    })
    await db.prisma.employee.updateMany({
      where: { userid: { in: cards.flatMap(({ recipient }) => recipient ?? []) } },
      data: { active: false },
    })
    await tendAssignments(deps())

    expect(await db.prisma.task.findMany()).toMatchObject([
      { assigneeId: colleague.id, state: 'open' },
      { assigneeId: colleague.id, state: 'open' },
    ])
    expect(await db.prisma.outbox.findUnique({ where: { id: waiting?.id ?? 0n } })).toMatchObject({
      state: 'cancelled',
    })
    const changes = await db.prisma.outbox.findMany({ where: { kind: 'update_card' } })
    expect(changes).toMatchObject([
      { payload: { fromOutboxId: String(sent?.id), userid: sent?.recipient } },
    ])
    expect(JSON.stringify(changes[0]?.payload)).toContain('已交接给 王小明')
  })

  it('stays with a WeCom customer who turns out to be a member', async () => {
    const wecom = await aCustomer(db, { memberNo: null, storeNo: 'S1' }, [guide])
    const member = await aCustomer(db, { externalUserid: null, storeNo: 'S1' })
    const id = await anAssignment({ filter: { member: false } })
    await dispatchAssignment(deps(), id)
    await db.prisma.$transaction((tx) =>
      mergeCustomers(tx, deps(), [{ from: wecom.id, into: member.id }]),
    )

    expect(await db.prisma.assignmentCustomer.findMany({ include: { task: true } })).toMatchObject([
      { customerId: member.id, task: { customerId: member.id, state: 'open' } },
    ])
  })
})
