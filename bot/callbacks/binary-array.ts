/** Numbers by which PostgreSQL knows the types of elements (pg_type.oid, the same in every database). */
const TYPE = { bool: 16, bytea: 17, text: 25 } as const

/** dimensions, whether there are nulls, type, elements, first index: 4 bytes each */
const HEAD_BYTES = 20

/**
 * A list as PostgreSQL's binary array, as a parameter of a statement: the driver writes lists as text, letter by
 * letter escaped, and the server reads them so, which for callbacks costs more than storing them.
 *
 * @see https://github.com/postgres/postgres/blob/master/src/backend/utils/adt/arrayfuncs.c array_recv
 */
export function binaryArray(
  type: keyof typeof TYPE,
  elements: readonly (string | Uint8Array | boolean)[],
): Buffer {
  const sizes = elements.map(sizeOf)
  const bytes = Buffer.allocUnsafe(sizes.reduce((sum, size) => sum + 4 + size, HEAD_BYTES))
  bytes.writeInt32BE(elements.length === 0 ? 0 : 1, 0)
  bytes.writeInt32BE(0, 4)
  bytes.writeInt32BE(TYPE[type], 8)
  // of an empty array no more is said
  if (elements.length === 0) return bytes.subarray(0, 12)
  bytes.writeInt32BE(elements.length, 12)
  bytes.writeInt32BE(1, 16)
  let at = HEAD_BYTES
  elements.forEach((element, i) => {
    const size = sizes[i] ?? 0
    at = bytes.writeInt32BE(size, at)
    if (typeof element === 'string') bytes.write(element, at, 'utf8')
    else if (typeof element === 'boolean') bytes[at] = element ? 1 : 0
    else bytes.set(element, at)
    at += size
  })
  return bytes
}

function sizeOf(element: string | Uint8Array | boolean): number {
  if (typeof element === 'boolean') return 1
  return typeof element === 'string' ? Buffer.byteLength(element) : element.length
}
