import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { applySavedRule } from '../../bot/members/apply-saved-rule.ts'
import type { TagRuleHistory, TagRuleView } from '../../server/api/tag-rules/schema.ts'
import type { CustomerTagView } from '../../server/api/customers/schema.ts'
import { aTag, someStats } from '../support/chain.ts'
import { emptyDatabase, useDatabase } from '../support/database.ts'
import { buildTestApp, signIn, type TestApp } from '../support/test-app.ts'
import { twoStores } from './support/two-stores.ts'

const db = useDatabase()
let test: TestApp
let headers: { cookie: string }
let tagId: string
let otherTag: string
let customerId: bigint

beforeAll(async () => {
  test = await buildTestApp(db, { requestsPerMinute: 100_000 })
})
afterAll(() => test.close())
beforeEach(async () => {
  await emptyDatabase(db)
  const chain = await twoStores(db)
  headers = await signIn(test.app, chain.hq.userid)
  customerId = chain.customer.id
  tagId = String(await aTag(db, '高价值'))
  otherTag = String(await aTag(db, 'VIP'))
})

const BIG = { spend365: { min: 100_000 } }
const post = (parts: object = {}) =>
  test.app.inject({
    method: 'POST',
    url: '/api/tag-rules',
    headers,
    payload: { name: '高价值客户', tagId, filter: BIG, ...parts },
  })
const put = (code: string, parts: object) =>
  test.app.inject({
    method: 'PUT',
    url: `/api/tag-rules/${code}`,
    headers,
    payload: { name: '高价值客户', tagId, filter: BIG, ...parts },
  })
const list = async () =>
  (await test.app.inject({ url: '/api/tag-rules', headers })).json<{ items: TagRuleView[] }>().items

describe('a customer’s automatic tag', () => {
  it('says its rule, the version that put it on and the facts in one sentence, in both languages', async () => {
    const { code } = (await post()).json<TagRuleView>()
    await put(code, { version: 1, name: '大客户' })
    await someStats(db, { id: customerId }, { spend365Fen: 123_450n })
    await db.prisma.customerTag.create({
      data: {
        customerId,
        tagId: BigInt(tagId),
        origin: 'rule',
        originBy: `${code}@1`,
        evidence: { spend365Fen: 123_450 },
        // the next day in China
        addedAt: new Date('2026-11-21T16:00:00Z'),
      },
    })
    await db.prisma.customerTag.create({
      data: { customerId, tagId: BigInt(otherTag), origin: 'guide', addedAt: new Date() },
    })
    const url = `/api/customers/${customerId}`

    const chinese = await test.app.inject({ url, headers })
    const english = await test.app.inject({
      method: 'PATCH',
      url: `${url}/tags`,
      headers: { ...headers, 'accept-language': 'en' },
      payload: { add: [], remove: [] },
    })

    const whys = (answer: { json: () => unknown }) =>
      (answer.json() as { tags: CustomerTagView[] }).tags.map(({ why }) => why)
    expect(whys(chinese)).toEqual([
      '规则「高价值客户」第 1 版于 11 月 22 日自动打上：近一年消费 ¥1,234.50。',
      null,
    ])
    expect(whys(english)).toEqual([
      'Put on by rule “高价值客户”, version 1, on 22 Nov: spent ¥1,234.50 in a year.',
      null,
    ])
  })
})

