import type { Static, TObject } from 'typebox'
import type { BotDeps } from '../../deps.ts'
import type { Db } from '../../../prisma/db.ts'
import type { Row, Table } from './upsert-rows.ts'

/** A row that was not taken, or a doubt about one that was: which, and what to do about it. */
export interface RowRemark {
  /** position in the batch, from 0 */
  index: number
  /** the row's natural key, where it has one */
  id: string | null
  code: string
  message: string
}

/** A field that can't be used; `remedy` says what to write instead. */
export interface Problem {
  field: string
  remedy: string
}

/** What the schema checked, with its place in the batch. */
export interface CheckedItem<Item> {
  index: number
  key: string
  item: Item
}

/** What a batch changed. */
export interface Changes {
  /** natural keys of rows that are new or different now */
  changed: Set<string>
  /** customers whose orders changed: their statistics and tasks follow in the same transaction */
  buyers: Set<string>
  /** customers whose points ledger changed: their lots and tasks follow in the same transaction */
  earners: Set<string>
  warnings: RowRemark[]
}

/** What was kept of a batch as new rows, before the others are looked at. */
export interface Inserted {
  /** natural keys of the rows that were new */
  keys: Set<string>
  /** customers whose figures are others now */
  buyers: string[]
  /** those among them who have yet to be counted anew */
  recount: string[]
}

/** One kind of row that the chain's systems send: its shape, and how it is kept. */
export interface ImportSlice<Schema extends TObject = TObject> {
  schema: Schema
  /** the field that names a row for ever */
  keyField: string
  /** the key as it is compared; `item[keyField]` where it is missing */
  keyOf: (item: Static<Schema>) => string
  /** what the schema can't say: dates that exist, sums that fit */
  check?: (item: Static<Schema>, now: Date) => Problem | undefined
  /** which of two rows with one key in a batch is newer: the higher; the later position where one says nothing */
  version?: (item: Static<Schema>) => number | undefined
  table: Table
  toRow: (item: Static<Schema>, deps: BotDeps) => Row
  /** rows that others are joined with or counted by: `exclusive`, no row of a member or relation comes or goes meanwhile */
  locksMembers: 'exclusive' | 'shared' | 'no'
  /** runs before rows are written */
  before?: (tx: Db, deps: BotDeps, items: CheckedItem<Static<Schema>>[]) => Promise<void>
  /** keeps the rows that are new, where the slice has a shorter way for them; all others go the common one */
  insertNew?: (
    tx: Db,
    deps: BotDeps,
    items: CheckedItem<Static<Schema>>[],
    now: Date,
  ) => Promise<Inserted>
  /** runs after rows are written; adds to `changes` */
  after?: (
    tx: Db,
    deps: BotDeps,
    items: CheckedItem<Static<Schema>>[],
    changes: Changes,
  ) => Promise<void>
}
