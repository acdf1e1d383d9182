import fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import { createTaskList } from '../../../bot/job-handlers.ts'
import { earnPoints } from '../../../bot/members/earn-points.ts'
import { importItems } from '../../../bot/members/import/import-items.ts'
import { loadProgramme, saveProgramme } from '../../../bot/members/points-programme.ts'
import { rebuildLots } from '../../../bot/members/settle-lots.ts'
import { addDays, atTime } from '../../../domain/business-day.ts'
import { orderPoints } from '../../../domain/points-programme.ts'
import { emptyDatabase, useDatabase } from '../../support/database.ts'
import { createTestClock, createTestDeps } from '../../support/test-deps.ts'
import { aMember, anEntry, anOrder } from './chain-rows.ts'

const db = useDatabase()
const ZONE = 'Asia/Shanghai'
const clock = createTestClock()
const deps = createTestDeps(db, { clock })
const START = '2026-11-01'
const PROGRAMME = {
  startsOn: START,
  pointsPerYuan: 1,
  signUpPoints: 50,
  referralPoints: 100,
  behaviourDailyCap: 100,
}

beforeEach(async () => {
  await emptyDatabase(db)
  clock.set(atTime(START, '08:00', ZONE))
  await save(PROGRAMME)
})

const save = (params: unknown, enabled = true) =>
  saveProgramme(db, { params, enabled }, { by: 'operator', now: clock.now() })
// taken in after their days: the nights stand where a test puts them
const later = createTestDeps(db, { clock: createTestClock('2027-01-31T00:00:00Z') })
const put = async (kind: 'members' | 'orders' | 'points', ...rows: object[]) => {
  expect((await importItems(later, kind, rows)).rejected).toEqual([])
}
/** The night of a day: its scan time, after what came on the day before. */
const night = (day: string) => {
  clock.set(atTime(day, '08:55', ZONE))
  return earnPoints(deps, day)
}
const at = (day: string, time = '10:00') => `${day}T${time}:00+08:00`

async function lines() {
  const { rows } = await db.pool.query<{ entry: string; member: string; points: number }>(
    'select entry_no as entry, member_no as member, points from points_entry order by 2, 1',
  )
  return rows.map(({ entry, member, points }) => `${member} ${entry} ${points}`)
}

async function lots() {
  const { rows } = await db.pool.query<Record<string, unknown>>(
    `select e.entry_no as entry, l.remaining, l.available_on::text as from, l.expires_on::text as until
     from points_lot l join points_entry e on e.id = l.entry_id order by 1`,
  )
  return rows
}

const shortfall = async () => (await db.prisma.pointsShortfall.findMany()).map((row) => row.points)

