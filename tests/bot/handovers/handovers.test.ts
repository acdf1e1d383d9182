import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readUnassigned } from '../../../bot/handovers/unassigned.ts'
import { startHandovers, workHandover } from '../../../bot/handovers/work.ts'
import { endRelation } from '../../../bot/members/end-relation.ts'
import { mergeCustomers } from '../../../bot/members/merge-customers.ts'
import { transferFail } from '../../../bot/callbacks/events/transfer-fail.ts'
import { WecomError } from '../../../bot/wecom/error-table.ts'
import { dealTo, type HandoverStrategy } from '../../../domain/handover.ts'
import type { Prisma } from '../../../prisma/db.ts'
import { aCustomer, aGuide, aRelation, aTask, someStats } from '../../support/chain.ts'
import { emptyDatabase, useDatabase } from '../../support/database.ts'
import { createFakeWecom, createTestClock, createTestDeps } from '../../support/test-deps.ts'

const db = useDatabase()
const clock = createTestClock()
type Person = { id: bigint; userid: string }
let giver: Person
let taker: Person
let manager: Person

/** a company that hands customers over as wecom-protocol 3.9 says */
let wecom: ReturnType<typeof aCompany>

function aCompany() {
  const asked = new Map<string, { to: string; at: number; status: number }>()
  /** get_unassigned_list */
  const unassigned: object[] = []
  /** members that WeCom knows no more */
  const gone = new Set<string>()
  /** errcode for a customer, or of a whole call */
  const codes = new Map<string, number>()
  let callFails: ((times: number) => Error | undefined) | undefined
  let times = 0
  /** the call is made, and its answer lost */
  let losesAnswers = 0
  const fake = createFakeWecom((path, input) => {
    if (path.endsWith('/transfer_customer')) {
      times += 1
      const failure = callFails?.(times)
      if (failure) throw failure
      const ids = input['external_userid'] as string[]
      const answer = ids.map((external_userid) => {
        const code = codes.get(external_userid) ?? (asked.has(external_userid) ? 40100 : 0)
        if (code === 0)
          asked.set(external_userid, {
            to: String(input['takeover_userid']),
            at: clock.now().getTime(),
            status: 2,
          })
        return { external_userid, errcode: code }
      })
      if (losesAnswers > 0) {
        losesAnswers -= 1
        throw new WecomError({ errcode: -1, path, why: 'timeout' })
      }
      return { errcode: 0, customer: answer }
    }
    if (path.endsWith('get_unassigned_list')) return { errcode: 0, info: unassigned, is_last: true }
    if (path.endsWith('/transfer_result') && gone.has(String(input['takeover_userid'])))
      throw new WecomError({ errcode: 60111, path })
    if (path.endsWith('/transfer_result'))
      return {
        errcode: 0,
        customer: [...asked]
          .filter(([, one]) => one.to === input['takeover_userid'])
          .map(([external_userid, one]) => ({
            external_userid,
            status: one.status,
            takeover_time: one.status === 1 ? Math.floor(clock.now().getTime() / 1000) : 0,
          })),
        next_cursor: '',
      }
    if (path.endsWith('/externalcontact/get')) {
      const id = String(input['external_userid'])
      const one = asked.get(id)
      const userid = one?.status === 1 ? one.to : giver.userid
      return {
        errcode: 0,
        external_contact: { external_userid: id, name: '小雯', type: 1 },
        follow_user: [{ userid, createtime: Math.floor(clock.now().getTime() / 1000), tags: [] }],
      }
    }
    return undefined
  })
  return {
    fake,
    asked,
    unassigned,
    gone,
    codes,
    failCalls: (fails: typeof callFails) => {
      callFails = fails
      times = 0
    },
    loseAnswer: () => (losesAnswers += 1),
    decide: (status: number) => {
      for (const one of asked.values()) if (one.status === 2) one.status = status
    },
    transfers: () => fake.calls.filter(({ path }) => path.endsWith('/transfer_customer')),
  }
}

