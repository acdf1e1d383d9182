import fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import type { BotDeps } from '../../../bot/deps.ts'
import { CUSTOMER_TABLES } from '../../../bot/members/customer-tables.ts'
import { importItems } from '../../../bot/members/import/import-items.ts'
import { mergeByHand, type Merged } from '../../../bot/members/merge-by-hand.ts'
import type { MergeField } from '../../../bot/members/merge-fields.ts'
import { settleLots } from '../../../bot/members/settle-lots.ts'
import { recomputeStats } from '../../../bot/members/stats.ts'
import { forgetOldMerges, undoMerge } from '../../../bot/members/undo-merge.ts'
import { aCustomer, aGuide, aRelation, aTag, aTask, aTouch } from '../../support/chain.ts'
import { emptyDatabase, useDatabase } from '../../support/database.ts'
import { createTestClock, createTestDeps } from '../../support/test-deps.ts'
import { tiersWith, useTiers } from '../../support/tiers.ts'
import { aMember, anOrder } from './chain-rows.ts'

const db = useDatabase()
const clock = createTestClock()
let deps: BotDeps

beforeEach(async () => {
  await emptyDatabase(db)
  clock.set('2026-11-22T01:00:00Z')
  deps = createTestDeps(db, { clock })
})

const merge = (from: bigint, into: bigint, take: MergeField[] = []): Promise<Merged> =>
  db.prisma.$transaction((tx) =>
    mergeByHand(tx, deps, { from, into, take, by: 'boss', now: clock.now(), traceId: 'test' }),
  )
const undo = (mergeId: bigint) =>
  db.prisma.$transaction((tx) =>
    undoMerge(tx, deps, { mergeId, by: 'boss', now: clock.now(), traceId: 'test' }),
  )

async function merged(from: bigint, into: bigint, take?: MergeField[]): Promise<bigint> {
  const answer = await merge(from, into, take)
  if (!answer.ok) throw new Error(answer.why)
  return answer.mergeId
}

const customer = (id: bigint) => db.prisma.customer.findUniqueOrThrow({ where: { id } })
const importOne = async (kind: 'members' | 'orders' | 'coupons' | 'points', item: object) => {
  const result = await importItems(deps, kind, [item])
  expect(result.rejected).toEqual([])
  return result
}

/** Calls to WeCom that are waiting, and who waits in a queue for one, are no rows of a person. */
const OUTGOING = new Set(['outbox', 'tag_mirror_queue'])

/** Every row of everybody, but for when a task last changed: the warehouse hears of each change. */
async function everything(): Promise<Record<string, unknown[]>> {
  const tables = ['customer', ...CUSTOMER_TABLES.map(({ table }) => table)]
  const all: Record<string, unknown[]> = {}
  for (const table of tables.filter((name) => !OUTGOING.has(name))) {
    const { rows } = await db.pool.query<{ row: string }>(
      `select (to_jsonb(t) - $1::text)::text as row from ${table} t order by 1`,
      [table === 'task' ? 'updated_at' : ''],
    )
    all[table] = rows.map(({ row }) => JSON.parse(row))
  }
  return all
}

/** What one of the two has. */
interface Had {
  isMember: boolean
  orders: number[]
  points: number[]
  coupons: number
  tags: ('none' | 'guide' | 'rule' | 'removed')[]
  tasks: ('none' | 'open' | 'done')[]
  held: boolean[]
  tier: 'iron' | 'bronze' | 'gold' | null
  consent: 'all' | 'one_to_one' | 'none'
  classed: boolean
}

const had = fc.record<Had>({
  isMember: fc.boolean(),
  orders: fc.array(fc.integer({ min: 100, max: 200_000 }), { maxLength: 3 }),
  points: fc.array(fc.integer({ min: -50, max: 100 }), { maxLength: 3 }),
  coupons: fc.nat({ max: 2 }),
  tags: fc.array(fc.constantFrom('none', 'guide', 'rule', 'removed'), {
    minLength: 3,
    maxLength: 3,
  }),
  tasks: fc.array(fc.constantFrom('none', 'open', 'done'), { minLength: 2, maxLength: 2 }),
  held: fc.array(fc.boolean(), { minLength: 2, maxLength: 2 }),
  tier: fc.constantFrom('iron', 'bronze', 'gold', null),
  consent: fc.constantFrom('all', 'one_to_one', 'none'),
  classed: fc.boolean(),
})

