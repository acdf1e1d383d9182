import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { pino } from 'pino'
import { beforeEach, describe, expect, it } from 'vitest'
import { greetFirst, handleCallback } from '../../../bot/callbacks/handle.ts'
import type { BotDeps } from '../../../bot/deps.ts'
import { emptyDatabase, useDatabase } from '../../support/database.ts'
import { createTestClock, createTestDeps, type TestClock } from '../../support/test-deps.ts'
import { anEmployee, aTask, relationsOf, tagsOf, waitingMarks } from '../members/rows.ts'
import { createWorld, seconds, type WecomWorld } from '../members/wecom-world.ts'

const db = useDatabase()
const CUSTOMER = 'wmCustomer1'
let world: WecomWorld
let clock: TestClock
let deps: BotDeps
let lines: string[]

beforeEach(async () => {
  await emptyDatabase(db)
  world = createWorld()
  clock = createTestClock('2026-11-22T02:00:01Z')
  lines = []
  deps = createTestDeps(db, {
    wecom: world.wecom,
    clock,
    log: pino({ level: 'info' }, { write: (line: string) => void lines.push(line) }),
  })
})

const fixture = (name: string) =>
  readFileSync(new URL(`../../fixtures/callbacks/${name}.xml`, import.meta.url), 'utf8')

const store = async (xml: string) => {
  const row = await db.prisma.inbox.create({
    data: {
      corpId: deps.corpId,
      key: createHash('sha256').update(xml).digest(),
      xml,
      traceId: 'trace-1',
    },
  })
  return row.id
}
/** Works the callback off twice, as a job that lost its answer does. */
const handle = async (xml: string) => {
  const inboxId = await store(xml)
  await handleCallback(deps, inboxId)
  await db.prisma.inbox.update({ where: { id: inboxId }, data: { processedAt: null } })
  await handleCallback(deps, inboxId)
  return db.prisma.inbox.findUniqueOrThrow({ where: { id: inboxId } })
}
const meet = (userid = 'LinXiaoman', tags: string[] = []) => {
  const customer = (world.customers[CUSTOMER] ??= { name: '小鱼', follows: [] })
  customer.follows.push({ userid, createtime: seconds('2026-11-22T02:00:00Z'), tags })
}
const outbox = (kind: string) => db.prisma.outbox.findMany({ where: { kind } })

