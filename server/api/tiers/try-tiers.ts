import { tryTiers } from '../../../bot/members/try-tiers.ts'
import { nextScanDay } from '../../../bot/tasks/find-candidate.ts'
import { businessDay } from '../../../domain/business-day.ts'
import type { TierTable } from '../../../domain/tier-table.ts'
import type { Lang } from '../../../domain/words.ts'
import type { AppDeps } from '../../deps.ts'
import { DryRunBusy } from '../../errors.ts'
import { scope } from '../../scope.ts'
import type { SignedIn } from '../../session.ts'
import { displayName } from '../customers/display-name.ts'
import { refuseUnusable } from './save-tiers.ts'
import type { TiersTriedAnswer } from './schema.ts'

/**
 * What the next night would make of the tiers of whom a person may see, with a table as it might be beside the one in
 * force. Writes nothing.
 *
 * @throws BAD_INPUT naming the place that can't be used
 * @throws DRY_RUN_BUSY while another one is under way
 */
export async function tryTiersFor(
  deps: AppDeps,
  user: SignedIn,
  table: TierTable,
  lang: Lang,
): Promise<TiersTriedAnswer> {
  refuseUnusable(table, lang)
  const today = businessDay(deps.clock.now(), deps.zone)
  const day = await nextScanDay(deps.db.prisma, today)
  const found = await tryTiers(deps, table, { day, visible: scope.customers(user) })
  if (!found) throw new DryRunBusy()
  return {
    date: day,
    ...found,
    sample: found.sample.map(({ customerId, from, to, ...person }) => ({
      customerId,
      name: displayName(person, lang),
      from,
      to,
    })),
  }
}
