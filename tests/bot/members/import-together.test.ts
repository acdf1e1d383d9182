import { beforeEach, describe, expect, it } from 'vitest'
import { importItems } from '../../../bot/members/import/import-items.ts'
import { runTogether } from '../../../bot/members/import/run-together.ts'
import { emptyDatabase, useDatabase } from '../../support/database.ts'
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