describe('add_external_contact', () => {
  it('has one welcome message sent before anything is read, then stores the customer', async () => {
    await db.prisma.store.create({ data: { storeNo: 'S1', name: '静安店' } })
    await anEmployee(db.prisma, { userid: 'LinXiaoman', name: '林小满', storeNo: 'S1' })
    meet()
    let welcomesAtFirstRead = -1
    const { get } = world.wecom
    deps.wecom = {
      ...world.wecom,
      get: async (path, query, context) => {
        if (welcomesAtFirstRead < 0) welcomesAtFirstRead = (await outbox('welcome')).length
        return get(path, query, context)
      },
    }

    const row = await handle(fixture('add_external_contact'))

    expect(welcomesAtFirstRead).toBe(1)
    expect(row).toMatchObject({
      event: 'change_external_contact/add_external_contact',
      outcome: 'done',
    })
    const welcomes = await outbox('welcome')
    expect(welcomes).toMatchObject([
      {
        payload: {
          welcomeCode: 'WELCOMECODE',
          text: '您好，我是静安店的林小满。想看的商品、到店活动、会员权益，随时问我。不想收到消息，跟我说一声就好。',
        },
        traceId: 'trace-1',
      },
    ])
    const leftMs = (welcomes[0]?.notAfter?.getTime() ?? 0) - clock.now().getTime()
    expect(leftMs).toBeGreaterThan(15_000)
    expect(leftMs).toBeLessThanOrEqual(20_000)
    expect(await relationsOf(db.prisma, CUSTOMER)).toEqual(['LinXiaoman live'])
  })

  it('asks for no welcome when the code has died in the queue', async () => {
    meet()
    const inboxId = await store(fixture('add_external_contact'))
    await db.pool.query(`update inbox set received_at = now() - interval '21 seconds'`)

    await handleCallback(deps, inboxId)

    expect(await outbox('welcome')).toEqual([])
    const row = await db.prisma.inbox.findFirstOrThrow()
    expect(row.outcome).toContain('too late for the welcome')
    expect(await relationsOf(db.prisma, CUSTOMER)).toEqual(['LinXiaoman live'])
  })

  it('greets at once and leaves what is read from WeCom to an ordinary job', async () => {
    meet()
    const inboxId = await store(fixture('add_external_contact'))

    await greetFirst(deps, inboxId)
    await greetFirst(deps, inboxId)

    const jobs = await db.pool.query(
      `select task_identifier as name, priority from graphile_worker.jobs order by priority`,
    )
    expect(jobs.rows).toEqual([
      { name: 'greet', priority: -10 },
      { name: 'callback', priority: 0 },
    ])
    expect(world.wecom.calls).toHaveLength(0)
  })

  it('is done, however late the ordinary job comes, where the customer was greeted in time', async () => {
    meet()
    const inboxId = await store(fixture('add_external_contact'))
    await greetFirst(deps, inboxId)
    await db.pool.query(`update inbox set received_at = received_at - interval '1 hour'`)

    await handleCallback(deps, inboxId)

    const row = await db.prisma.inbox.findFirstOrThrow()
    expect(row.outcome).toBe('done')
    expect(await outbox('welcome')).toHaveLength(1)
  })

  it('greets nobody for XML that can not be read, and leaves it to the ordinary job', async () => {
    const inboxId = await store('<xml><WelcomeCode>')

    await greetFirst(deps, inboxId)

    const jobs = await db.pool.query(`select task_identifier as name from graphile_worker.jobs`)
    expect(jobs.rows).toEqual([{ name: 'callback' }])
  })

  it('puts the welcome in the front of the queue', async () => {
    meet()

    await handle(fixture('add_external_contact'))

    const jobs = await db.pool.query(
      `select priority from graphile_worker.jobs where task_identifier = 'greet'`,
    )
    expect(jobs.rows).toEqual([{ priority: -10 }])
  })

  it('keeps the relation as half where WeCom does not list it yet', async () => {
    await handle(fixture('add_external_contact'))

    expect(await relationsOf(db.prisma, CUSTOMER)).toEqual(['LinXiaoman half'])
  })
})

describe('add_half_external_contact', () => {
  it('stores a half relation and greets; the whole one follows without a second greeting', async () => {
    await handle(fixture('add_half_external_contact'))
    const half = await relationsOf(db.prisma, CUSTOMER)
    clock.set('2026-11-22T02:10:00Z')
    meet()

    const whole = fixture('add_external_contact').replace(/<WelcomeCode>.*\n/, '')
    await handle(whole)

    expect(half).toEqual(['LinXiaoman half'])
    expect(await relationsOf(db.prisma, CUSTOMER)).toEqual(['LinXiaoman live'])
    expect(await outbox('welcome')).toHaveLength(1)
  })

  it('makes nothing half when it comes after the whole one', async () => {
    meet()
    await handle(fixture('add_external_contact'))

    await handle(fixture('add_half_external_contact'))

    expect(await relationsOf(db.prisma, CUSTOMER)).toEqual(['LinXiaoman live'])
  })
})

describe('edit_external_contact', () => {
  it('reads the tags and mirrors them to the second guide once', async () => {
    meet('LinXiaoman', ['etVip'])
    meet('ChenYue')

    await handle(fixture('edit_external_contact'))

    expect(await tagsOf(db.prisma, CUSTOMER)).toEqual(['VIP:wecom'])
    expect(await waitingMarks(db.prisma)).toEqual(['ChenYue +VIP'])
  })
})

