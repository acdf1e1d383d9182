import type { BotDeps } from '../../bot/deps.ts'
import { classify } from '../../bot/members/classify.ts'
import { rollWindows } from '../../bot/members/stats.ts'
import { settleTiers } from '../../bot/members/settle-tiers.ts'
import { addDays, type BusinessDay } from '../../domain/business-day.ts'
import { nextReview, TIER_WARNING_DAYS } from '../../domain/tier.ts'

/**
 * Lives through the nights before a demo's first morning that leave something to see on it: the one that warns whose
 * tier the next review may take, and the last two, between which somebody rose; the last one tells classes, too, by
 * which tasks are ordered and tags are given.
 */
export async function liveNights(deps: BotDeps, today: BusinessDay): Promise<void> {
  const [before, yesterday] = [addDays(today, -2), addDays(today, -1)]
  const warns = addDays(nextReview(today), -TIER_WARNING_DAYS)
  for (const day of new Set([warns, before, yesterday].filter((one) => one < today).toSorted())) {
    await rollWindows(deps.db, day)
    await settleTiers(deps, day)
  }
  await classify(deps, yesterday)
}
