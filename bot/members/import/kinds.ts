import { coupons } from './coupons.ts'
import { employees } from './employees.ts'
import { members } from './members.ts'
import { orders } from './orders.ts'
import { points } from './points.ts'
import type { ImportSlice } from './slice.ts'
import { stores } from './stores.ts'

export const IMPORT_KINDS = [
  'stores',
  'employees',
  'members',
  'orders',
  'coupons',
  'points',
] as const
export type ImportKind = (typeof IMPORT_KINDS)[number]

/** Each kind's slice. A slice takes only items of its own schema, which `checkBatch` has made sure of. */
const SLICES: Record<ImportKind, unknown> = { stores, employees, members, orders, coupons, points }

/** How a kind is checked and kept. */
export function sliceOf(kind: ImportKind): ImportSlice {
  // what differs between slices is only the item type that their own schema checks
  return SLICES[kind] as ImportSlice
}

export function isImportKind(text: string): text is ImportKind {
  return IMPORT_KINDS.some((kind) => kind === text)
}
