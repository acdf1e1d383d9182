import {
  checkProgramme,
  PROGRAMME_DEFAULTS,
  type PointsProgramme,
} from '../../domain/points-programme.ts'
import { Prisma, type Database, type Db } from '../../prisma/db.ts'

/** The programme that holds, and whether it gives points at present. */
export interface ProgrammeInForce {
  version: number
  enabled: boolean
  params: PointsProgramme
}

/** Begins the number of each line that our programme writes; the chain's own lines may not. */
export const PROGRAMME_PREFIX = 'programme:'

/**
 * The newest version; null for a chain that never had one.
 *
 * @throws RangeError naming each number that can't be used: the row was written by hand
 */
export async function loadProgramme(db: Db): Promise<ProgrammeInForce | null> {
  const [row] = await db.$queryRaw<{ version: number; enabled: boolean; params: object }[]>(
    Prisma.sql`select version, enabled, params from points_programme order by version desc limit 1`,
  )
  if (!row) return null
  return { version: row.version, enabled: row.enabled, params: checked(row.params) }
}

/**
 * Keeps a programme as the next version; it holds from the next night on, for what happens from `startsOn` on. Nothing
 * is written where it says what the version in force says.
 *
 * @param by userid, or `operator`
 * @param over the version that was edited, 0 where there was none; left out: whichever is in force
 * @returns the version; null where another one was saved since the one that was edited
 * @throws RangeError naming each number that can't be used, and what to write instead
 */
export async function saveProgramme(
  db: Database,
  programme: { params: unknown; enabled: boolean },
  { by, now, over }: { by: string; now: Date; over?: number },
): Promise<number | null> {
  const params = checked(programme.params)
  return await db.prisma.$transaction(async (tx) => {
    await tx.$executeRaw(
      Prisma.sql`select pg_advisory_xact_lock(hashtextextended('points_programme', 0))`,
    )
    const before = await loadProgramme(tx)
    const inForce = before?.version ?? 0
    if (over !== undefined && over !== inForce) return null
    const { enabled } = programme
    if (before?.enabled === enabled && isSame(before.params, params)) return inForce
    const version = inForce + 1
    await tx.pointsProgramme.create({
      data: { version, enabled, params: { ...params }, createdBy: by, createdAt: now },
    })
    await tx.auditLog.create({
      data: {
        at: now,
        actor: by,
        action: 'points_programme.save',
        subject: String(version),
        detail: {
          before: before && { enabled: before.enabled, params: { ...before.params } },
          after: { enabled, params: { ...params } },
        },
      },
    })
    return version
  })
}

function isSame(a: PointsProgramme, b: PointsProgramme): boolean {
  return Object.entries(a).every(([field, value]) => b[field as keyof PointsProgramme] === value)
}

function checked(params: unknown): PointsProgramme {
  const problems = checkProgramme(params)
  if (problems.length > 0) {
    const each = problems.map(({ field, remedy }) => `${field}: write ${remedy.en}.`)
    throw new RangeError(`points programme: ${each.join(' ')}`)
  }
  return { ...PROGRAMME_DEFAULTS, ...(params as PointsProgramme) }
}
