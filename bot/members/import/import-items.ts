import { businessDay } from '../../../domain/business-day.ts'
import type { Db } from '../../../prisma/db.ts'
import type { BotDeps } from '../../deps.ts'
import { couponsChanged, ordersArrived } from '../../tasks/on-orders.ts'
import { pointsChanged } from '../../tasks/on-points.ts'
import { lockMembers, lockMembersShared } from '../members-lock.ts'
import { retag } from '../retag.ts'
import { settleBought } from '../settle-bought.ts'
import { settleLots } from '../settle-lots.ts'
import { settleTiersOf } from '../settle-tiers-of.ts'
import { recomputeStats } from '../stats.ts'
import { checkBatch } from './check-batch.ts'
import { sliceOf, type ImportKind } from './kinds.ts'
import { isOf, mergedNumbers, withoutMerged } from './merged-numbers.ts'
import { withoutOwnReferrer } from './own-referrer.ts'
import { runTogether } from './run-together.ts'
import type { Changes, CheckedItem, ImportSlice, RowRemark } from './slice.ts'
import { upsertRows } from './upsert-rows.ts'

/** Most rows of one batch. */
export const MOST_ITEMS = 1000

/** What became of a batch: every row is in exactly one of the first three. */
export interface ImportResult {
  /** rows that changed something */
  accepted: number
  /** rows that say what was known already, or less than that */
  unchanged: number
  rejected: RowRemark[]
  /** good rows with something the sender should know of: a doubt, or a newer row of the same key beside them */
  warnings: RowRemark[]
}

/**
 * Takes a batch of rows from the chain's systems (contracts, Open API). Bad rows are named, good ones kept:
 * all in one transaction with the statistics and tasks that follow from them. Rows that were sent before change
 * nothing; rows may come in any order.
 *
 * @param items at most 1000; what they are is not known yet
 * @param options.dryRun says what would be, and keeps nothing
 */
export async function importItems(
  deps: BotDeps,
  kind: ImportKind,
  items: readonly unknown[],
  options: { dryRun?: boolean } = {},
): Promise<ImportResult> {
  if (items.length > MOST_ITEMS) throw new RangeError(`at most ${MOST_ITEMS} rows in a batch`)
  const slice = sliceOf(kind)
  const batch = checkBatch(slice, items, deps.clock.now())
  const changes = await keep(deps, slice, batch.items, options.dryRun ?? false)
  const accepted = batch.items.filter((checked) => changes.changed.has(checked.key)).length
  return {
    accepted,
    unchanged: batch.items.length - accepted + batch.repeated,
    rejected: batch.rejected,
    warnings: [...batch.warnings, ...changes.warnings],
  }
}

async function keep(
  deps: BotDeps,
  slice: ImportSlice,
  items: CheckedItem<Record<string, unknown>>[],
  dryRun: boolean,
): Promise<Changes> {
  if (items.length === 0)
    return { changed: new Set(), buyers: new Set(), earners: new Set(), warnings: [] }
  return runTogether(deps.db, (tx) => write(tx, deps, slice, items), { keepNothing: dryRun })
}

async function write(
  tx: Db,
  deps: BotDeps,
  slice: ImportSlice,
  sent: CheckedItem<Record<string, unknown>>[],
): Promise<Changes> {
  if (slice.locksMembers === 'exclusive') await lockMembers(tx)
  if (slice.locksMembers === 'shared') await lockMembersShared(tx)
  const now = deps.clock.now()

  const merged = await mergedNumbers(tx, sent)
  const unmerged = withoutMerged(slice, sent, merged)
  const { items, warnings } = withoutOwnReferrer(slice, unmerged.items)
  await slice.before?.(tx, deps, items)
  // rows of a number that was merged away go the common way, which knows whose it is now
  const plain = merged.size > 0 ? items.filter(({ item }) => !isOf(merged, item)) : items
  const inserted = await slice.insertNew?.(tx, deps, plain, now)
  const known = inserted ? items.filter(({ key }) => !inserted.keys.has(key)) : items
  const changes: Changes = {
    changed: inserted?.keys ?? new Set(),
    buyers: new Set(),
    earners: new Set(),
    warnings: [...unmerged.warnings, ...warnings],
  }
  const customers = known.length > 0 ? await upsert(tx, deps, slice, known, changes, now) : []

  if (slice.table.name === 'coupon') {
    await couponsChanged(tx, deps, customers.map(BigInt), now)
  }
  const recount = [...new Set([...changes.buyers, ...(inserted?.recount ?? [])])].map(BigInt)
  await recomputeStats(tx, recount, businessDay(now, deps.zone), {
    locked: changes.buyers.size === 0,
  })
  for (const buyer of inserted?.buyers ?? []) changes.buyers.add(buyer)
  const buyers = [...changes.buyers].map(BigInt)
  const settled = await settleTiersOf(tx, deps, buyers, businessDay(now, deps.zone))
  await ordersArrived(tx, deps, buyers, now)
  await settleBought(tx, buyers)

  const earners = [...changes.earners].map(BigInt)
  await settleLots(tx, deps.zone, earners)
  await pointsChanged(tx, deps, earners, now)

  const touched = new Set([...changes.buyers, ...customers, ...settled.map(String)])
  if (slice.table.name === 'customer')
    for (const id of await idsOfMembers(tx, changes.changed)) touched.add(id)
  await retag(tx, deps, [...touched].map(BigInt), {
    now,
    traceId: `import-${now.toISOString()}`,
    rulesHeld: slice.locksMembers !== 'no',
  })
  return changes
}

async function idsOfMembers(tx: Db, memberNos: ReadonlySet<string>): Promise<string[]> {
  const rows = await tx.$queryRaw<{ id: string }[]>`
    select id::text from customer where member_no = any(${[...memberNos]}::text[])`
  return rows.map(({ id }) => id)
}

/** Keeps rows the common way; answers whose rows changed. */
async function upsert(
  tx: Db,
  deps: BotDeps,
  slice: ImportSlice,
  items: CheckedItem<Record<string, unknown>>[],
  changes: Changes,
  now: Date,
): Promise<string[]> {
  const rows = items.map((checked) => slice.toRow(checked.item as never, deps))
  const { changed, customers } = await upsertRows(tx, slice.table, rows, { now, zone: deps.zone })
  for (const key of changed) changes.changed.add(key)
  if (slice.table.name === 'orders') for (const buyer of customers) changes.buyers.add(buyer)
  if (slice.table.name === 'points_entry') for (const id of customers) changes.earners.add(id)
  await slice.after?.(tx, deps, items, changes)
  return [...customers]
}
