import * as fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import { importItems } from '../../../bot/members/import/import-items.ts'
import { settleTiers } from '../../../bot/members/settle-tiers.ts'
import { addDays, type BusinessDay } from '../../../domain/business-day.ts'
import { emptyDatabase, useDatabase } from '../../support/database.ts'
import { createTestClock, createTestDeps } from '../../support/test-deps.ts'

const db = useDatabase()
const TODAY = '2026-11-22'
const clock = createTestClock(`${TODAY}T04:00:00Z`)
const deps = createTestDeps(db, { clock })
let serial = 0

beforeEach(() => emptyDatabase(db))

/** Members whose tiers a night has kept; `M2` was brought by `M1`. */
async function members(...rows: { memberNo: string; referrerMemberNo?: string }[]): Promise<void> {
  await importItems(
    deps,
    'members',
    rows.map((row) => ({ joinedAt: '2025-01-01T00:00:00Z', ...row })),
  )
  await settleTiers(deps, addDays(TODAY, -1))
}

const order = (memberNo: string, day: BusinessDay, amountFen: number) => ({
  orderNo: `R${(serial += 1)}`,
  memberNo,
  paidAt: `${day}T03:00:00Z`,
  amountFen,
  status: 'paid',
})

/** Orders of a day, as the till sends them. */
async function sells(memberNo: string, day: BusinessDay, n: number, amountFen: number) {
  const sent = Array.from({ length: n }, () => order(memberNo, day, amountFen))
  await importItems(deps, 'orders', sent)
  return sent
}

const kept = async (memberNo: string) =>
  await db.prisma.customerTier.findFirst({ where: { customer: { memberNo } } })
const changes = async () =>
  (
    await db.prisma.tierChange.findMany({ orderBy: { id: 'asc' }, include: { customer: true } })
  ).map(({ customer, before, after, reason }) => [customer.memberNo, before, after, reason])

