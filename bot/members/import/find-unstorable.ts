/**
 * Where a value holds what PostgreSQL can't: NUL characters, half surrogates, numbers without end.
 *
 * @param path of the value itself
 * @returns path of the first such field, dots between names; undefined when all can be stored
 */
export function findUnstorable(value: unknown, path: string): string | undefined {
  if (typeof value === 'string') {
    return value.includes('\0') || !value.isWellFormed() ? path : undefined
  }
  if (typeof value === 'number') return Number.isFinite(value) ? undefined : path
  if (typeof value !== 'object' || value === null) return undefined
  for (const [name, inner] of Object.entries(value)) {
    const found =
      findUnstorable(name, path) ?? findUnstorable(inner, path ? `${path}.${name}` : name)
    if (found !== undefined) return found
  }
  return undefined
}
