import { Writable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { pino } from 'pino'
import { beforeEach, describe, expect, it } from 'vitest'
import type { BotDeps } from '../../../bot/deps.ts'
import { deliverOutbox } from '../../../bot/messages/deliver.ts'
import { addToOutbox, type NewOutbox } from '../../../bot/messages/outbox.ts'
import { WecomError } from '../../../bot/wecom/error-table.ts'
import { openDatabase } from '../../../prisma/db.ts'
import { emptyDatabase, useDatabase } from '../../support/database.ts'
import {
  createFakeWecom,
  createTestClock,
  createTestDeps,
  type FakeWecom,
} from '../../support/test-deps.ts'

const db = useDatabase()
const SEND = '/cgi-bin/message/send'
const clock = createTestClock()
let wecom: FakeWecom
let deps: BotDeps
let answer: (path: string, input: Record<string, unknown>) => unknown
let lines: string[]

beforeEach(async () => {
  await emptyDatabase(db)
  clock.set('2026-11-22T01:00:00Z')
  answer = () => undefined
  lines = []
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines.push(chunk.toString())
      done()
    },
  })
  wecom = createFakeWecom((path, input) => answer(path, input))
  deps = createTestDeps(db, { clock, wecom, log: pino({ level: 'trace' }, sink) })
})

async function add(row: Partial<NewOutbox> = {}): Promise<bigint> {
  const dedupeKey = row.dedupeKey ?? `key-${Math.random()}`
  await addToOutbox(db.prisma, clock.now(), [
    {
      kind: 'app_message',
      payload: { msgtype: 'text', text: { content: '陈女士 13800001111 生日' } },
      recipient: 'ZhangSan',
      traceId: 'trace-1',
      ...row,
      dedupeKey,
    },
  ])
  const found = await db.prisma.outbox.findUniqueOrThrow({ where: { dedupeKey } })
  return found.id
}

const read = (id: bigint) => db.prisma.outbox.findUniqueOrThrow({ where: { id } })

const fails = (errcode: number, more: object = {}) => {
  answer = (path) => {
    throw new WecomError({ errcode, path, ...more })
  }
}

async function jobOf(id: bigint): Promise<{ inMs: number; attempts: number } | undefined> {
  const { rows } = await db.pool.query<{ inMs: number; attempts: number }>(
    `select extract(epoch from run_at - now())::float8 * 1000 as "inMs", attempts
     from graphile_worker._private_jobs where key = $1`,
    [`deliver:${id}`],
  )
  return rows[0]
}

async function counted(kind: string, result: string): Promise<number> {
  const { values } = await deps.metrics.outbox.get()
  return values.find(({ labels }) => labels.kind === kind && labels.result === result)?.value ?? 0
}

