import { beforeEach, describe, expect, it } from 'vitest'
import type { BotDeps } from '../../../bot/deps.ts'
import { rememberHalf, syncCustomer } from '../../../bot/members/sync-customer.ts'
import { emptyDatabase, useDatabase } from '../../support/database.ts'
import { createTestClock, createTestDeps, type TestClock } from '../../support/test-deps.ts'
import { aTask, relationsOf } from './rows.ts'
import { createWorld, seconds, type WecomWorld } from './wecom-world.ts'

const db = useDatabase()
const CUSTOMER = 'wmCustomer1'
const GUIDE = 'LinXiaoman'
let world: WecomWorld
let clock: TestClock
let deps: BotDeps

beforeEach(async () => {
  await emptyDatabase(db)
  world = createWorld()
  clock = createTestClock('2026-11-22T01:00:00Z')
  deps = createTestDeps(db, { wecom: world.wecom, clock })
  follow('2026-10-01T00:00:00Z', '2026-10-02T00:00:00Z')
  await syncCustomer(deps, CUSTOMER, { traceId: 'test' })
})

function follow(guideSince: string | null, colleagueSince: string | null): void {
  world.customers[CUSTOMER] = {
    name: '小鱼',
    follows: [
      ...(guideSince ? [{ userid: GUIDE, createtime: seconds(guideSince) }] : []),
      ...(colleagueSince ? [{ userid: 'ChenYue', createtime: seconds(colleagueSince) }] : []),
    ],
  }
}

const at = (moment: string) => {
  clock.set(moment)
  return new Date(moment)
}
const deleted = (by: 'customer' | 'guide' | 'transfer', moment: string) =>
  syncCustomer(deps, CUSTOMER, { traceId: 'test', ended: { userid: GUIDE, by, at: at(moment) } })
const added = (moment: string) =>
  syncCustomer(deps, CUSTOMER, { traceId: 'test', added: { userid: GUIDE, at: at(moment) } })

describe('a customer who deletes the guide', () => {
  it('ends that relation only, although WeCom goes on listing it', async () => {
    await deleted('customer', '2026-11-22T02:00:00Z')
    clock.set('2026-11-22T03:00:00Z')
    await syncCustomer(deps, CUSTOMER, { traceId: 'test' })

    expect(await relationsOf(db.prisma, CUSTOMER)).toEqual([
      'ChenYue live',
      'LinXiaoman ended by customer',
    ])
  })

  it("cancels the guide's tasks about the customer at once, and nobody else's", async () => {
    const relations = await db.prisma.relation.findMany({ include: { employee: true } })
    for (const { customerId, employeeId, employee } of relations) {
      await aTask(deps, { customerId, assigneeId: employeeId, occurrence: employee.userid })
    }

    await deleted('customer', '2026-11-22T02:00:00Z')

    const tasks = await db.prisma.task.findMany({ orderBy: { occurrence: 'asc' } })
    expect(tasks).toMatchObject([
      { occurrence: 'ChenYue', state: 'open' },
      {
        occurrence: expect.stringMatching(/^LinXiaoman:unasked:\d+$/),
        state: 'cancelled',
        closeReason: 'relation_ended',
      },
    ])
  })

  it('is known although WeCom answers that there is no relation', async () => {
    world.customers = {}

    await deleted('customer', '2026-11-22T02:00:00Z')

    expect(await relationsOf(db.prisma, CUSTOMER)).toEqual([
      'ChenYue ended by missing',
      'LinXiaoman ended by customer',
    ])
  })

  it('explains an end that a reconcile had found before the event came', async () => {
    follow(null, '2026-10-02T00:00:00Z')
    clock.set('2026-11-22T02:00:00Z')
    await syncCustomer(deps, CUSTOMER, { traceId: 'test' })

    await deleted('customer', '2026-11-22T01:59:00Z')

    expect(await relationsOf(db.prisma, CUSTOMER)).toContain('LinXiaoman ended by customer')
  })
})

