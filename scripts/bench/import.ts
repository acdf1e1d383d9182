import { median, type Figure } from '../support/figures.ts'
import type { Bench } from './bench.ts'
import { openBenchDatabase } from './database.ts'
import { compare, type Compared } from './import/compare.ts'
import { fromFile } from './import/from-file.ts'
import { memoryOfStream } from './import/memory.ts'
import { seedOrders } from './import/seed-orders.ts'

const SIZES = {
  full: { members: 200_000, ordersEach: 8, batches: 60, streamed: 10_000_000, fromFile: 100_000 },
  quick: { members: 20_000, ordersEach: 8, batches: 10, streamed: 200_000, fromFile: 20_000 },
} as const

/**
 * What keeping the figures costs: orders by importItems(), which checks them, finds their members, keeps them once and
 * counts them, beside one prepared INSERT of the same rows into the same table. Both commit each 1000 rows, durably.
 */
export const importBench: Bench = {
  name: 'import',
  about: 'orders imported with their aggregates, beside the plain insert of the same rows',
  run: async (context) => {
    const { members, ordersEach, batches, streamed, fromFile: inFile } = SIZES[context.size]
    const database = await openBenchDatabase('bench_import', { fresh: true })
    const chain = { url: database.url, members }
    try {
      context.say(`${members} members with ${members * ordersEach} orders`)
      await seedOrders(database.url, { members, ordersEach })
      const memory = await memoryOfStream(chain, { orders: streamed, say: context.say })
      const orders = await compare(context, chain, { batches, withLines: false })
      const withLines = await compare(context, chain, { batches, withLines: true })
      const file = await fromFile(chain, inFile)
      return {
        figures: [
          ratio('orders with aggregates kept ÷ plain insert of the same rows', orders, 2.5),
          ratio(
            'orders of two lines, with aggregates ÷ plain insert of orders and lines',
            withLines,
          ),
          {
            name: 'customers whose kept figures differ from a recount',
            value: orders.differing + withLines.differing,
            unit: '',
            goal: { atMost: 0 },
          },
          ...memory.figures,
          {
            name: 'npm run import of an NDJSON file ÷ parsing it and inserting plainly',
            value: file.imported / file.plain,
            unit: '×',
            note: `once, ${inFile.toLocaleString('en-US')} orders`,
          },
        ],
        raw: { milliseconds: { orders, withLines, file }, megabytes: memory.megabytes },
      }
    } finally {
      await database.close({ drop: true })
    }
  },
}

function ratio(name: string, { plain, imported }: Compared, atMost?: number): Figure {
  return {
    name,
    value: median(imported.map((ms, round) => ms / (plain[round] ?? Number.NaN))),
    unit: '×',
    ...(atMost === undefined ? {} : { goal: { atMost } }),
    note: `${Math.round(median(imported))} beside ${Math.round(median(plain))} ms a round; both commit each 1000 rows durably, by turns`,
  }
}