describe('a message', () => {
  it('is sent to its recipient and keeps what WeCom answered', async () => {
    answer = () => ({ errcode: 0, msgid: 'm1', response_code: 'r1' })
    const id = await add({
      payload: { msgtype: 'template_card', template_card: { task_id: 't1' } },
    })

    await deliverOutbox(deps, id)

    expect(wecom.calls).toMatchObject([
      {
        path: SEND,
        input: {
          touser: 'ZhangSan',
          agentid: 1000002,
          msgtype: 'template_card',
          template_card: { task_id: 't1' },
          enable_duplicate_check: 1,
        },
      },
    ])
    expect(await read(id)).toMatchObject({
      state: 'sent',
      msgid: 'm1',
      responseCode: 'r1',
      attempts: 1,
      errcode: 0,
      sentAt: clock.now(),
    })
    expect(await counted('app_message', 'sent')).toBe(1)
  })

  it('is not sent twice', async () => {
    const id = await add()

    await deliverOutbox(deps, id)
    await deliverOutbox(deps, id)

    expect(wecom.calls).toHaveLength(1)
  })

  it('is sent once when two processes and many jobs deliver it at the same moment', async () => {
    const other = openDatabase(db.url)
    answer = async () => {
      await sleep(50)
      return { errcode: 0 }
    }
    const ids = await Promise.all(Array.from({ length: 10 }, () => add()))
    const both = [deps, { ...deps, db: other }]

    await Promise.all(
      ids.flatMap((id) => [0, 1, 0, 1].map((i) => deliverOutbox(both[i] as BotDeps, id))),
    )
    await other.close()

    expect(wecom.calls).toHaveLength(10)
    expect(await db.prisma.outbox.count({ where: { state: 'sent', attempts: 1 } })).toBe(10)
  })

  it('leaves no lock and no connection behind', async () => {
    const ids = await Promise.all(Array.from({ length: 30 }, () => add()))

    await Promise.all(ids.map((id) => deliverOutbox(deps, id)))
    await sleep(50)

    const { rows } = await db.pool.query(
      `select 1 from pg_locks where locktype = 'advisory'
       and database = (select oid from pg_database where datname = current_database())`,
    )
    expect(rows).toHaveLength(0)
    expect(db.pool.idleCount).toBe(db.pool.totalCount)
  })

  it('whose sending was cut off is sent again with the same request', async () => {
    const id = await add()
    await db.prisma.outbox.update({ where: { id }, data: { state: 'sending', attempts: 1 } })

    await deliverOutbox(deps, id)
    const first = wecom.calls[0]
    await db.prisma.outbox.update({ where: { id }, data: { state: 'sending' } })
    await deliverOutbox(deps, id)

    expect(await read(id)).toMatchObject({ state: 'sent', attempts: 3 })
    expect(wecom.calls[1]).toEqual(first)
  })

  it('whose answer was lost is done when its card turns out to be there', async () => {
    const id = await add({
      payload: { msgtype: 'template_card', template_card: { task_id: 't1' } },
    })
    fails(-1, { why: 'connection' })
    await deliverOutbox(deps, id).catch(() => undefined)
    fails(42014)

    await deliverOutbox(deps, id)

    expect((await read(id)).state).toBe('sent')
  })

  it.each([
    ['in text', 'no answer', { msgtype: 'text', text: { content: 'hi' } }, { why: 'timeout' }],
    ['in text', 'a busy WeCom', { msgtype: 'text', text: { content: 'hi' } }, {}],
    [
      'as a card without an id',
      'no answer',
      { msgtype: 'template_card', template_card: {} },
      { why: 'timeout' },
    ],
  ])(
    '%s is not sent again after %s once WeCom has forgotten it',
    async (_as, _after, payload, more) => {
      const id = await add({ payload })
      fails(-1, more)
      await deliverOutbox(deps, id).catch(() => undefined)
      clock.set('2026-11-22T05:00:00Z')

      await deliverOutbox(deps, id)

      expect(wecom.calls).toHaveLength(1)
      expect(await read(id)).toMatchObject({
        state: 'failed',
        lastError: expect.stringContaining('may have been sent'),
      })
      expect(lines.some((line) => line.includes('"level":50'))).toBe(true)
    },
  )

  it('as a card with an id is sent again after a lost answer, however late', async () => {
    const payload = { msgtype: 'template_card', template_card: { task_id: 't1' } }
    const id = await add({ payload })
    fails(-1, { why: 'timeout' })
    await deliverOutbox(deps, id).catch(() => undefined)
    answer = () => undefined
    clock.set('2026-11-22T05:00:00Z')

    await deliverOutbox(deps, id)

    expect(wecom.calls.map(({ path }) => path)).toEqual([SEND, SEND])
    expect((await read(id)).state).toBe('sent')
  })

  it('in text whose sending was cut off is sent again when a backlog held it up for half an hour', async () => {
    const id = await add()
    await db.prisma.outbox.update({
      where: { id },
      data: { state: 'sending', attempts: 1, unsureSince: clock.now() },
    })
    clock.set('2026-11-22T01:29:00Z')

    await deliverOutbox(deps, id)

    expect((await read(id)).state).toBe('sent')
  })

  it('that was never called is sent, however late', async () => {
    const id = await add()
    fails(45009, { why: 'limited', retryAfterMs: 30_000 })
    await deliverOutbox(deps, id)
    answer = () => undefined
    clock.set('2026-11-22T09:00:00Z')

    await deliverOutbox(deps, id)

    expect((await read(id)).state).toBe('sent')
  })

  it('whose answer was lost is done when its card is there, also after our limiter held it back', async () => {
    const id = await add({
      payload: { msgtype: 'template_card', template_card: { task_id: 't1' } },
    })
    fails(-1, { why: 'timeout' })
    await deliverOutbox(deps, id).catch(() => undefined)
    fails(45009, { why: 'limited', retryAfterMs: 30_000 })
    await deliverOutbox(deps, id)
    fails(42014)
    clock.set('2026-11-22T09:00:00Z')

    await deliverOutbox(deps, id)

    expect((await read(id)).state).toBe('sent')
  })

  it('of the same words is another request in another row', async () => {
    await deliverOutbox(deps, await add())
    await deliverOutbox(deps, await add())

    const [first, second] = wecom.calls
    expect(first?.input).not.toEqual(second?.input)
  })

  it('for someone outside the visible range has failed, though errcode is 0', async () => {
    answer = () => ({ errcode: 0, invaliduser: 'lisi|zhangsan' })
    const id = await add()

    await deliverOutbox(deps, id)

    expect(await read(id)).toMatchObject({ state: 'failed' })
  })

  it('that is too late is cancelled without a call', async () => {
    const id = await add({ notAfter: new Date('2026-11-22T01:00:20Z') })
    clock.set('2026-11-22T01:00:21Z')

    await deliverOutbox(deps, id)

    expect(await read(id)).toMatchObject({ state: 'cancelled', lastError: 'too late to be of use' })
    expect(wecom.calls).toHaveLength(0)
    expect(await counted('app_message', 'cancelled')).toBe(1)
  })

  it('for later waits', async () => {
    const id = await add({ notBefore: new Date('2026-11-22T02:00:00Z') })

    await deliverOutbox(deps, id)

    expect(await read(id)).toMatchObject({ state: 'pending', attempts: 0 })
  })

  it.each(['sent', 'failed', 'cancelled'] as const)('that is %s stays so', async (state) => {
    const id = await add()
    await db.prisma.outbox.update({ where: { id }, data: { state } })

    await deliverOutbox(deps, id)

    expect(await read(id)).toMatchObject({ state, attempts: 0 })
  })

  it('that is not there is no error', async () => {
    await expect(deliverOutbox(deps, 999n)).resolves.toBeUndefined()
  })

  it.each([
    ['without a recipient', { recipient: '' }],
    ['of a wrong shape', { payload: { text: 'x' } }],
    ['of an unknown kind', { kind: 'pigeon' as 'welcome' }],
  ])('%s fails with its reason', async (_name, row) => {
    const id = await add(row)

    await deliverOutbox(deps, id)

    expect(await read(id)).toMatchObject({
      state: 'failed',
      lastError: expect.stringMatching(/.+/),
    })
    expect(wecom.calls).toHaveLength(0)
  })
})

