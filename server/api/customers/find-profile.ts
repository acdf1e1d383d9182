import { businessDay } from '../../../domain/business-day.ts'
import type { Lang } from '../../../domain/words.ts'
import type { AppDeps } from '../../deps.ts'
import { rows } from '../../rows.ts'
import type { SignedIn } from '../../session.ts'
import type { FindCycle } from './group-cycles.ts'
import { profileStatement, type CustomerKey, type ProfileRow } from './profile-row.ts'
import { profileView } from './profile-view.ts'
import type { CustomerProfile } from './schema.ts'

/**
 * The profile as the session's person may see it, and who they are.
 *
 * @returns undefined without such a customer in their scope, and for a session of nobody
 */
export async function findProfile(
  deps: AppDeps,
  findCycle: FindCycle,
  userid: string,
  key: CustomerKey,
  lang: Lang,
): Promise<{ profile: CustomerProfile; me: SignedIn } | undefined> {
  const { zone } = deps
  const now = deps.clock.now()
  const today = businessDay(now, zone)
  const { name, statement } = profileStatement(userid, key, now, today, zone)
  const [found] = await rows<{ profile: ProfileRow }>(deps.db, statement, name)
  if (!found) return undefined
  const row = found.profile
  const profile = profileView(row, {
    now,
    today,
    zone,
    lang,
    cycle: await findCycle(row),
    mobile: row.mobileEnc === null ? null : deps.cipher.decrypt(Buffer.from(row.mobileEnc, 'hex')),
  })
  return { profile, me: row.me }
}
