import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { drainMirrorQueue } from '../../bot/members/mirror-queue.ts'
import { runTagMerge } from '../../bot/members/run-tag-merge.ts'
import type { TagMergePage, TagMergeView } from '../../server/api/tag-merges/schema.ts'
import { aCustomer, aTag, aTagRule } from '../support/chain.ts'
import { emptyDatabase, useDatabase } from '../support/database.ts'
import { buildTestApp, signIn, type TestApp } from '../support/test-app.ts'
import { twoStores, type TwoStores } from './support/two-stores.ts'

const db = useDatabase()
let test: TestApp
let chain: TwoStores
let headers: { cookie: string }
let tea: bigint
let drinks: bigint

beforeAll(async () => {
  test = await buildTestApp(db, { requestsPerMinute: 100_000 })
})
afterAll(() => test.close())
beforeEach(async () => {
  await emptyDatabase(db)
  chain = await twoStores(db)
  headers = await signIn(test.app, chain.hq.userid)
  tea = await aTag(db, '爱喝茶')
  drinks = await aTag(db, '茶饮')
})

const post = (url: string, payload: object = {}) =>
  test.app.inject({ method: 'POST', url, headers, payload })
const merge = (from = tea, into = drinks) =>
  post('/api/tag-merges', { from: String(from), into: String(into) })
const work = async () => {
  const { id } = await db.prisma.tagMerge.findFirstOrThrow({ orderBy: { id: 'desc' } })
  await runTagMerge(test.deps, id)
}
const merged = async () => {
  const view = (await merge()).json<TagMergeView>()
  await work()
  return view.id
}
const has = (customerId: bigint, tagId: bigint, parts: object = {}) =>
  db.prisma.customerTag.create({
    data: {
      customerId,
      tagId,
      origin: 'guide',
      originBy: 'WangXiaoMing',
      addedAt: new Date('2026-10-01T00:00:00Z'),
      ...parts,
    },
  })
const everything = () =>
  db.prisma.customerTag.findMany({ orderBy: [{ customerId: 'asc' }, { tagId: 'asc' }] })
const tagsOf = async (customerId: bigint) => {
  const rows = await db.prisma.customerTag.findMany({
    where: { customerId, removedAt: null },
    select: { tag: { select: { name: true } }, origin: true, originBy: true },
    orderBy: { tagId: 'asc' },
  })
  return rows.map((row) => `${row.tag.name} ${row.origin} ${row.originBy}`)
}

