import type { CustomerProfile } from '../../../server/api/customers/schema.ts'
import { yuan } from '../../format/money.ts'
import { dayPhrase, daysLeftPhrase, type DueTone, type Reading } from '../../time/phrases.ts'

export interface ExpiringItem {
  key: string
  name: string
  detail: string
  left: { text: string; tone: DueTone }
}

/** Coupons and lots of points together, by the day they end. */
export function expiringItems(
  { coupons, points }: Pick<CustomerProfile, 'coupons' | 'points'>,
  reading: Reading,
): ExpiringItem[] {
  const { m } = reading
  const all = [
    ...coupons.map((coupon) => ({
      key: coupon.couponNo,
      name: coupon.name,
      detail: [worth(coupon, reading), dayPhrase(coupon.expiresOn, reading)]
        .filter(Boolean)
        .join(' · '),
      on: coupon.expiresOn,
      days: coupon.days,
    })),
    ...points.expiring.map((lot, at) => ({
      key: `points-${lot.expiresOn}-${at}`,
      name: m.expiring.points(lot.points.toLocaleString('en-US')),
      detail: dayPhrase(lot.expiresOn, reading),
      on: lot.expiresOn,
      days: lot.days,
    })),
  ]
  return all
    .sort((a, b) => a.on.localeCompare(b.on))
    .map(({ key, name, detail, days }) => ({ key, name, detail, left: daysLeftPhrase(days, m) }))
}

function worth(coupon: CustomerProfile['coupons'][number], { m }: Reading): string {
  const { faceValueFen, discount, minSpendFen } = coupon
  const off = discount === null ? '' : m.expiring.discount(String(tenths(discount)))
  const value = faceValueFen === null ? off : m.expiring.faceValue(yuan(faceValueFen))
  return minSpendFen ? m.expiring.withMinimum(value, yuan(minSpendFen)) : value
}

/** A discount as 折: 0.85 and 8.5 both read 8.5. */
function tenths(discount: number): number {
  return Math.round((discount <= 1 ? discount * 10 : discount) * 100) / 100
}
