import { addDays, businessDay } from '../../../domain/business-day.ts'
import type { AppDeps } from '../../deps.ts'
import type { NightRuns } from './schema.ts'

const DAYS = 7

/** The daily runs of the last seven days, newest first. */
export async function findNights(deps: AppDeps): Promise<NightRuns> {
  const first = addDays(businessDay(deps.clock.now(), deps.zone), 1 - DAYS)
  const found = await deps.db.prisma.dailyRun.findMany({
    where: { name: { in: ['scan', 'reconcile'] }, day: { gte: new Date(`${first}T00:00:00Z`) } },
    orderBy: [{ day: 'desc' }, { enqueuedAt: 'desc' }],
    take: DAYS * 2,
  })
  return {
    items: found.map(({ name, day, enqueuedAt, finishedAt, summary }) => ({
      name,
      day: day.toISOString().slice(0, 10),
      enqueuedAt: enqueuedAt.toISOString(),
      finishedAt: finishedAt?.toISOString() ?? null,
      figures: figuresOf(summary),
    })),
    nextCursor: null,
  }
}

/** The plain numbers of a summary. */
function figuresOf(summary: unknown): { name: string; n: number }[] {
  if (typeof summary !== 'object' || summary === null) return []
  return Object.entries(summary).flatMap(([name, n]) =>
    typeof n === 'number' ? [{ name, n }] : [],
  )
}
