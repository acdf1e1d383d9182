import { loadLimits, saveLimits } from '../../../bot/rules/contact-limits.ts'
import { checkContactLimits, type ContactLimits } from '../../../domain/contact-limits.ts'
import type { Lang } from '../../../domain/words.ts'
import { badField } from '../../bad-field.ts'
import type { AppDeps } from '../../deps.ts'
import { ContactLimitsChanged } from '../../errors.ts'
import type { SignedIn } from '../../session.ts'
import type { LimitsChange, LimitsQuestion } from './schema.ts'

/**
 * The limits as they would be: what is given over what holds.
 *
 * @throws BAD_INPUT naming the first that can't be used, and what to write
 */
export async function changedLimits(
  deps: AppDeps,
  given: LimitsQuestion,
  lang: Lang,
): Promise<ContactLimits> {
  const { limits } = await loadLimits(deps.db.prisma)
  const changed = { ...limits, ...given.limits }
  const [wrong] = checkContactLimits(changed)
  if (!wrong) return changed
  const remedy = wrong.remedy[lang]
  throw badField(`limits.${wrong.field}`, lang === 'en' ? `must be ${remedy}.` : `请填${remedy}。`)
}

/**
 * Saves limits as the next version, with who did it; they hold at once. Nothing is written where nothing changes.
 *
 * @throws CONTACT_LIMITS_CHANGED when another version was saved since the one that was edited
 * @throws BAD_INPUT naming the limit that can't be used
 */
export async function changeLimits(
  deps: AppDeps,
  user: SignedIn,
  { version, ...given }: LimitsChange,
  lang: Lang,
): Promise<void> {
  const limits = await changedLimits(deps, given, lang)
  const by = { by: user.userid, now: deps.clock.now(), over: version }
  if ((await saveLimits(deps.db, limits, by)) === null) throw new ContactLimitsChanged()
}