describe('what WeCom refuses', () => {
  it.each([-1, 6000, 45033])('is tried again by the job: %i', async (errcode) => {
    fails(errcode)
    const id = await add()

    await expect(deliverOutbox(deps, id)).rejects.toThrow(WecomError)

    expect(await read(id)).toMatchObject({ state: 'pending', errcode, attempts: 1 })
    expect(await counted('app_message', 'retried')).toBe(1)
  })

  it('is tried again where there was no answer', async () => {
    fails(-1, { why: 'timeout' })
    const id = await add()

    await expect(deliverOutbox(deps, id)).rejects.toThrow('timeout')

    answer = () => undefined
    await deliverOutbox(deps, id)
    expect(await read(id)).toMatchObject({ state: 'sent', attempts: 2, lastError: null })
  })

  it('waits its minute after 45009', async () => {
    fails(45009)
    const id = await add()

    await deliverOutbox(deps, id)

    expect(await read(id)).toMatchObject({ state: 'pending', errcode: 45009, attempts: 1 })
    expect((await jobOf(id))?.inMs).toBeGreaterThan(55_000)
  })

  it('costs no attempt where our own limiter held it back', async () => {
    fails(45009, { why: 'limited', retryAfterMs: 30_000 })
    const id = await add()

    for (let i = 0; i < 15; i += 1) await deliverOutbox(deps, id)

    expect(await read(id)).toMatchObject({ state: 'pending', attempts: 0 })
    expect((await jobOf(id))?.inMs).toBeGreaterThan(25_000)
  })

  it('costs no attempt, and is not lost, where the secret is wrong', async () => {
    answer = () => {
      throw new WecomError({ errcode: 40001, path: '/cgi-bin/gettoken', retryAfterMs: 5_000 })
    }
    const id = await add()

    for (let i = 0; i < 15; i += 1) await deliverOutbox(deps, id)

    expect(await read(id)).toMatchObject({ state: 'pending', attempts: 0, errcode: 40001 })
    expect(lines.some((line) => line.includes('"level":50'))).toBe(true)
  })

  it.each([81013, 60111, 84061, 40201])('is given up with its reason: %i', async (errcode) => {
    fails(errcode)
    const id = await add()

    await deliverOutbox(deps, id)

    expect(await read(id)).toMatchObject({ state: 'failed', errcode })
    expect((await read(id)).lastError).toContain(String(errcode))
    expect(await counted('app_message', 'failed')).toBe(1)
  })

  it.each([40058, 42014, 43012])('is given up loudly: %i', async (errcode) => {
    fails(errcode)
    const id = await add()

    await deliverOutbox(deps, id)

    expect(await read(id)).toMatchObject({ state: 'failed', errcode })
    expect(
      lines.some((line) => line.includes('"level":50') && line.includes(`"outboxId":"${id}"`)),
    ).toBe(true)
  })

  it('waits loudly while our address is not trusted', async () => {
    fails(60020)
    const id = await add()

    await deliverOutbox(deps, id)

    expect(await read(id)).toMatchObject({ state: 'pending', errcode: 60020 })
    expect((await jobOf(id))?.inMs).toBeGreaterThan(500_000)
    expect(lines.some((line) => line.includes('"level":50'))).toBe(true)
  })

  it('is given up after twelve attempts', async () => {
    fails(-1)
    const id = await add()

    for (let i = 0; i < 11; i += 1) await deliverOutbox(deps, id).catch(() => undefined)
    const before = await read(id)
    await deliverOutbox(deps, id)

    expect(before.state).toBe('pending')
    expect(await read(id)).toMatchObject({ state: 'failed', attempts: 12 })
  })

  it('writes no name, no phone and no userid into the log', async () => {
    for (const errcode of [-1, 81013, 40058]) {
      fails(errcode)
      await deliverOutbox(deps, await add()).catch(() => undefined)
    }

    expect(lines.length).toBeGreaterThan(1)
    for (const secret of ['陈女士', '13800001111', 'ZhangSan'])
      expect(lines.join('')).not.toContain(secret)
  })
})

