import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { runScan } from '../../bot/tasks/scan.ts'
import type {
  DryRunAnswer,
  LintAnswer,
  RuleBrief,
  RuleView,
} from '../../server/api/rules/schema.ts'
import { aCustomer, aGuide } from '../support/chain.ts'
import { emptyDatabase, useDatabase } from '../support/database.ts'
import { buildTestApp, signIn, type TestApp } from '../support/test-app.ts'
import { createTestClock, createTestDeps } from '../support/test-deps.ts'

const db = useDatabase()
const clock = createTestClock()
let test: TestApp
type Headers = Record<string, string>
let hq: Headers
let manager: Headers
let near: { id: bigint; userid: string }
let far: { id: bigint; userid: string }

beforeAll(async () => {
  test = await buildTestApp(db, { clock, requestsPerMinute: 100_000 })
})
afterAll(() => test.close())
beforeEach(async () => {
  await emptyDatabase(db)
  clock.set('2026-11-22T02:00:00Z')
  await db.prisma.store.createMany({
    data: [
      { storeNo: 'S1', name: '西湖店', region: '华东' },
      { storeNo: 'S2', name: '滨江店', region: '华南' },
    ],
  })
  near = await aGuide(db, { userid: 'near', storeNo: 'S1' })
  far = await aGuide(db, { userid: 'far', storeNo: 'S2' })
  await aGuide(db, { userid: 'boss', role: 'manager', storeNo: 'S1' })
  await aGuide(db, { userid: 'head', role: 'hq', storeNo: null })
  hq = await signIn(test.app, 'head')
  manager = await signIn(test.app, 'boss')
})

async function call<T>(
  method: 'GET' | 'PUT' | 'POST',
  path: string,
  options: { payload?: object; headers?: Headers; status?: number } = {},
): Promise<T> {
  const { payload, headers = hq, status = 200 } = options
  const answer = await test.app.inject({
    method,
    url: `/api/rules${path}`,
    headers,
    ...(payload && { payload }),
  })
  expect(answer.statusCode, answer.body).toBe(status)
  return answer.json<T>()
}

/** Customers whose birthdays are so many days after the 23rd, each with a guide. */
async function birthdays(guide: { id: bigint }, ...days: number[]) {
  for (const day of days) await aCustomer(db, { birthdayMd: 1123 + day, storeNo: 'S1' }, [guide])
}

describe('a rule', () => {
  it('that starts off is told as off, and makes tasks once it is turned on', async () => {
    const festival = async () => await call<RuleView>('GET', '/festival')
    expect(await festival()).toMatchObject({ version: 1, enabled: false })

    await call('PUT', '/festival', { payload: { version: 1, enabled: true } })

    expect(await festival()).toMatchObject({ version: 2, enabled: true })
  })

  it('is told with its numbers, their bounds and where they come from', async () => {
    const { items } = await call<{ items: RuleBrief[] }>('GET', '')
    expect(items.find(({ kind }) => kind === 'birthday')).toEqual({
      kind: 'birthday',
      label: '生日',
      version: 1,
      enabled: true,
      params: { stepDays: [3, 0] },
      stores: null,
    })

    const rule = await call<RuleView>('GET', '/repurchase_overdue')
    expect(rule).toMatchObject({ version: 1, history: [], findings: [] })
    expect(rule.schema).toMatchObject({
      properties: { factor: { type: 'number', minimum: 1, maximum: 10 } },
    })
  })

  it('is changed by headquarters as a new version, with who and when, and the next scan goes by it', async () => {
    await birthdays(near, 5)

    const saved = await call<RuleView>('PUT', '/birthday', {
      payload: { version: 1, params: { stepDays: [5, 0] } },
    })
    expect(saved).toMatchObject({
      version: 2,
      enabled: true,
      params: { stepDays: [5, 0] },
      history: [{ version: 2, by: 'head', byName: '王小明' }],
    })
    expect(await db.prisma.auditLog.findFirst()).toMatchObject({
      actor: 'head',
      action: 'rule.save',
      subject: 'birthday',
    })

    const { counts } = await runScan(createTestDeps(db, { clock }), {
      day: '2026-11-23',
      kinds: ['birthday'],
    })
    expect(counts.byKind).toEqual({ birthday: 1 })
  })

  it('is not saved anew where nothing changes', async () => {
    await call('PUT', '/birthday', { payload: { enabled: true, params: { stepDays: [3, 0] } } })

    expect(await db.prisma.rule.count()).toBe(0)
  })

  it('tells the second of two who edit it', async () => {
    await call('PUT', '/birthday', { payload: { version: 1, enabled: false } })

    expect(
      await call('PUT', '/birthday', { payload: { version: 1, enabled: true }, status: 409 }),
    ).toMatchObject({ code: 'RULE_CHANGED' })
    expect(await db.prisma.rule.count()).toBe(1)
  })

  it.each([
    [{ stepDays: [99] }, 'params.stepDays.0'],
    [{ stepDays: [] }, 'params.stepDays'],
    [{ stepDays: [3, 3] }, 'params.stepDays'],
    [{ stepsDay: [3] }, 'params.stepsDay'],
  ])('refuses %j and names the number', async (params, field) => {
    expect(await call('PUT', '/birthday', { payload: { params }, status: 400 })).toMatchObject({
      code: 'BAD_INPUT',
      field,
    })
    expect(await db.prisma.rule.count()).toBe(0)
  })

  it('is changed by headquarters alone, since it holds for the whole chain', async () => {
    const payload = { enabled: false }
    await call('PUT', '/birthday', { payload, headers: manager, status: 403 })
    await call('GET', '/birthday', { headers: manager })
    await call('GET', '/birthday', { headers: await signIn(test.app, 'near'), status: 403 })
  })
})