beforeEach(async () => {
  clock.set('2026-11-22T02:00:00Z')
  giver = await aGuide(db, { name: '林晓曼' })
  taker = await aGuide(db, { name: '王小明' })
  manager = await aGuide(db, { name: '陈静', role: 'manager' })
  wecom = aCompany()
})
afterEach(() => emptyDatabase(db))

const deps = () => createTestDeps(db, { clock, wecom: wecom.fake })

async function aHandover(
  parts: Partial<Prisma.HandoverUncheckedCreateInput> & { strategy?: HandoverStrategy } = {},
): Promise<bigint> {
  const { id } = await db.prisma.handover.create({
    data: {
      fromId: giver.id,
      strategy: 'to',
      toId: taker.id,
      createdBy: manager.id,
      createdAt: clock.now(),
      storeNo: 'S1',
      nextRunAt: clock.now(),
      ...parts,
    },
  })
  return id
}

const rowsOf = (id: bigint) =>
  db.prisma.handoverCustomer.findMany({ where: { handoverId: id }, orderBy: { customerId: 'asc' } })
const statesOf = async (id: bigint) => (await rowsOf(id)).map(({ state, why }) => why ?? state)
const liveTasks = async (of: Person) =>
  (
    await db.prisma.task.findMany({
      where: { assigneeId: of.id, state: { in: ['open', 'in_progress'] } },
      orderBy: { id: 'asc' },
    })
  ).map(({ id }) => id)
const dayLater = () => clock.set('2026-11-23T02:05:00Z')

