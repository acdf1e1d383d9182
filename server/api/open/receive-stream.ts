import type { BotDeps } from '../../../bot/deps.ts'
import { recordedImport } from '../../../bot/members/import/import-run.ts'
import { rowsOfNdjson, type StreamRemark } from '../../../bot/members/import/import-stream.ts'
import type { ImportKind } from '../../../bot/members/import/kinds.ts'
import { readLines } from '../../../bot/members/import/read-lines.ts'
import { BadInput } from '../../errors.ts'
import type { StreamAnswer } from './schema.ts'

/** Most remarks of one answer: a stream has no end, an answer must. */
const MOST_REMARKS = 1000

/**
 * Takes NDJSON of any length. The sender is slowed down to the speed of the database; memory holds one batch and
 * the first remarks.
 */
export async function receiveStream(
  deps: BotDeps,
  kind: ImportKind,
  source: string,
  body: unknown,
): Promise<StreamAnswer> {
  if (!isStream(body)) throw new BadInput('The body is empty: send one row as JSON on each line.')
  const rejected: StreamRemark[] = []
  const warnings: StreamRemark[] = []
  const totals = await recordedImport(
    deps,
    kind,
    source,
    rowsOfNdjson(readLines(body)),
    (batch) => {
      rejected.push(...batch.rejected.slice(0, MOST_REMARKS - rejected.length))
      warnings.push(...batch.warnings.slice(0, MOST_REMARKS - warnings.length))
    },
  )
  return {
    accepted: totals.accepted,
    unchanged: totals.unchanged,
    rejected,
    rejectedTotal: totals.rejected,
    warnings,
    warningsTotal: totals.warnings,
  }
}

function isStream(body: unknown): body is AsyncIterable<Uint8Array> {
  return typeof body === 'object' && body !== null && Symbol.asyncIterator in body
}