describe('an order', () => {
  it('raises the tier in the same transaction, and the chain’s systems are told', async () => {
    await db.prisma.webhook.create({
      data: {
        url: 'https://chain.example/hook',
        events: ['tier.changed'],
        secretEnc: Buffer.from('s'),
      },
    })
    await members({ memberNo: 'M1' })
    const sent = await sells('M1', TODAY, 9, 20_000)
    expect(await kept('M1')).toMatchObject({ tier: 'iron' })

    await sells('M1', TODAY, 1, 20_000)

    expect(await kept('M1')).toMatchObject({ tier: 'bronze', since: new Date(TODAY) })
    expect(await changes()).toEqual([['M1', 'iron', 'bronze', 'upgrade']])
    const told = await db.prisma.outbox.findMany({ where: { kind: 'webhook' } })
    expect(told.map(({ payload }) => payload)).toMatchObject([
      { event: 'tier.changed', data: { memberNo: 'M1', after: 'bronze', day: TODAY } },
    ])

    await importItems(deps, 'orders', sent)
    expect(await settleTiers(deps, TODAY, { everybody: true })).toMatchObject({ upgraded: 0 })
    expect(await db.prisma.outbox.count({ where: { kind: 'webhook' } })).toBe(1)
  })

  it('of a friend, their first, raises the tier of who brought them', async () => {
    await members({ memberNo: 'M1' }, { memberNo: 'M2', referrerMemberNo: 'M1' })
    await sells('M1', addDays(TODAY, -9), 1, 100)
    await sells('M1', addDays(TODAY, -3), 1, 100)
    expect(await changes()).toEqual([])

    await sells('M2', TODAY, 1, 100)

    expect(await changes()).toEqual([['M1', 'iron', 'gold', 'upgrade']])
  })

  it('ends the warning of a tier that it makes safe', async () => {
    await members({ memberNo: 'M1' })
    await db.prisma.customerTier.updateMany({
      data: {
        tier: 'bronze',
        warnedOn: new Date('2026-11-01'),
        reviewedOn: new Date('2026-11-01'),
      },
    })

    await sells('M1', TODAY, 9, 20_000)
    expect(await kept('M1')).toMatchObject({ warnedOn: new Date('2026-11-01') })
    await sells('M1', TODAY, 1, 20_000)

    expect(await kept('M1')).toMatchObject({ tier: 'bronze', warnedOn: null })
    expect(await changes()).toEqual([])
  })

  it('sent back takes no tier: that is a review’s', async () => {
    await members({ memberNo: 'M1' })
    const sent = await sells('M1', TODAY, 10, 20_000)

    await importItems(
      deps,
      'orders',
      sent.map((one) => ({ ...one, status: 'refunded', refundedFen: one.amountFen })),
    )

    expect(await kept('M1')).toMatchObject({ tier: 'bronze' })
    expect(await changes()).toHaveLength(1)
  })

  it.each([
    ['today', TODAY, 'bronze'],
    ['yesterday', addDays(TODAY, -1), 'bronze'],
    ['the day before: history, which waits for the night', addDays(TODAY, -2), 'iron'],
  ])('of %s makes at once, then by night', async (_when, day, tier) => {
    await members({ memberNo: 'M1' })

    await sells('M1', day, 10, 20_000)

    expect(await kept('M1')).toMatchObject({ tier })
    await settleTiers(deps, TODAY)
    expect(await kept('M1')).toMatchObject({ tier: 'bronze' })
  })

  it('of somebody whose tier no night has kept is left to the night', async () => {
    await importItems(deps, 'members', [{ memberNo: 'M1', joinedAt: '2026-11-22T00:00:00Z' }])

    await sells('M1', TODAY, 10, 20_000)
    expect(await kept('M1')).toBeNull()
    await settleTiers(deps, TODAY)

    expect(await kept('M1')).toMatchObject({ tier: 'bronze', since: null })
    expect(await changes()).toEqual([])
  })

  it('at the same moment as a friend’s and another of theirs changes the tier once', async () => {
    await members({ memberNo: 'M1' }, { memberNo: 'M2', referrerMemberNo: 'M1' })
    await sells('M1', addDays(TODAY, -3), 1, 100)

    await Promise.all([
      sells('M1', TODAY, 20, 20_000),
      sells('M2', TODAY, 1, 100),
      sells('M1', TODAY, 5, 20_000),
    ])

    await settleTiers(deps, TODAY, { everybody: true })
    expect(await kept('M1')).toMatchObject({ tier: 'gold' })
    const steps = await changes()
    expect(steps.map(([, before]) => before)).toEqual([
      'iron',
      ...steps.slice(0, -1).map(([, , after]) => after),
    ])
  })
})

describe('tiers that orders raise at once', () => {
  it('are after the night what the night alone makes of them', async () => {
    const bought = fc.record({
      who: fc.constantFrom('M1', 'M2', 'M3'),
      ago: fc.integer({ min: 0, max: 3 }),
      n: fc.integer({ min: 1, max: 12 }),
      amountFen: fc.constantFrom(100, 10_000, 20_000),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(bought, { maxLength: 6 }), async (all) => {
        const play = async (atOnce: boolean) => {
          await emptyDatabase(db)
          await members(
            { memberNo: 'M1' },
            { memberNo: 'M2', referrerMemberNo: 'M1' },
            { memberNo: 'M3', referrerMemberNo: 'M2' },
          )
          for (const { who, ago, n, amountFen } of all) {
            await sells(who, addDays(TODAY, -ago), n, amountFen)
            // as before: nothing was kept until the night
            if (!atOnce)
              await db.prisma.customerTier.updateMany({ data: { tier: 'iron', since: null } })
          }
          await settleTiers(deps, TODAY, { everybody: true })
          return await db.prisma.customerTier.findMany({
            select: {
              tier: true,
              warnedOn: true,
              reviewedOn: true,
              customer: { select: { memberNo: true } },
            },
            orderBy: { customerId: 'asc' },
          })
        }

        expect(await play(true)).toEqual(await play(false))
      }),
      { numRuns: 5 },
    )
  })
})