describe('deletions', () => {
  it('del_follow_user ends the relation by the customer and cancels its tasks', async () => {
    meet()
    clock.set('2026-11-22T01:00:00Z')
    await handle(fixture('edit_external_contact'))
    const relation = await db.prisma.relation.findFirstOrThrow()
    await aTask(deps, { customerId: relation.customerId, assigneeId: relation.employeeId })
    clock.set('2026-11-22T02:00:01Z')

    await handle(fixture('del_follow_user'))

    expect(await relationsOf(db.prisma, CUSTOMER)).toEqual(['LinXiaoman ended by customer'])
    expect(await db.prisma.task.findMany({ include: { events: true } })).toMatchObject([
      {
        state: 'cancelled',
        closeReason: 'relation_ended',
        events: [{ actor: 'customer', via: 'callback', toState: 'cancelled' }],
      },
    ])
  })

  it('del_external_contact by a transfer says so', async () => {
    meet()
    await handle(fixture('edit_external_contact'))
    world.customers = {}

    await handle(fixture('del_external_contact'))

    expect(await relationsOf(db.prisma, CUSTOMER)).toEqual(['LinXiaoman ended by transfer'])
  })

  it('del_external_contact by the guide says so', async () => {
    meet()
    await handle(fixture('edit_external_contact'))
    world.customers = {}

    await handle(fixture('del_external_contact').replace(/<Source>.*\n/, ''))

    expect(await relationsOf(db.prisma, CUSTOMER)).toEqual(['LinXiaoman ended by guide'])
  })
})

describe('transfer_fail', () => {
  it('is told to the operator with its reason', async () => {
    const row = await handle(fixture('transfer_fail'))

    expect(row.outcome).toBe('transfer failed: customer_refused')
  })
})

describe('change_external_tag', () => {
  const library = () =>
    db.prisma.tag.findMany({
      where: { deletedAt: null },
      orderBy: { sortOrder: 'desc' },
      select: { name: true },
    })
  const names = async () => (await library()).map((tag) => tag.name)

  it('create and update store the tag as it is now', async () => {
    await handle(fixture('tag_create'))
    const created = await names()
    const group = world.tagGroups[0]
    if (group) group.tags['etVip'] = '超级VIP'

    await handle(fixture('tag_update'))

    expect(created).toEqual(['VIP'])
    expect(await names()).toEqual(['超级VIP'])
  })

  it('delete marks the tag', async () => {
    await handle(fixture('tag_create'))
    delete world.tagGroups[0]?.tags['etVip']

    await handle(fixture('tag_delete'))

    expect(await names()).toEqual([])
  })

  it('delete of a group marks its tags too', async () => {
    await handle(fixture('tag_shuffle'))
    const before = await names()
    world.tagGroups = []

    await handle(fixture('tag_group_delete'))

    expect(before).toEqual(['VIP', '新客', '有孩子'])
    expect(await names()).toEqual([])
  })

  it('shuffle takes over the new order', async () => {
    await handle(fixture('tag_shuffle'))
    const group = world.tagGroups[0]
    if (group) group.tags = { etKids: '有孩子', etVip: 'VIP', etNew: '新客' }

    await handle(fixture('tag_shuffle').replace(/<Id>.*\n/, ''))

    expect(await names()).toEqual(['有孩子', 'VIP', '新客'])
  })
})

