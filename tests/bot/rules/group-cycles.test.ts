import * as fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import { countGroupCycles, cycleColumns, cycleJoins } from '../../../bot/rules/group-cycles.ts'
import { median } from '../../../domain/rhythm.ts'
import { Prisma } from '../../../prisma/db.ts'
import { emptyDatabase, useDatabase } from '../../support/database.ts'

const db = useDatabase()

beforeEach(() => emptyDatabase(db))

describe('the rhythm that stands in for a customer’s own', () => {
  it('is the median of the category, else of the store, else of the chain', async () => {
    const person = fc.record({
      cycle: fc.option(fc.integer({ min: 1, max: 60 }).map((half) => half / 2)),
      category: fc.constantFrom(null, 'tea', 'hats', 'S1'),
      store: fc.constantFrom(null, 'S1', 'S2'),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(person, { minLength: 1, maxLength: 30 }), async (people) => {
        await emptyDatabase(db)
        await db.prisma.customer.createMany({ data: people.map((_, i) => ({ id: BigInt(i + 1) })) })
        await db.prisma.customerStats.createMany({
          data: people.map(({ cycle, category, store }, i) => ({
            customerId: BigInt(i + 1),
            cycleDays: cycle,
            mainCategory: category,
            lastStoreNo: store,
            asOf: new Date('2026-11-22'),
          })),
        })

        await countGroupCycles(db.prisma)
        const found = await db.prisma.$queryRaw<object[]>(Prisma.sql`
          select ${cycleColumns} from customer_stats s ${cycleJoins} order by s.customer_id`)

        const of = (others: typeof people) => median(others.flatMap(({ cycle }) => cycle ?? []))
        const wanted = people.map(({ cycle, category, store }) => {
          const ladder = [
            ['own', cycle],
            ['category', category && of(people.filter((one) => one.category === category))],
            ['store', store && of(people.filter((one) => one.store === store))],
            ['chain', of(people)],
          ] as const
          const [source, days] = ladder.find(([, known]) => known !== null) ?? ['chain', null]
          return { cycle_days: days, cycle_source: source }
        })
        expect(found).toEqual(wanted)
      }),
      { numRuns: 15 },
    )
  })
})
