import * as fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import type { BotDeps } from '../../../bot/deps.ts'
import { createTaskList } from '../../../bot/job-handlers.ts'
import { lockForTags, refreshTags } from '../../../bot/members/apply-tag-rules.ts'
import { importItems } from '../../../bot/members/import/import-items.ts'
import { syncCustomer } from '../../../bot/members/sync-customer.ts'
import { runTagRules } from '../../../bot/members/run-tag-rules.ts'
import { loadTagRules } from '../../../bot/members/tag-rules.ts'
import { changeCustomerTags } from '../../../bot/members/tag-customer.ts'
import type { CustomerFilter } from '../../../domain/customer-filter.ts'
import { aCoupon, aCustomer, aTag, aTagRule, someStats } from '../../support/chain.ts'
import { emptyDatabase, useDatabase } from '../../support/database.ts'
import { someoneWaits } from '../../support/someone-waits.ts'
import { createTestClock, createTestDeps, type TestClock } from '../../support/test-deps.ts'
import { createWorld } from './wecom-world.ts'

const db = useDatabase()
const DAY = '2026-11-22'
const BIG: CustomerFilter = { spend365: { min: 100_000 } }
let clock: TestClock
let deps: BotDeps
let tag: bigint
let customer: { id: bigint; memberNo: string | null }

beforeEach(async () => {
  await emptyDatabase(db)
  clock = createTestClock(`${DAY}T01:00:00Z`)
  deps = createTestDeps(db, { clock })
  tag = await aTag(db, '高价值')
  customer = await aCustomer(db)
})

/** One night later each time. */
async function night(): Promise<number> {
  clock.set(new Date(clock.now().getTime() + 86_400_000))
  return (await again()).changed
}
const again = () => runTagRules(deps, clock.now().toISOString().slice(0, 10))
const spends = (fen: number) => someStats(db, customer, { spend365Fen: BigInt(fen) })
const held = async (tagId = tag) => {
  const row = await db.prisma.customerTag.findUnique({
    where: { customerId_tagId: { customerId: customer.id, tagId } },
  })
  return row?.removedAt === null && `${row.origin} ${row.originBy}`
}
const byHand = (add: bigint[], remove: bigint[]) =>
  changeCustomerTags(db.prisma, deps, {
    customerId: customer.id,
    add,
    remove,
    by: 'WangXiaoMing',
    now: clock.now(),
    traceId: 'test',
  })

describe('an automatic tag', () => {
  beforeEach(() => aTagRule(db, 'high_value', tag, BIG))

  it.each([
    [99_999, false],
    [100_000, 'rule high_value@1'],
    [100_001, 'rule high_value@1'],
  ])('of who spent at least ¥1000: at %i fen %s', async (fen, tagged) => {
    await spends(fen)

    await night()

    expect(await held()).toBe(tagged)
  })

  it('says on what facts and when it was put on', async () => {
    await spends(123_456)

    await night()

    expect(await db.prisma.customerTag.findFirstOrThrow()).toMatchObject({
      evidence: { spend365Fen: 123_456 },
      addedAt: clock.now(),
      expiresAt: null,
    })
  })

  it('comes off when its facts are no more, and on again when they are back', async () => {
    await spends(100_000)
    await night()
    await spends(99_999)
    await night()
    expect(await held()).toBe(false)

    await spends(100_000)
    await night()

    expect(await held()).toBe('rule high_value@1')
  })

  it('is settled by one run: the same day again writes nothing', async () => {
    await spends(100_000)
    await night()
    const before = await everything()

    const run = await again()

    expect(run.changed).toBe(0)
    expect(await everything()).toEqual(before)
  })

  it('leaves a tag alone that a person put on, also when it doesn’t hold', async () => {
    await byHand([tag], [])

    await night()
    await spends(100_000)
    await night()

    expect(await held()).toBe('guide WangXiaoMing')
  })

  it('becomes a person’s tag when they put it on, and stays when the facts go', async () => {
    await spends(100_000)
    await night()
    await byHand([tag], [])
    await spends(0)

    await night()

    expect(await held()).toBe('guide WangXiaoMing')
  })

  it('stays off when a person took it off, until its facts went and came back', async () => {
    await spends(100_000)
    await night()
    await byHand([], [tag])

    await night()
    await spends(200_000)
    await night()
    expect(await held()).toBe(false)

    await spends(0)
    await night()
    await spends(200_000)
    await night()
    expect(await held()).toBe('rule high_value@1')
  })

  it('stays off also under a new version of its rule', async () => {
    await spends(100_000)
    await night()
    await byHand([], [tag])
    await aTagRule(db, 'high_value', tag, { spend365: { min: 1 } }, { version: 2 })

    await night()

    expect(await held()).toBe(false)
  })

  it('is put on when its facts come after a person took the tag off', async () => {
    await byHand([tag], [])
    await byHand([], [tag])
    await spends(100_000)

    await night()

    expect(await held()).toBe('rule high_value@1')
  })

  it('comes off when its rule is switched off, and on again when it is switched on', async () => {
    await spends(100_000)
    await night()
    await aTagRule(db, 'high_value', tag, BIG, { version: 2, enabled: false })
    await night()
    expect(await held()).toBe(false)

    await aTagRule(db, 'high_value', tag, BIG, { version: 3 })
    await night()

    expect(await held()).toBe('rule high_value@3')
  })

  it('moves when its rule gives another tag now', async () => {
    const other = await aTag(db, 'VIP')
    await spends(100_000)
    await night()
    await aTagRule(db, 'high_value', other, BIG, { version: 2 })

    await night()

    expect([await held(), await held(other)]).toEqual([false, 'rule high_value@2'])
  })
})

