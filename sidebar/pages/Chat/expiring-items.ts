import type { CustomerProfile } from '../../../server/api/customers/schema.ts'
import { yuan } from '../../format/money.ts'
import { dayPhrase, daysLeftPhrase, type DueTone, type Reading } from '../../time/phrases.ts'

export interface ExpiringItem {
  key: string
  name: string
  detail: string
  left: { text: string; tone: DueTone }
}

type Coupon = CustomerProfile['coupons'][number]

/** Coupons and lots of points together, by the day they end. Of a coupon with a least spend: whether a usual order has it. */
export function expiringItems(
  { coupons, points, value }: Pick<CustomerProfile, 'coupons' | 'points' | 'value'>,
  reading: Reading,
): ExpiringItem[] {
  const { m } = reading
  const all = [
    ...coupons.map((coupon) => ({
      key: coupon.couponNo,
      name: coupon.name,
      detail: [
        worth(coupon, reading),
        dayPhrase(coupon.expiresOn, reading),
        reach(coupon, value.averageFen, reading),
      ]
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

function worth({ faceValueFen, discount, minSpendFen }: Coupon, { m }: Reading): string {
  const off = discount === null ? '' : m.expiring.discount(String(tenths(discount)))
  const value = faceValueFen === null ? off : m.expiring.faceValue(yuan(faceValueFen))
  return minSpendFen ? m.expiring.withMinimum(value, yuan(minSpendFen)) : value
}

/** Nothing where nothing is asked for, or nothing is known of their orders. */
function reach({ minSpendFen }: Coupon, averageFen: number, { m }: Reading): string {
  if (!minSpendFen || !averageFen) return ''
  const above = minSpendFen - averageFen
  return above > 0 ? m.expiring.above(yuan(Math.ceil(above / 100) * 100)) : m.expiring.enough
}

/** A discount as 折: 0.85 and 8.5 both read 8.5. */
function tenths(discount: number): number {
  return Math.round((discount <= 1 ? discount * 10 : discount) * 100) / 100
}