describe('an order', () => {
  beforeEach(() => put('members', aMember()))

  it('gives its net spend in points, once, pending for 7 days and valid to the end of a month', async () => {
    await put(
      'orders',
      anOrder({ amountFen: 19_990, refundedFen: 1_000, paidAt: at('2026-11-20') }),
    )

    expect(await night('2026-11-21')).toBe(1)
    expect(await night('2026-11-21')).toBe(0)
    expect(await night('2026-11-22')).toBe(0)

    expect(await lines()).toEqual(['M1 programme:order:O1 189'])
    expect(await lots()).toEqual([
      { entry: 'programme:order:O1', remaining: 189, from: '2026-11-27', until: '2027-11-30' },
    ])
    expect((await db.prisma.pointsEntry.findFirst())?.facts).toEqual({
      track: 'spend',
      version: 1,
      netFen: 18_990,
      pointsPerYuan: 1,
      factor: 1,
      pendingDays: 7,
      validDays: 365,
    })
  })

  it.each([
    ['the day before the programme', '2026-10-31', []],
    ['its first day', '2026-11-01', ['M1 programme:order:O1 100']],
    ['the day of the night', '2026-11-22', ['M1 programme:order:O1 100']],
    ['the day after', '2026-11-23', []],
  ])('of %s earns accordingly', async (_name, day, expected) => {
    await put('orders', anOrder({ paidAt: at(day) }))

    await night('2026-11-22')

    expect(await lines()).toEqual(expected)
  })

  it('that was dated ahead earns once its day has come', async () => {
    await put('orders', anOrder({ paidAt: at('2026-11-25') }))
    await night('2026-11-22')
    await night('2026-11-23')

    await night('2026-11-25')

    expect(await lines()).toEqual(['M1 programme:order:O1 100'])
  })

  it.each(['refunded', 'cancelled'])('that is %s gives nothing', async (status) => {
    await put('orders', anOrder({ status }))

    expect(await night('2026-11-22')).toBe(0)
  })

  it.each([
    ['the month before', 1031, false, 100],
    ['the first of the month', 1101, false, 200],
    ['the last of the month', 1130, false, 200],
    ['the month after', 1201, false, 100],
    ['10/1 by the Chinese calendar, 9 November', 1001, true, 200],
    ['9/1 by the Chinese calendar, 10 October', 901, true, 100],
    ['11/1 by the Chinese calendar, 9 December', 1101, true, 100],
  ])('of November with a birthday on %s', async (name, md, lunarBirthday, points) => {
    const birthday = `${String(Math.floor(md / 100)).padStart(2, '0')}-${String(md % 100).padStart(2, '0')}`
    await put('members', aMember({ birthday, lunarBirthday }))
    await put('orders', anOrder({ paidAt: at('2026-11-10') }))

    await night('2026-11-22')

    expect([name, await lines()]).toEqual([name, [`M1 programme:order:O1 ${points}`]])
  })

  it('that is refunded in parts takes its points back, each part once', async () => {
    await put('orders', anOrder())
    await night('2026-11-02')

    await put('orders', anOrder({ refundedFen: 2_550 }))
    await night('2026-11-03')
    await night('2026-11-03')
    await put('orders', anOrder({ refundedFen: 10_000, status: 'refunded' }))
    await night('2026-11-04')

    expect(await lines()).toEqual([
      'M1 programme:order:O1 100',
      'M1 programme:order:O1:1 -26',
      'M1 programme:order:O1:2 -74',
    ])
    expect(await lots()).toMatchObject([{ remaining: 0 }])
    expect(await shortfall()).toEqual([])
  })

  it('whose amount is corrected below what was paid back gives nothing, and owes no more than it gave', async () => {
    await put('orders', anOrder({ refundedFen: 6_000 }))
    await night('2026-11-02')

    await put('orders', anOrder({ amountFen: 5_000 }))
    await night('2026-11-03')

    expect(await lines()).toEqual(['M1 programme:order:O1 40', 'M1 programme:order:O1:1 -40'])
  })

  it('that is refunded after its points were spent leaves a shortfall, never a balance below zero', async () => {
    await put('orders', anOrder())
    await night('2026-11-02')
    clock.set(at('2026-11-12'))
    await put('points', anEntry({ kind: 'spend', points: 80, occurredAt: at('2026-11-12') }))

    await put('orders', anOrder({ refundedFen: 10_000, status: 'refunded' }))
    await night('2026-11-13')

    expect(await lots()).toMatchObject([{ remaining: 0 }])
    expect(await shortfall()).toEqual([80])
  })

  it('keeps the rate it was given points by, whatever version or birthday comes later', async () => {
    await put('orders', anOrder())
    await night('2026-11-02')

    await save({ ...PROGRAMME, pointsPerYuan: 5 })
    await put('members', aMember({ birthday: '11-05' }))
    await put('orders', anOrder({ refundedFen: 5_000 }), anOrder({ orderNo: 'O2' }))
    await night('2026-11-03')

    expect(await lines()).toEqual([
      'M1 programme:order:O1 100',
      'M1 programme:order:O1:1 -50',
      'M1 programme:order:O2 1000',
    ])
  })

  it('still takes points back when the programme is off, and gives none', async () => {
    await put('orders', anOrder())
    await night('2026-11-02')

    await save(PROGRAMME, false)
    await put('orders', anOrder({ refundedFen: 5_000 }), anOrder({ orderNo: 'O2' }))
    await night('2026-11-03')

    expect(await lines()).toEqual(['M1 programme:order:O1 100', 'M1 programme:order:O1:1 -50'])
  })

  it('takes its points along to another member', async () => {
    await put('members', aMember({ memberNo: 'M2' }))
    await put('orders', anOrder())
    await night('2026-11-02')

    await put('orders', anOrder({ memberNo: 'M2' }))
    await night('2026-11-03')

    expect(await lines()).toEqual(['M2 programme:order:O1 100'])
    const [lot] = await db.prisma.pointsLot.findMany({ include: { customer: true } })
    expect(lot?.customer.memberNo).toBe('M2')
  })

  it('that comes before its member, or in a night that was left out, earns when it can', async () => {
    await night('2026-11-02')
    await put('orders', anOrder({ memberNo: 'M9', paidAt: at('2026-11-03') }))
    await night('2026-11-04')
    clock.set(at('2026-11-10'))
    await put('members', aMember({ memberNo: 'M9' }))

    await night('2026-11-14')

    expect(await lines()).toEqual(['M9 programme:order:O1 100'])
  })
})