describe('a night beside an order that is coming in', () => {
  it('doesn’t take a tag off that the order has just earned', async () => {
    await aTagRule(db, 'high_value', tag, BIG)
    await spends(100_000)
    await night()
    await spends(0)
    let nightRun: Promise<unknown> = Promise.resolve()

    await db.prisma.$transaction(async (tx) => {
      await lockForTags(tx, [customer.id])
      await tx.customerStats.updateMany({ data: { spend365Fen: 100_000n } })
      await refreshTags(tx, deps, [customer.id], clock.now())
      // it finds what was before the order, and waits for the customer
      nightRun = again()
      await someoneWaits(db)
    })
    await nightRun

    expect(await held()).toBe('rule high_value@1')
  })
})

describe('the morning’s job', () => {
  it('applies the tag rules after tiers and classes are settled', async () => {
    await aTagRule(db, 'lost', tag, { stage: ['prospect'] })
    const tasks = createTaskList(deps)
    const helpers = { job: { id: '1', attempts: 1, max_attempts: 1 } } as never

    await tasks['scan']?.({ day: DAY }, helpers)

    expect(await held()).toBe('rule lost@1')
  })
})

describe('an automatic tag with an end', () => {
  beforeEach(() => aTagRule(db, 'new_member', tag, { member: true }, { validDays: 2 }))

  it('is on for its days, comes off the day after, and stays off while the filter holds', async () => {
    const seen: (string | false)[] = []
    for (let day = 0; day < 4; day++) {
      await night()
      seen.push(await held())
    }

    expect(seen).toEqual(['rule new_member@1', 'rule new_member@1', false, false])
  })
})

describe('rules that ask for each other’s tags', () => {
  it('are settled by one run, whatever they are called', async () => {
    const other = await aTag(db, 'VIP')
    await aTagRule(db, 'a_second', other, { tags: { any: [String(tag)] } })
    await aTagRule(db, 'b_first', tag, BIG)
    await spends(100_000)

    await night()

    expect(await held(other)).toBe('rule a_second@1')
    expect((await again()).changed).toBe(0)
  })

  it('stand still when a tag they ask for was deleted: nobody is suddenly “without it”', async () => {
    const other = await aTag(db, 'VIP')
    await aTagRule(db, 'without', tag, { tags: { none: [String(other)] } })
    await db.prisma.tag.update({ where: { id: other }, data: { deletedAt: new Date() } })

    const run = await again()

    expect(run).toMatchObject({ changed: 0, broken: 1 })
    expect((await loadTagRules(db.prisma)).broken).toEqual([
      { code: 'without', why: expect.objectContaining({ en: expect.stringContaining('“VIP”') }) },
    ])
  })
})

