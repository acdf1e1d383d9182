import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { earnPoints } from '../../bot/members/earn-points.ts'
import { importItems } from '../../bot/members/import/import-items.ts'
import { atTime } from '../../domain/business-day.ts'
import { PROGRAMME_DEFAULTS } from '../../domain/points-programme.ts'
import type {
  ProgrammeLinted,
  ProgrammeTried,
  ProgrammeView,
} from '../../server/api/points-programme/schema.ts'
import { aMember, anEntry, anOrder } from '../bot/members/chain-rows.ts'
import { aGuide } from '../support/chain.ts'
import { emptyDatabase, useDatabase } from '../support/database.ts'
import { buildTestApp, signIn, type TestApp } from '../support/test-app.ts'
import { createTestClock, createTestDeps } from '../support/test-deps.ts'
import { tiersWith, useTiers } from '../support/tiers.ts'

const db = useDatabase()
const clock = createTestClock()
const deps = createTestDeps(db, { clock })
const TODAY = '2026-11-22'
let test: TestApp
let hq: Record<string, string>

beforeAll(async () => {
  test = await buildTestApp(db, { clock, requestsPerMinute: 100_000 })
})
afterAll(() => test.close())
beforeEach(async () => {
  await emptyDatabase(db)
  clock.set(atTime(TODAY, '10:00', 'Asia/Shanghai').toISOString())
  await aGuide(db, { userid: 'head', role: 'hq', storeNo: null })
  hq = await signIn(test.app, 'head')
})

async function call<T>(
  method: 'GET' | 'PUT' | 'POST',
  path: string,
  payload?: object,
  { headers = hq, status = 200 } = {},
): Promise<T> {
  const answer = await test.app.inject({
    method,
    url: `/api/points-programme${path}`,
    headers,
    ...(payload && { payload }),
  })
  expect(answer.statusCode, answer.body).toBe(status)
  return answer.json<T>()
}
const read = () => call<ProgrammeView>('GET', '')
const put = (payload: object, status = 200) =>
  call<ProgrammeView>('PUT', '', payload, { headers: hq, status })
const tryOut = (payload: object) => call<ProgrammeTried>('POST', '/dry-run', payload)
const arrive = async (kind: 'members' | 'orders' | 'points', ...rows: object[]) => {
  expect((await importItems(deps, kind, rows)).rejected).toEqual([])
}
const on = (day: string) => `${day}T10:00:00+08:00`

describe('the points programme', () => {
  it('of a chain that has none is off, with numbers to begin with', async () => {
    expect(await read()).toEqual({
      version: 0,
      enabled: false,
      params: { startsOn: '2026-12-01', pointsPerYuan: 1, ...PROGRAMME_DEFAULTS },
      findings: [],
      history: [],
    })
  })

  it('is changed by headquarters in versions, with who and when, and the night goes by it', async () => {
    await arrive('members', aMember())
    await arrive('orders', anOrder({ paidAt: on('2026-11-20') }))
    const params = { startsOn: '2026-11-01', pointsPerYuan: 2 }

    expect(await put({ version: 0, enabled: true, params })).toMatchObject({
      version: 1,
      enabled: true,
      params: { ...PROGRAMME_DEFAULTS, ...params },
      history: [{ version: 1, by: 'head', byName: '王小明' }],
    })
    const second = await put({ version: 1, params: { pendingDays: 3 } })
    await earnPoints(deps, TODAY)

    expect(second.history.map(({ params: { pendingDays } }) => pendingDays)).toEqual([3, 7])
    expect(await db.prisma.pointsEntry.findFirst()).toMatchObject({
      points: 200,
      facts: { pendingDays: 3, version: 2 },
    })
    expect(await db.prisma.auditLog.findMany({ where: { subject: '2' } })).toMatchObject([
      {
        actor: 'head',
        action: 'points_programme.save',
        detail: { before: { params: { pendingDays: 7 } }, after: { params: { pendingDays: 3 } } },
      },
    ])
  })

  it('is not saved anew where nothing changes', async () => {
    await put({ version: 0, enabled: true })
    await put({ version: 1, enabled: true, params: { pointsPerYuan: 1 } })

    expect(await db.prisma.pointsProgramme.count()).toBe(1)
  })

  it('tells the second of two who edit it', async () => {
    await put({ version: 0, enabled: true })

    expect(await put({ version: 0, enabled: true, params: { validDays: 100 } }, 409)).toMatchObject(
      {
        code: 'POINTS_PROGRAMME_CHANGED',
      },
    )
    expect(await db.prisma.pointsProgramme.count()).toBe(1)
  })

  it.each([
    [{ pendingDays: 365 }, 'params.pendingDays'],
    [{ pointsPerYuan: 'two' }, 'params.pointsPerYuan'],
    [{ startsOn: '2026-02-30' }, 'params.startsOn'],
    [{ reviewPoints: 5 }, 'params.reviewPoints'],
  ])('refuses %j and names the number, saved or tried', async (params, field) => {
    expect(await put({ version: 0, params }, 400)).toMatchObject({ code: 'BAD_INPUT', field })
    expect(await call('POST', '/dry-run', { params }, { headers: hq, status: 400 })).toMatchObject({
      field,
    })
    expect(await db.prisma.pointsProgramme.count()).toBe(0)
  })
})

