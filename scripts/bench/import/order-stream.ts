import { TODAY } from './seed-orders.ts'

/** An order as the chain's system sends it. */
export interface SentOrder {
  orderNo: string
  memberNo: string
  storeNo: string
  guideUserid: string
  cashierUserid: string
  paidAt: string
  amountFen: number
  refundedFen: number
  status: 'paid'
  updatedAt: string
  items?: { sku: string; name: string; category: string; quantity: number; amountFen: number }[]
}

const MORNING = Date.parse(`${TODAY}T00:00:00+08:00`)
const DAY_MS = 86_400_000

/** One order in a hundred comes late: its till was offline for up to 30 days. */
const LATE_EVERY = 100

/**
 * The order at a place of the stream: members at random, moments in order over today but for the late ones. The same
 * each time.
 *
 * @param of how many orders today has
 */
export function orderAt(n: number, of: number, members: number, withLines: boolean): SentOrder {
  const chance = mixed(n)
  const member = chance % members
  const late = n % LATE_EVERY === 7 ? 1 + (mixed(n + 1) % (30 * DAY_MS)) : 0
  const paidAt = new Date(MORNING + Math.floor((n / of) * (DAY_MS / 2)) - late).toISOString()
  const amountFen = 1000 + (mixed(n + 2) % 100_000)
  return {
    orderNo: `N${n}`,
    memberNo: `M${member}`,
    storeNo: `S${member % 200}`,
    guideUserid: `g${member % 2000}`,
    cashierUserid: `k${n % 2000}`,
    paidAt,
    amountFen,
    refundedFen: 0,
    status: 'paid',
    updatedAt: paidAt,
    ...(withLines && {
      items: [0, 1].map((line) => ({
        sku: `sku${mixed(n + line) % 5000}`,
        name: `article ${mixed(n + line) % 5000}`,
        category: `category ${mixed(n * 2 + line) % 12}`,
        quantity: 1,
        amountFen: Math.floor(amountFen / 2),
      })),
    }),
  }
}

/** A number from 0 to 2^32 − 1 that looks random (the finisher of MurmurHash3). */
function mixed(n: number): number {
  let h = Math.imul(n ^ 0x9e3779b9, 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}
