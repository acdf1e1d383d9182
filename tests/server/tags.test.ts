import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { TagLibrary } from '../../server/api/tags/schema.ts'
import { emptyDatabase, useDatabase } from '../support/database.ts'
import { buildTestApp, signIn, type TestApp } from '../support/test-app.ts'
import { twoStores } from './support/two-stores.ts'

const db = useDatabase()
let test: TestApp
let headers: { cookie: string }
let groupId: string
let customerId: bigint

beforeAll(async () => {
  test = await buildTestApp(db, { requestsPerMinute: 100_000 })
})
afterAll(() => test.close())
beforeEach(async () => {
  await emptyDatabase(db)
  const chain = await twoStores(db)
  customerId = chain.customer.id
  headers = await signIn(test.app, chain.guide.userid)
  const group = await db.prisma.tagGroup.create({ data: { name: '喜好', dimension: 'behaviour' } })
  groupId = String(group.id)
})

const add = (payload: object) =>
  test.app.inject({ method: 'POST', url: '/api/tags', headers, payload })
const library = async (): Promise<TagLibrary> =>
  (await test.app.inject({ url: '/api/tags', headers })).json()

describe('GET /api/tags', () => {
  it('leaves out what was deleted and WeCom’s rule groups, and knows what I used last', async () => {
    const rules = await db.prisma.tagGroup.create({
      data: { name: '规则组', dimension: 'source', strategyId: 7 },
    })
    await db.prisma.tag.create({ data: { groupId: rules.id, name: '规则标签' } })
    await db.prisma.tag.create({
      data: { groupId: BigInt(groupId), name: '旧的', deletedAt: new Date() },
    })
    const tag = (await add({ groupId, name: '爱喝茶' })).json<{ id: string }>()
    await test.app.inject({
      method: 'PATCH',
      url: `/api/customers/${customerId}/tags`,
      headers,
      payload: { add: [tag.id], remove: [] },
    })

    expect(await library()).toEqual({
      nextCursor: null,
      groups: [{ id: groupId, name: '喜好', dimension: 'behaviour', mayAdd: true }],
      tags: [
        {
          id: tag.id,
          name: '爱喝茶',
          groupId,
          groupName: '喜好',
          dimension: 'behaviour',
          lastUsedAt: '2026-11-22T01:00:00.000Z',
        },
      ],
    })
  })
})

describe('POST /api/tags', () => {
  it('adds a tag at once and has it made in WeCom', async () => {
    const answer = await add({ groupId, name: ' 爱喝茶 ' })

    expect(answer.statusCode).toBe(201)
    expect(answer.json()).toMatchObject({ name: '爱喝茶', groupName: '喜好', lastUsedAt: null })
    expect(await db.prisma.outbox.findMany({ where: { kind: 'add_tag' } })).toMatchObject([
      { payload: { tagId: answer.json<{ id: string }>().id } },
    ])
  })

  it('adds a name once a group, also when two guides add it at once', async () => {
    const answers = await Promise.all([1, 2, 3, 4].map(() => add({ groupId, name: '爱喝茶' })))

    expect(answers.map(({ statusCode }) => statusCode).sort((a, b) => a - b)).toEqual([
      201, 409, 409, 409,
    ])
    expect((await library()).tags).toHaveLength(1)
  })

  it.each([
    [{ name: '一'.repeat(31) }, 400, 'name'],
    [{ name: '' }, 400, 'name'],
    [{ name: '   ' }, 400, 'name'],
    [{ name: '好', colour: 'red' }, 400, 'colour'],
    [{ name: '好', groupId: '999' }, 404, undefined],
  ])('refuses %j', async (part, status, field) => {
    const answer = await add({ groupId, ...part })

    expect(answer.statusCode).toBe(status)
    expect(answer.json<{ field?: string }>().field).toBe(field)
  })
})