let serial = 0
const next = () => (serial += 1)

async function aPerson(
  it: Had,
  { tags, guide, inWecom }: { tags: bigint[]; guide: { id: bigint }; inWecom: boolean },
): Promise<bigint> {
  const n = next()
  const isMember = it.isMember || !inWecom
  const memberNo = isMember ? `P${n}` : null
  const { id } = await aCustomer(
    db,
    {
      memberNo,
      externalUserid: inWecom ? `wx${n}` : null,
      name: n % 2 ? `顾客${n}` : null,
      gender: n % 3 ? 'female' : null,
      joinedAt: isMember ? new Date(Date.UTC(2025, n % 12, 1)) : null,
      consent: it.consent,
      attributes: { n },
      mobileHash: deps.cipher.blindIndex(`1380000${String(n % 10_000).padStart(4, '0')}`),
    },
    inWecom ? [guide] : [],
  )
  await aCustomer(db, { memberNo: `R${n}`, externalUserid: null, referrerMemberNo: memberNo })
  const at = (day: number) => new Date(Date.UTC(2026, 9, 1 + day, 4))
  if (memberNo) {
    for (const [day, fen] of it.orders.entries())
      await db.prisma.order.create({
        data: {
          orderNo: `O${next()}`,
          memberNo,
          customerId: id,
          paidAt: at(day),
          paidDay: at(day),
          amountFen: BigInt(fen),
          status: 'paid',
        },
      })
    for (const [day, points] of it.points.entries())
      await db.prisma.pointsEntry.create({
        data: {
          entryNo: `E${next()}`,
          memberNo,
          customerId: id,
          kind: points < 0 ? 'spend' : 'earn',
          points,
          occurredAt: at(day),
        },
      })
    for (let one = 0; one < it.coupons; one += 1)
      await db.prisma.coupon.create({
        data: {
          couponNo: `C${next()}`,
          memberNo,
          customerId: id,
          name: '券',
          issuedAt: at(0),
          expiresAt: at(60),
          expiresDay: at(60),
          status: 'issued',
        },
      })
  }
  for (const [nth, how] of it.tags.entries())
    if (how !== 'none')
      await db.prisma.customerTag.create({
        data: {
          customerId: id,
          tagId: tags[nth] ?? 0n,
          origin: how === 'rule' ? 'rule' : 'guide',
          originBy: how === 'rule' ? 'old@1' : 'boss',
          addedAt: at(n % 20),
          removedAt: how === 'removed' ? at(n % 25) : null,
        },
      })
  for (const [nth, state] of it.tasks.entries())
    if (state !== 'none') await aTask(db, { id }, guide, aTaskFor(it, nth, state, at(1)))
  for (const [nth, isHeld] of it.held.entries())
    if (isHeld)
      await db.prisma.heldBack.create({
        data: {
          customerId: id,
          kind: 'birthday',
          occurrence: `held-${nth}`,
          why: 'customer_day',
          facts: { n },
          scanDay: at(0),
          updatedAt: at(0),
        },
      })
  if (it.tier)
    await db.prisma.customerTier.create({ data: { customerId: id, tier: it.tier, since: at(3) } })
  if (it.classed) {
    await db.prisma.customerClass.create({
      data: { customerId: id, stage: 'active', pAlive: 0.5, asOf: at(5) },
    })
    await db.prisma.classChange.create({
      data: { customerId: id, day: at(5), what: 'stage', before: 'new', after: 'active' },
    })
  }
  await db.prisma.consent.create({
    data: { customerId: id, consent: it.consent, source: '到店', by: 'boss', at: at(n % 9) },
  })
  await aTouch(db, { id }, guide, '2026-11-01T04:00:00Z')
  await db.prisma.note.create({
    data: { customerId: id, employeeId: guide.id, text: '记', at: at(2) },
  })
  await db.prisma.$transaction(async (tx) => {
    await recomputeStats(tx, [id], '2026-11-22')
    await settleLots(tx, deps.zone, [id])
  })
  return id
}

