import * as fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import { settleTiersOf } from '../../../bot/members/settle-tiers-of.ts'
import { settleTiers } from '../../../bot/members/settle-tiers.ts'
import { rebuildStats, recomputeStats, rollWindows } from '../../../bot/members/stats.ts'
import { addDays, type BusinessDay } from '../../../domain/business-day.ts'
import { tierOf } from '../../../domain/tier.ts'
import { DEFAULT_TIER_TABLE } from '../../../domain/tier-table.ts'
import { emptyDatabase, useDatabase } from '../../support/database.ts'
import { createTestDeps } from '../../support/test-deps.ts'
import { tiersWith, useTiers } from '../../support/tiers.ts'
import { watchWire } from '../../support/watch-wire.ts'

const db = useDatabase()

beforeEach(() => emptyDatabase(db))

const utc = (day: BusinessDay) => new Date(`${day}T00:00:00Z`)
let orders = 0

async function customer(memberNo: string, referrer: string | null = null): Promise<bigint> {
  const { id } = await db.prisma.customer.create({
    data: { memberNo, referrerMemberNo: referrer, updatedAt: new Date(0) },
  })
  return id
}

/** `n` orders on `day`, or on days one apart, the last of them on `day`. */
async function bought(
  id: bigint,
  day: BusinessDay,
  n: number,
  amountFen: number,
  apart = 1,
): Promise<void> {
  await db.prisma.order.createMany({
    data: Array.from({ length: n }, (_, i) => ({
      orderNo: `O${(orders += 1)}`,
      memberNo: String(id),
      customerId: id,
      paidAt: new Date(`${addDays(day, -i * apart)}T04:00:00Z`),
      paidDay: utc(addDays(day, -i * apart)),
      amountFen: BigInt(amountFen),
      status: 'paid' as const,
    })),
  })
}

/** The night of a day, as the job does it. */
async function night(day: BusinessDay) {
  await rebuildStats(db, day)
  return await settleTiers(createTestDeps(db), day)
}

/** What an import does for a customer. */
async function recount(id: bigint, day: BusinessDay): Promise<void> {
  await db.prisma.$transaction((tx) => recomputeStats(tx, [id], day))
}

/** A night that looks at what changed; looking at everybody after it finds nothing. */
async function everyNight(day: BusinessDay): Promise<void> {
  await rollWindows(db, day)
  await settleTiers(createTestDeps(db), day)
  const settled = await db.prisma.customerTier.findMany({ orderBy: { customerId: 'asc' } })

  const again = await settleTiers(createTestDeps(db), day, { everybody: true })

  expect(again).toEqual({ upgraded: 0, downgraded: 0, warned: 0, moved: 0 })
  expect(await db.prisma.customerTier.findMany({ orderBy: { customerId: 'asc' } })).toEqual(settled)
}

const kept = async (id: bigint) => db.prisma.customerTier.findUnique({ where: { customerId: id } })
const changes = async () =>
  (await db.prisma.tierChange.findMany({ orderBy: { id: 'asc' } })).map(
    ({ day, before, after, reason }) => [day.toISOString().slice(0, 10), before, after, reason],
  )

