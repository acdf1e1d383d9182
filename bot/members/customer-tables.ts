/**
 * What hangs on a customer, table by table, and what becomes of it when two rows of a person become one. Every column
 * named customer_id is here (tests/bot/members/customer-tables.test.ts): a table that is left out would lose its rows.
 */
export interface CustomerTable {
  table: string
  /**
   * moves: each row as it is · collides: likewise, but only one of a `key` may be there · one: one row a customer, the
   * kept one's stays · derived: told anew from the others
   */
  how: 'moves' | 'collides' | 'one' | 'derived'
  /** what names a row beside its customer */
  key: string
  /** more columns that may be there only once together with the customer */
  once?: readonly string[]
  /** the chain's number says whose the row is: what came since a merge goes back with it */
  ofMember?: boolean
}

export const CUSTOMER_TABLES: readonly CustomerTable[] = [
  { table: 'orders', how: 'moves', key: 'id', ofMember: true },
  { table: 'coupon', how: 'moves', key: 'id', ofMember: true },
  { table: 'points_entry', how: 'moves', key: 'id', ofMember: true },
  { table: 'relation', how: 'moves', key: 'id' },
  { table: 'class_change', how: 'moves', key: 'id' },
  { table: 'tier_change', how: 'moves', key: 'id' },
  { table: 'task', how: 'moves', key: 'id' },
  { table: 'touch', how: 'moves', key: 'id' },
  { table: 'consent', how: 'moves', key: 'id' },
  { table: 'note', how: 'moves', key: 'id' },
  { table: 'outbox', how: 'moves', key: 'id' },
  { table: 'member_alias', how: 'moves', key: 'member_no' },
  { table: 'customer_tag', how: 'collides', key: 'tag_id' },
  { table: 'held_back', how: 'collides', key: 'id', once: ['kind', 'occurrence'] },
  { table: 'assignment_customer', how: 'collides', key: 'assignment_id' },
  { table: 'tag_merge_row', how: 'collides', key: 'merge_id' },
  { table: 'handover_customer', how: 'collides', key: 'handover_id' },
  { table: 'unassigned_customer', how: 'collides', key: 'employee_id' },
  { table: 'customer_tier', how: 'one', key: 'customer_id' },
  { table: 'customer_class', how: 'one', key: 'customer_id' },
  { table: 'customer_stats', how: 'derived', key: 'customer_id' },
  // by triggers of the database
  { table: 'customer_facts', how: 'derived', key: 'customer_id' },
  { table: 'tag_mirror_queue', how: 'derived', key: 'customer_id' },
  { table: 'points_lot', how: 'derived', key: 'entry_id' },
  { table: 'points_use', how: 'derived', key: 'entry_id' },
  { table: 'points_shortfall', how: 'derived', key: 'entry_id' },
]

/** Columns of two rows `a` and `b` of a table of which one customer may have one only. */
export function sameKey({ key, once = [key] }: CustomerTable): string {
  return once.map((column) => `a.${column} = b.${column}`).join(' and ')
}
