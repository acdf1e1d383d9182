import {
  checkContactLimits,
  CONTACT_LIMITS,
  type ContactLimits,
} from '../../domain/contact-limits.ts'
import { keptPlan, Prisma, type Database, type Db } from '../../prisma/db.ts'

/** The limits in force and their version; 0: the product's own. */
export interface LimitsInForce {
  version: number
  limits: ContactLimits
}

/** The newest limits in an expression: `{ version, limits }` as JSON, null for a chain that keeps the product's own. */
export const newestLimits = Prisma.sql`(
  select json_build_object('version', version, 'limits', limits) from contact_limit order by version desc limit 1)`

/** Reads them anew each time: no process can be wrong about them. */
export async function loadLimits(db: Db): Promise<LimitsInForce> {
  const [row] = await db.$queryRaw<{ stored: LimitsInForce | null }[]>(
    Prisma.sql`${keptPlan()} select ${newestLimits} as stored`,
  )
  return readLimits(row?.stored ?? null)
}

/**
 * The limits of a stored row, or the product's own where there is none. One that the row leaves out is the product's own.
 *
 * @throws RangeError naming each that can't be used: the row was written by hand
 */
export function readLimits(stored: LimitsInForce | null): LimitsInForce {
  if (!stored) return { version: 0, limits: CONTACT_LIMITS }
  const limits = { ...CONTACT_LIMITS, ...stored.limits }
  const problems = checkContactLimits({ ...limits })
  if (problems.length === 0) return { version: stored.version, limits }
  const each = problems.map(({ field, remedy }) => `${field}: write ${remedy.en}.`)
  throw new RangeError(
    `contact limits ${stored.version}: ${each.join(' ')} Correct the newest row of table contact_limit.`,
  )
}

/**
 * Keeps limits as the next version; they hold at once. Nothing is written where they say what those in force say.
 *
 * @param limits checked
 * @param by userid
 * @param over the version that was edited
 * @returns the version; null where another one was saved since the one that was edited
 */
export async function saveLimits(
  db: Database,
  limits: ContactLimits,
  { by, now, over }: { by: string; now: Date; over: number },
): Promise<number | null> {
  return await db.prisma.$transaction(async (tx) => {
    await tx.$executeRaw(
      Prisma.sql`select pg_advisory_xact_lock(hashtextextended('contact_limit', 0))`,
    )
    const before = await loadLimits(tx)
    if (over !== before.version) return null
    if (isSame(before.limits, limits)) return before.version
    const version = before.version + 1
    await tx.contactLimit.create({
      data: { version, limits: { ...limits }, createdBy: by, createdAt: now },
    })
    await tx.auditLog.create({
      data: {
        at: now,
        actor: by,
        action: 'contact_limits.save',
        subject: String(version),
        detail: { before: { ...before.limits }, after: { ...limits } },
      },
    })
    return version
  })
}

function isSame(a: ContactLimits, b: ContactLimits): boolean {
  return Object.entries(a).every(([field, value]) => b[field as keyof ContactLimits] === value)
}
