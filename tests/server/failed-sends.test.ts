import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { deliverOutbox } from '../../bot/messages/deliver.ts'
import { WecomError } from '../../bot/wecom/error-table.ts'
import type { Prisma } from '../../prisma/db.ts'
import type { FailedSendPage } from '../../server/api/failed-sends/schema.ts'
import { aTask } from '../support/chain.ts'
import { emptyDatabase, useDatabase } from '../support/database.ts'
import { buildTestApp, signIn, signInWecom, type TestApp } from '../support/test-app.ts'
import { createTestClock } from '../support/test-deps.ts'
import { twoStores, type TwoStores } from './support/two-stores.ts'

const db = useDatabase()
const NOW = new Date('2026-11-22T01:00:00Z')
const clock = createTestClock(NOW.toISOString())
let answer: (path: string) => unknown = () => undefined
const wecom = signInWecom((path) => answer(path))
let test: TestApp
let chain: TwoStores
let headers: { cookie: string }
let serial = 0

beforeAll(async () => {
  test = await buildTestApp(db, { requestsPerMinute: 100_000, clock, wecom })
})
afterAll(() => test.close())
beforeEach(async () => {
  await emptyDatabase(db)
  await db.pool.query('delete from graphile_worker._private_jobs')
  answer = () => undefined
  wecom.calls.length = 0
  chain = await twoStores(db)
  headers = await signIn(test.app, chain.hq.userid)
})

/** A text to a guide that WeCom refused. */
async function aFailure(parts: Partial<Prisma.OutboxUncheckedCreateInput> = {}): Promise<bigint> {
  const { id } = await db.prisma.outbox.create({
    data: {
      kind: 'app_message',
      dedupeKey: `test:${(serial += 1)}`,
      recipient: chain.guide.userid,
      payload: { msgtype: 'text', text: { content: '早' } },
      state: 'failed',
      attempts: 1,
      errcode: 60020,
      lastError: 'WeCom /cgi-bin/message/send: 60020',
      notBefore: NOW,
      traceId: 'trace',
      createdAt: NOW,
      ...parts,
    },
  })
  return id
}
const list = async (query = '') =>
  (await test.app.inject({ url: `/api/failed-sends${query}`, headers })).json<FailedSendPage>()
const retry = (id: bigint | string, payload: object = {}) =>
  test.app.inject({ method: 'POST', url: `/api/failed-sends/${id}/retry`, headers, payload })
const retryAll = async (payload: object) =>
  (
    await test.app.inject({ method: 'POST', url: '/api/failed-sends/retry', headers, payload })
  ).json<{ retried: number }>().retried
const stateOf = async (id: bigint) =>
  (await db.prisma.outbox.findUniqueOrThrow({ where: { id } })).state
const jobs = async () =>
  (await db.pool.query<{ key: string }>('select key from graphile_worker.jobs order by key')).rows
const refuse = (errcode: number, why?: 'timeout') => {
  answer = (path) => {
    if (path.startsWith('/cgi-bin/message')) throw new WecomError({ errcode, path, why })
    return undefined
  }
}

describe('the list of what could not be sent', () => {
  it('says whose, what was refused in words, and what to do', async () => {
    await aFailure({ customerId: chain.customer.id })

    const { items } = await list()

    expect(items).toMatchObject([
      {
        kind: 'app_message',
        guide: '王小明',
        customer: { id: String(chain.customer.id), name: '张晓雯' },
        errcode: 60020,
        says: '服务器的 IP 不在企业可信 IP 里',
        unsure: false,
        useless: null,
      },
    ])
    expect(items[0]?.remedy).toContain('企业可信 IP')
  })

  it('finds the guide and the customer by the relation that tags are about', async () => {
    const { id } = await db.prisma.relation.findFirstOrThrow({
      where: { customerId: chain.customer.id },
    })
    const payload = { relationId: String(id), add: [], remove: [] }
    await aFailure({ kind: 'mark_tag', recipient: null, payload })

    expect((await list()).items).toMatchObject([{ guide: '王小明', customer: { name: '张晓雯' } }])
  })

  it('comes page after page, each row once, and by kind', async () => {
    for (let i = 0; i < 43; i++) await aFailure({ kind: i % 2 ? 'remark' : 'app_message' })
    await aFailure({ state: 'sent' })

    const seen: string[] = []
    let cursor: string | null = ''
    while (cursor !== null) {
      const page: FailedSendPage = await list(cursor && `?cursor=${cursor}`)
      seen.push(...page.items.map(({ id }) => id))
      cursor = page.nextCursor
    }

    expect(new Set(seen).size).toBe(43)
    expect(seen).toHaveLength(43)
    expect((await list('?kind=remark')).items.every(({ kind }) => kind === 'remark')).toBe(true)
  })

  it('is counted by kind: what may be tried again, and what may have been sent', async () => {
    await aFailure()
    await aFailure({ unsureSince: NOW })
    await aFailure({ notAfter: NOW })
    await aFailure({ kind: 'remark' })

    const counts = await test.app.inject({ url: '/api/failed-sends/counts', headers })

    expect(counts.json()).toEqual({
      items: [
        { kind: 'app_message', failed: 3, retryable: 1, unsure: 1 },
        { kind: 'remark', failed: 1, retryable: 1, unsure: 0 },
      ],
    })
  })
})