describe('the stores a rule holds for', () => {
  const east = { regions: ['华东'], storeNos: [] }
  const put = (payload: object, status = 200) =>
    call<RuleView>('PUT', '/birthday', { payload, status })

  it('are a part of its versions, and stay where a change leaves them out', async () => {
    expect(await put({ stores: east })).toMatchObject({ version: 2, stores: east, findings: [] })
    expect(await put({ params: { stepDays: [5] } })).toMatchObject({ version: 3, stores: east })
    const back = await put({ stores: null })

    expect(back.stores).toBeNull()
    expect(back.history.map(({ stores }) => stores)).toEqual([null, east, east])
    expect(await db.prisma.auditLog.findFirst({ where: { subject: 'birthday' } })).toMatchObject({
      detail: { before: { stores: null }, after: { stores: east } },
    })
  })

  it('are the same in any order', async () => {
    await put({ stores: { regions: ['华东'], storeNos: ['S2', 'S1', 'S2'] } })

    expect(await put({ stores: { regions: ['华东'], storeNos: ['S1', 'S2'] } })).toMatchObject({
      version: 2,
    })
  })

  it.each([
    [{ regions: [], storeNos: [] }, 'stores', 'holds_nowhere'],
    [{ regions: ['华北'], storeNos: ['S1'] }, 'stores.regions', 'unknown_region'],
    [{ regions: ['华东'], storeNos: ['S9'] }, 'stores.storeNos', 'unknown_store'],
  ])('%j are refused, and found by the linter', async (stores, field, code) => {
    expect(await put({ stores }, 400)).toMatchObject({ code: 'BAD_INPUT', field })
    expect(
      await call('POST', '/birthday/dry-run', { payload: { stores }, status: 400 }),
    ).toMatchObject({ field })
    expect(
      await call('POST', '/birthday/lint', { payload: { stores }, headers: manager }),
    ).toMatchObject({ findings: [{ severity: 'error', code, field }], found: null })
    expect(await db.prisma.rule.count()).toBe(0)
  })

  it('that are gone since say so, and don’t keep the rule from being switched off', async () => {
    await put({ stores: east })
    await db.prisma.store.updateMany({ data: { region: '江浙' } })

    const { findings } = await call<RuleView>('GET', '/birthday', { headers: manager })

    expect(findings).toMatchObject([{ code: 'unknown_region', field: 'stores.regions' }])
    expect(await put({ enabled: false })).toMatchObject({ version: 3, enabled: false })
  })

  it('bound whom the linter finds', async () => {
    await birthdays(near, 0)
    await aCustomer(db, { birthdayMd: 1123, storeNo: 'S2' }, [far])

    const { found } = await call<LintAnswer>('POST', '/birthday/lint', {
      payload: { stores: east },
    })

    expect(found).toEqual({ customers: 1, of: 2 })
  })
})

describe('the linter', () => {
  const lint = (kind: string, params: object, headers = hq) =>
    call<LintAnswer>('POST', `/${kind}/lint`, { payload: { params }, headers })

  it('says what is wrong with each number', async () => {
    const { findings, found } = await lint('repurchase_overdue', { factor: 0, maxDays: 0.5 })

    expect(findings.map(({ severity, field }) => [severity, field])).toEqual([
      ['error', 'factor'],
      ['error', 'maxDays'],
      ['error', 'maxDays'],
    ])
    expect(found).toBeNull()
  })

  it('says what is wrong with numbers together', async () => {
    expect((await lint('repurchase_overdue', { dueDays: 7, diesDays: 7 })).findings).toMatchObject([
      { severity: 'error', code: 'dies_before_due', field: 'diesDays' },
    ])
  })

  it('says when a rule finds nobody, or most', async () => {
    await birthdays(near, 0, 1, 2, 27)
    expect((await lint('coupon_expiring', { stepDays: [3] })).findings).toMatchObject([
      { severity: 'warning', code: 'finds_nobody' },
    ])

    const most = await lint('birthday', { stepDays: [3] })
    expect(most.findings).toMatchObject([{ severity: 'warning', code: 'finds_most' }])
    expect(most.found).toEqual({ customers: 3, of: 4 })
  })
})