describe('a handover', () => {
  it('asks WeCom, and once it has completed the taker has customer, tasks and the place of assigned guide', async () => {
    const customer = await aCustomer(db, { guideUserid: giver.userid }, [giver])
    const task = await aTask(db, customer, giver, { state: 'in_progress' })
    const id = await aHandover({ message: '以后由小明照顾您' })

    await workHandover(deps(), id)
    expect(await statesOf(id)).toEqual(['asked'])
    expect(wecom.transfers()[0]?.input).toMatchObject({
      handover_userid: giver.userid,
      takeover_userid: taker.userid,
      transfer_success_msg: '以后由小明照顾您',
    })
    expect(await liveTasks(giver)).toEqual([task])

    wecom.decide(1)
    dayLater()
    await workHandover(deps(), id)

    expect(await rowsOf(id)).toMatchObject([{ state: 'done', tasks: 1 }])
    expect(await liveTasks(taker)).toEqual([task])
    expect(await liveTasks(giver)).toEqual([])
    expect(await db.prisma.customer.findUnique({ where: { id: customer.id } })).toMatchObject({
      guideUserid: taker.userid,
    })
    const events = await db.prisma.taskEvent.findMany({ where: { taskId: task } })
    expect(events).toMatchObject([
      {
        actor: manager.userid,
        via: 'handover',
        fromState: 'in_progress',
        toState: 'open',
        detail: { reason: 'handed_over', from: giver.userid, to: taker.userid },
      },
    ])
    expect(await db.prisma.handover.findUnique({ where: { id } })).toMatchObject({
      stage: 'over',
      nextRunAt: null,
    })
  })

  it('asks for 100 at a time, each once, also where two processes work on it', async () => {
    for (let n = 0; n < 205; n += 1) await aCustomer(db, {}, [giver])
    const id = await aHandover()

    await Promise.all([workHandover(deps(), id), workHandover(deps(), id)])
    await workHandover(deps(), id)

    const asked = wecom.transfers().map(({ input }) => input['external_userid'] as string[])
    expect(asked.map(({ length }) => length)).toEqual([100, 100, 5])
    expect(new Set(asked.flat()).size).toBe(205)
    expect(new Set(await statesOf(id))).toEqual(new Set(['asked']))
  })

  it('hands over at once whom WeCom knows no relation with', async () => {
    const customer = await aCustomer(db, { guideUserid: giver.userid })
    const task = await aTask(db, customer, giver)
    const id = await aHandover()

    await workHandover(deps(), id)

    expect(await statesOf(id)).toEqual(['done'])
    expect(wecom.transfers()).toEqual([])
    expect(await liveTasks(taker)).toEqual([task])
  })

  it('tells the taker in one card, however many came, and once', async () => {
    for (let n = 0; n < 3; n += 1) await aCustomer(db, {}, [giver])
    const id = await aHandover()
    await workHandover(deps(), id)
    expect(await db.prisma.outbox.count()).toBe(0)
    wecom.decide(1)
    dayLater()
    await workHandover(deps(), id)
    await workHandover(deps(), id)

    const cards = await db.prisma.outbox.findMany({ where: { recipient: taker.userid } })
    expect(cards).toHaveLength(1)
    expect(JSON.stringify(cards[0]?.payload)).toContain('林晓曼的 3 位客户交给你了')
    expect(cards[0]?.payload).toMatchObject({
      template_card: { task_id: expect.stringMatching(/^[0-9A-Za-z_\-@]{1,128}$/) },
    })
  })

  it('makes the giver’s sent card say who has the task, also one under way, and does not send one that waits', async () => {
    const customer = await aCustomer(db, { guideUserid: giver.userid })
    const [sentTask, waitingTask, goingTask] = [
      await aTask(db, customer, giver),
      await aTask(db, customer, giver),
      await aTask(db, customer, giver),
    ]
    const card = {
      card_type: 'button_interaction',
      source: { desc: '导购助手', desc_color: 0 },
      main_title: { title: '生日' },
    }
    const outbox = (taskId: bigint, rest: object) =>
      db.prisma.outbox.create({
        data: {
          kind: 'app_message',
          dedupeKey: `card-${taskId}`,
          recipient: giver.userid,
          payload: { msgtype: 'template_card', template_card: card },
          taskId,
          customerId: customer.id,
          notBefore: clock.now(),
          createdAt: clock.now(),
          traceId: 'test',
          ...rest,
        },
      })
    await outbox(sentTask, { state: 'sent', sentAt: clock.now(), responseCode: 'code' })
    const waiting = await outbox(waitingTask, {})
    const going = await outbox(goingTask, { state: 'sending', attempts: 1 })
    const id = await aHandover()

    await workHandover(deps(), id)

    const changes = await db.prisma.outbox.findMany({
      where: { kind: 'update_card' },
      orderBy: { taskId: 'asc' },
    })
    expect(changes.map(({ taskId }) => taskId)).toEqual([sentTask, goingTask])
    // what is under way is changed as soon as it has arrived
    expect(changes[1]?.payload).toMatchObject({ fromOutboxId: String(going.id) })
    for (const { payload } of changes) expect(JSON.stringify(payload)).toContain('已交接给 王小明')
    expect(await db.prisma.outbox.findUnique({ where: { id: waiting.id } })).toMatchObject({
      state: 'cancelled',
    })
  })

  it('leaves a customer who is merged with a member to the member', async () => {
    const stranger = await aCustomer(db, { memberNo: null }, [giver])
    const member = await aCustomer(db, { externalUserid: null })
    const id = await aHandover()
    await workHandover(deps(), id)
    await db.prisma.$transaction((tx) =>
      mergeCustomers(tx, deps(), [{ from: stranger.id, into: member.id }]),
    )
    wecom.decide(1)
    dayLater()
    await workHandover(deps(), id)

    expect(await rowsOf(id)).toMatchObject([{ customerId: member.id, state: 'done' }])
  })
})