describe('a guide who deletes the customer', () => {
  it.each(['guide', 'transfer'] as const)('ends the relation by %s', async (by) => {
    follow(null, '2026-10-02T00:00:00Z')

    await deleted(by, '2026-11-22T02:00:00Z')

    expect(await relationsOf(db.prisma, CUSTOMER)).toContain(`LinXiaoman ended by ${by}`)
  })

  it('changes nothing when they met again before the event was worked off', async () => {
    follow('2026-11-22T02:05:00Z', null)

    await deleted('guide', '2026-11-22T02:00:00Z')

    expect(await relationsOf(db.prisma, CUSTOMER)).toContain('LinXiaoman live')
  })
})

describe('adding again', () => {
  it('revives the relation, also where WeCom keeps its old time', async () => {
    await deleted('customer', '2026-11-22T02:00:00Z')

    await added('2026-11-22T04:00:00Z')

    expect(await relationsOf(db.prisma, CUSTOMER)).toContain('LinXiaoman live')
    const relation = await db.prisma.relation.findFirstOrThrow({
      where: { employee: { userid: GUIDE } },
    })
    expect(relation.addedAt).toEqual(new Date('2026-11-22T04:00:00Z'))
    expect(await db.prisma.relation.count()).toBe(2)
  })

  it('is not believed when the event is older than the end', async () => {
    await deleted('customer', '2026-11-22T02:00:00Z')

    await added('2026-11-22T01:30:00Z')

    expect(await relationsOf(db.prisma, CUSTOMER)).toContain('LinXiaoman ended by customer')
  })

  it('outlives the late event of the deletion before it', async () => {
    follow('2026-11-22T03:00:00Z', null)
    await added('2026-11-22T03:00:00Z')

    await deleted('customer', '2026-11-22T02:00:00Z')

    expect(await relationsOf(db.prisma, CUSTOMER)).toContain('LinXiaoman live')
  })

  it('outlives the late event of the deletion before it, also where WeCom keeps its old time', async () => {
    await added('2026-11-22T03:00:00Z')

    await deleted('customer', '2026-11-22T02:00:00Z')

    expect(await relationsOf(db.prisma, CUSTOMER)).toContain('LinXiaoman live')
  })

  it('brings back the tags that the customer has meanwhile', async () => {
    await deleted('customer', '2026-11-22T02:00:00Z')
    world.customers[CUSTOMER]?.follows.forEach((one) => (one.tags = ['etVip']))
    await syncCustomer(deps, CUSTOMER, { traceId: 'test' })
    world.customers[CUSTOMER]?.follows.forEach((one) => {
      if (one.userid === GUIDE) one.tags = []
    })

    await added('2026-11-22T04:00:00Z')

    const marks = await db.prisma.outbox.findMany({ where: { kind: 'mark_tag' } })
    expect(marks.map((mark) => mark.payload)).toMatchObject([{ userid: GUIDE, remove: [] }])
  })
})

