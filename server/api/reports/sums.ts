/** @example sum([{ n: 1 }, { n: 2 }], ({ n }) => n) // 3 */
export function sum<Row>(rows: Iterable<Row>, of: (row: Row) => number): number {
  let all = 0
  for (const row of rows) all += of(row)
  return all
}

/** Rows by their key, keys in the order they first come in. */
export function groupBy<Row, Key>(rows: Iterable<Row>, keyOf: (row: Row) => Key): Map<Key, Row[]> {
  const groups = new Map<Key, Row[]>()
  for (const row of rows) {
    const key = keyOf(row)
    const group = groups.get(key)
    if (group) group.push(row)
    else groups.set(key, [row])
  }
  return groups
}