describe('a process that dies, or an answer that is lost', () => {
  it('reads from WeCom’s results that it was asked, and asks no second time', async () => {
    await aCustomer(db, {}, [giver])
    const id = await aHandover()
    wecom.loseAnswer()
    await expect(workHandover(deps(), id)).rejects.toThrow('no answer in time')
    expect(await statesOf(id)).toEqual(['asking'])

    await workHandover(deps(), id)

    expect(await statesOf(id)).toEqual(['asked'])
    expect(wecom.transfers()).toHaveLength(1)
  })

  it('counts “being handed over” as asked where the results were late', async () => {
    const customer = await aCustomer(db, { externalUserid: 'wmLate' }, [giver])
    const id = await aHandover()
    wecom.loseAnswer()
    await expect(workHandover(deps(), id)).rejects.toThrow()
    const kept = wecom.asked.get('wmLate')
    wecom.asked.delete('wmLate')
    wecom.codes.set('wmLate', 40129)
    await workHandover(deps(), id)
    if (kept) wecom.asked.set('wmLate', kept)

    expect(await rowsOf(id)).toMatchObject([{ customerId: customer.id, state: 'asked' }])
  })

  it('asks whom the dead process never asked for', async () => {
    await aCustomer(db, {}, [giver])
    const id = await aHandover()
    wecom.failCalls((times) =>
      times === 1 ? new WecomError({ errcode: -1, path: '/x', why: 'connection' }) : undefined,
    )
    await expect(workHandover(deps(), id)).rejects.toThrow()
    await workHandover(deps(), id)

    expect(await statesOf(id)).toEqual(['asked'])
  })

  it('is taken up by the minute’s work when its time has come, one job at most', async () => {
    await aHandover()
    await startHandovers(deps())
    await startHandovers(deps())

    const jobs = await db.pool.query("select 1 from graphile_worker.jobs where key = 'handover:1'")
    expect(jobs.rowCount).toBe(1)
  })
})

describe('who can’t be handed over', () => {
  it('is not asked a third time within 90 days, and is on the 90th day', async () => {
    const customer = await aCustomer(db, {}, [giver])
    for (const askedAt of ['2026-08-24T02:00:00Z', '2026-11-01T00:00:00Z']) {
      const earlier = await aHandover({ nextRunAt: null, stage: 'over' })
      await db.prisma.handoverCustomer.create({
        data: {
          handoverId: earlier,
          customerId: customer.id,
          toId: giver.id,
          via: 'transfer',
          state: 'done',
          spendFen: 0n,
          askedAt: new Date(askedAt),
        },
      })
    }
    clock.set('2026-11-22T01:59:59Z')
    const early = await aHandover()
    await workHandover(deps(), early)
    clock.set('2026-11-22T02:00:00Z')
    const inTime = await aHandover()
    await workHandover(deps(), inTime)

    expect(await statesOf(early)).toEqual(['twice'])
    expect(await statesOf(inTime)).toEqual(['asked'])
  })

  it('is decided where WeCom knows one taker no more; the other gets theirs and hears of it', async () => {
    const other = await aGuide(db, { name: '刘静' })
    const customers = [await aCustomer(db, {}, [giver]), await aCustomer(db, {}, [giver])]
    for (const customer of customers) await aTask(db, customer, giver)
    const id = await aHandover({ strategy: 'even', toId: null })
    await workHandover(deps(), id)
    const asked = await rowsOf(id)
    expect(asked.map(({ state }) => state)).toEqual(['asked', 'asked'])

    dayLater()
    wecom.gone.add(taker.userid)
    wecom.decide(1)
    await workHandover(deps(), id)

    const after = await rowsOf(id)
    const whose = (who: Person) => after.find(({ toId }) => toId === who.id)
    expect(whose(taker)).toMatchObject({ state: 'impossible', why: 'no_member', errcode: 60111 })
    expect(whose(other)).toMatchObject({ state: 'done', toldAt: clock.now() })
    expect(await liveTasks(other)).toHaveLength(1)
    expect(await liveTasks(giver)).toHaveLength(1)
  })

  it('is in no two handovers at once', async () => {
    await aCustomer(db, {}, [giver])
    const [first, second] = [await aHandover(), await aHandover()]
    await workHandover(deps(), first)
    await workHandover(deps(), second)

    expect([await statesOf(first), await statesOf(second)]).toEqual([['asked'], ['in_transfer']])
  })

  it('has no taker in a store with no other guide', async () => {
    await db.prisma.employee.update({ where: { id: taker.id }, data: { active: false } })
    await aCustomer(db, {}, [giver])
    const id = await aHandover({ strategy: 'even', toId: null })
    await workHandover(deps(), id)

    expect(await statesOf(id)).toEqual(['no_taker'])
  })

  it.each([
    [40128, 'twice'],
    [40099, 'limit'],
    [40131, 'not_contact'],
  ])('is told by WeCom’s code %d for one customer, while the others go', async (code, why) => {
    await aCustomer(db, { externalUserid: 'wmBad' }, [giver])
    await aCustomer(db, {}, [giver])
    wecom.codes.set('wmBad', code)
    const id = await aHandover()
    await workHandover(deps(), id)

    expect(await statesOf(id)).toEqual([why, 'asked'])
  })

  it('is told of a taker without 客户联系, whom WeCom refuses as a whole', async () => {
    await aCustomer(db, {}, [giver])
    wecom.failCalls(() => new WecomError({ errcode: 84074, path: '/x' }))
    const id = await aHandover()
    await workHandover(deps(), id)

    expect(await rowsOf(id)).toMatchObject([{ why: 'taker_not_ready', errcode: 84074 }])
  })

  it('waits, with the code to see, while the set-up lets no call through', async () => {
    await aCustomer(db, {}, [giver])
    wecom.failCalls(() => new WecomError({ errcode: 60020, path: '/x' }))
    const id = await aHandover()
    await expect(workHandover(deps(), id)).rejects.toThrow('60020')
    expect(await statesOf(id)).toEqual(['waiting'])
    expect(await db.prisma.handover.findUnique({ where: { id } })).toMatchObject({ problem: 60020 })

    wecom.failCalls(undefined)
    await workHandover(deps(), id)
    expect(await statesOf(id)).toEqual(['asked'])
    expect(await db.prisma.handover.findUnique({ where: { id } })).toMatchObject({ problem: null })
  })
})

