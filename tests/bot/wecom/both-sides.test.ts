import Fastify, { type FastifyInstance } from 'fastify'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createReceiver } from '../../../bot/callbacks/receive.ts'
import type { BotDeps } from '../../../bot/deps.ts'
import { deliverOutbox } from '../../../bot/messages/deliver.ts'
import { addToOutbox, type NewOutbox } from '../../../bot/messages/outbox.ts'
import { createMetrics } from '../../../bot/metrics.ts'
import { createWecom } from '../../../bot/wecom/client.ts'
import { wecomCallbackRoutes } from '../../../server/api/wecom-callback/routes.ts'
import { createSandbox, type Sandbox } from '../../../sandbox/sandbox.ts'
import { aTag } from '../../support/chain.ts'
import { emptyDatabase, useDatabase } from '../../support/database.ts'
import { createTestDeps } from '../../support/test-deps.ts'
import { SAMPLE } from './vectors.ts'

const db = useDatabase()
const SEND = '/cgi-bin/message/send'
const SECRET = 'the-secret-of-the-app'
let sandbox: Sandbox
let app: FastifyInstance
let deps: BotDeps

beforeEach(async () => {
  await emptyDatabase(db)
  const receiver = createReceiver({ pool: db.pool, ...SAMPLE, metrics: createMetrics() })
  app = Fastify()
  await app.register(wecomCallbackRoutes, { receiver })
  const address = await app.listen({ port: 0, host: '127.0.0.1' })
  sandbox = await createSandbox({
    port: 0,
    corp: {
      corpId: SAMPLE.corpId,
      agentId: 1000002,
      agentSecret: SECRET,
      callbackToken: SAMPLE.token,
      callbackAesKey: SAMPLE.aesKey,
    },
    callbackUrl: `${address}/wecom/callback`,
    appUrl: address,
    seed: {
      members: [{ userid: 'WangXiaoming', name: '王小明' }],
      customers: [{ externalUserid: 'wmZhang', name: '张女士' }],
      relations: [{ userid: 'WangXiaoming', externalUserid: 'wmZhang', createtime: 1_760_000_000 }],
      tagGroups: [],
    },
    now: () => new Date('2026-11-22T01:00:00Z'),
    callbacks: { timeoutMs: 2_000, retryMs: [10, 10, 10] },
  })
  const base = createTestDeps(db)
  const { clock } = sandbox
  const wecom = createWecom({
    db,
    clock,
    log: base.log,
    metrics: base.metrics,
    apiUrl: sandbox.url,
    corpId: SAMPLE.corpId,
    agentSecret: SECRET,
    cipher: base.cipher,
  })
  deps = { ...base, clock, wecom, corpId: SAMPLE.corpId }
})

afterEach(async () => {
  await sandbox.close()
  await app.close()
})

async function deliver(row: Partial<NewOutbox>): Promise<bigint> {
  await addToOutbox(db.prisma, deps.clock.now(), [
    {
      kind: 'app_message',
      dedupeKey: 'one',
      payload: { msgtype: 'text', text: { content: '今天有 3 位客户' } },
      recipient: 'WangXiaoming',
      traceId: 'trace-1',
      ...row,
    },
  ])
  const { id } = await db.prisma.outbox.findFirstOrThrow({ orderBy: { id: 'desc' } })
  await deliverOutbox(deps, id).catch(() => undefined)
  return id
}

const read = (id: bigint) => db.prisma.outbox.findUniqueOrThrow({ where: { id } })
const sends = () => sandbox.log().filter(({ path }) => path.endsWith('message/send'))

