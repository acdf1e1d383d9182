/** Text that PostgreSQL's array syntax takes as it is; `null` would be none. */
const PLAIN = /^(?!null$)[\w.:-]+$/i

/**
 * A column of a batch as PostgreSQL writes an array: one text parameter, whatever the number of rows, which the
 * statement casts to `text[]` or an array of an enum.
 *
 * @example texts([{ no: 'a' }, { no: '"' }, {}], (row) => row.no) // {a,"\\"",null}
 */
export function texts<Item>(
  items: readonly Item[],
  read: (item: Item) => string | null | undefined,
): string {
  let array = ''
  for (const item of items) array += `,${element(read(item))}`
  return `{${array.slice(1)}}`
}

/** The same for numbers. */
export function numbers<Item>(items: readonly Item[], read: (item: Item) => number | null): string {
  let array = ''
  for (const item of items) array += `,${read(item) ?? 'null'}`
  return `{${array.slice(1)}}`
}

function element(text: string | null | undefined): string {
  if (text === null || text === undefined) return 'null'
  return PLAIN.test(text) ? text : `"${text.replace(/["\\]/g, '\\$&')}"`
}
