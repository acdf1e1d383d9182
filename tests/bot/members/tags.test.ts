import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { BotDeps } from '../../../bot/deps.ts'
import { syncCustomer } from '../../../bot/members/sync-customer.ts'
import { guessDimension, syncTags } from '../../../bot/members/sync-tags.ts'
import { changeCustomerTags, UnknownTag } from '../../../bot/members/tag-customer.ts'
import { emptyDatabase, useDatabase } from '../../support/database.ts'
import { createTestClock, createTestDeps, type TestClock } from '../../support/test-deps.ts'
import { deliverMarks, tagsOf, waitingMarks } from './rows.ts'
import { createWorld, seconds, type WecomWorld } from './wecom-world.ts'

const db = useDatabase()
const CUSTOMER = 'wmCustomer1'
let world: WecomWorld
let clock: TestClock
let deps: BotDeps

beforeEach(async () => {
  await emptyDatabase(db)
  world = createWorld()
  clock = createTestClock('2026-11-22T01:00:00Z')
  deps = createTestDeps(db, { wecom: world.wecom, clock })
  world.customers[CUSTOMER] = {
    name: '小鱼',
    follows: [
      { userid: 'LinXiaoman', createtime: seconds('2026-10-01T00:00:00Z') },
      { userid: 'ChenYue', createtime: seconds('2026-10-02T00:00:00Z') },
    ],
  }
})

const read = async () => {
  clock.set(new Date(clock.now().getTime() + 60_000))
  await syncCustomer(deps, CUSTOMER, { traceId: 'test' })
}
const setTags = (userid: string, tags: string[]) => {
  const follow = world.customers[CUSTOMER]?.follows.find((one) => one.userid === userid)
  if (follow) follow.tags = tags
}
const tagId = async (name: string) => (await db.prisma.tag.findFirstOrThrow({ where: { name } })).id
const customerId = async () =>
  (await db.prisma.customer.findFirstOrThrow({ where: { externalUserid: CUSTOMER } })).id
const change = async (add: string[], remove: string[]) =>
  changeCustomerTags(db.prisma, deps, {
    customerId: await customerId(),
    add: await Promise.all(add.map(tagId)),
    remove: await Promise.all(remove.map(tagId)),
    by: 'LinXiaoman',
    now: clock.now(),
    traceId: 'test',
  })

describe('an edit made in the WeCom client', () => {
  it('becomes a tag of the customer and is mirrored to the other guide', async () => {
    setTags('LinXiaoman', ['etVip'])

    await read()

    expect(await tagsOf(db.prisma, CUSTOMER)).toEqual(['VIP:wecom'])
    expect(await waitingMarks(db.prisma)).toEqual(['ChenYue +VIP'])
  })

  it('is mirrored once, however often the customer is read', async () => {
    setTags('LinXiaoman', ['etVip'])

    await read()
    await read()

    expect(await waitingMarks(db.prisma)).toEqual(['ChenYue +VIP'])
  })

  it('takes the tag off everywhere when one guide takes it off', async () => {
    setTags('LinXiaoman', ['etVip', 'etNew'])
    setTags('ChenYue', ['etVip', 'etNew'])
    await read()
    setTags('ChenYue', ['etNew'])

    await read()

    expect(await tagsOf(db.prisma, CUSTOMER)).toEqual(['新客:wecom'])
    expect(await waitingMarks(db.prisma)).toEqual(['LinXiaoman -VIP'])
    const vip = await db.prisma.customerTag.findFirstOrThrow({ where: { tag: { name: 'VIP' } } })
    expect(vip.removedBy).toBe('wecom')
  })

  it('brings back what we took off, when a person puts it on again later', async () => {
    setTags('LinXiaoman', ['etVip'])
    await read()
    await change([], ['VIP'])
    await deliverMarks(deps)
    setTags('LinXiaoman', [])
    await read()
    setTags('LinXiaoman', ['etVip'])

    await read()

    expect(await tagsOf(db.prisma, CUSTOMER)).toEqual(['VIP:wecom'])
  })

  it('does not take an answer from before our own call for a removal', async () => {
    await read()
    await syncTags(deps, 'all', 'test')
    await change(['VIP'], [])
    // the call goes out while the customer is being read: the answer is from before it
    const { get } = world.wecom
    deps = createTestDeps(db, {
      clock,
      wecom: {
        ...world.wecom,
        get: async (path, query, context) => {
          const answer = await get(path, query, context)
          await deliverMarks(deps)
          return answer as never
        },
      },
    })

    await read()

    expect(await tagsOf(db.prisma, CUSTOMER)).toEqual(['VIP:guide'])
    expect(await waitingMarks(db.prisma)).toEqual([])
  })

  it('keeps the provenance of a tag that a guide put on before', async () => {
    await read()
    await syncTags(deps, 'all', 'test')
    await change(['VIP'], [])
    setTags('ChenYue', ['etVip'])

    await read()

    expect(await tagsOf(db.prisma, CUSTOMER)).toEqual(['VIP:guide'])
  })
})