describe('what WeCom decides', () => {
  it.each([
    [3, 'refused'],
    [4, 'limit'],
  ])('result %d leaves customer and tasks with the giver: %s', async (status, state) => {
    const customer = await aCustomer(db, {}, [giver])
    const task = await aTask(db, customer, giver)
    const id = await aHandover()
    await workHandover(deps(), id)
    wecom.decide(status)
    await workHandover(deps(), id)

    expect(await statesOf(id)).toEqual([state])
    expect(await liveTasks(giver)).toEqual([task])
  })

  it('is heard from the callback of a refusal, once, and not from one that is late', async () => {
    await aCustomer(db, { externalUserid: 'wmNo' }, [giver])
    const id = await aHandover()
    await workHandover(deps(), id)
    const refusal = (createdAt: string) =>
      transferFail(
        deps(),
        {
          failReason: 'customer_refused',
          externalUserId: 'wmNo',
          createdAt: new Date(createdAt),
        } as never,
        { inboxId: 1n, traceId: 'test', ageMs: 0 },
      )
    await refusal('2026-11-20T02:00:00Z')
    expect(await statesOf(id)).toEqual(['asked'])
    await refusal('2026-11-22T02:00:00Z')
    await refusal('2026-11-22T02:00:00Z')
    expect(await statesOf(id)).toEqual(['refused'])
  })

  it('moves the tasks when the relation ends before the results are read, whatever the end is called', async () => {
    for (const by of ['transfer', 'missing'] as const) {
      const customer = await aCustomer(db, {}, [giver])
      const task = await aTask(db, customer, giver)
      const id = await aHandover()
      await workHandover(deps(), id)
      await aRelation(db, customer, taker)
      await db.prisma.$transaction((tx) =>
        endRelation(tx, deps(), {
          customerId: customer.id,
          employeeId: giver.id,
          by,
          at: clock.now(),
          now: clock.now(),
        }),
      )
      expect(await statesOf(id)).toEqual(['done'])
      expect(await liveTasks(taker)).toContain(task)
    }
  })

  it('keeps the tasks until the result is read where the taker’s relation is not known yet', async () => {
    const customer = await aCustomer(db, {}, [giver])
    const task = await aTask(db, customer, giver)
    const id = await aHandover()
    await workHandover(deps(), id)
    const end = { customerId: customer.id, employeeId: giver.id, at: clock.now(), now: clock.now() }
    await db.prisma.$transaction((tx) => endRelation(tx, deps(), { ...end, by: 'transfer' }))
    expect(await liveTasks(giver)).toEqual([task])

    wecom.decide(1)
    await workHandover(deps(), id)
    expect(await liveTasks(taker)).toEqual([task])
  })

  it('cancels the tasks of a customer who deleted the giver meanwhile, and lets WeCom decide the rest', async () => {
    const customer = await aCustomer(db, {}, [giver])
    await aTask(db, customer, giver)
    const id = await aHandover()
    await workHandover(deps(), id)
    const end = { customerId: customer.id, employeeId: giver.id, at: clock.now(), now: clock.now() }
    await db.prisma.$transaction((tx) => endRelation(tx, deps(), { ...end, by: 'customer' }))

    expect(await liveTasks(giver)).toEqual([])
    expect(await statesOf(id)).toEqual(['asked'])
  })
})

