import { beforeEach, describe, expect, it } from 'vitest'
import type { BotDeps } from '../../../bot/deps.ts'
import { reconcile } from '../../../bot/members/reconcile.ts'
import { runSync, startFullSync } from '../../../bot/members/sync-run.ts'
import { emptyDatabase, useDatabase } from '../../support/database.ts'
import { createTestClock, createTestDeps, type TestClock } from '../../support/test-deps.ts'
import { aTask, deliverMarks, relationsOf, tagsOf, waitingMarks } from './rows.ts'
import { createWorld, seconds, type WecomWorld } from './wecom-world.ts'

const db = useDatabase()
const OCTOBER = seconds('2026-10-01T00:00:00Z')
let world: WecomWorld
let clock: TestClock
let deps: BotDeps

beforeEach(async () => {
  await emptyDatabase(db)
  world = createWorld()
  clock = createTestClock('2026-11-22T01:00:00Z')
  deps = createTestDeps(db, { wecom: world.wecom, clock })
  world.customers = {
    wm1: { name: '一', follows: [{ userid: 'LinXiaoman', createtime: OCTOBER, tags: ['etNew'] }] },
    wm2: { name: '二', follows: [{ userid: 'ChenYue', createtime: OCTOBER }] },
  }
  await runSync(deps, await startFullSync(deps, { enqueue: false }))
  clock.set('2026-11-23T19:00:00Z')
})

describe('the nightly reconcile', () => {
  it('repairs nothing when nothing was lost', async () => {
    expect(await reconcile(deps, '2026-11-24')).toBe(0)
  })

  it('finds a relation whose event was lost', async () => {
    world.customers['wm3'] = {
      name: '三',
      follows: [{ userid: 'ChenYue', createtime: seconds('2026-11-23T10:00:00Z') }],
    }

    expect(await reconcile(deps, '2026-11-24')).toBe(1)

    expect(await relationsOf(db.prisma, 'wm3')).toEqual(['ChenYue live'])
  })

  it('ends a relation that is gone and cancels its tasks', async () => {
    const relation = await db.prisma.relation.findFirstOrThrow({
      where: { customer: { externalUserid: 'wm1' } },
    })
    await aTask(deps, { customerId: relation.customerId, assigneeId: relation.employeeId })
    delete world.customers['wm1']

    expect(await reconcile(deps, '2026-11-24')).toBe(1)

    expect(await relationsOf(db.prisma, 'wm1')).toEqual(['LinXiaoman ended by missing'])
    expect(await db.prisma.task.findMany()).toMatchObject([
      { state: 'cancelled', closeReason: 'relation_ended' },
    ])
  })

  it.each([[701_008], [99_999]])(
    'passes over a customer whom WeCom refuses with %i, and ends what is gone of all others',
    async (errcode) => {
      world.customers = {}
      world.failures = [{ path: 'externalcontact/get', errcode }]

      expect(await reconcile(deps, '2026-11-24')).toBe(1)

      expect(await relationsOf(db.prisma, 'wm1')).toEqual(['LinXiaoman live'])
      expect(await relationsOf(db.prisma, 'wm2')).toEqual(['ChenYue ended by missing'])
      expect(await db.prisma.syncRun.findMany({ where: { kind: 'reconcile' } })).toMatchObject([
        { state: 'done', error: null },
      ])
    },
  )

  it('stops for a person where WeCom refuses the app, not the customer', async () => {
    world.customers = {}
    world.failures = [{ path: 'externalcontact/get', errcode: 48_002 }]

    await reconcile(deps, '2026-11-24')

    expect(await db.prisma.syncRun.findMany({ where: { kind: 'reconcile' } })).toMatchObject([
      { state: 'failed', finishedAt: null },
    ])
  })

  it('moves a customer who was handed over', async () => {
    world.customers['wm1'] = {
      name: '一',
      follows: [{ userid: 'ChenYue', createtime: seconds('2026-11-23T10:00:00Z') }],
    }

    expect(await reconcile(deps, '2026-11-24')).toBe(2)

    expect(await relationsOf(db.prisma, 'wm1')).toEqual([
      'ChenYue live',
      'LinXiaoman ended by missing',
    ])
    // the new guide's side lacks what the customer has
    expect(await waitingMarks(db.prisma)).toEqual(['ChenYue +新客'])
  })

  it('merges tags that were edited while we did not hear', async () => {
    const first = world.customers['wm1']?.follows[0]
    if (first) first.tags = ['etVip']

    expect(await reconcile(deps, '2026-11-24')).toBe(2)

    expect(await tagsOf(db.prisma, 'wm1')).toEqual(['VIP:wecom'])
  })

  it('asks again for a mark that WeCom never got', async () => {
    const tag = await db.prisma.tag.findFirstOrThrow({ where: { name: 'VIP' } })
    const customer = await db.prisma.customer.findFirstOrThrow({
      where: { externalUserid: 'wm2' },
    })
    await db.prisma.customerTag.create({
      data: {
        customerId: customer.id,
        tagId: tag.id,
        origin: 'guide',
        originBy: 'ChenYue',
        addedAt: clock.now(),
      },
    })

    await reconcile(deps, '2026-11-24')
    const marks = await waitingMarks(db.prisma)
    await deliverMarks(deps)
    await reconcile(deps, '2026-11-25')

    expect(marks).toEqual(['ChenYue +VIP'])
    expect(await waitingMarks(db.prisma)).toEqual([])
  })

  it('lets a guide whose subscribe event was lost get messages again', async () => {
    await db.prisma.employee.updateMany({ where: { userid: 'ChenYue' }, data: { inApp: false } })

    expect(await reconcile(deps, '2026-11-24')).toBe(1)

    expect(await db.prisma.employee.count({ where: { inApp: false } })).toBe(0)
  })

  it('runs once a day, goes on where it was cut off, and notes what it did', async () => {
    await db.prisma.dailyRun.create({
      data: { name: 'reconcile', day: new Date('2026-11-24'), enqueuedAt: clock.now() },
    })
    world.customers['wm3'] = { name: '三', follows: [{ userid: 'ChenYue', createtime: OCTOBER }] }
    world.failures = [{ path: 'batch/get_by_user', errcode: -1 }]
    await expect(reconcile(deps, '2026-11-24')).rejects.toThrow('-1')

    await reconcile(deps, '2026-11-24')
    const calls = world.wecom.calls.length
    await reconcile(deps, '2026-11-24')

    expect(world.wecom.calls).toHaveLength(calls)
    expect(await db.prisma.syncRun.count({ where: { kind: 'reconcile' } })).toBe(1)
    expect(await db.prisma.dailyRun.findMany()).toMatchObject([
      { finishedAt: clock.now(), summary: { repaired: 1, pairs: 3 } },
    ])
  })
})
