import { beforeEach, describe, expect, it } from 'vitest'
import { runScan } from '../../bot/tasks/scan.ts'
import { rollWindows } from '../../bot/members/stats.ts'
import { makeChain } from '../../prisma/seed/chain.ts'
import { liveNights } from '../../scripts/support/live-nights.ts'
import { loadChain } from '../../scripts/support/world.ts'
import { emptyDatabase, useDatabase } from '../support/database.ts'
import { createTestClock, createTestDeps } from '../support/test-deps.ts'

const db = useDatabase()
const DAY = '2026-11-22'

beforeEach(() => emptyDatabase(db))

describe('the demo’s chain', () => {
  it('has a customer for every rule that is on, on the first morning', async () => {
    const deps = createTestDeps(db, { clock: createTestClock('2026-11-22T00:30:00Z') })
    await loadChain(deps, makeChain({ today: DAY, customers: 120 }), () => undefined)
    await liveNights(deps, DAY)
    await rollWindows(db, DAY)

    // WeCom has not been read: everybody found waits for a relation
    const { heldBack } = await runScan(deps, { day: DAY, collect: true })

    expect([...new Set(heldBack.map(({ kind }) => kind))]).toEqual(
      expect.arrayContaining([
        'birthday',
        'coupon_expiring',
        'first_purchase_thanks',
        'new_member',
        'repurchase_overdue',
        'tier_keep',
        'tier_up',
        'vip_care',
      ]),
    )
    // the recall, for whoever the overdue task and the birthday's did not bring back
    await runScan(deps, { day: DAY, kinds: ['churn_warning'] })
    const steps = await db.prisma.heldBack.findMany({ where: { kind: 'churn_warning' } })
    expect(new Set(steps.map(({ occurrence }) => occurrence.split(':')[1]))).toEqual(
      new Set(['warning', 'leaning', 'lost']),
    )
  })
})