describe('behaviour points', () => {
  const joined = (memberNo: string, day: string, more: object = {}) =>
    aMember({ memberNo, joinedAt: at(day), ...more })

  it('are given for a sign-up since the first day, once', async () => {
    await put('members', joined('M1', '2026-10-31'), joined('M2', '2026-11-01'))

    await night('2026-11-02')
    await night('2026-11-03')

    expect(await lines()).toEqual(['M2 programme:sign_up:M2 50'])
  })

  it('are given to the referrer with the first paid order, and taken back with its refund', async () => {
    await put('members', joined('A', '2026-01-01'))
    await put('members', joined('B', '2026-01-02', { referrerMemberNo: 'A' }))
    await night('2026-11-02')
    expect(await lines()).toEqual([])

    const first = anOrder({ memberNo: 'B', paidAt: at('2026-11-03'), amountFen: 50 })
    await put('orders', first, anOrder({ orderNo: 'O2', memberNo: 'B', paidAt: at('2026-11-04') }))
    await night('2026-11-05')
    expect(await lines()).toEqual(['A programme:referral:B 100', 'B programme:order:O2 100'])

    await put('orders', { ...first, refundedFen: 50, status: 'refunded' })
    await night('2026-11-06')
    await night('2026-11-07')
    expect(await lines()).toContain('A programme:referral:B:1 -100')
    expect(await lots()).toMatchObject([{ remaining: 100 }, { remaining: 0 }])
  })

  it('are not given for an own second number', async () => {
    await put('members', joined('A', '2026-01-01', { referrerMemberNo: 'A' }))
    await put('orders', anOrder({ memberNo: 'A', amountFen: 50 }))

    await night('2026-11-22')

    expect(await lines()).toEqual([])
  })

  it('stop at the cap of a day, also when they come in two nights, and begin anew the next day', async () => {
    await put('members', joined('A', '2026-11-03'))
    const brought = ['B', 'C', 'D'].map((no) => joined(no, '2026-01-01', { referrerMemberNo: 'A' }))
    await put('members', ...brought)
    const order = (memberNo: string, day: string) =>
      anOrder({ orderNo: `O${memberNo}`, memberNo, paidAt: at(day), amountFen: 50 })
    await put('orders', order('B', '2026-11-03'))
    await night('2026-11-04')
    clock.set(at('2026-11-04'))

    await put('orders', order('C', '2026-11-03'), order('D', '2026-11-04'))
    await night('2026-11-05')

    expect(await lines()).toEqual(['A programme:referral:B 100', 'A programme:referral:D 100'])
  })
})

