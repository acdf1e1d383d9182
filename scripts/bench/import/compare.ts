import { importItems, MOST_ITEMS } from '../../../bot/members/import/import-items.ts'
import type { BenchContext } from '../bench.ts'
import { copyDatabase } from '../copies.ts'
import { differingCustomers } from './differing.ts'
import { importerOf } from './importer.ts'
import { orderAt } from './order-stream.ts'
import { insertPlainly, plainBatch } from './plain-insert.ts'

/** Milliseconds of each round, both sides over the same batches. */
export interface Compared {
  plain: number[]
  imported: number[]
  /** customers whose figures are others than a count of all orders gives */
  differing: number
}

/**
 * Imports orders into one copy of the chain and inserts the same rows plainly into another, by turns batch for batch:
 * what disturbs the machine disturbs both, and both tables are always of one size. One round before the others warms
 * up and is thrown away. Rows are parsed, and the plain side's columns made, outside the measured time.
 */
export async function compare(
  { rounds, say }: BenchContext,
  chain: { url: string; members: number },
  options: { batches: number; withLines: boolean },
): Promise<Compared> {
  const plainCopy = await copyDatabase(chain.url, 'bench_import_plain')
  const importCopy = await copyDatabase(chain.url, 'bench_import_kept')
  const deps = importerOf(importCopy.db)
  const client = await plainCopy.db.pool.connect()
  const compared: Compared = { plain: [], imported: [], differing: 0 }
  const orders = (rounds + 1) * options.batches * MOST_ITEMS
  try {
    for (let round = 0; round <= rounds; round++) {
      let [plain, imported] = [0, 0]
      for (let batch = 0; batch < options.batches; batch++) {
        const first = (round * options.batches + batch) * MOST_ITEMS
        const items = Array.from({ length: MOST_ITEMS }, (_, n) =>
          orderAt(first + n, orders, chain.members, options.withLines),
        )
        const columns = plainBatch(items)
        plain += await timed(() => insertPlainly(client, columns))
        imported += await timed(async () => {
          const { accepted } = await importItems(deps, 'orders', items)
          if (accepted !== items.length) throw new Error(`${accepted} orders were accepted`)
        })
      }
      if (round > 0) {
        compared.plain.push(plain)
        compared.imported.push(imported)
      }
      say(`${options.withLines ? 'with lines' : 'orders'}: round ${round} of ${rounds}`)
    }
    compared.differing = await differingCustomers(importCopy.db)
    return compared
  } finally {
    client.release()
    await plainCopy.drop()
    await importCopy.drop()
  }
}

async function timed(work: () => Promise<void>): Promise<number> {
  const start = performance.now()
  await work()
  return performance.now() - start
}
