import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { workHandover } from '../../bot/handovers/work.ts'
import { aRelation, aTask, aTouch, someStats } from '../support/chain.ts'
import { emptyDatabase, useDatabase } from '../support/database.ts'
import { buildTestApp, signIn, type TestApp } from '../support/test-app.ts'
import { createTestClock } from '../support/test-deps.ts'
import { twoStores, type TwoStores } from './support/two-stores.ts'

const db = useDatabase()
const clock = createTestClock()
let test: TestApp
let chain: TwoStores
let id: bigint

beforeAll(async () => {
  test = await buildTestApp(db, { clock })
})
afterAll(() => test.close())
beforeEach(async () => {
  chain = await twoStores(db)
  const mobile = test.deps.cipher.encrypt('13800001234')
  await db.prisma.customer.update({
    where: { id: chain.customer.id },
    data: { mobileEnc: Buffer.from(mobile), name: '张<b>晓雯' },
  })
  await someStats(db, chain.customer, { spend365Fen: 1_280_00n, orders365: 3 })
  await aTask(db, chain.customer, chain.guide)
  await aTouch(db, chain.customer, chain.guide, '2026-11-20T02:00:00Z', {
    text: '周末来试大衣',
  })
  const handover = await db.prisma.handover.create({
    data: {
      fromId: chain.guide.id,
      strategy: 'to',
      toId: chain.otherGuide.id,
      createdBy: chain.manager.id,
      createdAt: clock.now(),
      storeNo: 'S1',
      nextRunAt: clock.now(),
    },
  })
  id = handover.id
})
afterEach(() => emptyDatabase(db))

async function open(who: { userid: string }) {
  const headers = await signIn(test.app, who.userid)
  return await test.app.inject({ url: `/briefs/${id}`, headers })
}

/** WeCom has completed it. */
async function hasChangedHands() {
  await aRelation(db, chain.customer, chain.otherGuide)
  await db.prisma.handoverCustomer.updateMany({ data: { state: 'done' } })
}

describe('GET /briefs/:id', () => {
  it('tells the taker on one page who the customer is, what was said and what is to be done, without the mobile', async () => {
    await workHandover(test.deps, id)
    await hasChangedHands()
    const { statusCode, body } = await open(chain.otherGuide)

    expect(statusCode).toBe(200)
    for (const said of ['王小明交接的', '¥1,280', '3 单', '周末来试大衣', '138****1234', '刘芳'])
      expect(body).toContain(said)
    expect(body).not.toContain('13800001234')
    expect(body).not.toContain('<b>')
    expect(body).not.toContain('style=')
  })

  it('shows the taker nobody before they have come', async () => {
    await workHandover(test.deps, id)
    const { body } = await open(chain.otherGuide)

    expect(body).not.toContain('周末来试大衣')
    expect(body).toContain('还没有交到你这里')
  })

  it('is there for the manager from the beginning, and not for guides and managers of others', async () => {
    await workHandover(test.deps, id)

    expect((await open(chain.manager)).body).toContain('周末来试大衣')
    expect((await open(chain.farManager)).statusCode).toBe(404)
    expect((await open(chain.farGuide)).statusCode).toBe(404)
  })

  it('leads strangers to the sign-in and back', async () => {
    const { headers } = await test.app.inject({ url: `/briefs/${id}` })

    expect(headers.location).toBe(`/auth/login?to=${encodeURIComponent(`/briefs/${id}`)}`)
  })
})
