import { randomUUID } from 'node:crypto'
import { Logger, runOnce } from 'graphile-worker'
import { beforeEach, describe, expect, it } from 'vitest'
import { createReceiver } from '../../bot/callbacks/receive.ts'
import type { BotDeps } from '../../bot/deps.ts'
import { createTaskList } from '../../bot/job-handlers.ts'
import { emptyDatabase, useDatabase } from '../support/database.ts'
import { createTestClock, createTestDeps } from '../support/test-deps.ts'
import { callbackRequest } from './callbacks/callback-request.ts'
import { anEmployee, relationsOf } from './members/rows.ts'
import { createWorld, seconds, type WecomWorld } from './members/wecom-world.ts'
import { SAMPLE } from './wecom/vectors.ts'

/**
 * The way of one callback, from WeCom's request to our message, with every stop on it: read this first to
 * see how the assistant works (docs/architecture.md). Only WeCom itself is played.
 */

const db = useDatabase()
let world: WecomWorld
let deps: BotDeps

beforeEach(async () => {
  await emptyDatabase(db)
  world = createWorld()
  deps = createTestDeps(db, {
    corpId: SAMPLE.corpId,
    wecom: world.wecom,
    clock: createTestClock('2026-11-22T02:00:01Z'),
  })
})

const receive = (xml: string) => {
  const { query, body } = callbackRequest(xml)
  return createReceiver({ pool: db.pool, ...SAMPLE, metrics: deps.metrics }).receive(query, body)
}

/** Runs every waiting job, and the jobs those make, as the worker does. */
const work = () =>
  runOnce({
    // a pool of its own would still be closing when the database goes
    pgPool: db.pool,
    taskList: createTaskList(deps),
    noHandleSignals: true,
    logger: new Logger(() => () => undefined),
  })

const event = (fields: Record<string, string>) => {
  const inner = Object.entries(fields).map(
    ([name, text]) => `<${name}><![CDATA[${text}]]></${name}>`,
  )
  const createTime = seconds('2026-11-22T02:00:00Z')
  return `<xml><ToUserName><![CDATA[${SAMPLE.corpId}]]></ToUserName><FromUserName><![CDATA[sys]]></FromUserName><CreateTime>${createTime}</CreateTime><MsgType><![CDATA[event]]></MsgType>${inner.join('')}</xml>`
}

describe('a customer adds a guide', () => {
  const added = event({
    Event: 'change_external_contact',
    ChangeType: 'add_external_contact',
    UserID: 'LinXiaoman',
    ExternalUserID: 'wmCustomer1',
    WelcomeCode: randomUUID(),
  })
  beforeEach(async () => {
    await anEmployee(db.prisma, { userid: 'LinXiaoman', name: '林小满' })
    world.customers['wmCustomer1'] = {
      name: '小鱼',
      follows: [{ userid: 'LinXiaoman', createtime: seconds('2026-11-22T02:00:00Z') }],
    }
  })

  it('is stored with its job before WeCom gets its answer, and nothing else happens yet', async () => {
    const result = await receive(added)

    expect(result).toBe('stored')
    expect(await db.prisma.inbox.findMany()).toMatchObject([{ xml: added, processedAt: null }])
    const jobs = await db.pool.query('select task_identifier from graphile_worker.jobs')
    expect(jobs.rows).toEqual([{ task_identifier: 'welcome' }])
    expect(world.wecom.calls).toEqual([])
  })

  it('becomes a welcome message, a customer and a relation, under one trace', async () => {
    await receive(added)

    await work()

    const inbox = await db.prisma.inbox.findFirstOrThrow()
    expect(inbox).toMatchObject({
      event: 'change_external_contact/add_external_contact',
      outcome: 'done',
    })
    expect(await db.prisma.outbox.findMany()).toMatchObject([
      { kind: 'welcome', state: 'sent', traceId: inbox.traceId },
    ])
    expect(await relationsOf(db.prisma, 'wmCustomer1')).toEqual(['LinXiaoman live'])
    const welcome = world.wecom.calls.find(({ path }) => path.endsWith('send_welcome_msg'))
    expect(welcome?.input).toMatchObject({ text: { content: expect.stringContaining('林小满') } })
  })

  it('has one effect when WeCom sends it four times', async () => {
    const results = [
      await receive(added),
      await receive(added),
      ...(await Promise.all([receive(added), receive(added)])),
    ]

    await work()
    await receive(added)
    await work()

    expect(results).toEqual(['stored', 'repeated', 'repeated', 'repeated'])
    const sent = world.wecom.calls.filter(({ path }) => path.endsWith('send_welcome_msg'))
    expect(sent).toHaveLength(1)
    expect(await db.prisma.relation.count()).toBe(1)
  })
})

describe('a guide tags a customer in WeCom', () => {
  it('has the tag put on the second guide’s side too', async () => {
    const since = seconds('2026-11-01T02:00:00Z')
    world.customers['wmCustomer1'] = {
      name: '小鱼',
      follows: [
        { userid: 'LinXiaoman', createtime: since, tags: ['etVip'] },
        { userid: 'ChenYue', createtime: since },
      ],
    }

    await receive(
      event({
        Event: 'change_external_contact',
        ChangeType: 'edit_external_contact',
        UserID: 'LinXiaoman',
        ExternalUserID: 'wmCustomer1',
      }),
    )
    await work()

    const marks = world.wecom.calls.filter(({ path }) => path.endsWith('mark_tag'))
    expect(marks.map(({ input }) => input)).toEqual([
      { userid: 'ChenYue', external_userid: 'wmCustomer1', add_tag: ['etVip'] },
    ])
    expect(await db.prisma.relationTag.count()).toBe(2)
  })
})