describe('events of a short acquaintance that come in another order', () => {
  const STRANGER = 'wmStranger'
  const ended = (moment: string) =>
    syncCustomer(deps, STRANGER, {
      traceId: 'test',
      ended: { userid: GUIDE, by: 'guide', at: new Date(moment) },
    })
  const begun = (moment: string) =>
    rememberHalf(deps, {
      externalUserid: STRANGER,
      userid: GUIDE,
      state: null,
      at: new Date(moment),
      traceId: 'test',
    })

  beforeEach(() => at('2026-11-22T09:00:00Z'))

  it('leave it ended when the end is told before the beginning', async () => {
    await ended('2026-11-22T02:10:00Z')
    await begun('2026-11-22T02:00:00Z')

    expect(await relationsOf(db.prisma, STRANGER)).toEqual(['LinXiaoman ended by guide'])
    expect(
      await db.prisma.relation.findFirst({ where: { customer: { externalUserid: STRANGER } } }),
    ).toMatchObject({
      addedAt: new Date('2026-11-22T02:00:00Z'),
      endedAt: new Date('2026-11-22T02:10:00Z'),
    })
  })

  it('leave it ended when the second end is told before the second beginning', async () => {
    await begun('2026-11-22T02:00:00Z')
    await ended('2026-11-22T02:10:00Z')
    await ended('2026-11-22T02:30:00Z')
    await begun('2026-11-22T02:20:00Z')

    expect(await relationsOf(db.prisma, STRANGER)).toEqual(['LinXiaoman ended by guide'])
  })

  it('leave the second beginning alive when the first end is told last', async () => {
    await begun('2026-11-22T02:00:00Z')
    await begun('2026-11-22T02:20:00Z')
    await ended('2026-11-22T02:10:00Z')

    expect(await relationsOf(db.prisma, STRANGER)).toEqual(['LinXiaoman half'])
  })

  it('let a relation that was found missing begin again', async () => {
    follow(null, '2026-10-02T00:00:00Z')
    await syncCustomer(deps, CUSTOMER, { traceId: 'test' })

    await rememberHalf(deps, {
      externalUserid: CUSTOMER,
      userid: GUIDE,
      state: null,
      at: new Date('2026-11-22T08:00:00Z'),
      traceId: 'test',
    })

    expect(await relationsOf(db.prisma, CUSTOMER)).toContain('LinXiaoman half')
  })

  it('give the end the time at which it was', async () => {
    follow(null, '2026-10-02T00:00:00Z')
    await syncCustomer(deps, CUSTOMER, { traceId: 'test' })

    await syncCustomer(deps, CUSTOMER, {
      traceId: 'test',
      ended: { userid: GUIDE, by: 'customer', at: new Date('2026-11-22T01:59:00Z') },
    })

    const relation = await db.prisma.relation.findFirstOrThrow({
      where: { employee: { userid: GUIDE } },
    })
    expect(relation.endedAt).toEqual(new Date('2026-11-22T01:59:00Z'))
  })
})

describe('a half-added customer', () => {
  const half = (moment: string, externalUserid = 'wmHalf') =>
    rememberHalf(deps, {
      externalUserid,
      userid: GUIDE,
      state: 'poster-7',
      at: at(moment),
      traceId: 'test',
    })

  it('is kept as half until WeCom lists the relation', async () => {
    await half('2026-11-22T02:00:00Z')
    await half('2026-11-22T02:00:00Z')
    const before = await relationsOf(db.prisma, 'wmHalf')
    world.customers['wmHalf'] = {
      name: '半路',
      follows: [{ userid: GUIDE, createtime: seconds('2026-11-22T02:00:00Z') }],
    }

    clock.set('2026-11-22T03:00:00Z')
    await syncCustomer(deps, 'wmHalf', { traceId: 'test' })

    expect(before).toEqual(['LinXiaoman half'])
    expect(await relationsOf(db.prisma, 'wmHalf')).toEqual(['LinXiaoman live'])
  })

  it('is not ended by an answer that knows no relation', async () => {
    await half('2026-11-22T02:00:00Z')

    await syncCustomer(deps, 'wmHalf', { traceId: 'test' })

    expect(await relationsOf(db.prisma, 'wmHalf')).toEqual(['LinXiaoman half'])
  })

  it('ends when the customer deletes the guide', async () => {
    await half('2026-11-22T02:00:00Z')

    await syncCustomer(deps, 'wmHalf', {
      traceId: 'test',
      ended: { userid: GUIDE, by: 'customer', at: at('2026-11-22T02:10:00Z') },
    })

    expect(await relationsOf(db.prisma, 'wmHalf')).toEqual(['LinXiaoman ended by customer'])
  })

  it('does not make a whole relation half', async () => {
    expect(await half('2026-11-22T02:00:00Z', CUSTOMER)).toBe(false)

    expect(await relationsOf(db.prisma, CUSTOMER)).toContain('LinXiaoman live')
  })
})