describe('a welcome message', () => {
  const welcome = { kind: 'welcome', payload: { welcomeCode: 'code', text: '你好' } } as const

  it('is sent with its code', async () => {
    const id = await add(welcome)

    await deliverOutbox(deps, id)

    expect(wecom.calls).toEqual([
      {
        path: '/cgi-bin/externalcontact/send_welcome_msg',
        input: { welcome_code: 'code', text: { content: '你好' } },
      },
    ])
    expect((await read(id)).state).toBe('sent')
  })

  it('that somebody else sent is done', async () => {
    fails(41051)
    const id = await add(welcome)

    await deliverOutbox(deps, id)

    expect(await read(id)).toMatchObject({ state: 'sent', errcode: 41051 })
  })

  it.each([41096, -1])('is tried again within its 20 seconds: %i', async (errcode) => {
    fails(errcode)
    const id = await add(welcome)

    await deliverOutbox(deps, id)

    expect((await read(id)).state).toBe('pending')
    expect((await jobOf(id))?.inMs).toBeLessThan(2_000)
  })

  it('whose answer was lost is done when its code turns out used', async () => {
    const id = await add(welcome)
    fails(-1, { why: 'timeout' })
    await deliverOutbox(deps, id)
    fails(41050)

    await deliverOutbox(deps, id)

    expect((await read(id)).state).toBe('sent')
  })

  it('with a used code is given up', async () => {
    fails(41050)
    const id = await add(welcome)

    await deliverOutbox(deps, id)

    expect(await read(id)).toMatchObject({ state: 'failed', errcode: 41050 })
  })
})