/** One about anything, one about not having bought; open only where it is true. */
function aTaskFor(it: Had, nth: number, wanted: 'open' | 'done', at: Date) {
  const hasBought = it.orders.length > 0
  const state = it.consent === 'none' || (nth === 1 && hasBought) ? 'done' : wanted
  const ended = state === 'done'
  return {
    kind: nth === 1 ? 'new_member' : 'birthday',
    occurrence: `same-${nth}`,
    state,
    closedAt: ended ? at : null,
    closing: ended ? ('self_reported' as const) : null,
  }
}

describe('a merge by hand', () => {
  it('is undone to exactly the rows there were before, whatever both had', async () => {
    await fc.assert(
      fc.asyncProperty(had, had, fc.boolean(), fc.boolean(), async (a, b, wecomIsFrom, noneIn) => {
        await emptyDatabase(db)
        const guide = await aGuide(db)
        const tags = [await aTag(db, '一'), await aTag(db, '二'), await aTag(db, '三')]
        const isFrom = wecomIsFrom && !noneIn
        const into = await aPerson(a, { tags, guide, inWecom: !isFrom && !noneIn })
        const from = await aPerson(b, { tags, guide, inWecom: isFrom })
        const before = await everything()

        const mergeId = await merged(from, into)
        const { rows } = await db.pool.query('select 1 from customer where id = $1', [from])
        expect(rows).toEqual([])
        for (const { table } of CUSTOMER_TABLES) {
          const left = await db.pool.query(`select 1 from ${table} where customer_id = $1`, [from])
          expect(left.rows, table).toEqual([])
        }
        expect(await undo(mergeId)).toEqual({ ok: true })

        expect(await everything()).toEqual(before)
      }),
      { numRuns: 12 },
    )
  }, 60_000)

  it('adds up orders, points and coupons, and keeps what only one of them knew', async () => {
    const kept = await aCustomer(db, { memberNo: 'M1', externalUserid: null, gender: null })
    const gone = await aCustomer(db, { memberNo: 'M2', externalUserid: 'wm2', name: '张小雯' })
    await importOne('orders', anOrder({ orderNo: 'O1', memberNo: 'M1', amountFen: 10_000 }))
    await importOne('orders', anOrder({ orderNo: 'O2', memberNo: 'M2', amountFen: 5_000 }))
    const points = { kind: 'earn', points: 30, occurredAt: '2026-11-01T00:00:00Z' }
    await importOne('points', { ...points, entryNo: 'P1', memberNo: 'M1' })
    await importOne('points', { ...points, entryNo: 'P2', memberNo: 'M2' })

    await merged(gone.id, kept.id)

    const stats = await db.prisma.customerStats.findUniqueOrThrow({
      where: { customerId: kept.id },
    })
    expect(stats).toMatchObject({ ordersTotal: 2, spendTotalFen: 15_000n })
    const lots = await db.prisma.pointsLot.findMany({ where: { customerId: kept.id } })
    expect(lots.reduce((sum, { remaining }) => sum + remaining, 0)).toBe(60)
    expect(await customer(kept.id)).toMatchObject({
      memberNo: 'M1',
      externalUserid: 'wm2',
      name: '张晓雯',
      gender: 'female',
    })
  })

  it.each([
    [[], '甲', 'S1'],
    [['name'], '乙', 'S1'],
    [['name', 'store'], '乙', 'S2'],
  ] as [MergeField[], string, string][])(
    'takes %j of the other, where both know it',
    async (take, name, storeNo) => {
      const kept = await aCustomer(db, { name: '甲', storeNo: 'S1', externalUserid: null })
      const gone = await aCustomer(db, { name: '乙', storeNo: 'S2', externalUserid: null })

      await merged(gone.id, kept.id, take)

      expect(await customer(kept.id)).toMatchObject({ name, storeNo })
    },
  )

  it('never gives up a “no more” of either', async () => {
    const kept = await aCustomer(db, { consent: 'all' })
    const gone = await aCustomer(db, { consent: 'none', externalUserid: null })

    await merged(gone.id, kept.id)

    expect((await customer(kept.id)).consent).toBe('none')
  })

  it('keeps the higher tier, says so once, and gives the lower one back', async () => {
    const kept = await aCustomer(db, { externalUserid: null })
    const gone = await aCustomer(db, { externalUserid: null })
    for (const [{ id }, tier] of [
      [kept, 'bronze'],
      [gone, 'gold'],
    ] as const)
      await db.prisma.customerTier.create({ data: { customerId: id, tier } })
    const tierOf = async () =>
      (await db.prisma.customerTier.findUnique({ where: { customerId: kept.id } }))?.tier

    const mergeId = await merged(gone.id, kept.id)
    expect(await tierOf()).toBe('gold')
    expect(await db.prisma.tierChange.findMany()).toMatchObject([
      { customerId: kept.id, before: 'bronze', after: 'gold', reason: 'merge' },
    ])

    await undo(mergeId)
    expect(await tierOf()).toBe('bronze')
    expect(await db.prisma.tierChange.count()).toBe(0)
  })

  it('ends what the orders, coupons and points of both make untrue, and opens it again with an undo', async () => {
    const guide = await aGuide(db)
    const kept = await aCustomer(db, { memberNo: 'M1' }, [guide])
    const gone = await aCustomer(db, { memberNo: 'M2', externalUserid: null })
    await importOne('orders', anOrder({ memberNo: 'M2' }))
    for (const kind of ['new_member', 'first_purchase_thanks', 'birthday'])
      await aTask(db, kept, guide, { kind, occurrence: '2026-11-22', facts: {} })
    const states = async () => {
      const tasks = await db.prisma.task.findMany({ orderBy: { id: 'asc' } })
      return tasks.map(({ state }) => state)
    }

    const mergeId = await merged(gone.id, kept.id)
    expect(await states()).toEqual(['cancelled', 'cancelled', 'open'])

    await undo(mergeId)
    // who has bought nothing is not thanked for it either way
    expect(await states()).toEqual(['open', 'cancelled', 'open'])
  })

  it.each([
    ['none', 'all'],
    ['all', 'none'],
  ] as const)(
    'ends all tasks where one said no more (%s, %s), and gives them back with an undo',
    async (keptSays, goneSays) => {
      const guide = await aGuide(db)
      const kept = await aCustomer(db, { consent: keptSays }, [guide])
      const gone = await aCustomer(db, { consent: goneSays, externalUserid: null })
      const willing = keptSays === 'none' ? gone : kept
      await aTask(db, willing, guide, { state: 'in_progress', occurrence: '2026' })
      const task = () => db.prisma.task.findFirstOrThrow()

      const mergeId = await merged(gone.id, kept.id)
      expect(await task()).toMatchObject({ state: 'cancelled', closeReason: 'no_more' })

      await undo(mergeId)
      expect(await task()).toMatchObject({
        customerId: willing.id,
        occurrence: '2026',
        state: 'in_progress',
        closeReason: null,
        closedAt: null,
      })
    },
  )

  it('takes no tier with an undo that orders have earned since', async () => {
    const asks = { spendFen: 10_000, orders: 0, purchaseDays: 0, referrals: 0, points: 0 }
    await useTiers(db, tiersWith({ bronze: { asks } }))
    const kept = await aCustomer(db, { memberNo: 'M1' })
    const gone = await aCustomer(db, { memberNo: 'M2', externalUserid: null })
    for (const [{ id }, tier] of [
      [kept, 'iron'],
      [gone, 'bronze'],
    ] as const)
      await db.prisma.customerTier.create({ data: { customerId: id, tier } })
    const mergeId = await merged(gone.id, kept.id)
    await importOne('orders', anOrder({ orderNo: 'O1', memberNo: 'M1', amountFen: 10_000 }))
    await importOne('orders', anOrder({ orderNo: 'O2', memberNo: 'M2', amountFen: 9_999 }))

    await undo(mergeId)

    expect(await db.prisma.customerTier.findMany({ orderBy: { customerId: 'asc' } })).toMatchObject(
      [
        { customerId: kept.id, tier: 'bronze' },
        { customerId: gone.id, tier: 'bronze' },
      ],
    )
    expect(await db.prisma.tierChange.findMany()).toMatchObject([
      { customerId: kept.id, before: 'iron', after: 'bronze', reason: 'upgrade' },
    ])
  })

  it('leaves one of two tasks for the same occasion open', async () => {
    const guide = await aGuide(db)
    const kept = await aCustomer(db, {}, [guide])
    const gone = await aCustomer(db, { externalUserid: null })
    const stays = await aTask(db, kept, guide, { occurrence: '2026' })
    const ends = await aTask(db, gone, guide, { occurrence: '2026' })

    await merged(gone.id, kept.id)

    const tasks = await db.prisma.task.findMany({ orderBy: { id: 'asc' } })
    expect(
      tasks.map(({ id, customerId, state, closeReason }) => [id, customerId, state, closeReason]),
    ).toEqual([
      [stays, kept.id, 'open', null],
      [ends, kept.id, 'cancelled', 'merged'],
    ])
  })

  it.each(['both_in_wecom', 'same', 'not_found'])('is refused: %s', async (why) => {
    const one = await aCustomer(db)
    const other = await aCustomer(db)
    const before = await everything()
    const asked: Record<string, [bigint, bigint]> = {
      both_in_wecom: [other.id, one.id],
      same: [one.id, one.id],
      not_found: [999_999n, one.id],
    }
    const [from, into] = asked[why] ?? [0n, 0n]

    expect(await merge(from, into)).toEqual({ ok: false, why })
    expect(await everything()).toEqual(before)
    expect(await db.prisma.customerMerge.count()).toBe(0)
  })

  it('is written down with who and whom, and so is its undoing', async () => {
    const kept = await aCustomer(db)
    const gone = await aCustomer(db, { externalUserid: null })
    await undo(await merged(gone.id, kept.id))

    expect(await db.prisma.auditLog.findMany({ orderBy: { id: 'asc' } })).toMatchObject([
      { actor: 'boss', action: 'customers.merged', subject: `customer:${kept.id}` },
      { actor: 'boss', action: 'customers.merge_undone', subject: `customer:${kept.id}` },
    ])
  })
})

