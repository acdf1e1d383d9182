import { loadProgramme } from '../../../bot/members/points-programme.ts'
import { addDays, businessDay, endOfMonth } from '../../../domain/business-day.ts'
import { PROGRAMME_DEFAULTS, type PointsProgramme } from '../../../domain/points-programme.ts'
import type { Lang } from '../../../domain/words.ts'
import type { Db } from '../../../prisma/db.ts'
import type { AppDeps } from '../../deps.ts'
import { authorNames } from '../author-names.ts'
import { lintProgrammeHere } from './lint-programme.ts'
import type { ProgrammeView } from './schema.ts'

const HISTORY = 50

/** The programme that is edited: the one in force, or what a chain without one could begin with, version 0 and off. */
export async function currentProgramme(
  deps: AppDeps,
  db: Db = deps.db.prisma,
): Promise<Pick<ProgrammeView, 'version' | 'enabled' | 'params'>> {
  const inForce = await loadProgramme(db)
  if (inForce) return inForce
  const today = businessDay(deps.clock.now(), deps.zone)
  const startsOn = addDays(endOfMonth(today), 1)
  return {
    version: 0,
    enabled: false,
    params: { startsOn, pointsPerYuan: 1, ...PROGRAMME_DEFAULTS },
  }
}

/** The programme with what the linter says of it, and who changed it when. */
export async function findProgramme(deps: AppDeps, lang: Lang): Promise<ProgrammeView> {
  const { prisma } = deps.db
  const [current, history] = await Promise.all([
    currentProgramme(deps),
    prisma.pointsProgramme.findMany({ orderBy: { version: 'desc' }, take: HISTORY }),
  ])
  const nameOf = await authorNames(
    prisma,
    history.map(({ createdBy }) => createdBy),
  )
  return {
    ...current,
    findings: await lintProgrammeHere(deps, current, lang),
    history: history.map(({ version, enabled, params, createdBy, createdAt }) => ({
      version,
      enabled,
      // only saveProgramme() writes them
      params: { ...PROGRAMME_DEFAULTS, ...(params as unknown as PointsProgramme) },
      by: createdBy,
      byName: nameOf(createdBy),
      at: createdAt.toISOString(),
    })),
  }
}
