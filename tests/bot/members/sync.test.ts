import { beforeEach, describe, expect, it } from 'vitest'
import type { BotDeps } from '../../../bot/deps.ts'
import { syncCustomer } from '../../../bot/members/sync-customer.ts'
import { runSync, startFullSync, startSyncIfNever } from '../../../bot/members/sync-run.ts'
import { WecomError } from '../../../bot/wecom/error-table.ts'
import { emptyDatabase, useDatabase } from '../../support/database.ts'
import { createTestClock, createTestDeps, type TestClock } from '../../support/test-deps.ts'
import { anEmployee, relationsOf, tagsOf } from './rows.ts'
import { createWorld, seconds, type WecomWorld } from './wecom-world.ts'

const db = useDatabase()
const CUSTOMER = 'wmCustomer1'
const OCTOBER = seconds('2026-10-01T00:00:00Z')
let world: WecomWorld
let clock: TestClock
let deps: BotDeps

beforeEach(async () => {
  await emptyDatabase(db)
  world = createWorld()
  clock = createTestClock('2026-11-22T01:00:00Z')
  deps = createTestDeps(db, { wecom: world.wecom, clock })
})

const read = (externalUserid = CUSTOMER) => {
  clock.set(new Date(clock.now().getTime() + 60_000))
  return syncCustomer(deps, externalUserid, { traceId: 'test' })
}

