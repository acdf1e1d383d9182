import { beforeEach, describe, expect, it } from 'vitest'
import { importItems } from '../../../bot/members/import/import-items.ts'
import { runTogether } from '../../../bot/members/import/run-together.ts'
import { lockCustomers } from '../../../bot/members/lock-customer.ts'
import { aCustomer, aGuide } from '../../support/chain.ts'
import { emptyDatabase, useDatabase } from '../../support/database.ts'
import { someoneWaits } from '../../support/someone-waits.ts'
import { createTestDeps } from '../../support/test-deps.ts'
import { aStore } from './chain-rows.ts'

const db = useDatabase()

beforeEach(() => emptyDatabase(db))

describe('runTogether', () => {
  it('runs again after a deadlock, so that both sides are done', async () => {
    await importItems(createTestDeps(db), 'stores', [aStore(), aStore({ storeNo: 'S2' })])
    let runs = 0
    let arrived = 0
    let meet: () => void = () => undefined
    const bothHoldOne = new Promise<void>((resolve) => (meet = resolve))
    const rename = (first: string, second: string) =>
      runTogether(db, async (tx) => {
        runs++
        await tx.$executeRaw`update store set name = name || '!' where store_no = ${first}`
        if (++arrived === 2) meet()
        await bothHoldOne
        await tx.$executeRaw`update store set name = name || '!' where store_no = ${second}`
      })

    await Promise.all([rename('S1', 'S2'), rename('S2', 'S1')])

    expect(runs).toBe(3)
    const rows = await db.prisma.store.findMany()
    expect(rows.map((row) => row.name)).toEqual(['静安店!!', '静安店!!'])
  })

  it('runs again when another took a unique key in between', async () => {
    let runs = 0

    await runTogether(db, async (tx) => {
      if (++runs === 1) await importItems(createTestDeps(db), 'stores', [aStore()])
      const store = { storeNo: runs === 1 ? 'S1' : 'S2', name: 'x' }
      await tx.$executeRaw`insert into store (store_no, name) values (${store.storeNo}, ${store.name})`
    })

    expect(runs).toBe(2)
    expect(await db.prisma.store.count()).toBe(2)
  })

  it('does not repeat what is wrong by itself', async () => {
    let runs = 0

    const failing = runTogether(db, (tx) => {
      runs++
      return tx.$executeRaw`select 1 / 0`
    })

    await expect(failing).rejects.toThrow()
    expect(runs).toBe(1)
  })
})

it('employees are imported while relations of theirs are written, and neither is in the other’s way', async () => {
  const deps = createTestDeps(db)
  const [first, second] = [await aGuide(db), await aGuide(db)]
  const customer = await aCustomer(db)
  const rows = [second, first].map(({ userid }) => ({
    userid,
    name: '王小明',
    role: 'guide',
    active: false,
  }))
  let importing: Promise<unknown> | undefined

  await db.prisma.$transaction(
    async (tx) => {
      // whoever finds a circle first breaks it: here, not the import, which would try again
      await tx.$executeRaw`set local deadlock_timeout = '1ms'`
      await lockCustomers(tx, ['wm1'])
      const relate = ({ id }: { id: bigint }) =>
        tx.$executeRaw`insert into relation (customer_id, employee_id, added_at, remark_mobile_hashes)
          values (${customer.id}, ${id}, now(), '{}')`
      await relate(second)
      importing = importItems(deps, 'employees', rows)
      await someoneWaits(db)
      await relate(first)
    },
    { timeout: 20_000 },
  )
  await importing

  expect(await db.prisma.relation.count()).toBe(2)
  expect(await db.prisma.employee.count({ where: { active: true } })).toBe(0)
})
