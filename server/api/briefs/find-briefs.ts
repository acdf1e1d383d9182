import { Prisma } from '../../../prisma/db.ts'
import type { Lang } from '../../../domain/words.ts'
import type { AppDeps } from '../../deps.ts'
import { rows } from '../../rows.ts'
import { scope } from '../../scope.ts'
import type { SignedIn } from '../../session.ts'
import { findProfile } from '../customers/find-profile.ts'
import { findTimeline } from '../customers/find-timeline.ts'
import type { FindCycle } from '../customers/group-cycles.ts'
import type { CustomerProfile, TimelineEntry } from '../customers/schema.ts'

/** lines of a list on a page that fits one sheet */
const LINES = 5

/** One important customer, as their taker should know them. */
export interface Brief {
  to: string
  profile: CustomerProfile
  /** orders, newest first */
  bought: TimelineEntry[]
  /** messages and notes, newest first */
  said: TimelineEntry[]
}

interface Row {
  customerId: string
  to: string
  from: string
}

/**
 * The briefs of a handover's important customers, the most valuable first: to a manager of the giver's store and
 * headquarters all of them, to a taker those who have come to them. Each customer also passes the scope of who asks.
 *
 * @returns null where the handover is none of theirs
 */
export async function findBriefs(
  deps: AppDeps,
  findCycle: FindCycle,
  user: SignedIn,
  handoverId: string,
  lang: Lang,
): Promise<{ from: string; briefs: Brief[] } | null> {
  const [handover] = await rows<{ from: string; watches: boolean; takes: boolean }>(
    deps.db,
    Prisma.sql`
    select giver.name as from, ${scope.handovers(user)} as watches, exists (
      select 1 from handover_customer r where r.handover_id = h.id and r.to_id = ${user.id}::bigint) as takes
    from handover h join employee giver on giver.id = h.from_id where h.id = ${handoverId}::bigint`,
  )
  if (!handover || (!handover.watches && !handover.takes)) return null
  const whose = handover.watches
    ? Prisma.sql`true`
    : Prisma.sql`r.to_id = ${user.id}::bigint and r.state = 'done'`
  const important = await rows<Row>(
    deps.db,
    Prisma.sql`
    select r.customer_id::text as "customerId", e.name as to
    from handover_customer r join employee e on e.id = r.to_id
    where r.handover_id = ${handoverId}::bigint and r.important and ${whose}
    order by r.spend_fen desc, r.customer_id`,
  )
  const found = await Promise.all(important.map((row) => briefOf(deps, findCycle, user, row, lang)))
  return { from: handover.from, briefs: found.flatMap((brief) => brief ?? []) }
}

/** undefined outside of the scope: they have come to somebody else since. */
async function briefOf(
  deps: AppDeps,
  findCycle: FindCycle,
  user: SignedIn,
  { customerId, to }: Row,
  lang: Lang,
): Promise<Brief | undefined> {
  const found = await findProfile(deps, findCycle, user.userid, { id: customerId }, lang)
  if (!found) return undefined
  const [bought, said] = await Promise.all(
    ['order', 'touch,note'].map(async (types) =>
      (await findTimeline(deps, user, customerId, { types })).items.slice(0, LINES),
    ),
  )
  return { to, profile: found.profile, bought: bought ?? [], said: said ?? [] }
}
