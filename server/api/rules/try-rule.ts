import { dryRunRule } from '../../../bot/tasks/dry-run.ts'
import { nextScanDay } from '../../../bot/tasks/find-candidate.ts'
import { businessDay, isBusinessDay } from '../../../domain/business-day.ts'
import type { Lang, RuleKind } from '../../../domain/words.ts'
import { badField } from '../../bad-field.ts'
import type { AppDeps } from '../../deps.ts'
import { DryRunBusy } from '../../errors.ts'
import { scope } from '../../scope.ts'
import type { SignedIn } from '../../session.ts'
import { displayName } from '../customers/display-name.ts'
import { currentRule } from './find-rule.ts'
import { changedParams, changedStores } from './save-rule.ts'
import type { DryRunAnswer, DryRunQuestion } from './schema.ts'

/**
 * What a morning would bring with a rule as it might be, for the stores and guides the person may see. Writes nothing.
 *
 * @throws BAD_INPUT naming the number, the stores or the date that can't be used
 * @throws DRY_RUN_BUSY while another one is under way
 */
export async function tryRule(
  deps: AppDeps,
  user: SignedIn,
  kind: RuleKind,
  question: DryRunQuestion,
  lang: Lang,
): Promise<DryRunAnswer> {
  const { date } = question
  if (date !== undefined && !isBusinessDay(date)) {
    throw badField('date', 'must be a day that exists.')
  }
  const today = businessDay(deps.clock.now(), deps.zone)
  const current = await currentRule(deps.db.prisma, kind)
  const params = changedParams(kind, current.params, question.params, lang)
  const stores = await changedStores(deps.db.prisma, current.stores, question.stores, lang)
  const found = await dryRunRule(deps, {
    kind,
    holds: (question.enabled ?? current.enabled) ? { params, stores } : null,
    day: date ?? (await nextScanDay(deps.db.prisma, today)),
    lang,
    visible: scope.employees(user),
  })
  if (!found) throw new DryRunBusy()
  return {
    ...found,
    samples: found.samples.map(({ customerId, guide, reason, isNew, ...person }) => ({
      customerId,
      name: displayName(person, lang),
      guide,
      reason,
      isNew,
    })),
  }
}