describe('a button on a card', () => {
  let taskId: bigint
  beforeEach(async () => {
    await anEmployee(db.prisma, { userid: 'ChenYue' })
    const assigneeId = await anEmployee(db.prisma, { userid: 'LinXiaoman', storeNo: 'S1' })
    await anEmployee(db.prisma, { userid: 'Manager1', role: 'manager', storeNo: 'S1' })
    await anEmployee(db.prisma, { userid: 'Manager2', role: 'manager', storeNo: 'S2' })
    const customer = await db.prisma.customer.create({ data: { externalUserid: CUSTOMER } })
    taskId = await aTask(deps, { customerId: customer.id, assigneeId, storeNo: 'S1' })
  })
  const press = (key: string, by = 'LinXiaoman', code = 'RESPONSECODE') =>
    handle(
      fixture('template_card_event')
        .replace('task-42-1', `task-${taskId}-1`)
        .replace('[done]', `[${key}]`)
        .replace('[LinXiaoman]', `[${by}]`)
        .replace('RESPONSECODE', code)
        .replace(/<SelectedItems>.*\n/, key === 'done' ? '$&' : ''),
    )
  const task = () =>
    db.prisma.task.findUniqueOrThrow({ where: { id: taskId }, include: { events: true } })

  it('done finishes the task with the chosen outcome and changes the card once', async () => {
    await press('done')

    expect(await task()).toMatchObject({
      state: 'done',
      closing: 'self_reported',
      outcome: 'replied',
      events: [{ actor: 'LinXiaoman', via: 'card' }],
    })
    const changes = await outbox('update_card')
    expect(changes).toMatchObject([{ payload: { responseCode: 'RESPONSECODE' } }])
  })

  it('snooze brings the task back with tomorrow morning’s cards', async () => {
    await press('snooze')

    expect(await task()).toMatchObject({
      state: 'open',
      snoozedUntil: new Date('2026-11-23T01:00:00Z'),
    })
  })

  it('snooze happens once, as of when it was pressed, though its job runs again past midnight', async () => {
    const inboxId = await store(
      fixture('template_card_event')
        .replace('task-42-1', `task-${taskId}-1`)
        .replace('[done]', '[snooze]'),
    )
    clock.set('2026-11-22T16:01:00Z')
    await handleCallback(deps, inboxId)
    await db.prisma.inbox.update({ where: { id: inboxId }, data: { processedAt: null } })
    clock.set('2026-11-23T16:01:00Z')
    await handleCallback(deps, inboxId)

    expect(await task()).toMatchObject({
      snoozedUntil: new Date('2026-11-23T01:00:00Z'),
      events: [{ actor: 'LinXiaoman', via: 'card', toState: 'open' }],
    })
    expect(await outbox('update_card')).toHaveLength(1)
    expect(await db.prisma.inbox.findFirstOrThrow()).toMatchObject({ outcome: 'done' })
  })

  it('snooze that reaches us a day late brings the task back with the next morning’s cards', async () => {
    clock.set('2026-11-23T02:00:00Z')

    await press('snooze')

    expect(await task()).toMatchObject({ snoozedUntil: new Date('2026-11-24T01:00:00Z') })
  })

  it('snooze says so when the task would not live that long', async () => {
    const diesAt = new Date('2026-11-22T15:59:00Z')
    await db.prisma.task.update({ where: { id: taskId }, data: { diesAt } })

    const row = await press('snooze')

    expect(row.outcome).toBe('ignored: too late to postpone')
    expect(await outbox('app_message')).toMatchObject([
      { recipient: 'LinXiaoman', payload: { text: { content: expect.stringContaining('推迟') } } },
    ])
  })

  it.each([
    ['dismiss', 'not_suitable'],
    ['dismiss:wrong_person', 'wrong_person'],
    ['dismiss:nonsense', 'not_suitable'],
  ])('%s declines the task as %s', async (key, reason) => {
    await press(key)

    expect(await task()).toMatchObject({ state: 'dismissed', closeReason: reason })
  })

  it('works in the corner menu too', async () => {
    await handle(fixture('template_card_menu_event').replace('task-42-1', `task-${taskId}-1`))

    expect(await task()).toMatchObject({ state: 'dismissed', closeReason: 'wrong_person' })
  })

  it('is the assignee’s and the store manager’s, whatever the letters of the userid', async () => {
    await press('snooze', 'linxiaoman')
    await press('done', 'Manager1', 'ANOTHERCODE')

    expect(await task()).toMatchObject({ state: 'done' })
  })

  it.each(['ChenYue', 'Manager2', 'Stranger'])('does nothing for %s', async (by) => {
    const row = await press('done', by)

    expect(await task()).toMatchObject({ state: 'open', events: [] })
    expect(row.outcome).toBe("ignored: another guide's task")
    expect(await outbox('update_card')).toMatchObject([
      { payload: { button: { replace_name: '任务已由别人负责' }, userid: by } },
    ])
  })

  it.each(['LinXiaoman', 'Manager1'])('does nothing for %s once they have left', async (userid) => {
    await db.prisma.employee.updateMany({ where: { userid }, data: { active: false } })

    const row = await press('done', userid)

    expect(await task()).toMatchObject({ state: 'open', events: [] })
    expect(row.outcome).toBe('ignored: not at work any more')
    expect(await outbox('update_card')).toMatchObject([
      { payload: { button: { replace_name: '你已不在导购名单' }, userid } },
    ])
  })

  it('changes no closed task, but its card', async () => {
    await db.prisma.task.update({ where: { id: taskId }, data: { state: 'cancelled' } })

    const row = await press('done')

    expect(row.outcome).toBe('ignored: the task was closed before')
    expect(await task()).toMatchObject({ state: 'cancelled', outcome: null })
    expect(await outbox('update_card')).toHaveLength(1)
  })

  it.each(['digest-1', 'task-x', 'task-99999999999999999999-1'])('ignores card %s', async (id) => {
    const row = await handle(fixture('template_card_event').replace('task-42-1', id))

    expect(row.outcome).toBe('ignored')
  })

  it('ignores a key it does not know', async () => {
    const row = await press('explode')

    expect(row.outcome).toBe('ignored: an unknown button')
  })
})

