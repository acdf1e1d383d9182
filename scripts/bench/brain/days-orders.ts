import type { BusinessDay } from '../../../domain/business-day.ts'
import { MOST_ITEMS } from '../../../bot/members/import/import-items.ts'
import { createRandom } from '../../../prisma/seed/random.ts'

/** orders of a member in a year, as in the chain's own rows */
const ORDERS_A_YEAR = 5

/** A day's orders of the chain, of members by chance, in batches as the open API takes them; the same for the same day. */
export function aDaysOrders(members: number, day: BusinessDay): object[][] {
  const random = createRandom(Number(day.replaceAll('-', '')))
  const orders = Array.from({ length: Math.ceil((members * ORDERS_A_YEAR) / 365) }, (_, n) => {
    // each 25th of the chain's customers is no member
    const who = random.between(1, members)
    const member = who % 25 === 0 ? who - 1 : who
    return {
      orderNo: `D${day}-${n}`,
      memberNo: `M${String(member).padStart(7, '0')}`,
      storeNo: 'S0001',
      paidAt: `${day}T${String(random.between(10, 20))}:30:00+08:00`,
      amountFen: random.between(3_000, 40_000),
      status: 'paid',
    }
  })
  return Array.from({ length: Math.ceil(orders.length / MOST_ITEMS) }, (_, batch) =>
    orders.slice(batch * MOST_ITEMS, (batch + 1) * MOST_ITEMS),
  )
}
