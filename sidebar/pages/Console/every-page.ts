interface Page<Item> {
  items: Item[]
  nextCursor: string | null
}

/** A list read to its end: for choosing from it. Only for short ones, of a page or two. */
export async function everyPage<Item>(
  read: (cursor: string | undefined) => Promise<Page<Item>>,
): Promise<Page<Item>> {
  const whole: Page<Item> = { items: [], nextCursor: null }
  let cursor: string | undefined
  do {
    const { items, nextCursor } = await read(cursor)
    whole.items.push(...items)
    cursor = nextCursor ?? undefined
  } while (cursor !== undefined)
  return whole
}