describe('reading one customer', () => {
  it('stores person, guide, relation and remark', async () => {
    world.customers[CUSTOMER] = {
      name: '小鱼',
      unionid: 'oUnion1',
      follows: [
        { userid: 'LinXiaoman', createtime: OCTOBER, remark: '静安店王姐', state: 'poster-7' },
      ],
    }

    await read()

    const customer = await db.prisma.customer.findFirstOrThrow({
      include: { relations: { include: { employee: true } } },
    })
    expect(customer).toMatchObject({
      externalUserid: CUSTOMER,
      wecomName: '小鱼',
      unionid: 'oUnion1',
      wecomType: 1,
      gender: 'female',
      relations: [
        {
          remark: '静安店王姐',
          state: 'poster-7',
          half: false,
          addedAt: new Date(OCTOBER * 1000),
          endedAt: null,
          employee: { userid: 'LinXiaoman', name: '林小满', role: 'guide' },
        },
      ],
    })
  })

  it('changes nothing when it runs again', async () => {
    world.customers[CUSTOMER] = {
      name: '小鱼',
      follows: [{ userid: 'LinXiaoman', createtime: OCTOBER, tags: ['etVip'] }],
    }
    await read()
    const before = await db.prisma.customer.findMany({ include: { tags: true } })

    const again = await read()

    expect(again.changes).toBe(0)
    expect(await db.prisma.customer.findMany({ include: { tags: true } })).toEqual(before)
  })

  it('knows a guide whose userid comes in other letters', async () => {
    await anEmployee(db.prisma, { userid: 'linxiaoman', name: '林小满', storeNo: 'S1' })
    world.customers[CUSTOMER] = {
      name: '小鱼',
      follows: [{ userid: 'LinXiaoman', createtime: OCTOBER }],
    }

    await read()

    expect(await db.prisma.employee.findMany()).toMatchObject([{ storeNo: 'S1' }])
  })

  it('keeps a guide outside the visible range under the userid', async () => {
    world.customers[CUSTOMER] = {
      name: '小鱼',
      follows: [{ userid: 'Hidden', createtime: OCTOBER }],
    }

    await read()

    expect(await db.prisma.employee.findMany()).toMatchObject([{ name: 'Hidden', inApp: false }])
  })

  it('keeps remark mobiles only as blind indexes, however they were written', async () => {
    world.customers[CUSTOMER] = {
      name: '小鱼',
      follows: [
        { userid: 'LinXiaoman', createtime: OCTOBER, remarkMobiles: ['+86 138-0000-0001', ''] },
      ],
    }

    await read()

    const relation = await db.prisma.relation.findFirstOrThrow()
    expect(relation.remarkMobileHashes).toEqual([deps.cipher.blindIndex('13800000001')])
  })

  it('joins the customer to the member with the same unionid', async () => {
    const member = await db.prisma.customer.create({
      data: { memberNo: 'M1', name: '王芳', unionid: 'oUnion1' },
    })
    world.customers[CUSTOMER] = {
      name: '小鱼',
      unionid: 'oUnion1',
      follows: [{ userid: 'LinXiaoman', createtime: OCTOBER, tags: ['etVip'] }],
    }

    const synced = await read()

    expect(synced.customerId).toBe(member.id)
    expect(await db.prisma.customer.findMany()).toMatchObject([
      { memberNo: 'M1', externalUserid: CUSTOMER, name: '王芳', wecomName: '小鱼' },
    ])
    expect(await tagsOf(db.prisma, CUSTOMER)).toEqual(['VIP:wecom'])
  })

  it.each([84061, 40096])('ends relations when WeCom knows none any more (%i)', async (errcode) => {
    world.customers[CUSTOMER] = {
      name: '小鱼',
      follows: [{ userid: 'LinXiaoman', createtime: OCTOBER }],
    }
    await read()
    world.failures = [{ path: 'externalcontact/get', errcode }]

    await read()

    expect(await relationsOf(db.prisma, CUSTOMER)).toEqual(['LinXiaoman ended by missing'])
  })

  it('gives up nothing when WeCom is busy: the job tries again', async () => {
    world.failures = [{ path: 'externalcontact/get', errcode: -1 }]

    await expect(read()).rejects.toThrow(WecomError)
  })

  it('reads again when a later read was stored in between', async () => {
    world.customers[CUSTOMER] = {
      name: '小鱼',
      follows: [{ userid: 'LinXiaoman', createtime: OCTOBER, remark: '旧' }],
    }
    await read()
    world.beforeCall = (path) => {
      if (!path.endsWith('externalcontact/get')) return
      delete world.beforeCall
      clock.set(new Date(clock.now().getTime() + 5_000))
    }
    const { get } = world.wecom
    let reads = 0
    const slow: BotDeps = {
      ...deps,
      wecom: {
        ...world.wecom,
        get: async (path, query, context) => {
          const answer = await get(path, query, context)
          reads += 1
          if (reads === 1) {
            const follow = world.customers[CUSTOMER]?.follows[0]
            if (follow) follow.remark = '新'
            await syncCustomer(deps, CUSTOMER, { traceId: 'faster' })
          }
          return answer as never
        },
      },
    }

    await syncCustomer(slow, CUSTOMER, { traceId: 'slower' })

    expect(reads).toBe(2)
    expect(await db.prisma.relation.findMany()).toMatchObject([{ remark: '新' }])
  })

  it('ends nothing that a later read found, however often it is overtaken', async () => {
    world.customers[CUSTOMER] = {
      name: '小鱼',
      follows: [{ userid: 'LinXiaoman', createtime: OCTOBER }],
    }
    await read()
    let reads = 0
    const slow: BotDeps = {
      ...deps,
      wecom: {
        ...world.wecom,
        get: async (path, query, context) => {
          const answer = await world.wecom.get(path, query, context)
          reads += 1
          if (reads === 3)
            world.customers[CUSTOMER]?.follows.push({ userid: 'ChenYue', createtime: OCTOBER })
          await read()
          return answer as never
        },
      },
    }

    await syncCustomer(slow, CUSTOMER, { traceId: 'slower' })

    expect(reads).toBe(3)
    expect(await relationsOf(db.prisma, CUSTOMER)).toEqual(['ChenYue live', 'LinXiaoman live'])
  })

  it('reads every page of a customer with very many followers', async () => {
    const wecom = {
      ...world.wecom,
      get: (path: string, query?: Record<string, string>) => {
        if (!path.endsWith('externalcontact/get')) return world.wecom.get(path, query)
        const userid = query?.['cursor'] === 'p2' ? 'ChenYue' : 'LinXiaoman'
        return Promise.resolve({
          external_contact: { external_userid: CUSTOMER, name: '小鱼' },
          follow_user: [{ userid, createtime: OCTOBER }],
          ...(userid === 'LinXiaoman' ? { next_cursor: 'p2' } : {}),
        })
      },
    }
    deps = createTestDeps(db, { clock, wecom: { ...wecom, get: wecom.get as never } })

    await read()

    expect(await relationsOf(db.prisma, CUSTOMER)).toEqual(['ChenYue live', 'LinXiaoman live'])
  })
})

