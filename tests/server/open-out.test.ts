import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createApiKey } from '../../bot/members/api-keys.ts'
import { importItems } from '../../bot/members/import/import-items.ts'
import { aMember, anEmployee } from '../bot/members/chain-rows.ts'
import { aTask } from '../bot/members/rows.ts'
import { emptyDatabase, useDatabase } from '../support/database.ts'
import { createTestClock } from '../support/test-deps.ts'
import { buildTestApp, type TestApp } from '../support/test-app.ts'

const db = useDatabase()
const clock = createTestClock()
let test: TestApp
let headers: Record<string, string> = {}

beforeAll(async () => {
  test = await buildTestApp(db, { clock })
})
afterAll(() => test.close())
beforeEach(async () => {
  await emptyDatabase(db)
  clock.set('2026-11-22T01:00:00Z')
  const made = await createApiKey(db.prisma, 'warehouse', clock.now())
  headers = { authorization: `Bearer ${made.ok ? made.key : ''}` }
})

interface Page {
  items: Record<string, unknown>[]
  nextCursor: string | null
}

const get = async (url: string) => {
  const answer = await test.app.inject({ method: 'GET', url, headers })
  return { status: answer.statusCode, body: answer.json<Page & { code?: string }>() }
}

async function aGuideAndMember() {
  await importItems(test.deps, 'employees', [anEmployee()])
  await importItems(test.deps, 'members', [aMember({ externalUserId: 'w1' })])
  const employee = await db.prisma.employee.findFirstOrThrow()
  const customer = await db.prisma.customer.findFirstOrThrow()
  return { assigneeId: employee.id, customerId: customer.id }
}

describe('GET /open/v1/tasks', () => {
  it.each(['tasks', 'touches'])(
    'keeps %s back that are later than a scan that is still writing, so that none of its own are missed',
    async (what) => {
      const ids = await aGuideAndMember()
      const add = async (moment: string) => {
        clock.set(moment)
        await aTask(test.deps, { ...ids, occurrence: moment })
        const by = { customerId: ids.customerId, employeeId: ids.assigneeId, channel: 'chat' }
        await db.prisma.touch.create({
          data: { ...by, text: '您好', result: 'sent', at: clock.now() },
        })
      }
      await add('2026-11-22T00:30:00Z')
      const scan = await db.pool.connect()
      await scan.query('begin')
      await scan.query(`update task set priority = 7, updated_at = '2026-11-22T00:59:59Z'`)
      await scan.query(`update touch set at = '2026-11-22T00:59:59Z'`)
      // later than the scan's, and there first
      await add('2026-11-22T01:00:00Z')
      await sleep(1_100)

      const seen = async () =>
        (await get(`/open/v1/${what}?updatedAfter=2026-11-22T00:31:00Z`)).body.items.length
      const during = await seen()
      const reader = await db.pool.connect()
      await reader.query('begin; select count(*) from task')
      await scan.query('commit')
      scan.release()
      const after = await seen()
      await reader.query('rollback')
      reader.release()

      expect([during, after]).toEqual([0, 2])
    },
  )

  it('tells a task with its reason, for the chain’s own numbers', async () => {
    const ids = await aGuideAndMember()
    const id = await aTask(test.deps, ids)

    const { body } = await get('/open/v1/tasks')

    expect(body.nextCursor).toBeNull()
    expect(body.items).toHaveLength(1)
    const [task] = body.items
    expect(Object.keys(task ?? {}).sort()).toEqual(
      [
        'id',
        'kind',
        'memberNo',
        'externalUserId',
        'guideUserid',
        'status',
        'reason',
        'facts',
        'dueAt',
        'createdAt',
        'updatedAt',
      ].sort(),
    )
    expect(task).toMatchObject({
      id: String(id),
      kind: 'birthday',
      memberNo: 'M1',
      externalUserId: 'w1',
      guideUserid: 'ZhangWei',
      status: 'open',
      facts: { month: 11, day: 24 },
    })
    expect(String(task?.['reason'])).toContain('生日')
  })

  it('gives every change once, in pages, oldest first', async () => {
    const ids = await aGuideAndMember()
    for (let n = 0; n < 7; n++) {
      if (n % 3 === 0) clock.set(new Date(clock.now().getTime() + 1_000))
      await aTask(test.deps, { ...ids, occurrence: String(n) })
    }

    const seen: unknown[] = []
    let cursor: string | null = ''
    do {
      const page: { body: Page } = await get(
        `/open/v1/tasks?limit=2${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''}`,
      )
      seen.push(...page.body.items.map((task) => task['id']))
      cursor = page.body.nextCursor
    } while (cursor)

    const all = await db.prisma.task.findMany({ orderBy: [{ updatedAt: 'asc' }, { id: 'asc' }] })
    expect(seen).toEqual(all.map((task) => String(task.id)))
  })

  it('leaves out what did not change since a moment, and skips nothing of that moment itself', async () => {
    const ids = await aGuideAndMember()
    await aTask(test.deps, { ...ids, occurrence: 'old' })
    clock.set('2026-11-22T02:00:00Z')
    await aTask(test.deps, { ...ids, occurrence: 'new' })

    const since = async (moment: string) =>
      (await get(`/open/v1/tasks?updatedAfter=${encodeURIComponent(moment)}`)).body.items.length

    expect(await since('2026-11-22T09:00:00+08:00')).toBe(2)
    expect(await since('2026-11-22T09:00:01+08:00')).toBe(1)
    expect(await since('2026-11-22T02:00:01Z')).toBe(0)
  })

  it.each([
    'updatedAfter=yesterday',
    'limit=0',
    'limit=1001',
    'cursor=xyz',
    'cursor=WyIxIiwiMiJd',
    'from=1',
  ])('refuses ?%s', async (query) => {
    const { status, body } = await get(`/open/v1/tasks?${query}`)

    expect([status, body.code]).toEqual([400, 'BAD_INPUT'])
  })
})

