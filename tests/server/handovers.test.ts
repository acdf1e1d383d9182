import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { workHandover } from '../../bot/handovers/work.ts'
import type {
  HandoverCustomerPage,
  HandoverPage,
  HandoverPreview,
  HandoverView,
  NeededHandovers,
} from '../../server/api/handovers/schema.ts'
import { aCustomer, aGuide, aTask, someStats } from '../support/chain.ts'
import { emptyDatabase, useDatabase } from '../support/database.ts'
import { buildTestApp, signIn, signInWecom, type TestApp } from '../support/test-app.ts'
import { createTestClock } from '../support/test-deps.ts'
import { twoStores, type TwoStores } from './support/two-stores.ts'

const db = useDatabase()
const clock = createTestClock()
/** whom WeCom lets have customers; undefined: it does not say */
let serving: string[] | undefined
let test: TestApp
let chain: TwoStores

beforeAll(async () => {
  test = await buildTestApp(db, {
    clock,
    wecom: signInWecom((path, input) => {
      if (path.endsWith('get_follow_user_list')) return { errcode: 0, follow_user: serving }
      if (path.endsWith('/transfer_customer'))
        return {
          errcode: 0,
          customer: (input['external_userid'] as string[]).map((external_userid) => ({
            external_userid,
            errcode: external_userid === 'wmBad' ? 40128 : 0,
          })),
        }
      return undefined
    }),
  })
})
afterAll(() => test.close())
beforeEach(async () => {
  serving = undefined
  clock.set('2026-11-22T02:00:00Z')
  chain = await twoStores(db)
})
afterEach(() => emptyDatabase(db))

async function ask(who: { userid: string }, url: string, payload?: object) {
  const headers = await signIn(test.app, who.userid)
  const method = payload ? ('POST' as const) : ('GET' as const)
  return await test.app.inject({ method, url, headers, ...(payload && { payload }) })
}

/** Status, code and field of a refusal. */
async function refusal(...asked: Parameters<typeof ask>) {
  const answer = await ask(...asked)
  const { code, field = '', message } = answer.json<Record<string, string>>()
  return { status: answer.statusCode, code, field, message }
}

const toOther = () => ({ from: chain.guide.userid, to: chain.otherGuide.userid })

describe('POST /api/handovers/preview', () => {
  it('says who takes how many with how much value and how many tasks, and writes nothing', async () => {
    await someStats(db, chain.customer, { spend365Fen: 320_00n })
    await aTask(db, chain.customer, chain.guide)
    const body = (
      await ask(chain.manager, '/api/handovers/preview', toOther())
    ).json<HandoverPreview>()

    expect(body).toMatchObject({
      from: { userid: chain.guide.userid, name: '王小明' },
      customers: 1,
      asked: 1,
      atOnce: 0,
      tasks: 1,
      takers: [{ userid: chain.otherGuide.userid, customers: 1, spendFen: 320_00, tasks: 1 }],
      cannot: [],
      important: [{ name: '张晓雯', to: '刘芳', spendFen: 320_00 }],
    })
    expect(await db.prisma.handover.count()).toBe(0)
  })

  it('says when a customer who was handed over twice may go again', async () => {
    for (const askedAt of ['2026-10-01T02:00:00Z', '2026-11-01T02:00:00Z']) {
      const { id } = await db.prisma.handover.create({
        data: {
          fromId: chain.guide.id,
          strategy: 'to',
          createdBy: chain.hq.id,
          createdAt: clock.now(),
          stage: 'over',
        },
      })
      await db.prisma.handoverCustomer.create({
        data: {
          handoverId: id,
          customerId: chain.customer.id,
          via: 'transfer',
          state: 'refused',
          spendFen: 0,
          askedAt: new Date(askedAt),
        },
      })
    }
    const body = (
      await ask(chain.manager, '/api/handovers/preview', toOther())
    ).json<HandoverPreview>()

    expect(body.cannot).toMatchObject([{ why: 'twice', customers: 1 }])
    expect(body.cannotFirst).toMatchObject([{ name: '张晓雯', again: '2026-12-30T10:00:00+08:00' }])
  })

  it('gives nobody to a colleague whom WeCom does not let have customers', async () => {
    serving = [chain.guide.userid]
    const body = (
      await ask(chain.manager, '/api/handovers/preview', {
        from: chain.guide.userid,
        strategy: 'even',
      })
    ).json<HandoverPreview>()

    expect(body.takers).toMatchObject([
      { userid: chain.otherGuide.userid, customers: 0, able: false },
    ])
    expect(body.cannot).toMatchObject([{ why: 'no_taker', customers: 1 }])
  })
})