describe('tiers', () => {
  it('are first kept as the figures say, then rise at once and say since when', async () => {
    const id = await customer('M1')
    await bought(id, '2026-10-01', 10, 10_000)
    await night('2026-11-20')
    expect(await kept(id)).toMatchObject({ tier: 'bronze', since: null })

    await bought(id, '2026-11-20', 11, 20_000)
    expect(await night('2026-11-21')).toMatchObject({ upgraded: 1, downgraded: 0 })

    expect(await kept(id)).toMatchObject({ tier: 'silver', since: utc('2026-11-21') })
    expect(await changes()).toEqual([['2026-11-21', 'bronze', 'silver', 'upgrade']])
    expect(await night('2026-11-21')).toEqual({ upgraded: 0, downgraded: 0, warned: 0, moved: 0 })
  })

  it('fall at a review only, a step at a time, thirty days after the warning', async () => {
    const id = await customer('M1')
    // silver until the orders leave the window on 10 November 2026
    await bought(id, '2025-11-10', 21, 10_000, 0)
    await night('2026-10-15')
    expect(await kept(id)).toMatchObject({ tier: 'silver', warnedOn: null })

    // the review of November counts them still, that of December none
    for (const day of ['2026-10-20', '2026-11-01', '2026-11-02', '2026-11-15', '2026-11-30'])
      await night(day)
    expect(await changes()).toEqual([])
    expect((await kept(id))?.tier).toBe('silver')

    await night('2026-12-01')
    expect(await changes()).toEqual([['2026-12-01', 'silver', 'bronze', 'review']])
    await night('2026-12-02')
    await night('2026-12-31')
    expect((await kept(id))?.tier).toBe('bronze')

    await night('2027-01-01')
    expect(await changes()).toHaveLength(2)
    expect(await kept(id)).toMatchObject({
      tier: 'iron',
      since: utc('2027-01-01'),
      fallingReviews: 2,
    })
  })

  it('make up for a review that was missed, once', async () => {
    const id = await customer('M1')
    await bought(id, '2025-11-10', 21, 10_000, 0)
    await night('2026-10-31')
    await night('2026-11-01')

    await night('2026-12-05')
    await night('2026-12-06')

    expect(await changes()).toEqual([['2026-12-05', 'silver', 'bronze', 'review']])
  })

  it('stay, and the warning ends, when the customer buys in time', async () => {
    const id = await customer('M1')
    await bought(id, '2025-11-10', 21, 10_000, 0)
    await night('2026-10-15')
    await night('2026-11-01')
    expect((await kept(id))?.warnedOn).not.toBeNull()

    await bought(id, '2026-11-21', 21, 10_000)
    await night('2026-11-22')
    await night('2026-12-01')

    expect(await kept(id)).toMatchObject({ tier: 'silver', warnedOn: null, fallingReviews: 0 })
    expect(await changes()).toEqual([])
  })

  it('are gold for two purchase days and one referred customer who kept what they bought', async () => {
    const id = await customer('M1')
    await bought(id, '2026-11-10', 2, 100)
    const friend = await customer('M2', 'M1')
    await night('2026-11-20')
    expect((await kept(id))?.tier).toBe('iron')

    await bought(friend, '2026-11-20', 1, 100)
    await night('2026-11-21')

    expect((await kept(id))?.tier).toBe('gold')
  })

  it('are not gold for somebody who names themself as who brought them', async () => {
    const id = await customer('M1', 'M1')
    await bought(id, '2026-11-10', 2, 100)
    await night('2026-11-20')
    expect((await kept(id))?.tier).toBe('iron')

    await bought(id, '2026-11-20', 1, 100)
    await recount(id, '2026-11-20')
    await db.prisma.$transaction((tx) => settleTiersOf(tx, createTestDeps(db), [id], '2026-11-20'))

    expect((await kept(id))?.tier).toBe('iron')
  })

  it('give every customer alone what domain rules give', async () => {
    const someone = fc.record({
      orders: fc.integer({ min: 0, max: 24 }),
      amountFen: fc.constantFrom(0, 4_999, 5_000, 9_524, 10_000, 20_000, 100_000),
      friends: fc.integer({ min: 0, max: 1 }),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(someone, { minLength: 1, maxLength: 8 }), async (people) => {
        await emptyDatabase(db)
        const ids: bigint[] = []
        for (const [i, one] of people.entries()) {
          const id = await customer(`M${i}`)
          ids.push(id)
          await bought(id, '2026-11-20', one.orders, one.amountFen)
          if (one.friends > 0) await bought(await customer(`F${i}`, `M${i}`), '2026-11-20', 1, 1)
        }
        await night('2026-11-21')

        for (const [i, one] of people.entries()) {
          const figures = {
            spend365Fen: one.orders * one.amountFen,
            orders365: one.orders,
            purchaseDays365: one.orders,
            referrals: one.friends,
          }
          const { tier } = tierOf(DEFAULT_TIER_TABLE, figures, '2026-11-21')
          expect((await kept(ids[i] ?? 0n))?.tier).toBe(tier)
        }
      }),
      { numRuns: 12 },
    )
  })

  it.each([
    ['the product’s own table', tiersWith({})],
    [
      'a table with validity and ends',
      tiersWith({
        bronze: { keepMonths: 2 },
        silver: { ends: { afterDays: 40, when: 'review' } },
      }),
    ],
  ])('by %s are on every night what looking at everybody gives', async (_which, table) => {
    const PEOPLE = 5
    const act = fc.record({
      /** nights until it happens */
      after: fc.integer({ min: 0, max: 9 }),
      who: fc.nat(PEOPLE - 1),
      what: fc.constantFrom(
        'buys',
        'buys',
        'returns everything',
        'brings a friend',
        'friend returns',
      ),
      orders: fc.integer({ min: 1, max: 21 }),
      amountFen: fc.constantFrom(100, 5_000, 10_000),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(act, { minLength: 1, maxLength: 8 }), async (acts) => {
        await emptyDatabase(db)
        await useTiers(db, table)
        const ids: bigint[] = []
        for (let n = 0; n < PEOPLE; n += 1) {
          const id = await customer(`M${n}`)
          ids.push(id)
          if (n === 0) await bought(await customer('F', 'M0'), '2026-10-01', 1, 100)
          if (n === 0) await bought(id, '2026-10-02', 2, 100)
          await bought(id, '2025-11-10', n * 6, 10_000, 0)
        }
        await rebuildStats(db, '2026-10-28')
        let day: BusinessDay = '2026-10-28'
        for (const { after, who, what, orders: n, amountFen } of acts) {
          await everyNight(day)
          day = addDays(day, after)
          const id = ids[who] ?? 0n
          const friends = await db.prisma.customer.findMany({
            where: { referrerMemberNo: `M${who}` },
            select: { id: true },
          })
          if (what === 'buys') await bought(id, day, n, amountFen, 0)
          if (what === 'brings a friend') {
            const friend = await customer(`F${(orders += 1)}`, `M${who}`)
            await bought(friend, day, 1, 100)
            await recount(friend, day)
          }
          const gone = what === 'returns everything' ? [{ id }] : friends
          if (what.includes('return')) {
            await db.prisma.order.updateMany({
              where: { customerId: { in: gone.map((one) => one.id) } },
              // of the simulated day: Prisma would write the real one, which may lie before it
              data: { status: 'refunded', updatedAt: new Date(`${day}T04:00:00Z`) },
            })
            for (const one of gone) await recount(one.id, day)
          }
          if (what === 'buys') await recount(id, day)
        }
        for (let n = 0; n < 3; n += 1) {
          await everyNight(day)
          day = addDays(day, 20)
        }
      }),
      { numRuns: 6 },
    )
  })

  it('are told to the chain’s systems when they change', async () => {
    await db.prisma.webhook.create({
      data: {
        url: 'https://chain.example/hook',
        events: ['tier.changed'],
        secretEnc: Buffer.from('s'),
      },
    })
    const id = await customer('M1')
    await night('2026-11-20')
    await bought(id, '2026-11-20', 10, 10_000)
    await night('2026-11-21')

    const [row] = await db.prisma.outbox.findMany({ where: { kind: 'webhook' } })
    expect(row?.payload).toMatchObject({
      event: 'tier.changed',
      data: {
        memberNo: 'M1',
        before: 'iron',
        after: 'bronze',
        reason: 'upgrade',
        day: '2026-11-21',
      },
    })
  })

  it('are told by the database itself where a table moves everybody: the process holds none of them', async () => {
    await db.prisma.webhook.create({
      data: {
        url: 'https://chain.example/hook',
        events: ['tier.changed'],
        secretEnc: Buffer.from('s'),
      },
    })
    await db.pool.query(
      `with made as (
         insert into customer (member_no, external_userid, updated_at)
         select 'M' || i, 'wm' || i, 'epoch' from generate_series(1, 30000) i returning id)
       insert into customer_tier (customer_id, tier, since) select id, 'iron', '2026-11-01' from made`,
    )
    await rebuildStats(db, '2026-11-20')
    const [lowest, ...others] = DEFAULT_TIER_TABLE.tiers
    if (!lowest) throw new Error('a table has tiers')
    await useTiers(db, { tiers: [{ ...lowest, code: 'basic' }, ...others] })
    const wire = watchWire()

    const settled = await settleTiers(createTestDeps(db), '2026-11-20')
    wire.stop()

    expect(settled).toEqual({ upgraded: 0, downgraded: 0, warned: 0, moved: 30_000 })
    expect(wire.mostRows).toBeLessThan(100)
    expect(wire.longestValue).toBeLessThan(10_000)
    const { rows } = await db.pool.query(
      `select count(*)::int as n, count(distinct payload ->> 'id')::int as ids,
         count(distinct payload #>> '{data,memberNo}')::int as customers from outbox where kind = 'webhook'`,
    )
    expect(rows).toEqual([{ n: 30_000, ids: 30_000, customers: 30_000 }])
    const one = await db.prisma.outbox.findFirstOrThrow({
      where: { payload: { path: ['data', 'memberNo'], equals: 'M7' } },
    })
    expect(one).toMatchObject({ state: 'pending', traceId: 'tier-2026-11-20' })
    expect(one.payload).toEqual({
      webhookId: expect.stringMatching(/^[0-9]+$/),
      id: expect.stringMatching(/^[\w-]{43}$/),
      event: 'tier.changed',
      createdAt: '2026-11-22T01:00:00.000Z',
      data: {
        memberNo: 'M7',
        externalUserId: 'wm7',
        before: 'iron',
        after: 'basic',
        reason: 'table',
        day: '2026-11-20',
        at: '2026-11-22T09:00:00+08:00',
      },
    })
    expect(one.dedupeKey).toBe(
      `webhook:${(one.payload as { webhookId: string }).webhookId}:${(one.payload as { id: string }).id}`,
    )
  }, 60_000)
})
