import type { BusinessDay } from '../domain/business-day.ts'
import type { BotDeps } from './deps.ts'
import { classify } from './members/classify.ts'
import { earnPoints } from './members/earn-points.ts'
import { runTagRules } from './members/run-tag-rules.ts'
import { settleTiers } from './members/settle-tiers.ts'
import { forgetOldMerges } from './members/undo-merge.ts'
import { rollWindows } from './members/stats.ts'
import { closeMadeUntrue, runScan } from './tasks/scan.ts'

/** Milliseconds that each part of a night took. */
export type NightParts = Record<
  'windows' | 'scan' | 'tiers' | 'classes' | 'tags' | 'points',
  number
>

/**
 * All that a new day makes of the chain: first its windows, so that what the scan compares is the day's; the scan, on
 * whose cards guides wait; then tiers, classes, tags and points, for which nobody waits. Each part may be cut off and run
 * again: it does then what is left to do.
 *
 * @param day business day, as of which everything is told
 */
export async function runNight(deps: BotDeps, day: BusinessDay): Promise<NightParts> {
  const windows = await timed(() => rollWindows(deps.db, day))
  const scan = await timed(async () => {
    const { counts } = await runScan(deps, { day })
    await deps.db.prisma.dailyRun.updateMany({
      where: { name: 'scan', day: new Date(`${day}T00:00:00Z`) },
      data: { finishedAt: deps.clock.now(), summary: counts },
    })
  })
  const tiers = await timed(() => settleTiers(deps, day))
  const classes = await timed(() => classify(deps, day))
  const tags = await timed(() => runTagRules(deps, day))
  // what was being written when the scan ended could not see its tasks, and has ended by now
  await closeMadeUntrue(deps, day)
  // last: a programme written by hand that can't be used must not keep the others from their work
  const points = await timed(() => earnPoints(deps, day))
  await forgetOldMerges(deps.db.prisma, deps.clock.now())
  const parts = { windows, scan, tiers, classes, tags, points }
  deps.log.info({ day, ms: parts }, 'night done')
  return parts
}

async function timed(run: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await run()
  return Math.round(performance.now() - start)
}
