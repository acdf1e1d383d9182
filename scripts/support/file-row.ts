import type { StreamRow } from '../../bot/members/import/import-stream.ts'

/** A file that no row can be read of: the sentence says what to do. */
export class UnusableFile extends Error {
  override name = 'UnusableFile'
}

/** A row, and how the file says it: what is given back when it is rejected. */
export interface FileRow extends StreamRow {
  /** cells of a CSV row, one list for each line it takes; none for NDJSON */
  cells?: string[][]
}
