import type { BotDeps } from '../deps.ts'
import { openReconcile, runSync } from './sync-run.ts'

/**
 * The nightly reading of all lists: repairs what lost callbacks left untrue, relations missing on either
 * side and tags (wecom-protocol 1.3: delivery is not guaranteed). One run a day; a job that runs again goes
 * on where it was cut off, or finds the day done.
 *
 * @param day business day, YYYY-MM-DD
 * @returns how many relations and tags were repaired in this day's run
 */
export async function reconcile(deps: BotDeps, day: string): Promise<number> {
  const runId = await openReconcile(deps, day)
  if (runId === null) return 0
  await runSync(deps, runId)
  const run = await deps.db.prisma.syncRun.findUniqueOrThrow({ where: { id: runId } })
  if (run.finishedAt === null) return run.repaired
  await deps.db.prisma.dailyRun.updateMany({
    where: { name: 'reconcile', day: new Date(`${day}T00:00:00Z`) },
    data: { finishedAt: run.finishedAt, summary: { pairs: run.total, repaired: run.repaired } },
  })
  deps.log.info({ day, repaired: run.repaired }, 'reconcile: done')
  return run.repaired
}
