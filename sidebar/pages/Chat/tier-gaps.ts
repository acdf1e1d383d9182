import type { CustomerProfile } from '../../../server/api/customers/schema.ts'
import { yuan } from '../../format/money.ts'
import type { Messages } from '../../i18n/index.ts'

type Tier = CustomerProfile['tier']
type Gap = Omit<NonNullable<Tier['keep']>, 'reviewDay'>

/** All that a tier may ask for: what is left out here would read as if it were there. */
function gapsOf(gap: Gap, m: Messages): string {
  const { spendFen, orders, purchaseDays = 0, referrals = 0, points = 0 } = gap
  return [
    spendFen > 0 && m.value.gapSpend(yuan(spendFen)),
    orders > 0 && m.value.gapOrders(orders),
    purchaseDays > 0 && m.value.gapDays(purchaseDays),
    referrals > 0 && m.value.gapReferrals(referrals),
    points > 0 && m.value.gapPoints(points),
  ]
    .filter(Boolean)
    .join(m.value.gapJoin)
}

/** What is short of the next tier, in words; at the top, that it is the top. */
export function nextGap(next: Tier['next'], m: Messages): string {
  if (!next) return m.value.top
  const gaps = gapsOf(next, m)
  return gaps ? m.value.next(next.name, gaps) : m.value.nextReady(next.name)
}

/** What is short of keeping the tier at its review day. @param day the review day as people read it */
export function keepGap(
  keep: NonNullable<Tier['keep']>,
  day: string,
  m: Messages,
): { text: string; short: boolean } {
  const gaps = gapsOf(keep, m)
  return gaps
    ? { text: m.value.keep(day, gaps), short: true }
    : { text: m.value.keepSafe(day), short: false }
}
