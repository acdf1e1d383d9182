import { beforeEach, describe, expect, it } from 'vitest'
import type { BotDeps } from '../../../bot/deps.ts'
import { importItems } from '../../../bot/members/import/import-items.ts'
import { joinToMember } from '../../../bot/members/join-member.ts'
import { pushCards } from '../../../bot/messages/push.ts'
import { emptyDatabase, useDatabase } from '../../support/database.ts'
import { aTask } from '../../support/chain.ts'
import { createTestDeps } from '../../support/test-deps.ts'
import { aMember, anOrder } from './chain-rows.ts'

const db = useDatabase()
let deps: BotDeps
const NOW = new Date('2026-11-22T01:00:00Z')
const MOBILE = '13800000001'

beforeEach(async () => {
  await emptyDatabase(db)
  deps = createTestDeps(db)
})

/** A customer that only WeCom knows, with a live relation whose remark has these mobiles. */
async function aWecomCustomer(
  externalUserid: string,
  more: { unionid?: string; mobiles?: string[]; ended?: boolean; userid?: string } = {},
) {
  const userid = more.userid ?? 'guide1'
  const employee = await db.prisma.employee.upsert({
    where: { useridKey: userid },
    create: { userid, useridKey: userid, name: userid },
    update: {},
  })
  const customer = await db.prisma.customer.create({
    data: {
      externalUserid,
      unionid: more.unionid ?? null,
      wecomName: `昵称 ${externalUserid}`,
      relations: {
        create: {
          employeeId: employee.id,
          addedAt: NOW,
          endedAt: more.ended ? NOW : null,
          remarkMobileHashes: (more.mobiles ?? []).map((text) => deps.cipher.blindIndex(text)),
        },
      },
    },
  })
  return { id: customer.id, employeeId: employee.id }
}

const join = (id: bigint) => db.prisma.$transaction((tx) => joinToMember(tx, deps, id))
const everyone = () =>
  db.prisma.customer.findMany({
    select: { memberNo: true, externalUserid: true, matchIssue: true },
    orderBy: { id: 'asc' },
  })

describe('a member that arrives after its WeCom customer', () => {
  it.each([
    ['externalUserId', aMember({ externalUserId: 'w1' }), {}],
    ['unionid', aMember({ unionid: 'u1' }), { unionid: 'u1' }],
    ['a mobile in a remark', aMember({ mobile: '+86 138 0000 0001' }), { mobiles: [MOBILE] }],
  ])('is joined by %s', async (_by, member, wecom) => {
    await importItems(deps, 'orders', [anOrder()])
    await aWecomCustomer('w1', wecom)

    const result = await importItems(deps, 'members', [member])

    expect(result).toMatchObject({ accepted: 1, warnings: [] })
    expect(await everyone()).toEqual([{ memberNo: 'M1', externalUserid: 'w1', matchIssue: null }])
    const [row] = await db.prisma.customer.findMany({ include: { relations: true, stats: true } })
    expect(row?.wecomName).toBe('昵称 w1')
    expect(row?.relations).toHaveLength(1)
    expect(row?.stats?.ordersTotal).toBe(1)
  })

  it('is joined when a later row of it brings what was missing', async () => {
    await aWecomCustomer('w1')
    await importItems(deps, 'members', [aMember()])

    const result = await importItems(deps, 'members', [aMember({ externalUserId: 'w1' })])

    expect(result.accepted).toBe(1)
    expect(await everyone()).toEqual([{ memberNo: 'M1', externalUserid: 'w1', matchIssue: null }])
  })

  it('keeps its externalUserId for a WeCom customer that comes later', async () => {
    await importItems(deps, 'members', [aMember({ externalUserId: 'w1' })])

    expect(await everyone()).toEqual([{ memberNo: 'M1', externalUserid: 'w1', matchIssue: null }])
  })

  it('prefers unionid to a mobile', async () => {
    await aWecomCustomer('w1', { mobiles: [MOBILE] })
    await aWecomCustomer('w2', { unionid: 'u1', userid: 'guide2' })

    await importItems(deps, 'members', [aMember({ unionid: 'u1', mobile: MOBILE })])

    const joined = await db.prisma.customer.findUnique({ where: { memberNo: 'M1' } })
    expect(joined?.externalUserid).toBe('w2')
  })

  it('is not joined by a mobile of a relation that ended', async () => {
    await aWecomCustomer('w1', { mobiles: [MOBILE], ended: true })

    await importItems(deps, 'members', [aMember({ mobile: MOBILE })])

    expect(await everyone()).toHaveLength(2)
  })
})