describe('POST /api/handovers', () => {
  it('makes the handover with its job and its line of the audit', async () => {
    const answer = await ask(chain.manager, '/api/handovers', {
      ...toOther(),
      message: ' 以后由刘芳照顾您 ',
    })
    const body = answer.json<HandoverView>()

    expect(answer.statusCode).toBe(201)
    expect(body).toMatchObject({
      stage: 'planning',
      from: { name: '王小明' },
      to: { name: '刘芳' },
      message: '以后由刘芳照顾您',
    })
    const jobs = await db.pool.query('select key from graphile_worker.jobs')
    expect(jobs.rows).toEqual([{ key: `handover:${body.id}` }])
    expect(await db.prisma.auditLog.findMany()).toMatchObject([
      {
        actor: chain.manager.userid,
        action: 'create_handover',
        subject: `handover:${body.id}`,
        detail: { from: chain.guide.userid, to: chain.otherGuide.userid },
      },
    ])
  })

  it.each([
    ['to nobody and no way', () => ({ from: chain.guide.userid }), 'to'],
    ['both a person and a way', () => ({ ...toOther(), strategy: 'even' }), 'strategy'],
    ['to oneself', () => ({ from: chain.guide.userid, to: chain.guide.userid }), 'to'],
    ['from a stranger', () => ({ ...toOther(), from: 'nobody' }), 'from'],
    [
      'from somebody of another store',
      () => ({ ...toOther(), from: chain.farGuide.userid }),
      'from',
    ],
    ['to somebody of another store', () => ({ ...toOther(), to: chain.farGuide.userid }), 'to'],
    ['a message too long', () => ({ ...toOther(), message: '长'.repeat(201) }), 'message'],
  ])('names the field: %s', async (_name, payload, field) => {
    const said = await refusal(chain.manager, '/api/handovers', payload())

    expect(said).toMatchObject({ status: 400, code: 'BAD_INPUT' })
    expect(said.field + said.message).toContain(field)
  })

  it('refuses a taker who has left', async () => {
    await db.prisma.employee.update({
      where: { id: chain.otherGuide.id },
      data: { active: false },
    })
    expect(await refusal(chain.manager, '/api/handovers', toOther())).toMatchObject({
      status: 400,
      field: 'to',
    })
  })

  it('says what to do in a store with no other guide', async () => {
    await db.prisma.employee.update({
      where: { id: chain.otherGuide.id },
      data: { active: false },
    })
    const even = { from: chain.guide.userid, strategy: 'even' }
    expect(await refusal(chain.manager, '/api/handovers', even)).toMatchObject({
      status: 422,
      code: 'HANDOVER_NO_TAKER',
    })
    // headquarters may name somebody of another store
    const far = { from: chain.guide.userid, to: chain.farGuide.userid }
    expect((await ask(chain.hq, '/api/handovers', far)).statusCode).toBe(201)
  })

  it('refuses where nobody can be handed over now', async () => {
    const first = (await ask(chain.manager, '/api/handovers', toOther())).json<HandoverView>()
    await workHandover(test.deps, BigInt(first.id))

    expect(await refusal(chain.manager, '/api/handovers', toOther())).toMatchObject({
      status: 422,
      code: 'HANDOVER_NOTHING',
    })
  })
})

describe('GET /api/handovers', () => {
  it('tells how far each is, and when WeCom completes it, to those of the giver’s store and headquarters', async () => {
    const made = (await ask(chain.manager, '/api/handovers', toOther())).json<HandoverView>()
    await workHandover(test.deps, BigInt(made.id))

    for (const who of [chain.manager, chain.hq]) {
      const body = (await ask(who, '/api/handovers')).json<HandoverPage>()
      expect(body.items).toMatchObject([
        {
          id: made.id,
          stage: 'waiting',
          completesAt: '2026-11-23T10:00:00+08:00',
          totals: { customers: 1, asked: 1, done: 0 },
        },
      ])
    }
    expect((await ask(chain.farManager, '/api/handovers')).json<HandoverPage>().items).toEqual([])
    expect((await ask(chain.farManager, `/api/handovers/${made.id}`)).statusCode).toBe(404)
  })

  it('lists customers with their state and why not, page by page and as a table', async () => {
    await aCustomer(db, { externalUserid: 'wmBad', name: '=1+1' }, [chain.guide])
    for (let n = 0; n < 25; n += 1) await aCustomer(db, {}, [chain.guide])
    const made = (await ask(chain.manager, '/api/handovers', toOther())).json<HandoverView>()
    await workHandover(test.deps, BigInt(made.id))

    const address = `/api/handovers/${made.id}/customers`
    const first = (await ask(chain.manager, address)).json<HandoverCustomerPage>()
    const second = (
      await ask(chain.manager, `${address}?cursor=${first.nextCursor}`)
    ).json<HandoverCustomerPage>()
    const ids = [...first.items, ...second.items].map(({ customerId }) => customerId)
    expect(new Set(ids).size).toBe(27)
    expect(second.nextCursor).toBeNull()

    const bad = (
      await ask(chain.manager, `${address}?state=impossible`)
    ).json<HandoverCustomerPage>()
    expect(bad.items).toMatchObject([
      { why: 'twice', whyText: '90 天内已经交接过两次，企业微信不允许更多', to: { name: '刘芳' } },
    ])
    const headers = await signIn(test.app, chain.manager.userid)
    const csv = await test.app.inject({ url: `${address}?format=csv`, headers })
    expect(csv.body.trim().split('\n')).toHaveLength(28)
    expect(csv.body).toContain("'=1+1")
  })
})

describe('GET /api/handovers/needed', () => {
  it('lists who has left with customers or open tasks, of one’s stores', async () => {
    const idle = await aGuide(db, { active: false })
    await db.prisma.employee.updateMany({
      where: { id: { in: [chain.guide.id, chain.farGuide.id] } },
      data: { active: false },
    })
    await aTask(db, chain.customer, chain.guide)
    const needed = async (who: { userid: string }) =>
      (await ask(who, '/api/handovers/needed')).json<NeededHandovers>().items

    expect(await needed(chain.manager)).toEqual([
      {
        userid: chain.guide.userid,
        name: '王小明',
        storeName: '静安店',
        customers: 1,
        tasks: 1,
        underWay: 0,
      },
    ])
    expect((await needed(chain.hq)).map(({ userid }) => userid).toSorted()).toEqual(
      [chain.guide.userid, chain.farGuide.userid].toSorted(),
    )
    expect((await needed(chain.hq)).map(({ userid }) => userid)).not.toContain(idle.userid)
  })
})