describe('our side and the other', () => {
  it('agree on tokens, tickets and messages', async () => {
    const tickets = [await deps.wecom.token('jsapi_ticket'), await deps.wecom.token('agent_ticket')]
    const id = await deliver({})

    expect(new Set(tickets).size).toBe(2)
    expect(await read(id)).toMatchObject({ state: 'sent', errcode: 0, msgid: expect.any(String) })
  })

  it('agree that a token ends', async () => {
    await deliver({ dedupeKey: 'before' })
    sandbox.addFault({ path: SEND, errcode: 42001 })

    const id = await deliver({ dedupeKey: 'after' })

    expect((await read(id)).state).toBe('sent')
  })

  it('agree on callbacks: each event is one row', async () => {
    const delivery = await sandbox.emit({
      FromUserName: 'sys',
      MsgType: 'event',
      Event: 'change_external_contact',
      ChangeType: 'edit_external_contact',
      UserID: 'WangXiaoming',
      ExternalUserID: 'wmZhang',
    })

    const { rows } = await db.pool.query('select xml from inbox')
    expect(delivery.state).toBe('delivered')
    expect(rows).toEqual([{ xml: delivery.xml }])
  })

  it('deliver a message once where the answer is lost', async () => {
    sandbox.addFault({ path: SEND, reset: true, when: 'after' })
    const id = await deliver({})
    const before = await read(id)

    await deliverOutbox(deps, id)

    expect(before.state).toBe('pending')
    expect((await read(id)).state).toBe('sent')
    expect(sends()).toHaveLength(2)
    expect(sends()[1]?.notes).toMatchObject({ duplicateOf: expect.any(String) })
  })

  it('answer a guide who asks the same twice', async () => {
    const ids = [await deliver({ dedupeKey: 'first' }), await deliver({ dedupeKey: 'second' })]

    const rows = await Promise.all(ids.map(read))
    expect(new Set(rows.map(({ msgid }) => msgid)).size).toBe(2)
  })

  it('make a tag and mark a customer with it', async () => {
    const customer = await db.prisma.customer.create({ data: { externalUserid: 'wmZhang' } })
    const employee = await db.prisma.employee.create({
      data: { userid: 'WangXiaoming', useridKey: 'wangxiaoming', name: '王小明' },
    })
    const relation = await db.prisma.relation.create({
      data: { customerId: customer.id, employeeId: employee.id, addedAt: deps.clock.now() },
    })
    const group = await db.prisma.tagGroup.create({
      data: { name: '偏好', dimension: 'behaviour' },
    })
    const tag = await db.prisma.tag.create({
      data: { groupId: group.id, name: '红色', ours: true, createdAt: deps.clock.now() },
    })
    sandbox.addFault({ path: 'externalcontact/add_corp_tag', reset: true, when: 'after' })

    const making = await deliver({
      kind: 'add_tag',
      dedupeKey: `add_tag:${tag.id}`,
      payload: { tagId: tag.id.toString() },
    })
    await deliverOutbox(deps, making)
    const marking = await deliver({
      kind: 'mark_tag',
      dedupeKey: 'mark',
      payload: { relationId: relation.id.toString(), add: [tag.id.toString()], remove: [] },
    })

    expect([(await read(making)).state, (await read(marking)).state]).toEqual(['sent', 'sent'])
    const { wecomId } = await db.prisma.tag.findUniqueOrThrow({ where: { id: tag.id } })
    const answer = await deps.wecom.get<{ follow_user: { tags: { tag_id: string }[] }[] }>(
      '/cgi-bin/externalcontact/get',
      { external_userid: 'wmZhang' },
    )
    expect(answer.follow_user[0]?.tags).toMatchObject([{ tag_id: wecomId }])
  })

  it('rename a tag that we made, and delete it', async () => {
    const tag = await aTag(db, '爱喝茶')
    const tagId = String(tag)
    const inWecom = async () => {
      const { tag_group: groups = [] } = await deps.wecom.post<{
        tag_group?: { tag: { name: string }[] }[]
      }>('/cgi-bin/externalcontact/get_corp_tag_list', {})
      return groups.flatMap((group) => group.tag.map(({ name }) => name))
    }
    await deliver({ kind: 'add_tag', dedupeKey: `add_tag:${tagId}`, payload: { tagId } })

    const renaming = await deliver({
      kind: 'edit_tag',
      dedupeKey: `edit_tag:${tagId}:1`,
      payload: { tagId, name: '爱喝绿茶' },
    })
    const renamed = await inWecom()
    const deleting = await deliver({
      kind: 'delete_tag',
      dedupeKey: `delete_tag:${tagId}:1`,
      payload: { tagId },
    })

    expect([(await read(renaming)).state, (await read(deleting)).state]).toEqual(['sent', 'sent'])
    expect([renamed, await inWecom()]).toEqual([['爱喝绿茶'], []])
  })
})
