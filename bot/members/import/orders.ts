import { Type } from 'typebox'
import { Prisma } from '../../../prisma/db.ts'
import {
  badMoment,
  fen,
  given,
  integer,
  item,
  moment,
  oneOf,
  optional,
  same,
  text,
  toIso,
  tooFarAhead,
} from './fields.ts'
import { insertNewOrders } from './insert-orders.ts'
import { writeOrderItems } from './order-items.ts'
import type { ImportSlice } from './slice.ts'

const MOST_LINES = 500

/** One line of an order. */
export const OrderLine = item({
  sku: text(64, 'the article number, a string'),
  name: optional(text(200, "the article's name")),
  category: optional(text(100, "the article's category")),
  quantity: integer('an integer, how many', -1_000_000, 1_000_000),
  amountFen: Type.Integer({
    minimum: -1_000_000_000_000,
    maximum: 1_000_000_000_000,
    description: 'what the line costs in fen, an integer',
  }),
})

/** An order as the chain's systems send it; sent again with a refund, it replaces what it says. */
export const Order = item({
  orderNo: text(64, "the order's number, a string"),
  memberNo: text(64, "the member's number, a string"),
  storeNo: optional(text(64, "the store's number, a string")),
  guideUserid: optional(text(64, "the assisting guide's userid")),
  cashierUserid: optional(text(64, "the cashier's userid")),
  paidAt: moment(),
  amountFen: fen('what was paid'),
  refundedFen: optional(fen('what was paid back')),
  status: oneOf(['paid', 'refunded', 'cancelled']),
  items: optional(
    Type.Array(OrderLine, {
      maxItems: MOST_LINES,
      description: `a list of at most ${MOST_LINES} lines`,
    }),
  ),
  updatedAt: optional(moment()),
})

export const orders: ImportSlice<typeof Order> = {
  schema: Order,
  keyField: 'orderNo',
  keyOf: (order) => order.orderNo,
  check: (order, now) => {
    const bad =
      badMoment(order, ['paidAt', 'updatedAt']) ?? tooFarAhead(order.paidAt, 'paidAt', now)
    if (bad) return bad
    return (order.refundedFen ?? 0) > order.amountFen
      ? { field: 'refundedFen', remedy: 'at most amountFen' }
      : undefined
  },
  version: (order) => (order.updatedAt ? Date.parse(order.updatedAt) : undefined),
  locksMembers: 'shared',
  table: {
    name: 'orders',
    key: 'order_no',
    stamped: true,
    ofMember: true,
    newest: 'source_updated_at',
    columns: [
      { name: 'member_no', type: 'text' },
      { name: 'store_no', type: 'text' },
      { name: 'guide_userid', type: 'text' },
      { name: 'cashier_userid', type: 'text' },
      { name: 'paid_at', type: 'timestamptz(3)' },
      { name: 'amount_fen', type: 'bigint' },
      { name: 'refunded_fen', type: 'bigint', empty: '0' },
      { name: 'status', type: 'order_status' },
      { name: 'source_updated_at', type: 'timestamptz(3)' },
    ],
    derived: [
      { name: 'paid_day', sql: (zone) => Prisma.sql`(r.paid_at at time zone ${zone}::text)::date` },
    ],
  },
  toRow: (order) => ({
    order_no: order.orderNo,
    member_no: order.memberNo,
    paid_at: toIso(order.paidAt),
    amount_fen: order.amountFen,
    status: order.status,
    ...given('store_no', order.storeNo, same),
    ...given('guide_userid', order.guideUserid, same),
    ...given('cashier_userid', order.cashierUserid, same),
    ...given('refunded_fen', order.refundedFen, same),
    ...given('source_updated_at', order.updatedAt, toIso),
  }),
  insertNew: insertNewOrders,
  after: writeOrderItems,
}