describe('a member who writes to the app', () => {
  const write = async (text: string) => {
    await handle(fixture('text').replace('任务', text))
    const replies = await outbox('app_message')
    const payload = replies[0]?.payload as { text: { content: string } } | undefined
    return { replies: replies.length, text: payload?.text.content ?? '' }
  }
  beforeEach(async () => {
    const guide = await anEmployee(db.prisma, { userid: 'LinXiaoman' })
    const colleague = await anEmployee(db.prisma, { userid: 'ChenYue' })
    for (const [name, employeeId] of [
      ['王芳', guide],
      ['李敏', colleague],
    ] as const) {
      const customer = await db.prisma.customer.create({ data: { name, memberNo: `M${name}` } })
      const addedAt = clock.now()
      await db.prisma.relation.create({
        data: { customerId: customer.id, employeeId, addedAt, remarkMobileHashes: [] },
      })
      await aTask(deps, { customerId: customer.id, assigneeId: employeeId })
    }
  })

  it('gets today’s list for 任务, with own tasks only, once', async () => {
    const answer = await write('任务')

    expect(answer.replies).toBe(1)
    expect(answer.text).toContain('今天有 1 个任务')
    expect(answer.text).toContain('王')
    expect(answer.text).not.toContain('李敏')
  })

  it('gets who and what for the name of an own customer', async () => {
    expect((await write('王芳')).text).toContain('M王芳')
  })

  it('gets nothing about a colleague’s customer', async () => {
    const { text } = await write('李敏')

    expect(text).not.toContain('M李敏')
    expect(text).toContain('没有找到')
  })

  it.each(['王芳', '任务'])('gets nothing about customers for %s after leaving', async (asked) => {
    await db.prisma.employee.updateMany({ data: { active: false } })

    const { text } = await write(asked)

    expect(text).not.toContain('王')
    expect(text).toContain('不在导购名单')
  })

  it.each(['帮助', '？', 'Help', '很长的一段话'.repeat(10)])('gets help for %s', async (text) => {
    expect((await write(text)).text).toContain('我能帮你')
  })

  it('gets the same list from the menu', async () => {
    await handle(fixture('click'))

    expect(await outbox('app_message')).toHaveLength(1)
  })

  it('is told whom to ask when they are no guide of ours', async () => {
    await handle(fixture('text').replace('[LinXiaoman]', '[Nobody]'))

    expect(await outbox('app_message')).toMatchObject([
      { recipient: 'Nobody', payload: { text: { content: expect.stringContaining('导购名单') } } },
    ])
  })

  it('gets no answer to a picture', async () => {
    const row = await handle(fixture('text').replace('[text]', '[image]'))

    expect(row).toMatchObject({ event: 'message/image', outcome: 'ignored' })
  })
})