describe('what comes after a merge', () => {
  let kept: { id: bigint }
  let gone: { id: bigint }
  let mergeId: bigint

  beforeEach(async () => {
    kept = await aCustomer(db, { memberNo: 'M1', externalUserid: 'wm1' })
    gone = await aCustomer(db, { memberNo: 'M2', externalUserid: null })
    mergeId = await merged(gone.id, kept.id)
  })

  const rowsOf = {
    orders: () => anOrder({ orderNo: 'O9', memberNo: 'M2' }),
    coupons: () => ({
      couponNo: 'C9',
      memberNo: 'M2',
      name: '券',
      issuedAt: '2026-11-01T00:00:00Z',
      expiresAt: '2026-12-01T00:00:00Z',
      status: 'issued',
    }),
    points: () => ({
      entryNo: 'P9',
      memberNo: 'M2',
      kind: 'earn',
      points: 5,
      occurredAt: '2026-11-01T00:00:00Z',
    }),
  }
  const TABLE = { orders: 'orders', coupons: 'coupon', points: 'points_entry' } as const
  const ownerOf = async (kind: keyof typeof TABLE) => {
    const { rows } = await db.pool.query<{ owner: string; no: string }>(
      `select customer_id::text as owner, member_no as no from ${TABLE[kind]}`,
    )
    return rows
  }

  it.each(['orders', 'coupons', 'points'] as const)(
    'under the old number is the kept one’s, twice changes nothing, and goes back with an undo: %s',
    async (kind) => {
      expect((await importOne(kind, rowsOf[kind]())).accepted).toBe(1)
      expect((await importOne(kind, rowsOf[kind]())).accepted).toBe(0)
      expect(await ownerOf(kind)).toEqual([{ owner: String(kept.id), no: 'M2' }])

      await undo(mergeId)
      expect(await ownerOf(kind)).toEqual([{ owner: String(gone.id), no: 'M2' }])
    },
  )

  it('counts an order under the old number for the kept one at once, and for the other after an undo', async () => {
    await importOne('orders', rowsOf.orders())
    const ordersOf = async ({ id }: { id: bigint }) =>
      (await db.prisma.customerStats.findUnique({ where: { customerId: id } }))?.ordersTotal ?? 0
    expect(await ordersOf(kept)).toBe(1)

    await undo(mergeId)
    expect([await ordersOf(kept), await ordersOf(gone)]).toEqual([0, 1])
  })

  it('goes back with a customer who had it by an earlier merge', async () => {
    const third = await aCustomer(db, { externalUserid: null })
    const later = await merged(kept.id, third.id)
    await importOne('orders', rowsOf.orders())
    expect(await ownerOf('orders')).toEqual([{ owner: String(third.id), no: 'M2' }])

    await undo(later)
    expect(await ownerOf('orders')).toEqual([{ owner: String(kept.id), no: 'M2' }])
  })

  it('makes no new customer of the old number, and tells the sender', async () => {
    const result = await importOne('members', aMember({ memberNo: 'M2', name: '又来了' }))

    expect(result.warnings).toMatchObject([{ id: 'M2', code: 'MEMBER_MERGED' }])
    expect(await db.prisma.customer.count()).toBe(1)
    expect((await customer(kept.id)).name).toBe('张晓雯')
  })

  it('counts whom the old number brings for the kept one', async () => {
    await importOne('members', aMember({ memberNo: 'M3', referrerMemberNo: 'M2' }))

    const brought = await db.prisma.customer.findUnique({ where: { memberNo: 'M3' } })
    expect(brought?.referrerMemberNo).toBe('M1')
  })

  it('stays with the kept one: notes, changes of the name, and a “no more” holds for both', async () => {
    const guide = await aGuide(db)
    clock.set('2026-11-23T01:00:00Z')
    await db.prisma.note.create({
      data: { customerId: kept.id, employeeId: guide.id, text: '新', at: clock.now() },
    })
    await db.prisma.customer.update({
      where: { id: kept.id },
      data: { name: '改过了', consent: 'none' },
    })
    await db.prisma.consent.create({
      data: { customerId: kept.id, consent: 'none', source: '电话', by: 'boss', at: clock.now() },
    })

    await undo(mergeId)

    expect(await customer(kept.id)).toMatchObject({ name: '改过了', consent: 'none' })
    expect((await customer(gone.id)).consent).toBe('none')
    expect(await db.prisma.note.findMany({ select: { customerId: true } })).toEqual([
      { customerId: kept.id },
    ])
  })

  it('is the WeCom customer’s: a guide who added them since goes with them', async () => {
    const member = await aCustomer(db, { memberNo: 'M5', externalUserid: null })
    const wecom = await aCustomer(db, { memberNo: null, externalUserid: 'wm5' })
    const id = await merged(wecom.id, member.id)
    const guide = await aGuide(db)
    await aRelation(db, member, guide)
    clock.set('2026-11-23T01:00:00Z')
    const task = await aTask(db, member, guide, { createdAt: clock.now() })

    await undo(id)

    const relation = await db.prisma.relation.findFirst()
    expect(relation?.customerId).toBe(wecom.id)
    // the guide has no chat with the other any more
    expect(await db.prisma.task.findUniqueOrThrow({ where: { id: task } })).toMatchObject({
      state: 'cancelled',
      closeReason: 'relation_ended',
    })
  })

  it.each([
    ['2026-12-22T01:00:00Z', true],
    ['2026-12-22T01:00:01Z', false],
  ])('is undone until 30 days later, %s: %s', async (moment, isDone) => {
    clock.set(moment)
    await forgetOldMerges(db.prisma, clock.now())

    expect(await undo(mergeId)).toEqual(isDone ? { ok: true } : { ok: false, why: 'too_late' })
  })

  it('is undone once, and the last merge first', async () => {
    const third = await aCustomer(db, { externalUserid: null })
    const later = await merged(kept.id, third.id)

    expect(await undo(mergeId)).toEqual({ ok: false, why: 'merged_again' })
    expect(await undo(later)).toEqual({ ok: true })
    const fourth = await aCustomer(db, { externalUserid: null, consent: 'none' })
    const second = await merged(fourth.id, kept.id)
    expect(await undo(mergeId)).toEqual({ ok: false, why: 'merged_again' })
    expect((await customer(kept.id)).consent).toBe('none')
    expect(await undo(second)).toEqual({ ok: true })
    expect(await undo(mergeId)).toEqual({ ok: true })
    expect(await undo(mergeId)).toEqual({ ok: false, why: 'undone' })
    expect(await undo(999_999n)).toEqual({ ok: false, why: 'not_found' })
    expect((await customer(gone.id)).memberNo).toBe('M2')
  })
})