describe('rules of automatic tags', () => {
  it('keep who saved which version, newest first', async () => {
    const { code } = (await post()).json<TagRuleView>()
    await put(code, { version: 1, filter: { member: true }, enabled: false, validDays: 30 })

    const { items } = (
      await test.app.inject({ url: `/api/tag-rules/${code}/history`, headers })
    ).json<TagRuleHistory>()

    expect(items).toMatchObject([
      { version: 2, filter: { member: true }, enabled: false, validDays: 30, tagName: '高价值' },
      { version: 1, filter: BIG, enabled: true, validDays: null, tagName: '高价值' },
    ])
    const author = await db.prisma.employee.findFirstOrThrow({ where: { role: 'hq' } })
    for (const one of items) expect(one).toMatchObject({ by: author.userid, byName: author.name })
    const none = await test.app.inject({ url: '/api/tag-rules/none/history', headers })
    expect([none.statusCode, none.json()]).toMatchObject([404, { code: 'TAG_RULE_NOT_FOUND' }])
  })

  it('are kept version by version, the newest holds, and each save is in the audit log', async () => {
    const made = (await post({ validDays: 30 })).json<TagRuleView>()
    const changed = await put(made.code, { version: 1, enabled: false })

    expect(made).toMatchObject({ version: 1, enabled: true, validDays: 30, tagName: '高价值' })
    expect(changed.json()).toMatchObject({ version: 2, enabled: false, validDays: null })
    expect(await list()).toEqual([changed.json()])
    expect(await db.prisma.tagRule.count()).toBe(2)
    expect(await db.prisma.auditLog.findMany({ select: { action: true, subject: true } })).toEqual([
      { action: 'save_tag_rule', subject: `tag_rule:${made.code}` },
      { action: 'save_tag_rule', subject: `tag_rule:${made.code}` },
    ])
  })

  it('are not saved over a version that somebody else saved meanwhile', async () => {
    const { code } = (await post()).json<TagRuleView>()
    await put(code, { version: 1 })

    const late = await put(code, { version: 1 })

    expect([late.statusCode, late.json<{ code: string }>().code]).toEqual([409, 'TAG_RULE_CHANGED'])
  })

  it('are one for a tag, also when two are saved at once', async () => {
    const answers = await Promise.all([post(), post()])

    expect(answers.map(({ statusCode }) => statusCode).sort((a, b) => a - b)).toEqual([201, 409])
    expect((await post()).json()).toMatchObject({ code: 'TAG_HAS_RULE' })
  })

  it('never ask for their own tag, nor for each other’s in a circle', async () => {
    const asks = (id: string) => ({ filter: { not: { tags: { any: [id] } } } })
    await post(asks(otherTag))

    const own = await post({ tagId: otherTag, ...asks(otherTag) })
    const circle = await post({ tagId: otherTag, ...asks(tagId) })

    expect([own.json(), circle.json()]).toMatchObject([
      { code: 'TAG_RULE_CIRCLE' },
      { code: 'TAG_RULE_CIRCLE' },
    ])
    expect((await post({ tagId: otherTag })).statusCode).toBe(201)
  })

  it('say why they stand still', async () => {
    await post({ filter: { tags: { none: [otherTag] } } })
    await db.prisma.tag.update({ where: { id: BigInt(otherTag) }, data: { deletedAt: new Date() } })

    expect((await list()).map(({ broken }) => broken)).toEqual([
      '条件里的标签“VIP”已被删除，规则停在原地：请把它从条件里去掉。',
    ])
  })

  it('say why they stand still where their own tag is gone, in the reader’s language', async () => {
    const { code } = (await post()).json<TagRuleView>()
    await db.prisma.tag.update({ where: { id: BigInt(tagId) }, data: { deletedAt: new Date() } })

    const answer = await test.app.inject({
      url: `/api/tag-rules/${code}`,
      headers: { ...headers, 'accept-language': 'en' },
    })

    expect(answer.json<TagRuleView>().broken).toBe(
      'Its tag “高价值” was deleted, so it stands still: give another tag, or switch it off.',
    )
  })

  it('tell how far they have reached everybody', async () => {
    const { code, run } = (await post()).json<TagRuleView>()
    const one = async () =>
      (await test.app.inject({ url: `/api/tag-rules/${code}`, headers })).json<TagRuleView>().run
    expect(run).toMatchObject({ share: 0, changed: 0, finishedAt: null })

    await db.prisma.tagRuleRun.updateMany({ data: { upTo: 1n, lastId: 3n } })
    expect(await one()).toMatchObject({ share: 0.333 })

    await applySavedRule(test.deps, code)
    expect(await one()).toMatchObject({ share: 1, finishedAt: expect.any(String) })
  })

  it('are answered with their whole filter, however deep', async () => {
    const filter = { or: [{ and: [BIG, { not: { tier: ['gold'] } }] }, { neverBought: true }] }

    expect((await post({ filter })).json<TagRuleView>().filter).toEqual(filter)
  })

  it('are suggested, and hold only once headquarters saves them', async () => {
    const suggestions = async () =>
      (await test.app.inject({ url: '/api/tag-rules/suggestions', headers })).json<{
        items: { key: string; filter: object; name: string; rule: string | null }[]
      }>().items
    const before = await suggestions()
    expect(new Set(before.map(({ rule }) => rule))).toEqual(new Set([null]))
    expect(await list()).toEqual([])

    for (const { filter, name } of before) {
      const tag = String(await aTag(db, name))
      const saved = await post({ name, filter, tagId: tag })
      expect(saved.statusCode).toBe(201)
    }

    expect((await suggestions()).every(({ rule }) => rule !== null)).toBe(true)
  })

  it('are not saved over a tag that was made part of another: they name the one to use', async () => {
    await db.prisma.tagMerge.create({
      data: {
        fromId: BigInt(otherTag),
        intoId: BigInt(tagId),
        state: 'merged',
        by: 'ZongBu',
        at: new Date(),
      },
    })

    const own = await post({ tagId: otherTag })
    const asked = await post({ filter: { tags: { any: [otherTag] } } })

    for (const answer of [own, asked])
      expect(answer.json()).toMatchObject({
        code: 'TAG_MERGED_AWAY',
        message: '“VIP”已经合并到“高价值”，请用后者。',
      })
    await db.prisma.tagMerge.updateMany({ data: { state: 'undone' } })
    expect((await post({ tagId: otherTag })).statusCode).toBe(201)
  })
})