describe('the full sync', () => {
  const fill = (count: number) => {
    for (let index = 0; index < count; index += 1) {
      world.customers[`wm${index}`] = {
        name: `客户${index}`,
        follows: [
          {
            userid: index % 2 === 0 ? 'LinXiaoman' : 'ChenYue',
            createtime: OCTOBER,
            tags: ['etNew'],
          },
        ],
      }
    }
  }
  const run = async () => {
    const runId = await startFullSync(deps, { enqueue: false })
    await runSync(deps, runId)
    return db.prisma.syncRun.findUniqueOrThrow({ where: { id: runId } })
  }

  it('reads employees, tags, customers and relations, and says how far it is', async () => {
    fill(7)
    world.pageSize = 3
    const seen: string[] = []
    const runId = await startFullSync(deps, { enqueue: false })

    await runSync(deps, runId, {
      onProgress: ({ phase, done, total }) => seen.push(`${phase} ${done}/${total}`),
    })

    expect([...new Set(seen)]).toEqual([
      'employees 0/0',
      'employees 2/2',
      'tags 0/1',
      'customers 0/7',
      'customers 3/7',
      'customers 6/7',
      'customers 7/7',
      'missing 7/7',
      'done 7/7',
    ])
    expect(await db.prisma.relation.count()).toBe(7)
    expect(await db.prisma.customerTag.count()).toBe(7)
    expect(await db.prisma.syncRun.findMany()).toMatchObject([{ state: 'done', done: 7, total: 7 }])
  })

  it('goes on where it was cut off, and reads no page twice', async () => {
    fill(9)
    world.pageSize = 3
    const pages: unknown[] = []
    let cut = true
    world.beforeCall = (path, input) => {
      if (!path.endsWith('batch/get_by_user')) return
      if (cut && pages.length === 2) throw new Error('the process dies')
      pages.push(input['cursor'])
    }
    await expect(run()).rejects.toThrow('the process dies')
    cut = false

    const finished = await run()

    expect(pages).toEqual([undefined, '3', '6'])
    expect(finished).toMatchObject({ state: 'done', done: 9, total: 9 })
    expect(await db.prisma.syncRun.count()).toBe(1)
    expect(await db.prisma.relation.count()).toBe(9)
  })

  it('lets the second of two processes on one run stop', async () => {
    fill(9)
    world.pageSize = 2
    const runId = await startFullSync(deps, { enqueue: false })

    await Promise.all([runSync(deps, runId), runSync(deps, runId)])
    await runSync(deps, runId)

    expect(await db.prisma.syncRun.findMany()).toMatchObject([{ state: 'done', done: 9 }])
    expect(await db.prisma.relation.count()).toBe(9)
  })

  it('stores a customer of two guides once, with both relations and tags', async () => {
    for (let index = 0; index < 60; index += 1) {
      world.customers[`wm${index}`] = {
        name: `客户${index}`,
        follows: [
          { userid: 'LinXiaoman', createtime: OCTOBER, tags: ['etNew'] },
          { userid: 'ChenYue', createtime: OCTOBER, tags: ['etVip'] },
        ],
      }
    }

    expect(await run()).toMatchObject({ done: 120 })

    expect(await db.prisma.customer.count()).toBe(60)
    expect(await tagsOf(db.prisma, 'wm7')).toEqual(['VIP:wecom', '新客:wecom'])
    expect(await db.prisma.outbox.count({ where: { kind: 'mark_tag' } })).toBe(120)
  })

  it('and events about the same customers at the same time end at what WeCom says', async () => {
    fill(30)
    const runId = await startFullSync(deps, { enqueue: false })

    await Promise.all([
      runSync(deps, runId),
      ...Object.keys(world.customers).map((id) => syncCustomer(deps, id, { traceId: 'event' })),
      ...Object.keys(world.customers).map((id) => syncCustomer(deps, id, { traceId: 'again' })),
    ])

    expect(await db.prisma.customer.count()).toBe(30)
    expect(await db.prisma.relation.count({ where: { endedAt: null } })).toBe(30)
    expect(await db.prisma.customerTag.count({ where: { removedAt: null } })).toBe(30)
    expect(await db.prisma.outbox.count()).toBe(0)
  })

  it('passes over one member that WeCom will not read, and reads all others', async () => {
    fill(4)
    world.members['Broken'] = '坏'
    const { post } = world.wecom
    deps = createTestDeps(db, {
      clock,
      wecom: {
        ...world.wecom,
        post: (path, body, context) => {
          const userids = (body as { userid_list?: string[] }).userid_list ?? []
          if (userids.includes('Broken')) throw new WecomError({ path, errcode: 60111 })
          return post(path, body, context)
        },
      },
    })

    expect(await run()).toMatchObject({ state: 'done' })

    expect(await db.prisma.relation.count()).toBe(4)
  })

  it('stops with a clear word when WeCom lists no guide, and ends no relation', async () => {
    fill(2)
    await run()
    world.guides = []

    const failed = await run()

    expect(failed.state).toBe('failed')
    expect(failed.error).toContain('客户联系')
    expect(await db.prisma.relation.count({ where: { endedAt: null } })).toBe(2)
  })

  it('says what a person must do when the app may not call, and goes on afterwards', async () => {
    fill(2)
    world.failures = [{ path: 'get_corp_tag_list', errcode: 48002 }]

    const failed = await run()
    const finished = await run()

    expect(failed).toMatchObject({ state: 'failed', finishedAt: null })
    expect(failed.error).toContain('可调用接口的应用')
    expect(finished).toMatchObject({ id: failed.id, state: 'done', error: null })
  })

  it('starts by itself once, when none was ever finished', async () => {
    fill(1)
    const first = await startSyncIfNever(deps)
    const second = await startSyncIfNever(deps)
    if (first !== null) await runSync(deps, first)

    const third = await startSyncIfNever(deps)

    expect(first).not.toBeNull()
    expect(second).toBe(first)
    expect(third).toBeNull()
    const jobs = await db.pool.query(`select key from graphile_worker.jobs`)
    expect(jobs.rows).toEqual([{ key: `sync:${first}` }])
  })
})