describe('GET /open/v1/touches', () => {
  it('tells touches for the chain’s own numbers, in pages', async () => {
    const { assigneeId: employeeId, customerId } = await aGuideAndMember()
    const touch = {
      customerId,
      employeeId,
      channel: 'sidebar',
      text: '您好',
      result: 'sent' as const,
    }
    for (let n = 0; n < 3; n++)
      await db.prisma.touch.create({ data: { ...touch, at: clock.now() } })

    const first = await get('/open/v1/touches?limit=2')
    const second = await get(
      `/open/v1/touches?limit=2&cursor=${encodeURIComponent(first.body.nextCursor ?? '')}`,
    )

    expect([first.body.items.length, second.body.items.length]).toEqual([2, 1])
    expect(second.body).toMatchObject({
      items: [
        {
          memberNo: 'M1',
          externalUserId: 'w1',
          guideUserid: 'ZhangWei',
          text: '您好',
          result: 'sent',
          taskId: null,
        },
      ],
      nextCursor: null,
    })
  })
})

describe('/open/v1/webhooks', () => {
  const subscribe = async (body: unknown) => {
    const answer = await test.app.inject({
      method: 'POST',
      url: '/open/v1/webhooks',
      headers: { ...headers, 'content-type': 'application/json' },
      payload: JSON.stringify(body),
    })
    return { status: answer.statusCode, body: answer.json<Record<string, unknown>>() }
  }
  const remove = async (id: unknown) => {
    const answer = await test.app.inject({
      method: 'DELETE',
      url: `/open/v1/webhooks/${String(id)}`,
      headers,
    })
    return answer.statusCode
  }
  const url = 'https://crm.example.com/hooks'

  it('shows the secret once, and keeps it unreadable', async () => {
    const made = await subscribe({ url, events: ['task.created', 'task.closed'] })

    expect(made.status).toBe(201)
    expect(made.body).toMatchObject({ url, events: ['task.created', 'task.closed'] })
    const secret = String(made.body['secret'])
    expect(secret).toMatch(/^whsec_[\w-]{43}$/)
    const { body } = await get('/open/v1/webhooks')
    expect(body.items).toEqual([
      {
        id: made.body['id'],
        url,
        events: ['task.created', 'task.closed'],
        createdAt: expect.any(String),
      },
    ])
    const [row] = await db.prisma.webhook.findMany()
    expect(test.deps.cipher.decrypt(row?.secretEnc ?? new Uint8Array())).toBe(secret)
    expect(Buffer.from(row?.secretEnc ?? []).toString('latin1')).not.toContain(secret)
  })

  it('has an address once, and again after it was removed, with a new secret', async () => {
    const first = await subscribe({ url, events: ['task.created'] })
    const twice = await subscribe({ url, events: ['task.closed'] })
    expect([twice.status, twice.body['code']]).toEqual([409, 'WEBHOOK_EXISTS'])

    expect(await remove(first.body['id'])).toBe(204)
    expect(await remove(first.body['id'])).toBe(404)
    const again = await subscribe({ url, events: ['task.closed'] })

    expect(again.status).toBe(201)
    expect(again.body['secret']).not.toBe(first.body['secret'])
    expect((await get('/open/v1/webhooks')).body.items).toMatchObject([{ events: ['task.closed'] }])
  })

  it.each([
    'http://crm.example.com/hooks',
    'ftp://crm.example.com',
    'crm.example.com',
    'https://10.0.0.8/hooks',
    'https://169.254.169.254/latest/meta-data',
    'https://[fd00::1]/',
    'https://[::ffff:10.0.0.1]/',
    'https://0x0a000001/',
    'https://user:secret@crm.example.com/',
  ])('refuses the address %s', async (address) => {
    const { status, body } = await subscribe({ url: address, events: ['task.created'] })

    expect([status, body['code']]).toEqual([400, 'WEBHOOK_URL_REFUSED'])
  })

  it.each(['http://127.0.0.1:9000/x', 'http://localhost:9000/x', 'https://[::1]:9000/x'])(
    'takes an address on this machine, %s',
    async (address) => {
      expect((await subscribe({ url: address, events: ['task.created'] })).status).toBe(201)
    },
  )

  it.each([
    { url, events: [] },
    { url, events: ['task.deleted'] },
    { url },
    { url, events: ['task.created'], secret: 'mine' },
  ])('refuses %j', async (body) => {
    const answer = await subscribe(body)

    expect([answer.status, answer.body['code']]).toEqual([400, 'BAD_INPUT'])
  })
})