describe('somebody who has left the company', () => {
  const listed = (info: object[], serving: Person[] = [taker]) =>
    createTestDeps(db, {
      clock,
      wecom: createFakeWecom((path) => {
        if (path.endsWith('get_unassigned_list')) return { errcode: 0, info, is_last: true }
        if (path.endsWith('get_follow_user_list'))
          return { errcode: 0, follow_user: serving.map(({ userid }) => userid) }
        return undefined
      }),
    })
  const entry = () => ({
    handover_userid: giver.userid.toUpperCase(),
    external_userid: 'wmLeft',
    dimission_time: 1_763_700_000,
  })

  it('is not at work any more once WeCom lists their customers, who go by the interface for leavers', async () => {
    const customer = await aCustomer(db, { externalUserid: 'wmLeft' }, [giver])
    const task = await aTask(db, customer, giver)
    await readUnassigned(listed([entry()]))
    await readUnassigned(listed([entry()]))
    expect(await db.prisma.employee.findUnique({ where: { id: giver.id } })).toMatchObject({
      active: false,
    })
    // the night finds that WeCom lists the relation no more
    await db.prisma.$transaction((tx) =>
      endRelation(tx, deps(), {
        customerId: customer.id,
        employeeId: giver.id,
        by: 'missing',
        at: clock.now(),
        now: clock.now(),
      }),
    )
    expect(await liveTasks(giver)).toEqual([task])

    wecom.unassigned.push(entry())
    const id = await aHandover()
    await workHandover(deps(), id)
    expect(wecom.transfers().map(({ path }) => path)).toEqual([
      '/cgi-bin/externalcontact/resigned/transfer_customer',
    ])
    wecom.decide(1)
    dayLater()
    await workHandover(deps(), id)

    expect(await rowsOf(id)).toMatchObject([{ state: 'done', via: 'resigned', tasks: 1 }])
    expect(await liveTasks(taker)).toEqual([task])
    expect(await db.prisma.unassignedCustomer.count()).toBe(0)
  })

  it('goes by the interface for leavers also on the day they left, before the night has read WeCom’s list', async () => {
    await aCustomer(db, { externalUserid: 'wmLeft' }, [giver])
    await db.prisma.employee.update({ where: { id: giver.id }, data: { active: false } })
    wecom.unassigned.push(entry())
    const id = await aHandover()
    await workHandover(deps(), id)

    expect(await rowsOf(id)).toMatchObject([{ state: 'asked', via: 'resigned' }])
  })

  it('has no customers waiting any more whom WeCom lists no more', async () => {
    await aCustomer(db, { externalUserid: 'wmLeft' })
    await readUnassigned(listed([entry()]))
    expect(await db.prisma.unassignedCustomer.count()).toBe(1)
    clock.set('2026-11-23T02:00:00Z')
    await readUnassigned(listed([]))
    expect(await db.prisma.unassignedCustomer.count()).toBe(0)
  })

  it('stays at work who came back under the same userid, while WeCom still lists their customers', async () => {
    await aCustomer(db, { externalUserid: 'wmLeft' })
    await readUnassigned(listed([entry()], [taker, giver]))

    expect(await db.prisma.employee.findUnique({ where: { id: giver.id } })).toMatchObject({
      active: true,
    })
    expect(await db.prisma.unassignedCustomer.count()).toBe(1)
  })

  it('keeps their customers waiting where two handovers read WeCom’s list at once', async () => {
    await aCustomer(db, { externalUserid: 'wmLeft' })
    let reads = () => undefined as void
    let isThere = () => undefined as void
    const reading = new Promise<void>((resolve) => (reads = resolve))
    const laterIsThere = new Promise<void>((resolve) => (isThere = resolve))
    const readAt = (moment: string, page: (input: Record<string, unknown>) => unknown) =>
      readUnassigned(
        createTestDeps(db, {
          clock: createTestClock(moment),
          wecom: createFakeWecom((path, input) =>
            path.endsWith('get_unassigned_list') ? page(input) : { errcode: 0, follow_user: [] },
          ),
        }),
      )
    const earlier = readAt('2026-11-22T02:00:00Z', async () => {
      reads()
      await laterIsThere
      return { info: [entry()], is_last: true }
    })
    await reading

    await readAt('2026-11-22T02:00:01Z', async (input) => {
      if (input['cursor'] === undefined) return { info: [entry()], next_cursor: 'more' }
      isThere()
      await earlier
      return { info: [], is_last: true }
    })

    expect(await db.prisma.unassignedCustomer.count()).toBe(1)
  })

  it('does not stop the night where the company lets nobody read the list', async () => {
    const refusing = createFakeWecom(() => {
      throw new WecomError({ errcode: 48002, path: '/x' })
    })
    await expect(readUnassigned(createTestDeps(db, { clock, wecom: refusing }))).resolves.toBe(
      undefined,
    )
  })
})

