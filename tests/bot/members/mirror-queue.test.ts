import { beforeEach, describe, expect, it } from 'vitest'
import type { BotDeps } from '../../../bot/deps.ts'
import { importItems } from '../../../bot/members/import/import-items.ts'
import {
  drainMirrorQueue,
  MOST_MARKS,
  tellWecom,
  tellWecomOfPage,
} from '../../../bot/members/mirror-queue.ts'
import { runTagRules } from '../../../bot/members/run-tag-rules.ts'
import { changeCustomerTags } from '../../../bot/members/tag-customer.ts'
import { aCustomer, aGuide, aTag, aTagRule } from '../../support/chain.ts'
import { emptyDatabase, useDatabase } from '../../support/database.ts'
import { createTestDeps } from '../../support/test-deps.ts'

const db = useDatabase()
const DAY = '2026-11-22'
const TOMORROW = '2026-11-23'
let deps: BotDeps
let customers: { id: bigint; memberNo: string | null }[]

beforeEach(async () => {
  await emptyDatabase(db)
  deps = createTestDeps(db)
  const guides = [await aGuide(db), await aGuide(db)]
  customers = []
  for (let i = 0; i < 25; i++) customers.push(await aCustomer(db, {}, guides))
  await aTagRule(db, 'member', await aTag(db, '会员'), { member: true })
})

const marks = () =>
  db.prisma.outbox.findMany({ where: { kind: 'mark_tag' }, orderBy: { notBefore: 'asc' } })
const waiting = () => db.prisma.tagMirrorQueue.count()
const queueEverybody = () =>
  db.prisma.tagMirrorQueue.createMany({
    data: customers.map(({ id }) => ({ customerId: id, since: deps.clock.now() })),
  })

describe('automatic tags in WeCom', () => {
  it('are told to every guide of a customer, spread over the time that follows', async () => {
    await aCustomer(db)

    const run = await runTagRules(deps, DAY)

    const rows = await marks()
    expect(run).toMatchObject({ changed: 26, marks: 50, waiting: 0 })
    expect(rows).toHaveLength(50)
    expect(rows[0]?.notBefore).toEqual(deps.clock.now())
    // 500 a minute
    expect(rows.at(-1)?.notBefore).toEqual(new Date(deps.clock.now().getTime() + 49 * 120))
  })

  it('are told so many a night at most, oldest first, and the rest on the nights after', async () => {
    await runTagRules(deps, DAY)
    await db.prisma.outbox.deleteMany()
    await queueEverybody()

    const used = 50
    expect(await drainMirrorQueue(deps, DAY, used + 21)).toEqual({ marks: 20, waiting: 15 })
    expect(await drainMirrorQueue(deps, DAY, used + 21)).toEqual({ marks: 0, waiting: 15 })
    expect(await drainMirrorQueue(deps, TOMORROW, 1000)).toEqual({ marks: 30, waiting: 0 })
    expect(MOST_MARKS).toBeLessThan(150_000)
  })

  it('are told at once of few customers, and by the queue of many', async () => {
    const ids = customers.map(({ id }) => id)
    await db.prisma.$transaction((tx) => tellWecom(tx, ids.slice(0, 20), deps.clock.now(), 'test'))
    expect(await waiting()).toBe(0)

    await db.prisma.$transaction((tx) => tellWecom(tx, ids.slice(0, 21), deps.clock.now(), 'test'))

    expect(await waiting()).toBe(21)
  })

  it('go on waiting when the whole list is read from WeCom', async () => {
    const customerIds = customers.map(({ id }) => id)
    await runTagRules(deps, DAY)
    await db.prisma.outbox.deleteMany()
    await db.prisma.tagMirrorQueue.create({
      data: { customerId: customerIds[0] ?? 0n, since: deps.clock.now() },
    })

    const page = (retagged: bigint[]) =>
      db.prisma.$transaction((tx) =>
        tellWecomOfPage(tx, { customerIds, retagged }, deps.clock.now(), 'test'),
      )
    await page([])
    expect([await waiting(), (await marks()).length]).toEqual([1, 48])

    await page(customerIds)
    expect([await waiting(), (await marks()).length]).toEqual([25, 48])
  })

  it('follow an order at once', async () => {
    await importItems(deps, 'orders', [
      {
        orderNo: 'O-1',
        memberNo: customers[3]?.memberNo,
        paidAt: '2026-11-21T10:00:00+08:00',
        amountFen: 100,
        status: 'paid',
      },
    ])

    expect((await marks()).map((row) => row.customerId)).toEqual([
      customers[3]?.id,
      customers[3]?.id,
    ])
  })

  it('are not told twice of a customer whose guide changed a tag meanwhile', async () => {
    await queueEverybody()
    await changeCustomerTags(db.prisma, deps, {
      customerId: customers[0]?.id ?? 0n,
      add: [],
      remove: [],
      by: 'WangXiaoMing',
      now: deps.clock.now(),
      traceId: 'test',
    })

    expect(await waiting()).toBe(24)
    expect(await marks()).toHaveLength(2)
  })
})