describe('what a guide writes down', () => {
  const write = (method: 'POST' | 'PATCH', path: string, payload: object) =>
    test.app.inject({ method, url: `/api/customers/${customerId}${path}`, headers, payload })
  const tagged = () =>
    db.prisma.customerTag.findMany({ where: { removedAt: null }, select: { tagId: true } })

  it('changes the automatic tags that ask for a consent at once', async () => {
    await post({ filter: { consent: ['none'] } })

    await write('POST', '/consent', { consent: 'none', source: 'chat' })

    expect(await tagged()).toEqual([{ tagId: BigInt(tagId) }])
  })

  it('changes the automatic tags that ask for a birthday at once', async () => {
    await post({ filter: { birthday: { month: 5 } } })

    await write('PATCH', '', { birthday: '05-20' })

    expect(await tagged()).toEqual([{ tagId: BigInt(tagId) }])
  })

  it.each<[object, number, string | undefined]>([
    [{ name: '  ' }, 400, 'name'],
    [{ name: '一'.repeat(31) }, 400, 'name'],
    [{ tagId: '999' }, 404, undefined],
    [{ validDays: 0 }, 400, 'validDays'],
    [{ filter: { and: [{ tier: ['x'] }] } }, 400, 'filter.and[0].tier[0]'],
    [{ filter: { tags: { any: ['999'] } } }, 400, 'filter.tags.any[0]'],
    [{ filter: {} }, 400, 'filter'],
  ])('refuse %j', async (parts, status, field) => {
    const answer = await post(parts)

    expect(answer.statusCode).toBe(status)
    expect(answer.json<{ field?: string }>().field).toBe(field)
    expect((await put('rule-7', { version: 1 })).json()).toMatchObject({
      code: 'TAG_RULE_NOT_FOUND',
    })
  })
})
