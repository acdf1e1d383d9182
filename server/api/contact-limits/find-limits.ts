import { loadLimits } from '../../../bot/rules/contact-limits.ts'
import { CONTACT_LIMITS, type ContactLimits } from '../../../domain/contact-limits.ts'
import type { AppDeps } from '../../deps.ts'
import { authorNames } from '../author-names.ts'
import type { LimitsView } from './schema.ts'

const HISTORY = 50

/** The limits in force, and who changed them when. */
export async function findLimits(deps: AppDeps): Promise<LimitsView> {
  const { prisma } = deps.db
  const [inForce, history] = await Promise.all([
    loadLimits(prisma),
    prisma.contactLimit.findMany({ orderBy: { version: 'desc' }, take: HISTORY }),
  ])
  const nameOf = await authorNames(
    prisma,
    history.map(({ createdBy }) => createdBy),
  )
  return {
    ...inForce,
    history: history.map(({ version, limits, createdBy, createdAt }) => ({
      version,
      // only saveLimits() writes them
      limits: { ...CONTACT_LIMITS, ...(limits as unknown as ContactLimits) },
      by: createdBy,
      byName: nameOf(createdBy),
      at: createdAt.toISOString(),
    })),
  }
}
