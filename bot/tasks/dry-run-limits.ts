import type { BusinessDay } from '../../domain/business-day.ts'
import type { ContactLimits } from '../../domain/contact-limits.ts'
import type { HoldReason } from '../../domain/words.ts'
import { Prisma, type Db } from '../../prisma/db.ts'
import type { BotDeps } from '../deps.ts'
import { loadLimits } from '../rules/contact-limits.ts'
import { loadRules } from '../rules/load-rules.ts'
import { decideMorning, keepAsBefore, undone } from './dry-run.ts'

/** What one morning brings: new tasks, how many guides get any, and who waits by reason. */
export interface MorningCounts {
  created: number
  guides: number
  heldBack: Partial<Record<HoldReason, number>>
}

/** A morning with limits as they might be, beside those in force. Nothing was written. */
export interface LimitsTried {
  date: BusinessDay
  after: MorningCounts
  before: MorningCounts
}

/**
 * Tries limits of contact on a day: its scan is made twice with all rules, once with the limits given, once with those in
 * force, and undone.
 *
 * @param limits checked
 * @returns null while another dry run is under way
 */
export async function dryRunLimits(
  deps: BotDeps,
  limits: ContactLimits,
  day: BusinessDay,
): Promise<LimitsTried | null> {
  return await undone(deps, async (tx) => {
    const rules = await loadRules(tx)
    const inForce = await loadLimits(tx)
    await decideMorning(tx, deps, { rules, limits: inForce.limits, day })
    await keepAsBefore(tx)
    await decideMorning(tx, deps, { rules, limits, day })
    return {
      date: day,
      after: await count(tx, 'scan_decision'),
      before: await count(tx, 'dry_before'),
    }
  })
}

async function count(tx: Db, table: 'scan_decision' | 'dry_before'): Promise<MorningCounts> {
  const found = await tx.$queryRaw<{ why: HoldReason | null; n: number; guides: number }[]>(
    Prisma.sql`
      select why, count(*)::int as n, count(distinct assignee_id)::int as guides from ${Prisma.raw(table)}
      group by why order by n desc, why`,
  )
  const made = found.find(({ why }) => why === null)
  return {
    created: made?.n ?? 0,
    guides: made?.guides ?? 0,
    heldBack: Object.fromEntries(found.flatMap(({ why, n }) => (why === null ? [] : [[why, n]]))),
  }
}
