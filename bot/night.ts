import type { BusinessDay } from '../domain/business-day.ts'
import type { BotDeps } from './deps.ts'
import { classify } from './members/classify.ts'
import { settleTiers } from './members/settle-tiers.ts'
import { rollWindows } from './members/stats.ts'
import { runScan } from './tasks/scan.ts'

/**
 * All that a new day makes of the chain: first its windows, so that what the scan compares is the day's; the scan, on
 * whose cards guides wait; then tiers and classes, for which nobody waits. Each part may be cut off and run again: it
 * does then what is left to do.
 *
 * @param day business day, as of which everything is told
 */
export async function runNight(deps: BotDeps, day: BusinessDay): Promise<void> {
  await rollWindows(deps.db, day)
  const { counts } = await runScan(deps, { day })
  await deps.db.prisma.dailyRun.updateMany({
    where: { name: 'scan', day: new Date(`${day}T00:00:00Z`) },
    data: { finishedAt: deps.clock.now(), summary: counts },
  })
  await settleTiers(deps, day)
  await classify(deps, day)
}