describe('changeCustomerTags', () => {
  beforeEach(async () => {
    await read()
    await syncTags(deps, 'all', 'test')
  })

  it('holds at once and asks WeCom for every live relation', async () => {
    await change(['VIP', '新客'], [])

    expect(await tagsOf(db.prisma, CUSTOMER)).toEqual(['VIP:guide', '新客:guide'])
    expect(await waitingMarks(db.prisma)).toEqual(['ChenYue +VIP +新客', 'LinXiaoman +VIP +新客'])
  })

  it('asks once when it is said twice', async () => {
    await change(['VIP'], [])
    await change(['VIP'], [])

    expect(await waitingMarks(db.prisma)).toHaveLength(2)
  })

  it('asks for the contrary when a change is undone before it went out', async () => {
    await change(['VIP'], [])
    await change([], ['VIP'])

    expect(await tagsOf(db.prisma, CUSTOMER)).toEqual([])
    expect(await waitingMarks(db.prisma)).toEqual([
      'ChenYue +VIP',
      'ChenYue -VIP',
      'LinXiaoman +VIP',
      'LinXiaoman -VIP',
    ])
  })

  it('leaves half and ended relations alone', async () => {
    await db.prisma.relation.updateMany({
      where: { employee: { userid: 'ChenYue' } },
      data: { half: true },
    })

    await change(['VIP'], [])

    expect(await waitingMarks(db.prisma)).toEqual(['LinXiaoman +VIP'])
  })

  it('refuses an unknown tag and changes nothing', async () => {
    const unknown = changeCustomerTags(db.prisma, deps, {
      customerId: await customerId(),
      add: [await tagId('VIP'), 999_999n],
      remove: [],
      by: 'LinXiaoman',
      now: clock.now(),
      traceId: 'test',
    })

    await expect(unknown).rejects.toThrow(UnknownTag)
    expect(await tagsOf(db.prisma, CUSTOMER)).toEqual([])
  })
})

describe('the tag library', () => {
  it('adopts a tag made here whose answer was lost', async () => {
    const group = await db.prisma.tagGroup.create({
      data: { name: '消费等级', dimension: 'consumption' },
    })
    const made = await db.prisma.tag.create({
      data: { groupId: group.id, name: 'VIP', ours: true, createdAt: clock.now() },
    })

    await syncTags(deps, 'all', 'test')

    const tags = await db.prisma.tag.findMany({ where: { name: 'VIP' } })
    expect(tags).toMatchObject([{ id: made.id, wecomId: 'etVip', ours: true }])
  })

  it('marks a deleted group and its tags, and takes them off customers', async () => {
    setTags('LinXiaoman', ['etVip'])
    await read()
    await syncTags(deps, 'all', 'test')
    world.tagGroups = []

    await syncTags(deps, { groupIds: ['etG1'] }, 'test')

    expect(await db.prisma.tag.count({ where: { deletedAt: null } })).toBe(0)
    expect(await db.prisma.tagGroup.count({ where: { deletedAt: null } })).toBe(0)
    expect(await tagsOf(db.prisma, CUSTOMER)).toEqual([])
  })

  it('keeps the dimension that a person chose when the group is read again', async () => {
    await syncTags(deps, 'all', 'test')
    await db.prisma.tagGroup.updateMany({ data: { dimension: 'lifecycle' } })

    await syncTags(deps, 'all', 'test')

    expect(await db.prisma.tagGroup.findMany()).toMatchObject([{ dimension: 'lifecycle' }])
  })

  it.each([
    ['客户来源', 'source'],
    ['投放渠道', 'source'],
    ['兴趣偏好', 'behaviour'],
    ['生命周期', 'lifecycle'],
    ['会员等级', 'consumption'],
    ['消费偏好', 'consumption'],
    ['其他', 'behaviour'],
  ])('guesses the dimension of %s as %s', (name, dimension) => {
    expect(guessDimension(name)).toBe(dimension)
  })
})

describe('the tag library', () => {
  it('ends as WeCom has it when an older answer arrives after a newer one', async () => {
    await syncTags(deps, 'all', 'test')
    // the first reading is answered at once and arrives late
    let release: () => void = () => undefined
    const held = new Promise<void>((resume) => (release = resume))
    let reads = 0
    const slow = createTestDeps(db, {
      clock,
      wecom: {
        ...world.wecom,
        post: async (path, body, context) => {
          const answer = await world.wecom.post(path, body, context)
          reads += 1
          if (reads === 1) await held
          return answer as never
        },
      },
    })
    const scope = { tagIds: ['etVip'] }

    const older = syncTags(slow, scope, 'test')
    await vi.waitFor(() => expect(reads).toBe(1))
    world.tagGroups = [{ id: 'etG1', name: '消费等级', tags: { etNew: '新客', etKids: '有孩子' } }]
    const newer = syncTags(slow, scope, 'test')
    setTimeout(release, 100)
    await Promise.all([older, newer])

    const tag = await db.prisma.tag.findUniqueOrThrow({ where: { wecomId: 'etVip' } })
    expect(tag.deletedAt).not.toBeNull()
  })
})
