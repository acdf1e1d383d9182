import { beforeEach, expect, it } from 'vitest'
import { runScan } from '../../bot/tasks/scan.ts'
import { changeConsent } from '../../server/api/customers/change-consent.ts'
import { addDays } from '../../domain/business-day.ts'
import { aCustomer, aGuide, someStats } from '../support/chain.ts'
import { emptyDatabase, useDatabase } from '../support/database.ts'
import { buildTestApp } from '../support/test-app.ts'
import { createTestClock } from '../support/test-deps.ts'

const db = useDatabase()
const TODAY = '2026-11-22'

beforeEach(() => emptyDatabase(db))

it('“no more” ends also a task of a scan that ends while it is being written down', async () => {
  const guide = await aGuide(db)
  const customer = await aCustomer(db, {}, [guide])
  await someStats(db, customer, { cycleDays: 15, lastPurchaseDay: addDays(TODAY, -40) })
  const { deps, close } = await buildTestApp(db, { clock: createTestClock('2026-11-22T00:55:00Z') })
  let scanned = false
  // the scan runs whole before the first transaction of the change ends
  const prisma = new Proxy(db.prisma, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name)
      if (name !== '$transaction' || scanned) return value
      return async (change: (tx: unknown) => Promise<unknown>) =>
        await target.$transaction(async (tx) => {
          const answer = await change(tx)
          scanned = true
          await runScan(deps, { day: TODAY })
          return answer
        })
    },
  })
  const user = {
    id: String(guide.id),
    userid: guide.userid,
    name: '王小明',
    role: 'guide',
    storeNo: 'S1',
  } as const

  await changeConsent(
    { ...deps, db: { ...db, prisma } },
    user,
    String(customer.id),
    { consent: 'none', source: 'chat' },
    'test',
  )
  await close()

  expect(await db.prisma.task.findMany()).toMatchObject([
    { state: 'cancelled', closeReason: 'no_more' },
  ])
})