describe('who takes them', () => {
  it('deals evenly by value, as the rule says, among the store’s guides at work', async () => {
    const takers = [taker, await aGuide(db, {}), await aGuide(db, {})]
    await aGuide(db, { storeNo: 'S2' })
    await aGuide(db, { active: false })
    const spends = [900, 800, 700, 600, 500, 400, 300]
    for (const spend of spends) {
      const customer = await aCustomer(db, {}, [giver])
      await someStats(db, customer, { spend365Fen: BigInt(spend) })
    }
    const id = await aHandover({ strategy: 'even', toId: null })
    await workHandover(deps(), id)

    expect((await rowsOf(id)).map(({ toId }) => toId)).toEqual(
      spends.map((_spend, nth) => takers[dealTo(nth, 3)]?.id),
    )
  })

  it('gives customers to who assisted them last, else rang them up, and deals the others', async () => {
    const second = await aGuide(db, {})
    const assisted = await aCustomer(db, {}, [giver])
    await someStats(db, assisted, { lastGuideUserid: second.userid.toUpperCase() })
    const rangUp = await aCustomer(db, {}, [giver])
    await someStats(db, rangUp, {
      lastGuideUserid: giver.userid,
      lastCashierUserid: second.userid,
    })
    await aCustomer(db, {}, [giver])
    const id = await aHandover({ strategy: 'latest_order', toId: null })
    await workHandover(deps(), id)

    expect((await rowsOf(id)).map(({ toId }) => toId)).toEqual([second.id, second.id, taker.id])
  })

  it('gives all to the store’s manager', async () => {
    await aCustomer(db, {}, [giver])
    const id = await aHandover({ strategy: 'store_manager', toId: null })
    await workHandover(deps(), id)

    expect((await rowsOf(id)).map(({ toId }) => toId)).toEqual([manager.id])
  })

  it('marks the best tenth as important, at least one who bought', async () => {
    for (const spend of [100, 0, 300, 200]) {
      const customer = await aCustomer(db, {}, [giver])
      await someStats(db, customer, { spend365Fen: BigInt(spend) })
    }
    const id = await aHandover()
    await workHandover(deps(), id)

    expect((await rowsOf(id)).map(({ important }) => important)).toEqual([
      false,
      false,
      true,
      false,
    ])
  })
})