describe('a change of a card', () => {
  const change = (payload: object) =>
    add({
      kind: 'update_card',
      payload: { userid: 'zhangsan', button: { replace_name: '已完成' }, ...payload },
    })

  async function aSentCard(sentAt = '2026-11-22T00:00:00Z'): Promise<bigint> {
    const id = await add()
    await db.prisma.outbox.update({
      where: { id },
      data: { state: 'sent', responseCode: 'r1', sentAt: new Date(sentAt) },
    })
    return id
  }

  it('uses the code of the click', async () => {
    const id = await change({ responseCode: 'clicked' })

    await deliverOutbox(deps, id)

    expect(wecom.calls).toEqual([
      {
        path: '/cgi-bin/message/update_template_card',
        input: {
          userids: ['zhangsan'],
          agentid: 1000002,
          response_code: 'clicked',
          button: { replace_name: '已完成' },
        },
      },
    ])
    expect((await read(id)).state).toBe('sent')
  })

  it('uses the code of the sent card, once', async () => {
    const card = await aSentCard()
    const first = await change({ fromOutboxId: card.toString() })
    const second = await change({ fromOutboxId: card.toString() })

    await Promise.all([deliverOutbox(deps, first), deliverOutbox(deps, second)])

    expect(wecom.calls.map(({ input }) => input['response_code'])).toEqual(['r1'])
    expect((await read(card)).responseCode).toBeNull()
    const states = [(await read(first)).state, (await read(second)).state]
    expect(states.toSorted()).toEqual(['cancelled', 'sent'])
  })

  it('that got no answer uses the same code again', async () => {
    const id = await change({ fromOutboxId: (await aSentCard()).toString() })
    fails(-1)
    await deliverOutbox(deps, id).catch(() => undefined)
    answer = () => undefined

    await deliverOutbox(deps, id)

    expect(wecom.calls.map(({ input }) => input['response_code'])).toEqual(['r1', 'r1'])
    expect((await read(id)).state).toBe('sent')
  })

  it('waits for a card that is still to be sent, without end', async () => {
    const id = await change({ fromOutboxId: (await add()).toString() })

    for (let i = 0; i < 15; i += 1) await deliverOutbox(deps, id)

    expect(await read(id)).toMatchObject({ state: 'pending', attempts: 0 })
    expect(wecom.calls).toHaveLength(0)
  })

  it('older than 72 hours is cancelled', async () => {
    const id = await change({ fromOutboxId: (await aSentCard('2026-11-19T00:59:59Z')).toString() })

    await deliverOutbox(deps, id)

    expect((await read(id)).state).toBe('cancelled')
  })

  it('of a card that could not be sent is cancelled', async () => {
    const card = await add()
    await db.prisma.outbox.update({ where: { id: card }, data: { state: 'failed' } })
    const id = await change({ fromOutboxId: card.toString() })

    await deliverOutbox(deps, id)

    expect((await read(id)).state).toBe('cancelled')
  })

  it('whose code is used up is cancelled, or done where we were cut off', async () => {
    fails(60140)
    const fresh = await change({ responseCode: 'used' })
    const cut = await change({ responseCode: 'used' })
    await db.prisma.outbox.update({ where: { id: cut }, data: { state: 'sending' } })

    await deliverOutbox(deps, fresh)
    await deliverOutbox(deps, cut)

    expect([(await read(fresh)).state, (await read(cut)).state]).toEqual(['cancelled', 'sent'])
  })
})

