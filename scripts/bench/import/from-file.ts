import { once } from 'node:events'
import { createWriteStream, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MOST_ITEMS } from '../../../bot/members/import/import-items.ts'
import { recordedImport } from '../../../bot/members/import/import-run.ts'
import { openImportFile } from '../../support/import-file.ts'
import { copyDatabase } from '../copies.ts'
import { importerOf } from './importer.ts'
import { orderAt, type SentOrder } from './order-stream.ts'
import { insertPlainly, plainBatch } from './plain-insert.ts'

/**
 * What `npm run import -- orders FILE.ndjson` does from opening the file to its last row, beside a program that reads
 * the same lines as JSON and inserts them plainly.
 *
 * @returns milliseconds of each
 */
export async function fromFile(
  chain: { url: string; members: number },
  orders: number,
): Promise<{ plain: number; imported: number }> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-import-'))
  const path = join(folder, 'orders.ndjson')
  try {
    await writeOrders(path, orders, chain.members)
    return { plain: await insertFile(chain.url, path), imported: await importFile(chain.url, path) }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function writeOrders(path: string, orders: number, members: number): Promise<void> {
  const file = createWriteStream(path)
  for (let n = 0; n < orders; n++) {
    const line = `${JSON.stringify(orderAt(n, orders, members, false))}\n`
    if (!file.write(line)) await once(file, 'drain')
  }
  file.end()
  await once(file, 'finish')
}

async function importFile(chainUrl: string, path: string): Promise<number> {
  const copy = await copyDatabase(chainUrl, 'bench_import_kept')
  try {
    const deps = importerOf(copy.db)
    const start = performance.now()
    const file = await openImportFile(path, 'orders')
    const rows = file.rows(() => undefined)
    await recordedImport(deps, 'orders', 'bench', rows, () => undefined)
    return performance.now() - start
  } finally {
    await copy.drop()
  }
}

async function insertFile(chainUrl: string, path: string): Promise<number> {
  const copy = await copyDatabase(chainUrl, 'bench_import_plain')
  const client = await copy.db.pool.connect()
  try {
    const start = performance.now()
    let batch: SentOrder[] = []
    const flush = async () => {
      if (batch.length > 0) await insertPlainly(client, plainBatch(batch))
      batch = []
    }
    const file = await openImportFile(path, 'orders')
    for await (const { item } of file.rows(() => undefined)) {
      // written above
      batch.push(item as SentOrder)
      if (batch.length === MOST_ITEMS) await flush()
    }
    await flush()
    return performance.now() - start
  } finally {
    client.release()
    await copy.drop()
  }
}