describe('a dry run', () => {
  const tryOut = (payload: object, headers = hq) =>
    call<DryRunAnswer>('POST', '/birthday/dry-run', { payload, headers })
  const everything = async () => {
    const tables = ['task', 'task_event', 'held_back', 'outbox', 'daily_run', 'rule', 'audit_log']
    const counts = tables.map((table) => `(select count(*) from ${table})`).join(', ')
    return (await db.pool.query(`select row(${counts})::text as counts`)).rows
  }

  it('tells what saving would bring, and writes nothing', async () => {
    await birthdays(near, 0, 3, 5)
    await birthdays(far, 5)
    const before = await everything()

    const tried = await tryOut({ date: '2026-11-23', params: { stepDays: [5, 0] } })

    expect(tried).toMatchObject({
      date: '2026-11-23',
      after: { created: 3, heldBack: 0 },
      before: { created: 2, heldBack: 0 },
      gained: 2,
      lost: 1,
      otherKinds: 0,
      byStore: [
        { storeNo: 'S1', name: '西湖店', created: 2, before: 2 },
        { storeNo: 'S2', name: '滨江店', created: 1, before: 0 },
      ],
    })
    expect(tried.samples.map(({ isNew }) => isNew)).toEqual([true, true, false])
    expect(tried.samples[2]?.reason).toBe('今天 11 月 23 日生日。')
    expect(await everything()).toEqual(before)
  })

  it('said exactly what the changed rule then makes, limits included', async () => {
    await birthdays(near, ...Array.from({ length: 25 }, (_, n) => n % 7))
    const params = { stepDays: [6, 4, 2, 0] }

    const tried = await tryOut({ date: '2026-11-23', params })
    await call('PUT', '/birthday', { payload: { params } })
    const { counts } = await runScan(createTestDeps(db, { clock }), { day: '2026-11-23' })

    expect(counts.byKind['birthday']).toBe(tried.after.created)
    expect(await db.prisma.heldBack.count()).toBe(tried.after.heldBack)
    expect(tried.after.created).toBeGreaterThan(0)
  })

  it('said exactly what a rule for some stores then makes, and in which stores', async () => {
    await birthdays(near, 0, 1, 2)
    for (const day of [0, 2, 9]) {
      await aCustomer(db, { birthdayMd: 1123 + day, storeNo: 'S2' }, [far])
    }
    const change = { params: { stepDays: [2, 0] }, stores: { regions: ['华南'], storeNos: [] } }

    const tried = await tryOut({ date: '2026-11-23', ...change })
    await call('PUT', '/birthday', { payload: change })
    const { counts } = await runScan(createTestDeps(db, { clock }), { day: '2026-11-23' })

    expect(tried).toMatchObject({ after: { created: 2 }, before: { created: 2 } })
    expect(tried.byStore).toEqual([
      { storeNo: 'S2', name: '滨江店', created: 2, before: 1 },
      { storeNo: 'S1', name: '西湖店', created: 0, before: 1 },
    ])
    expect(counts.byKind['birthday']).toBe(tried.after.created)
    expect(await db.prisma.task.groupBy({ by: ['storeNo'], _count: true })).toEqual([
      { storeNo: 'S2', _count: 2 },
    ])
  })

  it('tells what is lost where the rule is switched off', async () => {
    await birthdays(near, 0)

    expect(await tryOut({ date: '2026-11-23', enabled: false })).toMatchObject({
      after: { created: 0 },
      before: { created: 1 },
      lost: 1,
    })
  })

  it('shows a manager their own store alone', async () => {
    await birthdays(near, 0)
    await birthdays(far, 0, 3)

    const tried = await tryOut({ date: '2026-11-23' }, manager)

    expect(tried.after.created).toBe(1)
    expect(tried.byStore.map(({ storeNo }) => storeNo)).toEqual(['S1'])
    expect(tried.samples).toHaveLength(1)
  })

  it('is of the next morning that is scanned, unless told', async () => {
    expect((await tryOut({})).date).toBe('2026-11-22')

    await runScan(createTestDeps(db, { clock }), { day: '2026-11-22' })
    await db.prisma.dailyRun.create({
      data: {
        name: 'scan',
        day: new Date('2026-11-22'),
        enqueuedAt: clock.now(),
        finishedAt: clock.now(),
      },
    })
    expect((await tryOut({})).date).toBe('2026-11-23')
  })

  it('refuses a day that does not exist, and a second one at once', async () => {
    expect(
      await call('POST', '/birthday/dry-run', { payload: { date: '2026-02-30' }, status: 400 }),
    ).toMatchObject({ field: 'date' })

    const client = await db.pool.connect()
    try {
      await client.query(`begin; select pg_advisory_xact_lock(hashtextextended('dry_run', 0))`)
      expect(await call('POST', '/birthday/dry-run', { payload: {}, status: 409 })).toMatchObject({
        code: 'DRY_RUN_BUSY',
      })
    } finally {
      await client.query('rollback')
      client.release()
    }
  })
})