describe('marking tags', () => {
  async function aRelation(more: { endedAt?: Date } = {}) {
    const customer = await db.prisma.customer.create({ data: { externalUserid: 'wm1' } })
    const employee = await db.prisma.employee.create({
      data: { userid: 'zhangsan', useridKey: 'zhangsan', name: '张三' },
    })
    const relation = await db.prisma.relation.create({
      data: { customerId: customer.id, employeeId: employee.id, addedAt: clock.now(), ...more },
    })
    return { customerId: customer.id, relationId: relation.id }
  }

  async function aTag(name: string, wecomId: string | null = `et-${name}`): Promise<bigint> {
    const group =
      (await db.prisma.tagGroup.findFirst()) ??
      (await db.prisma.tagGroup.create({ data: { name: '偏好', dimension: 'behaviour' } }))
    const tag = await db.prisma.tag.create({
      data: { groupId: group.id, name, wecomId, ours: true, createdAt: clock.now() },
    })
    return tag.id
  }

  const mark = (relationId: bigint, tags: { add?: bigint[]; remove?: bigint[] }) =>
    add({
      kind: 'mark_tag',
      payload: {
        relationId: relationId.toString(),
        userid: 'zhangsan',
        externalUserid: 'wm1',
        add: (tags.add ?? []).map(String),
        remove: (tags.remove ?? []).map(String),
      },
    })

  it('tells WeCom and remembers what it holds now', async () => {
    const { relationId } = await aRelation()
    const [on, off] = [await aTag('红色'), await aTag('蓝色')]
    await db.prisma.relationTag.create({ data: { relationId, tagId: off } })

    await deliverOutbox(deps, await mark(relationId, { add: [on], remove: [off] }))

    expect(wecom.calls).toEqual([
      {
        path: '/cgi-bin/externalcontact/mark_tag',
        input: {
          userid: 'zhangsan',
          external_userid: 'wm1',
          add_tag: ['et-红色'],
          remove_tag: ['et-蓝色'],
        },
      },
    ])
    const held = await db.prisma.relationTag.findMany({ where: { relationId } })
    expect(held.map(({ tagId }) => tagId)).toEqual([on])
  })

  it('ends at the present tags, in whatever order calls arrive', async () => {
    const { relationId, customerId } = await aRelation()
    const tagId = await aTag('红色')
    const putOn = await mark(relationId, { add: [tagId] })
    const takeOff = await mark(relationId, { remove: [tagId] })
    await db.prisma.customerTag.create({
      data: { customerId, tagId, origin: 'guide', addedAt: clock.now(), removedAt: clock.now() },
    })

    await deliverOutbox(deps, takeOff)
    await deliverOutbox(deps, putOn)

    expect(wecom.calls.map(({ input }) => input['remove_tag'])).toEqual([['et-红色']])
    expect((await read(putOn)).state).toBe('sent')
    expect(await db.prisma.relationTag.count()).toBe(0)
  })

  it('of one relation goes one call at a time', async () => {
    const { relationId } = await aRelation()
    const rows = [
      await mark(relationId, { add: [await aTag('红色')] }),
      await mark(relationId, { add: [await aTag('蓝色')] }),
    ]
    let running = 0
    let most = 0
    answer = async () => {
      running += 1
      most = Math.max(most, running)
      await sleep(50)
      running -= 1
      return undefined
    }

    await Promise.all(rows.map((id) => deliverOutbox(deps, id)))
    const waiting = await db.prisma.outbox.count({ where: { state: 'pending', attempts: 0 } })
    await Promise.all(rows.map((id) => deliverOutbox(deps, id)))

    expect([most, waiting]).toEqual([1, 1])
    expect(await db.prisma.relationTag.count()).toBe(2)
  })

  it('waits for a tag that is not made yet, and fails when it can not be made', async () => {
    const { relationId } = await aRelation()
    const tagId = await aTag('新标签', null)
    const making = await add({
      kind: 'add_tag',
      dedupeKey: `add_tag:${tagId}`,
      payload: { tagId: String(tagId) },
    })
    const id = await mark(relationId, { add: [tagId] })

    for (let i = 0; i < 15; i += 1) await deliverOutbox(deps, id)
    const before = await read(id)
    await db.prisma.outbox.update({ where: { id: making }, data: { state: 'failed' } })
    await deliverOutbox(deps, id)

    expect(before).toMatchObject({ state: 'pending', attempts: 0 })
    expect((await read(id)).state).toBe('failed')
    expect(wecom.calls).toHaveLength(0)
  })

  it('of a relation that has ended is cancelled', async () => {
    const { relationId } = await aRelation({ endedAt: clock.now() })

    const id = await mark(relationId, { add: [await aTag('红色')] })
    await deliverOutbox(deps, id)

    expect((await read(id)).state).toBe('cancelled')
  })

  describe('after making a tag', () => {
    const ADD = '/cgi-bin/externalcontact/add_corp_tag'
    const LIST = '/cgi-bin/externalcontact/get_corp_tag_list'
    const group = { group_id: 'eg1', group_name: '偏好', tag: [{ id: 'et1', name: '新标签' }] }
    const make = (tagId: bigint) => add({ kind: 'add_tag', payload: { tagId: tagId.toString() } })
    const readTag = (id: bigint) =>
      db.prisma.tag.findUniqueOrThrow({ where: { id }, include: { group: true } })

    it('keeps the ids that WeCom gave tag and group', async () => {
      answer = () => ({ tag_group: group })
      const tagId = await aTag('新标签', null)

      await deliverOutbox(deps, await make(tagId))

      expect(wecom.calls).toEqual([
        { path: ADD, input: { group_name: '偏好', tag: [{ name: '新标签' }] } },
      ])
      expect(await readTag(tagId)).toMatchObject({
        wecomId: 'et1',
        ours: true,
        group: { wecomId: 'eg1' },
      })
    })

    it('adds to the group that WeCom has', async () => {
      answer = () => ({ tag_group: group })
      const tagId = await aTag('新标签', null)
      await db.prisma.tagGroup.updateMany({ data: { wecomId: 'eg1' } })

      await deliverOutbox(deps, await make(tagId))

      expect(wecom.calls[0]?.input).toEqual({ group_id: 'eg1', tag: [{ name: '新标签' }] })
    })

    it('adopts a tag that is there by this name', async () => {
      answer = (path) => {
        if (path === ADD) throw new WecomError({ errcode: 40071, path })
        return { tag_group: [{ group_id: 'eg0', group_name: '别的', tag: [] }, group] }
      }
      const tagId = await aTag('新标签', null)

      const id = await make(tagId)
      await deliverOutbox(deps, id)

      expect(wecom.calls.map(({ path }) => path)).toEqual([ADD, LIST])
      expect(await readTag(tagId)).toMatchObject({ wecomId: 'et1', group: { wecomId: 'eg1' } })
      expect((await read(id)).state).toBe('sent')
    })

    it('makes nothing that is made, or was deleted', async () => {
      const made = await aTag('红色')
      const gone = await aTag('蓝色', null)
      await db.prisma.tag.update({ where: { id: gone }, data: { deletedAt: clock.now() } })

      const rows = [await make(made), await make(gone)]
      for (const id of rows) await deliverOutbox(deps, id)

      expect(wecom.calls).toHaveLength(0)
      expect([(await read(rows[0] ?? 0n)).state, (await read(rows[1] ?? 0n)).state]).toEqual([
        'sent',
        'cancelled',
      ])
    })
  })
})

