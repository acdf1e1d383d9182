import { setTimeout as pause } from 'node:timers/promises'
import type { Database, Db } from '../../../prisma/db.ts'

const ATTEMPTS = 6
/** deadlock, serialization, and a unique key that another transaction took between look and write */
const RETRIED = /40P01|40001|23505|TransactionWriteConflict|UniqueConstraintViolation|P2034|P2002/

/**
 * Runs work in one transaction; again, from the start, where another transaction was in the way.
 *
 * @param options.keepNothing rolls back in the end and answers all the same
 * @param options.timeoutMs how long the transaction may take, 60 s where it is missing
 */
export async function runTogether<Answer>(
  db: Database,
  work: (tx: Db) => Promise<Answer>,
  options: { keepNothing?: boolean; timeoutMs?: number } = {},
): Promise<Answer> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await runOnce(db, work, options)
    } catch (error) {
      if (attempt === ATTEMPTS || !RETRIED.test(codesOf(error))) throw error
      await pause(20 * 2 ** attempt * (0.5 + Math.random()))
    }
  }
}

class Undo<Answer> extends Error {
  readonly answer: Answer
  constructor(answer: Answer) {
    super('dry run')
    this.answer = answer
  }
}

async function runOnce<Answer>(
  db: Database,
  work: (tx: Db) => Promise<Answer>,
  { keepNothing = false, timeoutMs = 60_000 }: { keepNothing?: boolean; timeoutMs?: number },
): Promise<Answer> {
  try {
    return await db.prisma.$transaction(
      async (tx) => {
        const answer = await work(tx)
        if (keepNothing) throw new Undo(answer)
        return answer
      },
      { timeout: timeoutMs, maxWait: 30_000 },
    )
  } catch (error) {
    // thrown above, by this call
    if (keepNothing && error instanceof Undo) return (error as Undo<Answer>).answer
    throw error
  }
}

/** Codes of an error of Prisma and of what it wraps; never its message, which may repeat a row's values. */
function codesOf(error: unknown): string {
  const codes: string[] = []
  let inner: unknown = error
  for (let depth = 0; depth < 5 && typeof inner === 'object' && inner !== null; depth++) {
    const { code, originalCode, kind, meta, cause } = inner as Record<string, unknown>
    codes.push(...[code, originalCode, kind].filter((part) => typeof part === 'string'))
    const metaCode = (meta as Record<string, unknown> | undefined)?.['code']
    if (typeof metaCode === 'string') codes.push(metaCode)
    inner = (meta as Record<string, unknown> | undefined)?.['driverAdapterError'] ?? cause
  }
  return codes.join(' ')
}