describe('a programme', () => {
  it('gives its points with the day’s scan', async () => {
    await put('members', aMember())
    await put('orders', anOrder())
    clock.set(atTime('2026-11-22', '08:55', ZONE))

    const job = { id: '1', attempts: 1, max_attempts: 12 }
    await createTaskList(deps)['scan']?.({ day: '2026-11-22' }, { job } as never)

    expect(await lines()).toEqual(['M1 programme:order:O1 100'])
  })

  it('is off for a chain that has none', async () => {
    await db.prisma.pointsProgramme.deleteMany()
    await put('members', aMember())
    await put('orders', anOrder())

    expect(await night('2026-11-22')).toBe(0)
    expect(await db.prisma.dailyRun.count()).toBe(0)
  })

  it('is a version with who saved it; numbers that can’t be used are named, and nothing is kept', async () => {
    await expect(save({ ...PROGRAMME, pointsPerYuan: -1, validDays: 0 })).rejects.toThrow(
      /pointsPerYuan: write a number from 0 to 1000.* validDays: write an integer from 1 to 3650/,
    )
    expect(await save({ startsOn: START, pointsPerYuan: 2 })).toBe(2)

    expect(await loadProgramme(db.prisma)).toMatchObject({
      version: 2,
      enabled: true,
      params: { pointsPerYuan: 2, birthdayMonthFactor: 2, pendingDays: 7, validDays: 365 },
    })
    expect(await db.prisma.auditLog.count()).toBe(2)
  })

  it('keeps its lines to itself', async () => {
    const { rejected } = await importItems(deps, 'points', [
      anEntry({ entryNo: 'programme:order:O1', occurredAt: at('2026-10-01') }),
    ])

    expect(rejected).toMatchObject([{ code: 'BAD_FIELD', id: 'programme:order:O1' }])
    expect(rejected[0]?.message).toMatch(/^entryNo: write a number that does not begin with/)
  })

  it('comes to the same by any nights: each order’s points, and lots that are never negative', async () => {
    const anEvent = fc.record({
      day: fc.integer({ min: 0, max: 12 }),
      what: fc.constantFrom(
        'order' as const,
        'refund' as const,
        'spend' as const,
        'night' as const,
      ),
      order: fc.integer({ min: 0, max: 3 }),
      fen: fc.integer({ min: 0, max: 40_000 }),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(anEvent, { minLength: 3, maxLength: 14 }), async (events) => {
        await emptyDatabase(db)
        clock.set(atTime(START, '08:00', ZONE))
        await save(PROGRAMME)
        await put('members', aMember({ birthday: '11-15' }), aMember({ memberNo: 'M2' }))
        const stored = new Map<number, { amountFen: number; refundedFen: number }>()
        for (const [n, { day, what, order, fen }] of events
          .toSorted((a, b) => a.day - b.day)
          .entries()) {
          const today = addDays(START, day)
          clock.set(at(today, '12:00'))
          const memberNo = order % 2 === 0 ? 'M1' : 'M2'
          if (what === 'night') await night(today)
          if (what === 'spend') {
            const line = { entryNo: `S${n}`, memberNo, kind: 'spend', points: Math.ceil(fen / 100) }
            await put('points', anEntry({ ...line, occurredAt: at(today) }))
          }
          const known = stored.get(order)
          if (what === 'order' && !known) stored.set(order, { amountFen: fen, refundedFen: 0 })
          if (what === 'refund' && known) known.refundedFen = Math.min(fen, known.amountFen)
          const now = stored.get(order)
          if (now && (what === 'order' || what === 'refund')) {
            await put(
              'orders',
              anOrder({ orderNo: `O${order}`, memberNo, paidAt: at(START), ...now }),
            )
          }
        }
        await night(addDays(START, 14))
        expect(await night(addDays(START, 14))).toBe(0)

        const { rows } = await db.pool.query<{ about: string; points: number }>(
          'select about, sum(points)::int as points from points_entry where about is not null group by 1 order by 1',
        )
        expect(rows.filter(({ points }) => points !== 0)).toEqual(
          [...stored]
            .sort(([a], [b]) => a - b)
            .map(([order, { amountFen, refundedFen }]) => ({
              about: `order:O${order}`,
              points: orderPoints(amountFen - refundedFen, {
                pointsPerYuan: 1,
                factor: order % 2 === 0 ? 2 : 1,
              }),
            }))
            .filter(({ points }) => points !== 0),
        )
        const kept = await lots()
        for (const { remaining } of kept) expect(remaining).toBeGreaterThanOrEqual(0)
        const short = await shortfall()
        await rebuildLots(db, ZONE)
        expect(await lots()).toEqual(kept)
        expect(await shortfall()).toEqual(short)
      }),
      { numRuns: 8 },
    )
  })
})
