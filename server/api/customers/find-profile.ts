import { businessDay } from '../../../domain/business-day.ts'
import type { Lang } from '../../../domain/words.ts'
import type { AppDeps } from '../../deps.ts'
import { CustomerNotFound } from '../../errors.ts'
import { rows } from '../../rows.ts'
import type { SignedIn } from '../../session.ts'
import type { FindCycle } from './group-cycles.ts'
import { profileStatement, type CustomerKey, type ProfileRow } from './profile-row.ts'
import { profileView } from './profile-view.ts'
import type { CustomerProfile } from './schema.ts'

/** @throws CUSTOMER_NOT_FOUND, also for a customer outside the person's scope */
export async function findProfile(
  deps: AppDeps,
  findCycle: FindCycle,
  user: SignedIn,
  key: CustomerKey,
  lang: Lang,
): Promise<CustomerProfile> {
  const { zone } = deps
  const now = deps.clock.now()
  const today = businessDay(now, zone)
  const { name, statement } = profileStatement(user, key, now, today, zone)
  const [row] = await rows<ProfileRow>(deps.db, statement, name)
  if (!row) throw new CustomerNotFound()
  return profileView(row, {
    now,
    today,
    zone,
    lang,
    cycle: await findCycle(row),
    mobile: row.mobileEnc === null ? null : deps.cipher.decrypt(row.mobileEnc),
  })
}
