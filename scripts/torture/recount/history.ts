import { createRandom, type Random } from '../../../prisma/seed/random.ts'

/** An order as a chain's system sends it: always all of it, so that its latest version alone says what it is. */
export interface SentOrder {
  orderNo: string
  memberNo: string
  storeNo: string | null
  guideUserid: string | null
  cashierUserid: string | null
  paidAt: string
  amountFen: number
  refundedFen: number
  status: 'paid' | 'refunded' | 'cancelled'
  updatedAt: string
  items: { sku: string; category: string | null; quantity: number; amountFen: number }[]
}

export interface History {
  /** the next rows to send; fewer than asked for only at the end */
  take: (rows: number) => SentOrder[]
  /**
   * Four batches of the same members, to be sent at once: an order now, a refund of what `before` brought them, a late
   * order, another order now.
   */
  collide: (members: readonly string[]) => { before: SentOrder[]; atOnce: SentOrder[][] }
  /** the moment the chain has come to */
  now: () => Date
  /** every order as it was told last */
  told: ReadonlyMap<string, SentOrder>
  /** how many rows were of which kind */
  kinds: Record<Kind, number>
}

type Kind = 'new' | 'late' | 'refunded' | 'cancelled' | 'edited' | 'again'

const START = Date.parse('2026-10-05T09:00:00+08:00')
const DAY_MS = 86_400_000
const CATEGORIES = ['茶', '酒', '器', 'tea', '"quoted", {braced}', '果']
/** Around this age an order leaves the window. */
const WINDOW_DAYS = 365

/**
 * What a chain sends over `days` days: new orders in order, late ones, some dated ahead, refunds of a part and of all,
 * cancellations, corrections of anything (also whose order it is), and old and new versions again. The same for the
 * same seed.
 *
 * @param options.together rows that are under way at a time. Most of them are of few members, others each time, so that
 *   importers meet, and what one of them breaks is not mended by a later count
 */
export function makeHistory(options: {
  rows: number
  members: number
  days: number
  together: number
  seed: number
}): History {
  const random = createRandom(options.seed)
  const told = new Map<string, SentOrder>()
  const numbers: string[] = []
  const kinds: Record<Kind, number> = {
    new: 0,
    late: 0,
    refunded: 0,
    cancelled: 0,
    edited: 0,
    again: 0,
  }
  let before: SentOrder | undefined
  let sent = 0
  const now = () => START + Math.floor((sent / options.rows) * options.days * DAY_MS)
  const member = () => {
    if (random.chance(0.05)) return `M${random.between(0, 9)}`
    if (random.chance(0.3)) return `M${random.between(0, options.members - 1)}`
    const crowd = Math.ceil(options.together / 2)
    const first = Math.floor(sent / options.together) * crowd
    return `M${(first + random.between(0, crowd)) % options.members}`
  }
  const known = (): SentOrder | undefined => {
    const from = random.chance(0.7) ? Math.max(0, numbers.length - options.together / 2) : 0
    return numbers.length === 0
      ? undefined
      : told.get(numbers[random.between(from, numbers.length - 1)] ?? '')
  }
  const version = () => new Date(START + sent * 1000).toISOString()

  const next = (): SentOrder => {
    sent += 1
    const kind = kindOf(random.next())
    const old = known()
    if (kind === 'new' || kind === 'late' || !old) {
      const order = newOrder(random, {
        orderNo: `O${numbers.length}`,
        memberNo: member(),
        paidAt: paidAt(random, kind, now(), before),
        updatedAt: version(),
      })
      numbers.push(order.orderNo)
      kinds[kind === 'late' ? 'late' : 'new'] += 1
      before = order
      return order
    }
    kinds[kind] += 1
    if (kind === 'again') return random.chance(0.5) ? old : (before ?? old)
    return changed(random, kind, { ...old, updatedAt: version() }, member)
  }
  const tell = (order: SentOrder) => {
    const last = told.get(order.orderNo)
    if (!last || last.updatedAt <= order.updatedAt) told.set(order.orderNo, order)
    return order
  }
  const ofMember = (memberNo: string, ageDays: number) => {
    const order = newOrder(random, {
      orderNo: `O${numbers.length}`,
      memberNo,
      paidAt: new Date(now() - ageDays * DAY_MS + random.between(0, 3_600_000)).toISOString(),
      updatedAt: version(),
    })
    numbers.push(order.orderNo)
    return tell({ ...order, status: 'paid', refundedFen: 0, amountFen: order.amountFen + 2 })
  }
  return {
    told,
    kinds,
    collide: (members) => {
      const before = members.map((memberNo) => ofMember(memberNo, 5))
      return {
        before,
        atOnce: [
          members.map((memberNo) => ofMember(memberNo, 0)),
          before.map((order) => tell({ ...order, refundedFen: 1 })),
          members.map((memberNo) => ofMember(memberNo, random.between(6, 300))),
          members.map((memberNo) => ofMember(memberNo, 0)),
        ],
      }
    },
    now: () => new Date(now()),
    take: (rows) => {
      const batch: SentOrder[] = []
      while (batch.length < rows && sent < options.rows) {
        batch.push(tell(next()))
      }
      return batch
    },
  }
}