describe('a remark that was written again', () => {
  let customerId: bigint
  beforeEach(async () => {
    customerId = (await db.prisma.customer.create({ data: { externalUserid: 'wm1' } })).id
  })
  const remark = (text: string, userid = 'zhangsan') =>
    add({ kind: 'remark', payload: { userid, externalUserid: 'wm1', remark: text }, customerId })
  const written = () => wecom.calls.map(({ input }) => input['remark'])

  it('is told to WeCom as it is now, in whatever order calls arrive', async () => {
    const older = await remark('陈姐')
    const newer = await remark('陈姐 爱喝茶', 'ZhangSan')
    await remark('小陈', 'lisi')

    await deliverOutbox(deps, newer)
    await deliverOutbox(deps, older)

    expect(written()).toEqual(['陈姐 爱喝茶'])
    expect((await read(older)).state).toBe('cancelled')
  })

  it('waits for the call that is under way', async () => {
    const older = await remark('陈姐')
    let newer = 0n
    let isFirst = true
    const order: string[] = []
    answer = async (_path, input) => {
      if (isFirst) {
        isFirst = false
        newer = await remark('陈姐 爱喝茶')
        await deliverOutbox(deps, newer)
      }
      order.push(String(input['remark']))
      return undefined
    }

    await deliverOutbox(deps, older)
    const meanwhile = (await read(newer)).state
    await deliverOutbox(deps, newer)

    expect(meanwhile).toBe('pending')
    expect(order).toEqual(['陈姐', '陈姐 爱喝茶'])
  })
})

it('writes a remark, clearing mobiles with an empty one', async () => {
  const id = await add({
    kind: 'remark',
    payload: { userid: 'zhangsan', externalUserid: 'wm1', remark: '陈姐', remarkMobiles: [] },
  })

  await deliverOutbox(deps, id)

  expect(wecom.calls).toEqual([
    {
      path: '/cgi-bin/externalcontact/remark',
      input: { userid: 'zhangsan', external_userid: 'wm1', remark: '陈姐', remark_mobiles: [''] },
    },
  ])
})
