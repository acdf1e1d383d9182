import pg from 'pg'

/** What went between this process and the database since it was watched. */
export interface Wire {
  /** rows of the longest answer */
  mostRows: number
  /** characters, or elements, of the longest value that was sent */
  longestValue: number
  stop: () => void
}

/** pg's own, which is called in every way it allows */
type Query = (this: pg.Client, ...args: unknown[]) => unknown

/** Watches how much of the database a process holds at one time: the longest answer, the longest value. */
export function watchWire(): Wire {
  const own = Object.getOwnPropertyDescriptor(pg.Client.prototype, 'query')
  if (!own) throw new Error('pg has no query')
  const query = own.value as Query
  const wire: Wire = {
    mostRows: 0,
    longestValue: 0,
    stop: () => Object.defineProperty(pg.Client.prototype, 'query', own),
  }
  const watched: Query = function (...args) {
    for (const value of valuesOf(args)) {
      const isLong = typeof value === 'string' || Array.isArray(value)
      if (isLong) wire.longestValue = Math.max(wire.longestValue, value.length)
    }
    const answer = query.apply(this, args)
    if (answer instanceof Promise) void note(wire, answer)
    return answer
  }
  Object.defineProperty(pg.Client.prototype, 'query', { ...own, value: watched })
  return wire
}

function valuesOf([statement, more]: unknown[]): unknown[] {
  const isConfig = typeof statement === 'object' && statement !== null && 'values' in statement
  const values = isConfig ? statement.values : more
  return Array.isArray(values) ? (values as unknown[]) : []
}

async function note(wire: Wire, answer: Promise<unknown>): Promise<void> {
  const { rows } = ((await answer.catch(() => undefined)) ?? {}) as { rows?: unknown[] }
  wire.mostRows = Math.max(wire.mostRows, rows?.length ?? 0)
}
