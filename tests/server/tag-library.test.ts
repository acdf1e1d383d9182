import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { ManagedTagPage } from '../../server/api/tags/schema.ts'
import { MOST_TAGS } from '../../server/api/tags/add-tag.ts'
import { aTag, aTagRule } from '../support/chain.ts'
import { emptyDatabase, useDatabase } from '../support/database.ts'
import { buildTestApp, signIn, type TestApp } from '../support/test-app.ts'
import { twoStores, type TwoStores } from './support/two-stores.ts'

const db = useDatabase()
let test: TestApp
let chain: TwoStores
let hq: { cookie: string }
let tag: bigint

beforeAll(async () => {
  test = await buildTestApp(db, { requestsPerMinute: 100_000 })
})
afterAll(() => test.close())
beforeEach(async () => {
  await emptyDatabase(db)
  chain = await twoStores(db)
  hq = await signIn(test.app, chain.hq.userid)
  tag = await aTag(db, '爱喝茶')
})

const ask = (method: 'PATCH' | 'DELETE', id: bigint, payload?: object) =>
  test.app.inject({ method, url: `/api/tags/${id}`, headers: hq, ...(payload && { payload }) })
const managed = async (headers = hq, cursor?: string, search?: string) =>
  (
    await test.app.inject({
      url: '/api/tags/managed',
      query: { ...(cursor && { cursor }), ...(search && { search }) },
      headers,
    })
  ).json<ManagedTagPage>()
const puton = (customerId: bigint, parts: object = {}) =>
  db.prisma.customerTag.create({
    data: { customerId, tagId: tag, origin: 'guide', addedAt: new Date(), ...parts },
  })
const audit = () => db.prisma.auditLog.findMany({ select: { action: true, subject: true } })
const fromWecom = () =>
  db.prisma.tag.update({ where: { id: tag }, data: { ours: false, wecomId: 'etTea' } })

describe('GET /api/tags/managed', () => {
  it('counts the customers of one’s scope, and of them the automatic ones', async () => {
    await puton(chain.customer.id, { origin: 'rule', originBy: 'tea@1' })
    await puton(chain.farCustomer.id)
    await aTagRule(db, 'tea', tag, { member: true })

    const all = await managed()
    const mine = await managed(await signIn(test.app, chain.manager.userid))

    expect(all.items).toMatchObject([
      {
        name: '爱喝茶',
        ours: true,
        inWecom: false,
        customers: 2,
        automatic: 1,
        unusedSince: null,
        rule: { code: 'tea', name: 'tea', enabled: true },
      },
    ])
    expect(mine.items).toMatchObject([{ customers: 1, automatic: 1, unusedSince: null }])
  })

  it('says since when nobody has a tag, also one that nobody ever had', async () => {
    await puton(chain.customer.id, { removedAt: new Date('2026-11-20T00:00:00Z') })
    const never = await aTag(db, 'VIP')
    const { createdAt } = await db.prisma.tag.findUniqueOrThrow({ where: { id: never } })

    const { items } = await managed()

    const since = Object.fromEntries(items.map((item) => [item.name, item.unusedSince]))
    expect(new Date(since['爱喝茶'] ?? 0)).toEqual(new Date('2026-11-20T00:00:00Z'))
    expect(new Date(since['VIP'] ?? 0)).toEqual(createdAt)
  })

  it('goes through everything page by page, each tag once', async () => {
    for (let i = 0; i < 44; i++) await aTag(db, `标签${i}`)

    const names: string[] = []
    let cursor: string | null | undefined
    do {
      const page: ManagedTagPage = await managed(hq, cursor ?? undefined)
      names.push(...page.items.map(({ name }) => name))
      cursor = page.nextCursor
    } while (cursor !== null)

    expect(names).toHaveLength(45)
    expect(new Set(names).size).toBe(45)
  })

  it('finds by a part of the name or of the group’s, page by page, and takes % and _ as they are', async () => {
    for (let i = 0; i < 25; i++) await aTag(db, `茶客${i}`)
    await aTag(db, '五折_50%')
    const of = async (search: string, cursor?: string) => {
      const page = await managed(hq, cursor, search)
      return { names: page.items.map(({ name }) => name), next: page.nextCursor }
    }

    const first = await of('茶客')
    const second = await of('茶客', first.next ?? '')
    expect([...first.names, ...second.names].toSorted()).toEqual(
      Array.from({ length: 25 }, (_, i) => `茶客${i}`).toSorted(),
    )
    expect(second.next).toBeNull()
    expect((await of('喝')).names).toEqual(['爱喝茶'])
    expect((await of('0%')).names).toEqual(['五折_50%'])
    expect((await of('_')).names).toEqual(['五折_50%'])

    const { group } = await db.prisma.tag.findUniqueOrThrow({
      where: { id: tag },
      include: { group: true },
    })
    expect((await of(group.name)).names.length).toBeGreaterThan(0)
  })
})

