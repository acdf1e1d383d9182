import { saveProgramme } from '../../../bot/members/points-programme.ts'
import { checkProgramme, type PointsProgramme } from '../../../domain/points-programme.ts'
import type { Lang } from '../../../domain/words.ts'
import { badField } from '../../bad-field.ts'
import type { AppDeps } from '../../deps.ts'
import { PointsProgrammeChanged } from '../../errors.ts'
import type { SignedIn } from '../../session.ts'
import { currentProgramme } from './find-programme.ts'
import type { ProgrammeChange, ProgrammeQuestion } from './schema.ts'

/**
 * The programme as it would be: what is given over what holds.
 *
 * @throws BAD_INPUT naming the first number that can't be used, and what to write
 */
export async function changedProgramme(
  deps: AppDeps,
  given: ProgrammeQuestion,
  lang: Lang,
): Promise<{ enabled: boolean; params: PointsProgramme }> {
  const current = await currentProgramme(deps)
  const params = { ...current.params, ...given.params }
  const [wrong] = checkProgramme(params)
  if (wrong) {
    const remedy = wrong.remedy[lang]
    throw badField(
      `params.${wrong.field}`,
      lang === 'en' ? `must be ${remedy}.` : `请填${remedy}。`,
    )
  }
  return { enabled: given.enabled ?? current.enabled, params }
}

/**
 * Saves a programme as the next version, with who did it; nothing is written where nothing changes. It holds from the
 * next night on.
 *
 * @throws POINTS_PROGRAMME_CHANGED when another version was saved since the one that was edited
 * @throws BAD_INPUT naming the number that can't be used
 */
export async function changeProgramme(
  deps: AppDeps,
  user: SignedIn,
  { version, ...given }: ProgrammeChange,
  lang: Lang,
): Promise<void> {
  const programme = await changedProgramme(deps, given, lang)
  const by = { by: user.userid, now: deps.clock.now(), over: version }
  if ((await saveProgramme(deps.db, programme, by)) === null) throw new PointsProgrammeChanged()
}
