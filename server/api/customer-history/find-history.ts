import { readTiers } from '../../../bot/rules/load-tiers.ts'
import { renderReason } from '../../../bot/rules/registry.ts'
import { businessDay } from '../../../domain/business-day.ts'
import { RFM_NAMES } from '../../../domain/rfm.ts'
import { tierName } from '../../../domain/tier-table.ts'
import { STAGE_NAMES, type Lang } from '../../../domain/words.ts'
import type { AppDeps } from '../../deps.ts'
import { CustomerNotFound } from '../../errors.ts'
import { rows } from '../../rows.ts'
import type { SignedIn } from '../../session.ts'
import { taskView } from '../tasks/task-view.ts'
import { HELD } from '../why/held-words.ts'
import { historyStatement, type HistoryRow } from './history-row.ts'
import type { CustomerHistory } from './schema.ts'

/**
 * What became of a customer over time: guides, consent, tiers, classes, points, coupons, tasks and what was held back.
 *
 * @throws CUSTOMER_NOT_FOUND, also for somebody else's
 */
export async function findHistory(
  deps: AppDeps,
  user: SignedIn,
  customerId: string,
  lang: Lang,
): Promise<CustomerHistory> {
  const now = deps.clock.now()
  const today = businessDay(now, deps.zone)
  const [found] = await rows<{ history: HistoryRow }>(
    deps.db,
    historyStatement(user, customerId, { now, today }),
  )
  if (!found) throw new CustomerNotFound()
  const { tiers, relations, consents, tierChanges, classChanges, lots, coupons, tasks, held } =
    found.history
  const { table } = readTiers(tiers)
  return {
    relations: relations ?? [],
    consents: consents ?? [],
    tierChanges: (tierChanges ?? []).map(({ before, after, ...change }) => ({
      ...change,
      before: tierName(table, before, lang),
      after: tierName(table, after, lang),
    })),
    classChanges: (classChanges ?? []).map((change) => ({
      ...change,
      before: className(change.before, lang),
      after: className(change.after, lang),
    })),
    lots: lots ?? [],
    coupons: coupons ?? [],
    tasks: (tasks ?? []).map((task) => taskView(task, table, lang, today)),
    held: (held ?? []).map(({ facts, why, ...line }) => ({
      ...line,
      why: nameIn(HELD, why, lang),
      reason: renderReason(line.kind, facts, lang, today),
    })),
  }
}

function className(code: string | null, lang: Lang): string | null {
  return code === null ? null : nameIn({ ...RFM_NAMES, ...STAGE_NAMES }, code, lang)
}

/** What people call a code; one that is unknown stays as it is. */
function nameIn(
  names: Record<string, Record<Lang, string> | undefined>,
  code: string,
  lang: Lang,
): string {
  return names[code]?.[lang] ?? code
}