describe('what is ambiguous', () => {
  const doubtful = { code: 'MEMBER_AMBIGUOUS', id: 'M1', index: 0 }

  it('is reported when a mobile stands in the remarks of two customers', async () => {
    await aWecomCustomer('w1', { mobiles: [MOBILE] })
    await aWecomCustomer('w2', { mobiles: [MOBILE], userid: 'guide2' })

    const result = await importItems(deps, 'members', [aMember({ mobile: MOBILE })])

    expect(result.accepted).toBe(1)
    expect(result.warnings).toMatchObject([doubtful])
    expect(await everyone()).toEqual([
      { memberNo: null, externalUserid: 'w1', matchIssue: 'MEMBER_AMBIGUOUS' },
      { memberNo: null, externalUserid: 'w2', matchIssue: 'MEMBER_AMBIGUOUS' },
      { memberNo: 'M1', externalUserid: null, matchIssue: null },
    ])
  })

  it('is reported when two members have the mobile, and marked on the customer', async () => {
    await importItems(deps, 'members', [
      aMember({ mobile: MOBILE }),
      aMember({ memberNo: 'M2', mobile: MOBILE }),
    ])
    const { id } = await aWecomCustomer('w1', { mobiles: [MOBILE] })

    const joined = await join(id)

    expect(joined).toEqual({ customerId: id, issue: 'MEMBER_AMBIGUOUS' })
    const row = await db.prisma.customer.findUnique({ where: { id } })
    expect(row).toMatchObject({ memberNo: null, matchIssue: 'MEMBER_AMBIGUOUS' })
  })

  it('is reported when the mobile says yes and two unionids say no', async () => {
    await aWecomCustomer('w1', { mobiles: [MOBILE], unionid: 'other' })

    const result = await importItems(deps, 'members', [aMember({ mobile: MOBILE, unionid: 'u1' })])

    expect(result.warnings).toMatchObject([doubtful])
  })

  it('is reported when two members name one customer', async () => {
    await aWecomCustomer('w1')

    const result = await importItems(deps, 'members', [
      aMember({ externalUserId: 'w1' }),
      aMember({ memberNo: 'M2', externalUserId: 'w1' }),
    ])

    expect(result.warnings.map((warning) => warning.id)).toEqual(['M1', 'M2'])
    expect(
      await db.prisma.customer.count({
        where: { memberNo: { not: null }, externalUserid: { not: null } },
      }),
    ).toBe(0)
  })

  it('is reported when the customer that a member names is another’s, and nothing changes', async () => {
    await importItems(deps, 'members', [aMember({ memberNo: 'M0', externalUserId: 'w1' })])

    const result = await importItems(deps, 'members', [aMember({ externalUserId: 'w1' })])

    expect(result.warnings).toMatchObject([doubtful])
    expect(await everyone()).toMatchObject([
      { memberNo: 'M0', externalUserid: 'w1' },
      { memberNo: 'M1', externalUserid: null },
    ])
  })

  it('is joined, and the mark goes, once one member alone fits', async () => {
    await importItems(deps, 'members', [
      aMember({ mobile: MOBILE }),
      aMember({ memberNo: 'M2', mobile: MOBILE }),
    ])
    const { id } = await aWecomCustomer('w1', { mobiles: [MOBILE] })
    await join(id)

    await importItems(deps, 'members', [aMember({ memberNo: 'M2', mobile: '13900000009' })])
    const joined = await join(id)

    expect(joined.issue).toBeNull()
    expect(await everyone()).toEqual([
      { memberNo: 'M1', externalUserid: 'w1', matchIssue: null },
      { memberNo: 'M2', externalUserid: null, matchIssue: null },
    ])
  })
})