describe('what has just arrived', () => {
  beforeEach(() => aTagRule(db, 'high_value', tag, BIG))
  const anOrder = (amountFen: number, parts: object = {}) =>
    importItems(deps, 'orders', [
      {
        orderNo: 'O-1',
        memberNo: customer.memberNo,
        paidAt: '2026-11-21T10:00:00+08:00',
        amountFen,
        status: 'paid',
        ...parts,
      },
    ])

  it('is an order: its customer has the tag before the next night', async () => {
    await anOrder(100_000)
    expect(await held()).toBe('rule high_value@1')

    await anOrder(100_000, { refundedFen: 1 })

    expect(await held()).toBe(false)
  })

  it('is a coupon', async () => {
    const soon = await aTag(db, '券快到期')
    await aTagRule(db, 'coupon', soon, { coupon: { expiresWithinDays: 3 } })

    await importItems(deps, 'coupons', [
      {
        couponNo: 'C-1',
        memberNo: customer.memberNo,
        name: '满 300 减 50',
        issuedAt: '2026-11-01T00:00:00+08:00',
        expiresAt: '2026-11-24T23:59:59+08:00',
        status: 'issued',
      },
    ])

    expect(await held(soon)).toBe('rule coupon@1')
  })

  it('is a line of the points ledger', async () => {
    const many = await aTag(db, '积分多')
    await aTagRule(db, 'points', many, { points: { min: 500 } })

    await importItems(deps, 'points', [
      {
        entryNo: 'P-1',
        memberNo: customer.memberNo,
        kind: 'earn',
        points: 500,
        occurredAt: '2026-11-01T10:00:00+08:00',
      },
    ])

    expect(await held(many)).toBe('rule points@1')
  })

  it('is a member’s own data', async () => {
    await aTagRule(db, 'men', await aTag(db, '先生'), { gender: ['male'] })
    const men = (await db.prisma.tag.findFirstOrThrow({ where: { name: '先生' } })).id

    await importItems(deps, 'members', [
      { memberNo: customer.memberNo, gender: 'male', joinedAt: '2026-11-01T00:00:00+08:00' },
    ])

    expect(await held(men)).toBe('rule men@1')
  })

  it('is a WeCom customer found to be a member: the member is reachable from then on', async () => {
    const both = await aTag(db, '会员好友')
    await aTagRule(db, 'friend', both, { and: [{ member: true }, { reachable: true }] })
    const member = await aCustomer(db, { externalUserid: null, unionid: 'u1' })
    const world = createWorld()
    world.customers['wmNew'] = {
      name: '小鱼',
      unionid: 'u1',
      follows: [{ userid: 'LinXiaoman', createtime: 1 }],
    }
    deps = createTestDeps(db, { clock, wecom: world.wecom })

    await syncCustomer(deps, 'wmNew', { traceId: 'test' })

    customer = member
    expect(await held(both)).toBe('rule friend@1')
  })

  it('is a tag put on by hand that a rule asks for', async () => {
    const asked = await aTag(db, '孕期')
    const follows = await aTag(db, '母婴')
    await aTagRule(db, 'baby', follows, { tags: { any: [String(asked)] } })

    await byHand([asked], [])

    expect(await held(follows)).toBe('rule baby@1')
  })

  it('leaves nothing for the night to change, whatever happened', async () => {
    const filters: CustomerFilter[] = [
      { spend365: { min: 100_000 } },
      { and: [{ orders365: { min: 1, max: 2 } }, { not: { coupon: { expiresWithinDays: 7 } } }] },
      { or: [{ neverBought: true }, { lastPurchase: { min: 10 } }] },
    ]
    const event = fc.record({
      who: fc.nat(2),
      what: fc.constantFrom('order', 'refund', 'coupon', 'off', 'on'),
      fen: fc.constantFrom(1, 99_999, 100_000),
      daysAgo: fc.constantFrom(0, 9, 10, 400),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(event, { minLength: 1, maxLength: 6 }), async (events) => {
        await emptyDatabase(db)
        const people = [await aCustomer(db), await aCustomer(db), await aCustomer(db)]
        const tags = [await aTag(db, 'A'), await aTag(db, 'B'), await aTag(db, 'C')]
        for (const [i, filter] of filters.entries())
          await aTagRule(db, `rule${i}`, tags[i] ?? 0n, filter)
        await again()
        for (const [n, one] of events.entries()) {
          const who = people[one.who] ?? customer
          if (one.what === 'order' || one.what === 'refund')
            await importItems(deps, 'orders', [
              {
                orderNo: `O${n}`,
                memberNo: who.memberNo,
                paidAt: new Date(clock.now().getTime() - one.daysAgo * 86_400_000).toISOString(),
                amountFen: one.fen,
                status: one.what === 'order' ? 'paid' : 'refunded',
              },
            ])
          else if (one.what === 'coupon') {
            await aCoupon(db, who, '2026-11-25')
            await refreshTags(db.prisma, deps, [who.id], clock.now())
          } else {
            const change = [tags[one.fen % 3] ?? 0n]
            const [add, remove] = one.what === 'on' ? [change, []] : [[], change]
            customer = who
            await byHand(add, remove)
          }
        }
        const before = await everything()

        expect((await again()).changed).toBe(0)
        expect(await everything()).toEqual(before)
      }),
      { numRuns: 12 },
    )
  })
})

const everything = () =>
  db.prisma.customerTag.findMany({ orderBy: [{ customerId: 'asc' }, { tagId: 'asc' }] })
