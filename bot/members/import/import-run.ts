import type { BotDeps } from '../../deps.ts'
import {
  importStream,
  type StreamBatch,
  type StreamRow,
  type StreamTotals,
} from './import-stream.ts'
import type { ImportKind } from './kinds.ts'

/**
 * Imports a stream and keeps how it went as a row of ImportRun, batch by batch. A run without an end was cut
 * off: what it counted is kept, and sending all of it again is harmless.
 *
 * @param source what it reads: `api:` and a key's name, or a file's name without its folders
 */
export async function recordedImport(
  deps: BotDeps,
  kind: ImportKind,
  source: string,
  rows: AsyncIterable<StreamRow>,
  onBatch: (batch: StreamBatch) => void | Promise<void>,
): Promise<StreamTotals> {
  const { importRun } = deps.db.prisma
  const { id } = await importRun.create({
    data: { kind, source, startedAt: deps.clock.now() },
    select: { id: true },
  })
  const totals = await importStream(deps, kind, rows, {
    onBatch: async (batch) => {
      const { accepted, unchanged, rejected } = batch.totals
      await importRun.update({ where: { id }, data: { accepted, unchanged, rejected } })
      await onBatch(batch)
    },
  })
  await importRun.update({ where: { id }, data: { finishedAt: deps.clock.now() } })
  return totals
}