function kindOf(chance: number): Kind {
  if (chance < 0.55) return 'new'
  if (chance < 0.63) return 'late'
  if (chance < 0.76) return 'refunded'
  if (chance < 0.81) return 'cancelled'
  return chance < 0.9 ? 'edited' : 'again'
}

/** Mostly now; a late one up to three years ago; some at the very moment of the order before, some dated ahead. */
function paidAt(random: Random, kind: Kind, now: number, before: SentOrder | undefined): string {
  if (kind === 'late') {
    const edge = WINDOW_DAYS * DAY_MS
    const age = random.chance(0.5)
      ? random.between(edge - 9 * DAY_MS, edge + 3 * DAY_MS)
      : random.between(1, 3 * edge)
    return new Date(now - age).toISOString()
  }
  if (before && random.chance(0.03)) return before.paidAt
  return new Date(now + (random.chance(0.02) ? random.between(0, 3 * DAY_MS) : 0)).toISOString()
}

function newOrder(
  random: Random,
  order: Pick<SentOrder, 'orderNo' | 'memberNo' | 'paidAt' | 'updatedAt'>,
): SentOrder {
  const amountFen = random.chance(0.03) ? 0 : random.between(1, 200_000)
  const status = random.chance(0.96) ? 'paid' : random.pick(['refunded', 'cancelled'] as const)
  return {
    ...order,
    ...places(random),
    amountFen,
    refundedFen: status === 'refunded' ? amountFen : 0,
    status,
    items: lines(random),
  }
}

function places(random: Random): Pick<SentOrder, 'storeNo' | 'guideUserid' | 'cashierUserid'> {
  return {
    storeNo: random.chance(0.9) ? `S${random.between(1, 30)}` : null,
    guideUserid: random.chance(0.7) ? `g${random.between(1, 99)}` : null,
    cashierUserid: random.chance(0.5) ? `k${random.between(1, 99)}` : null,
  }
}

function lines(random: Random): SentOrder['items'] {
  return Array.from({ length: random.between(0, 3) }, () => ({
    sku: `A${random.between(1, 500)}`,
    category: random.chance(0.85) ? random.pick(CATEGORIES) : null,
    quantity: random.between(1, 3),
    amountFen: random.between(0, 50_000),
  }))
}

function changed(
  random: Random,
  kind: 'refunded' | 'cancelled' | 'edited',
  order: SentOrder,
  member: () => string,
): SentOrder {
  if (kind === 'cancelled') return { ...order, status: 'cancelled' }
  if (kind === 'refunded') {
    const refundedFen = random.chance(0.5)
      ? order.amountFen
      : random.between(order.refundedFen, order.amountFen)
    // some systems say "refunded", some only how much was paid back
    const all = refundedFen === order.amountFen && random.chance(0.7)
    return { ...order, refundedFen, status: all ? 'refunded' : order.status }
  }
  return random.pick<() => SentOrder>([
    () => ({ ...order, amountFen: order.refundedFen + random.between(0, 200_000) }),
    () => ({
      ...order,
      paidAt: new Date(Date.parse(order.paidAt) - random.between(0, 40 * DAY_MS)).toISOString(),
    }),
    () => ({ ...order, ...places(random) }),
    () => ({ ...order, items: lines(random) }),
    () => ({ ...order, memberNo: member() }),
    () => ({ ...order, status: 'paid', refundedFen: 0 }),
  ])()
}