describe('another try', () => {
  it('sends what WeCom refused before, and writes down who asked', async () => {
    const id = await aFailure()

    const answered = await retry(id)
    await deliverOutbox(test.deps, id)

    expect(answered.json()).toEqual({ retried: 1 })
    expect(await jobs()).toEqual([{ key: `deliver:${id}` }])
    expect(await stateOf(id)).toBe('sent')
    expect(await db.prisma.auditLog.findMany()).toMatchObject([
      { actor: 'ZongBu', action: 'outbox.retry', subject: `outbox:${id}` },
    ])
  })

  it('asked for twice at once is one', async () => {
    const id = await aFailure()

    const answers = await Promise.all([retry(id), retry(id), retry(id)])

    const retried = answers.map((one) => one.json<{ retried: number }>().retried)
    expect(retried.toSorted((a, b) => a - b)).toEqual([0, 0, 1])
    expect(await jobs()).toHaveLength(1)
    expect(await db.prisma.auditLog.count()).toBe(1)
  })

  it('leaves alone what was sent meanwhile, and says what is not there', async () => {
    const id = await aFailure({ state: 'sent' })

    expect((await retry(id)).json()).toEqual({ retried: 0 })
    expect(await stateOf(id)).toBe('sent')
    expect((await retry('999999')).json()).toMatchObject({ code: 'SEND_NOT_FOUND' })
  })

  it.each([
    ['a millisecond before its end', new Date(NOW.getTime() + 1), 200],
    ['at its end', NOW, 409],
    ['after its end', new Date(NOW.getTime() - 1), 409],
  ])('%s is told from one that is of no use', async (_when, notAfter, status) => {
    const id = await aFailure({ notAfter })

    expect((await retry(id)).statusCode).toBe(status)
    expect(await stateOf(id)).toBe(status === 200 ? 'pending' : 'failed')
  })

  it('of a card is refused once its task has ended', async () => {
    const taskId = await aTask(db, chain.customer, chain.guide, { state: 'done' })
    const id = await aFailure({ taskId })

    expect((await list()).items).toMatchObject([{ useless: 'task_closed' }])
    expect((await retry(id)).json()).toMatchObject({ code: 'SEND_USELESS' })
  })

  it('never puts an older remark over a newer one', async () => {
    const remark = {
      kind: 'remark',
      customerId: chain.customer.id,
      payload: { userid: chain.guide.userid, externalUserid: 'wmone', remark: '旧' },
    }
    const older = await aFailure(remark)
    const newer = await aFailure({ ...remark, state: 'sent' })
    await aFailure({ ...remark, payload: { userid: 'ZhaoLei' } })

    expect(newer > older).toBe(true)
    expect((await retry(older)).json()).toMatchObject({ code: 'SEND_USELESS' })
    expect(await retryAll({ kind: 'remark' })).toBe(1)
  })

  it.each([
    ['message', { msgtype: 'text', text: { content: 'hi' } }],
    [
      'card without an id',
      { msgtype: 'template_card', template_card: { card_type: 'text_notice' } },
    ],
  ])(
    'of a %s that may have arrived needs to be wanted, and is then truly sent',
    async (_, payload) => {
      const unsureSince = new Date('2026-11-20T00:00:00Z')
      const id = await aFailure({ payload, unsureSince, errcode: -1 })

      expect((await retry(id)).json()).toMatchObject({ code: 'SEND_MAY_BE_SENT' })
      expect((await retry(id, { evenIfUnsure: true })).json()).toEqual({ retried: 1 })
      await deliverOutbox(test.deps, id)

      expect(await stateOf(id)).toBe('sent')
      expect(wecom.calls.filter(({ path }) => path === '/cgi-bin/message/send')).toHaveLength(1)
    },
  )

  it('of a card that may have arrived still knows its own repetition', async () => {
    const payload = { msgtype: 'template_card', template_card: { task_id: 'x' } }
    const id = await aFailure({ payload, unsureSince: new Date('2026-11-20T00:00:00Z') })
    refuse(42014)

    await retry(id, { evenIfUnsure: true })
    await deliverOutbox(test.deps, id)

    expect(await stateOf(id)).toBe('sent')
  })

  it('of all of a kind leaves what is of no use, what may have arrived, and other kinds', async () => {
    const good = await aFailure()
    const late = await aFailure({ notAfter: NOW })
    const unsure = await aFailure({ unsureSince: NOW })
    const other = await aFailure({ kind: 'remark' })

    expect(await retryAll({ kind: 'app_message' })).toBe(1)
    expect(await retryAll({ kind: 'app_message' })).toBe(0)

    const states = await Promise.all([good, late, unsure, other].map(stateOf))
    expect(states).toEqual(['pending', 'failed', 'failed', 'failed'])
    expect(await db.prisma.auditLog.findMany()).toMatchObject([
      { action: 'outbox.retry_kind', subject: 'app_message', detail: { count: 1 } },
    ])
  })
})

describe('whether a call that failed may have been made', () => {
  const pending = () => aFailure({ state: 'pending', attempts: 0, errcode: null, lastError: null })

  it('is no doubt where WeCom refused it', async () => {
    const id = await pending()
    refuse(60111)

    await deliverOutbox(test.deps, id)

    expect((await list()).items).toMatchObject([{ id: String(id), unsure: false }])
  })

  it('is a doubt that stays where an earlier try was never answered', async () => {
    const id = await pending()
    refuse(-1, 'timeout')
    await deliverOutbox(test.deps, id).catch(() => undefined)
    refuse(60111)

    await deliverOutbox(test.deps, id)

    expect((await list()).items).toMatchObject([{ id: String(id), unsure: true }])
  })
})