describe('PATCH /api/tags/:id', () => {
  it('renames at once, in WeCom by the outbox, and says so in the audit log', async () => {
    const answer = await ask('PATCH', tag, { name: ' 爱喝绿茶 ' })

    expect(answer.statusCode).toBe(204)
    expect(await db.prisma.tag.findFirstOrThrow()).toMatchObject({ name: '爱喝绿茶' })
    expect(await db.prisma.outbox.findMany()).toMatchObject([
      { kind: 'edit_tag', payload: { tagId: String(tag), name: '爱喝绿茶' } },
    ])
    expect(await audit()).toEqual([{ action: 'rename_tag', subject: `tag:${tag}` }])
  })

  it('does nothing for the name it has', async () => {
    expect((await ask('PATCH', tag, { name: '爱喝茶' })).statusCode).toBe(204)

    expect(await db.prisma.outbox.count()).toBe(0)
    expect(await audit()).toEqual([])
  })

  it('sends who wants to rename a tag made in WeCom there', async () => {
    await fromWecom()

    const answer = await ask('PATCH', tag, { name: '茶' })

    expect(answer.json()).toMatchObject({ code: 'TAG_NOT_OURS' })
    expect(answer.json<{ message: string }>().message).toContain('企业微信管理后台')
    expect(await db.prisma.tag.findFirstOrThrow()).toMatchObject({ name: '爱喝茶' })
  })

  it('refuses a name that the group has, an empty and a long one, and a tag that is gone', async () => {
    const { groupId } = await db.prisma.tag.findFirstOrThrow()
    await db.prisma.tag.create({ data: { groupId, name: '茶' } })
    const codes = await Promise.all([
      ask('PATCH', tag, { name: '茶' }),
      ask('PATCH', tag, { name: ' ' }),
      ask('PATCH', tag, { name: '一'.repeat(31) }),
      ask('PATCH', 999n, { name: '茶' }),
    ])

    expect(codes.map((answer) => answer.json<{ code: string }>().code)).toEqual([
      'TAG_EXISTS',
      'BAD_INPUT',
      'BAD_INPUT',
      'TAG_NOT_FOUND',
    ])
  })
})

describe('DELETE /api/tags/:id', () => {
  it('deletes a tag that nobody has, here and in WeCom', async () => {
    await puton(chain.customer.id, { removedAt: new Date() })

    const answer = await ask('DELETE', tag)

    expect(answer.statusCode).toBe(204)
    expect((await managed()).items).toEqual([])
    expect(await db.prisma.outbox.findMany()).toMatchObject([
      { kind: 'delete_tag', payload: { tagId: String(tag) } },
    ])
    expect(await audit()).toEqual([{ action: 'delete_tag', subject: `tag:${tag}` }])
    expect((await ask('DELETE', tag)).json()).toMatchObject({ code: 'TAG_NOT_FOUND' })
  })

  it('keeps one that a customer has', async () => {
    await puton(chain.customer.id)

    expect((await ask('DELETE', tag)).json()).toMatchObject({ code: 'TAG_IN_USE' })
  })

  it('keeps one that a rule gives or asks for', async () => {
    const other = await aTag(db, 'VIP')
    await aTagRule(db, 'tea', tag, { not: { tags: { any: [String(other)] } } })

    const answers = [await ask('DELETE', tag), await ask('DELETE', other)]

    expect(answers.map((answer) => answer.json<{ message: string }>().message)).toEqual([
      '“爱喝茶”还在用（规则“tea”），不能删除；可以先合并到别的标签。',
      '“VIP”还在用（规则“tea”），不能删除；可以先合并到别的标签。',
    ])
  })

  it('leaves one made in WeCom to WeCom', async () => {
    await fromWecom()

    expect((await ask('DELETE', tag)).json()).toMatchObject({ code: 'TAG_NOT_OURS' })
  })
})

describe('POST /api/tags', () => {
  it('adds none to a library that is full', async () => {
    const { groupId } = await db.prisma.tag.findFirstOrThrow()
    await db.prisma.$executeRaw`
      insert into tag (group_id, name) select ${groupId}, '标签' || n from generate_series(2, ${MOST_TAGS}::int) n`

    const answer = await test.app.inject({
      method: 'POST',
      url: '/api/tags',
      headers: hq,
      payload: { groupId: String(groupId), name: '再来一个' },
    })

    expect(answer.json()).toMatchObject({ code: 'TAG_LIBRARY_FULL' })
  })
})
