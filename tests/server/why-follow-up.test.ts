import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { dispatchAssignment } from '../../bot/assignments/dispatch.ts'
import type { AssignmentView } from '../../server/api/assignments/schema.ts'
import type { WhyAnswer } from '../../server/api/why/schema.ts'
import { emptyDatabase, useDatabase } from '../support/database.ts'
import { buildTestApp, signIn, type TestApp } from '../support/test-app.ts'
import { createTestClock } from '../support/test-deps.ts'
import { twoStores, type TwoStores } from './support/two-stores.ts'

const db = useDatabase()
const clock = createTestClock()
let test: TestApp
let chain: TwoStores

beforeAll(async () => {
  test = await buildTestApp(db, { clock, requestsPerMinute: 100_000 })
})
afterAll(() => test.close())
beforeEach(async () => {
  await emptyDatabase(db)
  clock.set('2026-11-22T02:00:00Z')
  chain = await twoStores(db)
})

async function why(userid: string, more: Record<string, string> = {}): Promise<WhyAnswer> {
  const url = `/api/customers/${chain.customer.id}/why?kind=follow_up`
  const headers = { ...(await signIn(test.app, userid)), ...more }
  const answer = await test.app.inject({ url, headers })
  expect(answer.statusCode, answer.body).toBe(200)
  return answer.json<WhyAnswer>()
}

async function assign(by: string, parts: object = {}, dispatch = true): Promise<string> {
  const made = await test.app.inject({
    method: 'POST',
    url: '/api/assignments',
    headers: await signIn(test.app, by),
    payload: {
      title: '冬季新品',
      instruction: '请告诉客户新品到店',
      filter: { member: true },
      dueAt: '2026-11-25T10:00:00+08:00',
      assign: 'owner',
      ...parts,
    },
  })
  expect(made.statusCode, made.body).toBe(201)
  const { id } = made.json<AssignmentView>()
  if (dispatch) await dispatchAssignment(test.deps, BigInt(id))
  return id
}

describe('why there is a task of an assignment', () => {
  it('tells who ordered what, and why this guide has it', async () => {
    const id = await assign(chain.manager.userid)

    expect(await why(chain.guide.userid)).toMatchObject({
      kind: 'follow_up',
      label: '派单',
      status: 'open',
      sentence:
        '王小明有这件任务，来自陈静的派单「冬季新品」：请告诉客户新品到店（派给 王小明：TA 是最早加上客户的导购）',
      facts: { assignmentId: id, title: '冬季新品', by: '陈静' },
    })
    expect((await why(chain.guide.userid, { 'accept-language': 'en' })).sentence).toBe(
      '王小明 has this task of “冬季新品”, assigned by 陈静: 请告诉客户新品到店 (王小明 has known them longest)',
    )
  })

  it('says that the manager named the guide', async () => {
    await db.prisma.employee.update({ where: { id: chain.guide.id }, data: { role: 'manager' } })
    await db.prisma.customer.updateMany({ data: { storeNo: 'S2' } })

    await assign(chain.hq.userid, { assign: `guide:${chain.guide.userid}` })

    expect((await why(chain.hq.userid)).sentence).toContain('派单指定了 TA')
  })

  it('tells when and how it ended', async () => {
    await assign(chain.manager.userid)
    await db.prisma.task.updateMany({
      data: { state: 'done', closing: 'self_reported', closedAt: clock.now() },
    })

    expect(await why(chain.manager.userid)).toMatchObject({
      status: 'closed',
      sentence: '陈静的派单「冬季新品」的任务 11 月 22 日已经结束：已完成。',
    })
  })
})

describe('why there is none', () => {
  it('because no assignment means the customer', async () => {
    expect(await why(chain.manager.userid)).toMatchObject({
      status: 'not_due',
      sentence: '没有派单提到这位客户。',
      facts: null,
    })
  })

  it('because something holds it back, and until when', async () => {
    await db.prisma.customer.updateMany({ data: { consent: 'none' } })
    await assign(chain.manager.userid)

    expect(await why(chain.manager.userid)).toMatchObject({
      status: 'held_back',
      sentence: '陈静的派单「冬季新品」选中了 TA，但还没派：客户说过不再联系。',
      taskId: null,
    })
  })

  it('because it was called off', async () => {
    await db.prisma.customer.updateMany({ data: { consent: 'none' } })
    const id = await assign(chain.manager.userid)
    await db.prisma.assignment.update({ where: { id: BigInt(id) }, data: { stage: 'cancelled' } })

    expect(await why(chain.manager.userid)).toMatchObject({
      status: 'off',
      sentence: '陈静的派单「冬季新品」已经取消。',
    })
  })

  it('a live task comes before a newer assignment without one', async () => {
    const id = await assign(chain.manager.userid)
    await assign(chain.manager.userid, { title: '圣诞' })

    expect(await why(chain.manager.userid)).toMatchObject({
      status: 'open',
      facts: { assignmentId: id },
    })
  })
})

describe('an assignment', () => {
  it('of headquarters is told to nobody else but for its task', async () => {
    await db.prisma.customer.updateMany({ data: { consent: 'none' } })
    await assign(chain.hq.userid)

    expect((await why(chain.hq.userid)).status).toBe('held_back')
    for (const { userid } of [chain.manager, chain.guide]) {
      expect(await why(userid)).toMatchObject({ status: 'not_due', facts: null })
    }

    await db.prisma.customer.updateMany({ data: { consent: 'all' } })
    await assign(chain.hq.userid, { title: '周年庆' })
    for (const { userid } of [chain.manager, chain.guide]) {
      expect(await why(userid)).toMatchObject({ status: 'open', facts: { title: '周年庆' } })
    }
  })
})