describe('joinToMember', () => {
  it('leaves a customer alone that no member fits', async () => {
    const { id } = await aWecomCustomer('w1')

    expect(await join(id)).toEqual({ customerId: id, issue: null })
  })

  it('answers the same when it runs again', async () => {
    await importItems(deps, 'members', [aMember({ unionid: 'u1' })])
    const { id } = await aWecomCustomer('w1', { unionid: 'u1' })
    const { customerId } = await join(id)

    expect(await join(customerId)).toEqual({ customerId, issue: null })
  })

  it('gives a member to one of two customers that come at once', async () => {
    await importItems(deps, 'members', [aMember({ unionid: 'u1' })])
    const { id } = await aWecomCustomer('w1', { unionid: 'u1' })

    const answers = await Promise.all([join(id), join(id), join(id)])

    expect(new Set(answers.map((answer) => answer.issue)).size).toBeLessThanOrEqual(2)
    expect(await everyone()).toEqual([{ memberNo: 'M1', externalUserid: 'w1', matchIssue: null }])
  })

  it('moves everything that hangs on the customer, and loses none of it', async () => {
    await importItems(deps, 'members', [aMember({ unionid: 'u1', name: '李雷' })])
    const member = await db.prisma.customer.findUniqueOrThrow({ where: { memberNo: 'M1' } })
    const { id, employeeId } = await aWecomCustomer('w1', { unionid: 'u1' })
    const tag = await aTag()
    const doubles = { kind: 'birthday', occurrence: '2026' }
    await fill(id, employeeId, tag, doubles)
    await fill(member.id, employeeId, tag, doubles)
    await db.prisma.relation.create({
      data: { customerId: member.id, employeeId, addedAt: NOW, endedAt: NOW },
    })
    await db.prisma.customer.update({ where: { id }, data: { consent: 'none', birthdayMd: 520 } })

    const { customerId } = await join(id)

    expect(customerId).toBe(member.id)
    const merged = await db.prisma.customer.findUniqueOrThrow({
      where: { id: customerId },
      include: {
        relations: true,
        tags: true,
        tasks: { include: { events: true }, orderBy: { id: 'asc' } },
        touches: true,
        consents: true,
        heldBack: true,
        notes: true,
      },
    })
    expect(merged).toMatchObject({
      externalUserid: 'w1',
      name: '李雷',
      wecomName: '昵称 w1',
      birthdayMd: 520,
      consent: 'none',
    })
    expect(merged.relations.map((relation) => relation.endedAt)).toEqual([null])
    expect(merged.tags).toHaveLength(1)
    expect([merged.touches.length, merged.consents.length, merged.notes.length]).toEqual([2, 2, 2])
    expect(merged.heldBack).toHaveLength(1)
    // the one is doubled; nobody may write any more, so the other ends as well
    expect(
      merged.tasks.map(({ state, closeReason, events }) => [state, closeReason, events.length]),
    ).toEqual([
      ['cancelled', 'merged', 1],
      ['cancelled', 'no_more', 1],
    ])
    expect(merged.tasks[0]?.occurrence).toBe(`2026:merged:${id}`)
    expect(await db.prisma.customer.count()).toBe(1)
  })

  it('ends what the member’s orders, coupons and points make untrue, and tells of each', async () => {
    await importItems(deps, 'members', [aMember({ unionid: 'u1' })])
    await importItems(deps, 'orders', [anOrder()])
    const { id, employeeId } = await aWecomCustomer('w1', { unionid: 'u1' })
    const facts = {
      new_member: { step: 1 },
      coupon_expiring: { coupons: [{ couponNo: 'C1' }] },
      points_expiring: { firstExpiresOn: '2026-11-30', lastExpiresOn: '2026-11-30' },
      birthday: {},
    }
    for (const [kind, about] of Object.entries(facts))
      await aTask(db, { id }, { id: employeeId }, { kind, facts: about })
    await db.prisma.webhook.create({
      data: { url: 'https://a.example', events: ['task.closed'], secretEnc: Buffer.from('x') },
    })

    const { customerId } = await join(id)

    const tasks = await db.prisma.task.findMany({ where: { customerId } })
    expect(Object.fromEntries(tasks.map(({ kind, closeReason }) => [kind, closeReason]))).toEqual({
      new_member: 'order_arrived',
      coupon_expiring: 'coupon_used',
      points_expiring: 'points_gone',
      birthday: null,
    })
    expect(await db.prisma.outbox.count({ where: { kind: 'webhook' } })).toBe(3)
  })

  it('ends a doubled task as any other: its card that waits is not sent, and it is told', async () => {
    await importItems(deps, 'members', [aMember({ unionid: 'u1' })])
    const member = await db.prisma.customer.findUniqueOrThrow({ where: { memberNo: 'M1' } })
    const { id, employeeId } = await aWecomCustomer('w1', { unionid: 'u1' })
    const same = { occurrence: '2026' }
    await aTask(db, member, { id: employeeId }, same)
    const taskId = await aTask(db, { id }, { id: employeeId }, same)
    await pushCards(db.prisma, deps, [{ taskId, reason: 'test' }], { now: NOW, traceId: 'test' })
    await db.prisma.webhook.create({
      data: { url: 'https://a.example', events: ['task.closed'], secretEnc: Buffer.from('x') },
    })

    await join(id)

    const card = await db.prisma.outbox.findFirst({ where: { kind: 'app_message' } })
    expect(card).toMatchObject({ state: 'cancelled' })
    expect(await db.prisma.outbox.findMany({ where: { kind: 'webhook' } })).toMatchObject([
      { payload: { data: { status: 'cancelled', closeReason: 'merged' } } },
    ])
  })

  it('keeps the history of tiers and classes, and what a merge of tags gave', async () => {
    await importItems(deps, 'members', [aMember({ unionid: 'u1' })])
    const { id } = await aWecomCustomer('w1', { unionid: 'u1' })
    const tag = await aTag()
    const fromId = (await db.prisma.tag.findFirstOrThrow()).groupId
    const other = await db.prisma.tag.create({ data: { name: '常喝茶', groupId: fromId } })
    await db.prisma.tagMerge.create({
      data: {
        fromId: other.id,
        intoId: tag,
        by: 'boss',
        at: NOW,
        rows: { create: { customerId: id } },
      },
    })
    const change = { customerId: id, day: NOW, before: 'iron', after: 'bronze' }
    await db.prisma.tierChange.create({ data: { ...change, reason: 'upgrade', facts: {} } })
    await db.prisma.classChange.create({ data: { ...change, what: 'stage' } })

    const { customerId } = await join(id)

    const of = { where: { customerId } }
    expect([
      await db.prisma.tierChange.count(of),
      await db.prisma.classChange.count(of),
      await db.prisma.tagMergeRow.count(of),
    ]).toEqual([1, 1, 1])
  })

  async function aTag(): Promise<bigint> {
    const tag = await db.prisma.tag.create({
      data: { name: '爱喝茶', group: { create: { name: '偏好', dimension: 'behaviour' } } },
    })
    return tag.id
  }

  async function fill(
    customerId: bigint,
    employeeId: bigint,
    tagId: bigint,
    key: { kind: string; occurrence: string },
  ): Promise<void> {
    await db.prisma.customerTag.create({
      data: { customerId, tagId, origin: 'guide', addedAt: NOW },
    })
    await db.prisma.task.create({
      data: {
        ...key,
        customerId,
        assigneeId: employeeId,
        ruleVersion: 1,
        facts: {},
        assigneeRule: 1,
        scanDay: NOW,
        dueAt: NOW,
        diesAt: NOW,
        traceId: 't',
        createdAt: NOW,
        updatedAt: NOW,
      },
    })
    await db.prisma.touch.create({
      data: { customerId, employeeId, channel: 'sidebar', text: 'hi', result: 'sent', at: NOW },
    })
    await db.prisma.consent.create({
      data: { customerId, consent: 'all', source: 'sidebar', by: 'guide1', at: NOW },
    })
    await db.prisma.note.create({ data: { customerId, employeeId, text: 'note', at: NOW } })
    await db.prisma.heldBack.create({
      data: { ...key, customerId, why: 'no_relation', facts: {}, scanDay: NOW, updatedAt: NOW },
    })
  }
})