describe('the app itself', () => {
  it('knows who came into its range and who left it', async () => {
    await handle(fixture('subscribe'))
    const before = await db.prisma.employee.findMany()
    await handle(fixture('unsubscribe'))

    expect(before).toMatchObject([{ userid: 'LinXiaoman', name: '林小满', inApp: true }])
    expect(await db.prisma.employee.findMany()).toMatchObject([{ inApp: false }])
  })

  it('gets to know a member who opens it', async () => {
    await handle(fixture('enter_agent'))

    expect(await db.prisma.employee.findMany()).toMatchObject([{ name: '林小满' }])
  })

  it('calls for a person when WeCom is about to limit it', async () => {
    await handle(fixture('low_active_alert'))

    expect(lines.map((line) => JSON.parse(line) as object)).toContainEqual(
      expect.objectContaining({ level: 50, event: 'low_active_alert' }),
    )
  })
})

describe('every callback', () => {
  const counted = async () => {
    const { values } = await deps.metrics.callbackEvents.get()
    return values.map(({ labels, value }) => `${labels.event} ${value}`)
  }

  it('is kept and counted when its event is unknown', async () => {
    const inboxId = await store(fixture('change_external_chat'))

    await handleCallback(deps, inboxId)
    await handleCallback(deps, inboxId)

    expect(await db.prisma.inbox.findMany()).toMatchObject([
      { event: 'change_external_chat/update', outcome: 'ignored', processedAt: clock.now() },
    ])
    expect(await counted()).toEqual(['unknown 1'])
  })

  it.each([
    ['<xml>', 'unreadable: '],
    [fixture('edit_external_contact').replace(/<ExternalUserID>.*\n/, ''), 'ExternalUserID'],
  ])('is not tried again when it can not be read', async (xml, why) => {
    const inboxId = await store(xml)

    await handleCallback(deps, inboxId)

    const row = await db.prisma.inbox.findFirstOrThrow()
    expect(row.processedAt).not.toBeNull()
    expect(row.outcome).toContain(why)
  })

  it('is tried again when WeCom is busy, and says so meanwhile', async () => {
    meet()
    world.failures = [{ path: 'externalcontact/get', errcode: -1 }]
    const inboxId = await store(fixture('edit_external_contact'))

    await expect(handleCallback(deps, inboxId)).rejects.toThrow()
    const waiting = await db.prisma.inbox.findFirstOrThrow()
    await handleCallback(deps, inboxId)

    expect(waiting).toMatchObject({ processedAt: null })
    expect(waiting.outcome).toContain('to be tried again')
    expect(await db.prisma.inbox.findFirstOrThrow()).toMatchObject({ outcome: 'done' })
  })

  it('leaves no name, external_userid or code in the log', async () => {
    meet()

    await handle(fixture('add_external_contact'))
    await handle(fixture('del_follow_user'))

    const log = lines.join('')
    for (const secret of ['小鱼', CUSTOMER, 'WELCOMECODE', '林小满']) {
      expect(log).not.toContain(secret)
    }
  })

  it('may name a row that is not there', async () => {
    await expect(handleCallback(deps, 4711n)).resolves.toBeUndefined()
  })
})