describe('merging tags', () => {
  it('moves customers with what is known of the tag, and leaves those alone who have both', async () => {
    await has(chain.customer.id, tea)
    await has(chain.farCustomer.id, tea)
    await has(chain.farCustomer.id, drinks, { originBy: 'ZhaoLei' })

    const answer = await merge()
    await work()

    expect(answer.statusCode).toBe(202)
    expect(answer.json()).toMatchObject({
      state: 'merging',
      from: { name: '爱喝茶' },
      into: { name: '茶饮' },
    })
    expect(await tagsOf(chain.customer.id)).toEqual(['茶饮 guide WangXiaoMing'])
    expect(await tagsOf(chain.farCustomer.id)).toEqual(['茶饮 guide ZhaoLei'])
    const list = await test.app.inject({ url: '/api/tag-merges', headers })
    expect(list.json<TagMergePage>().items).toMatchObject([{ state: 'merged', by: 'ZongBu' }])
    expect(await db.prisma.auditLog.findMany()).toMatchObject([{ action: 'merge_tags' }])
  })

  it('tells WeCom of both tags on every relation', async () => {
    await has(chain.customer.id, tea)
    const { id } = await db.prisma.relation.findFirstOrThrow({
      where: { customerId: chain.customer.id },
    })
    await db.prisma.relationTag.create({ data: { relationId: id, tagId: tea } })

    await merged()
    await drainMirrorQueue(test.deps, '2026-11-22')

    expect(await db.prisma.outbox.findMany({ where: { kind: 'mark_tag' } })).toMatchObject([
      { payload: { relationId: String(id), add: [String(drinks)], remove: [String(tea)] } },
    ])
  })

  it('makes a rule’s tag the merging person’s: no rule would keep it', async () => {
    await has(chain.customer.id, tea, { origin: 'rule', originBy: 'gone@1' })

    await merged()

    expect(await tagsOf(chain.customer.id)).toEqual(['茶饮 guide ZongBu'])
  })

  it('goes on where it was cut off, and done does nothing', async () => {
    for (let i = 0; i < 3; i++) await has((await aCustomer(db)).id, tea)
    await merged()
    const done = await everything()
    await work()
    expect(await everything()).toEqual(done)

    const late = await aCustomer(db)
    await has(late.id, tea)
    await db.prisma.tagMerge.updateMany({ data: { state: 'merging' } })
    await work()

    expect(await tagsOf(late.id)).toEqual(['茶饮 guide WangXiaoMing'])
    expect(await everything()).toEqual(expect.arrayContaining(done))
    expect(await db.prisma.tagMergeRow.count()).toBe(4)
  })

  it('refuses a tag that a rule gives or asks for, itself, and one that is gone', async () => {
    await aTagRule(db, 'tea', tea, { member: true })

    const answers = [await merge(), await merge(drinks, drinks), await merge(drinks, 999n)]

    expect(answers.map((answer) => answer.json<{ code: string }>().code)).toEqual([
      'TAG_IN_USE',
      'BAD_INPUT',
      'TAG_NOT_FOUND',
    ])
  })

  it('is one at a time for a tag', async () => {
    const answers = await Promise.all([merge(), merge(drinks, tea)])

    const codes = answers.map(({ statusCode }) => statusCode).sort((a, b) => a - b)
    expect(codes).toEqual([202, 409])
    expect((await merge()).json()).toMatchObject({ code: 'TAG_MERGE_UNDER_WAY' })
  })
})

describe('undoing a merge', () => {
  const undo = async (id: string) => {
    const answer = await post(`/api/tag-merges/${id}/undo`)
    if (answer.statusCode === 202) await work()
    return answer
  }

  it('gives everybody the tags they had, also what was removed before', async () => {
    await has(chain.customer.id, tea)
    await has(chain.farCustomer.id, tea)
    await has(chain.farCustomer.id, drinks)
    const removed = {
      removedAt: new Date('2026-10-02T00:00:00Z'),
      removedBy: 'LiuFang',
      originBy: 'LiuFang',
    }
    await has(chain.loneCustomer.id, tea)
    await has(chain.loneCustomer.id, drinks, removed)
    const before = await everything()

    await undo(await merged())

    const after = await everything()
    expect(after).toEqual(expect.arrayContaining(before))
    expect(await tagsOf(chain.customer.id)).toEqual(['爱喝茶 guide WangXiaoMing'])
    expect(await db.prisma.tagMergeRow.count()).toBe(0)
  })

  it('leaves what somebody changed since', async () => {
    await has(chain.customer.id, tea)
    const id = await merged()
    await db.prisma.customerTag.updateMany({
      where: { tagId: drinks },
      data: { originBy: 'LiuFang', addedAt: new Date('2026-11-01T00:00:00Z') },
    })

    await undo(id)

    expect(await tagsOf(chain.customer.id)).toEqual([
      '爱喝茶 guide WangXiaoMing',
      '茶饮 guide LiuFang',
    ])
  })

  it('is done once, of a merge that there is and whose tag is there', async () => {
    const id = await merged()
    await db.prisma.tag.update({ where: { id: tea }, data: { deletedAt: new Date() } })
    const gone = await undo(id)
    await db.prisma.tag.update({ where: { id: tea }, data: { deletedAt: null } })

    const answers = [gone, await undo(id), await undo(id), await undo('999')]

    expect(answers.map((answer) => answer.json<{ code?: string }>().code)).toEqual([
      'TAG_NOT_FOUND',
      undefined,
      'TAG_MERGE_UNDONE',
      'TAG_MERGE_NOT_FOUND',
    ])
  })
})
