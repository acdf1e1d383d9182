import type { CheckedItem, ImportSlice, RowRemark } from './slice.ts'

type Batch = CheckedItem<Record<string, unknown>>[]

/**
 * Nobody brings themselves: a member row that names its own number as referrer is kept without one, and its sender is
 * told. Some tills write the own number where nobody brought the member; a friend who was never there would make gold.
 */
export function withoutOwnReferrer(
  slice: ImportSlice,
  batch: Batch,
): { items: Batch; warnings: RowRemark[] } {
  if (slice.table.name !== 'customer') return { items: batch, warnings: [] }
  const own = new Set(batch.filter(({ key, item }) => item['referrerMemberNo'] === key))
  if (own.size === 0) return { items: batch, warnings: [] }
  return {
    items: batch.map((checked) =>
      own.has(checked)
        ? { ...checked, item: { ...checked.item, referrerMemberNo: null } }
        : checked,
    ),
    warnings: [...own].map(({ index, key }) => ({
      index,
      id: key,
      code: 'REFERRER_IS_SELF',
      message: `Member ${key} names themself as who brought them, so the row was kept without referrerMemberNo: send the number of who did, or null.`,
    })),
  }
}
