import { keptPlan, type Db } from '../../../prisma/db.ts'
import type { CheckedItem, ImportSlice, RowRemark } from './slice.ts'

type Batch = CheckedItem<Record<string, unknown>>[]

/** Member numbers of customers who were merged into others by hand, with the number of who has all of it now. */
export type MergedNumbers = ReadonlyMap<string, string>

/** Which of the numbers that a batch names were merged away; mostly none. */
export async function mergedNumbers(tx: Db, batch: Batch): Promise<MergedNumbers> {
  const named = batch.flatMap(({ item }) => [item['memberNo'], item['referrerMemberNo']])
  const numbers = [...new Set(named.filter((no) => typeof no === 'string'))]
  if (numbers.length === 0) return new Map()
  const rows = await tx.$queryRaw<{ no: string; kept: string }[]>`${keptPlan(numbers.length)}
    select a.member_no as no, c.member_no as kept from member_alias a join customer c on c.id = a.customer_id
    where a.member_no = any(${numbers}::text[]) and c.member_no is not null`
  return new Map(rows.map(({ no, kept }) => [no, kept]))
}

export function isOf(merged: MergedNumbers, item: Record<string, unknown>): boolean {
  return typeof item['memberNo'] === 'string' && merged.has(item['memberNo'])
}

/**
 * What of a batch is kept: members that were merged away make no new customer, and who was brought by one was brought by
 * the kept one. Each of the former gets a warning.
 */
export function withoutMerged(
  slice: ImportSlice,
  batch: Batch,
  merged: MergedNumbers,
): { items: Batch; warnings: RowRemark[] } {
  if (merged.size === 0 || slice.table.name !== 'customer') return { items: batch, warnings: [] }
  const gone = batch.filter(({ item }) => isOf(merged, item))
  return {
    items: batch
      .filter((checked) => !gone.includes(checked))
      .map((checked) => byKept(checked, merged)),
    warnings: gone.map(({ index, key }) => ({
      index,
      id: key,
      code: 'MEMBER_MERGED',
      message: `This member was merged into ${merged.get(key)}, so the row changed nothing: send ${merged.get(key)}, or undo the merge in the console.`,
    })),
  }
}

function byKept(checked: Batch[number], merged: MergedNumbers): Batch[number] {
  const referrer = checked.item['referrerMemberNo']
  const kept = typeof referrer === 'string' ? merged.get(referrer) : undefined
  return kept === undefined
    ? checked
    : { ...checked, item: { ...checked.item, referrerMemberNo: kept } }
}
