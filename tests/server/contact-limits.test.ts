import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { CONTACT_LIMITS } from '../../domain/contact-limits.ts'
import type { LimitsTried, LimitsView } from '../../server/api/contact-limits/schema.ts'
import { aCustomer, aGuide, aTouch } from '../support/chain.ts'
import { emptyDatabase, useDatabase } from '../support/database.ts'
import { scanDay } from '../support/scan.ts'
import { buildTestApp, signIn, type TestApp } from '../support/test-app.ts'
import { createTestClock } from '../support/test-deps.ts'

const db = useDatabase()
const clock = createTestClock()
let test: TestApp
let hq: Record<string, string>
let guide: { id: bigint; userid: string }

beforeAll(async () => {
  test = await buildTestApp(db, { clock, requestsPerMinute: 100_000 })
})
afterAll(() => test.close())
beforeEach(async () => {
  await emptyDatabase(db)
  clock.set('2026-11-22T02:00:00Z')
  guide = await aGuide(db, { userid: 'near', storeNo: 'S1' })
  await aGuide(db, { userid: 'head', role: 'hq', storeNo: null })
  hq = await signIn(test.app, 'head')
})

async function call<T>(
  method: 'GET' | 'PUT' | 'POST',
  path: string,
  payload?: object,
  status = 200,
): Promise<T> {
  const answer = await test.app.inject({
    method,
    url: `/api/contact-limits${path}`,
    headers: hq,
    ...(payload && { payload }),
  })
  expect(answer.statusCode, answer.body).toBe(status)
  return answer.json<T>()
}
const read = () => call<LimitsView>('GET', '')
const put = (payload: object, status = 200) => call<LimitsView>('PUT', '', payload, status)

/** Customers of the guide whose birthday is today, 22 November. */
async function birthdays(count: number): Promise<bigint[]> {
  const ids: bigint[] = []
  for (let n = 0; n < count; n++) {
    ids.push((await aCustomer(db, { birthdayMd: 1122, storeNo: 'S1' }, [guide])).id)
  }
  return ids
}

describe('the limits of contact', () => {
  it('of a chain that set none are the product’s own', async () => {
    expect(await read()).toEqual({ version: 0, limits: CONTACT_LIMITS, history: [] })
  })

  it('are changed by headquarters in versions, with who and when, and written down', async () => {
    expect(await put({ version: 0, limits: { tasksDay: 12 } })).toMatchObject({
      version: 1,
      limits: { ...CONTACT_LIMITS, tasksDay: 12 },
      history: [{ version: 1, by: 'head', byName: '王小明' }],
    })
    await put({ version: 1, limits: { tasksDay: 12 } })

    expect((await read()).version).toBe(1)
    expect(await db.prisma.auditLog.findMany()).toMatchObject([
      {
        actor: 'head',
        action: 'contact_limits.save',
        detail: { before: { tasksDay: 20 }, after: { tasksDay: 12 } },
      },
    ])
  })

  it('tell the second of two who edit them', async () => {
    await put({ version: 0, limits: { tasksDay: 12 } })

    expect(await put({ version: 0, limits: { tasksDay: 5 } }, 409)).toMatchObject({
      code: 'CONTACT_LIMITS_CHANGED',
    })
    expect((await read()).limits.tasksDay).toBe(12)
  })

  it.each([
    [{ touchesDay: 9 }, 'limits.touchesDay'],
    [{ touchesDay: 3, touchesWeek: 2 }, 'limits.touchesWeek'],
    [{ quietFromHour: '21:00' }, 'limits.quietFromHour'],
    [{ mails: 1 }, 'limits.mails'],
  ])('that can’t be used are refused by name, saved or tried: %j', async (limits, field) => {
    expect(await put({ version: 0, limits }, 400)).toMatchObject({ code: 'BAD_INPUT', field })
    expect(await call('POST', '/dry-run', { limits }, 400)).toMatchObject({ field })
    expect((await read()).version).toBe(0)
  })

  it('decide how many new tasks a guide gets, exactly as trying them said', async () => {
    await birthdays(5)
    const limits = { tasksDay: 2 }

    const tried = await call<LimitsTried>('POST', '/dry-run', { limits })
    expect(tried).toEqual({
      date: '2026-11-22',
      after: { created: 2, guides: 1, heldBack: { guide_day: 3 } },
      before: { created: 5, guides: 1, heldBack: {} },
    })
    expect([(await read()).version, await db.prisma.task.count()]).toEqual([0, 0])

    await put({ version: 0, limits })
    const { counts } = await scanDay(db, { day: '2026-11-22' })
    expect(counts).toMatchObject({ created: 2, heldBack: 3 })
  })

  it('decide how often a customer is reached, in the scan and in the sidebar alike', async () => {
    const [id] = await birthdays(1)
    await aTouch(db, { id: id ?? 0n }, guide, '2026-11-22T01:30:00Z')
    const headers = await signIn(test.app, 'near')
    const contact = async () => {
      const answer = await test.app.inject({ url: `/api/customers/${String(id)}`, headers })
      return answer.json<{ contact: object }>().contact
    }
    expect(await contact()).toMatchObject({ ok: false, why: 'customer_day' })
    const held = await scanDay(db, { day: '2026-11-22', dryRun: true })
    expect(held.heldBack).toMatchObject([{ why: 'customer_day' }])

    await put({ version: 0, limits: { touchesDay: 2 } })

    expect(await contact()).toMatchObject({ ok: true })
    expect((await scanDay(db, { day: '2026-11-22', dryRun: true })).counts.created).toBe(1)
  })

  it('keep the night quiet as long as they say', async () => {
    const [id] = await birthdays(1)
    const headers = await signIn(test.app, 'near')
    await put({ version: 0, limits: { quietFromHour: 18 } })
    clock.set('2026-11-22T10:30:00Z')

    const answer = await test.app.inject({ url: `/api/customers/${String(id)}`, headers })

    expect(answer.json<{ contact: object }>().contact).toEqual({
      ok: false,
      why: 'quiet_hours',
      until: '2026-11-23T01:00:00.000Z',
    })
  })
})