describe('the linter', () => {
  const lint = async (payload: object) =>
    (await call<ProgrammeLinted>('POST', '/lint', payload)).findings.map(
      ({ severity, code, field }) => [severity, code, field],
    )

  it('says what is wrong or odd at its number', async () => {
    expect(await lint({ params: { validDays: 7 } })).toEqual([['error', 'unusable', 'pendingDays']])
    expect(await lint({ params: { pendingDays: 0 } })).toEqual([
      ['warning', 'no_refund_window', 'pendingDays'],
    ])
  })

  it('warns where the chain’s own systems send points too, within 30 days', async () => {
    await arrive('members', aMember())
    await arrive('points', anEntry({ occurredAt: on('2026-10-23') }))

    expect(await lint({ enabled: true })).toEqual([['warning', 'two_ledgers', null]])
    expect(await lint({ enabled: false })).toEqual([])

    clock.set(atTime('2026-11-23', '10:00', 'Asia/Shanghai').toISOString())
    expect(await lint({ enabled: true })).toEqual([])
  })
})

describe('a dry run', () => {
  const params = {
    startsOn: '2026-10-01',
    pointsPerYuan: 2,
    signUpPoints: 50,
    referralPoints: 100,
    behaviourDailyCap: 120,
  }

  /** October: a birthday month, a refund, a sign-up and two friends on one day; and what lies just outside of it. */
  async function october() {
    await arrive(
      'members',
      aMember({ birthday: '10-15', joinedAt: on('2026-10-31') }),
      aMember({ memberNo: 'M2', referrerMemberNo: 'M1', joinedAt: on('2026-09-30') }),
      aMember({ memberNo: 'M3', referrerMemberNo: 'M1', joinedAt: on('2026-11-01') }),
    )
    await arrive(
      'orders',
      anOrder({ orderNo: 'A', paidAt: on('2026-10-01'), amountFen: 10_050 }),
      anOrder({ orderNo: 'B', paidAt: on('2026-09-30') }),
      anOrder({ orderNo: 'C', paidAt: on('2026-11-01') }),
      anOrder({ orderNo: 'D', memberNo: 'M2', paidAt: on('2026-10-31') }),
      anOrder({ orderNo: 'E', memberNo: 'M3', paidAt: on('2026-10-31'), amountFen: 999 }),
      anOrder({
        orderNo: 'F',
        memberNo: 'M3',
        paidAt: on('2026-10-31'),
        refundedFen: 10_000,
        status: 'refunded',
      }),
    )
  }

  it('tells what the last whole month would have given, and writes nothing', async () => {
    await october()

    const tried = await tryOut({ enabled: true, params })

    expect(tried).toEqual({
      from: '2026-10-01',
      to: '2026-10-31',
      netFen: 10_050 + 10_000 + 999,
      after: { spend: 402 + 200 + 19, behaviour: 120, members: 3 },
      before: { spend: 0, behaviour: 0, members: 0 },
      tiers: null,
    })
    expect(await db.prisma.pointsEntry.count()).toBe(0)
    expect(await db.prisma.pointsProgramme.count()).toBe(0)
  })

  it('says exactly what the nights then give for that month', async () => {
    await october()

    const { after } = await tryOut({ enabled: true, params })
    await put({ version: 0, enabled: true, params })
    await earnPoints(deps, '2026-10-31')

    const given = await db.prisma.pointsEntry.findMany()
    const sum = (track: string) =>
      given
        .filter(({ facts }) => (facts as { track: string }).track === track)
        .reduce((total, { points }) => total + points, 0)
    expect({ spend: sum('spend'), behaviour: sum('behaviour') }).toEqual({
      spend: after.spend,
      behaviour: after.behaviour,
    })
  })

  it('puts the programme in force beside it; switched off gives nothing', async () => {
    await october()
    await put({ version: 0, enabled: true, params: { ...params, startsOn: '2026-12-01' } })

    expect(await tryOut({ enabled: false })).toMatchObject({
      before: { spend: 621, behaviour: 120, members: 3 },
      after: { spend: 0, behaviour: 0, members: 0 },
    })
  })

  it('counts who would reach another tier by points', async () => {
    const ASKS = { spendFen: 0, orders: 0, purchaseDays: 0, referrals: 0, points: 0 }
    const table = tiersWith({
      bronze: { asks: { ...ASKS, points: 500 } },
      gold: { asks: { ...ASKS, referrals: 9 } },
    })
    await useTiers(db, table)
    await october()
    const signUp = async (signUpPoints: number) =>
      (await tryOut({ enabled: true, params: { ...params, referralPoints: 0, signUpPoints } }))
        .tiers

    // her orders give 402
    expect(await signUp(97)).toEqual({ up: 0, down: 0 })
    expect(await signUp(98)).toEqual({ up: 1, down: 0 })

    await put({ version: 0, enabled: true, params: { ...params, signUpPoints: 98 } })
    await earnPoints(deps, TODAY)
    // 200 more for her order of November, which is no part of the month that is tried
    expect(await signUp(0)).toEqual({ up: 0, down: 0 })
    expect((await tryOut({ enabled: false })).tiers).toEqual({ up: 0, down: 1 })
  })

  it('refuses a second one at once', async () => {
    const client = await db.pool.connect()
    try {
      await client.query(`begin; select pg_advisory_xact_lock(hashtextextended('dry_run', 0))`)
      expect(await call('POST', '/dry-run', {}, { headers: hq, status: 409 })).toMatchObject({
        code: 'DRY_RUN_BUSY',
      })
    } finally {
      await client.query('rollback')
      client.release()
    }
  })
})
