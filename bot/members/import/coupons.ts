import { Prisma } from '../../../prisma/db.ts'
import {
  badMoment,
  fen,
  given,
  item,
  moment,
  number,
  oneOf,
  optional,
  same,
  text,
  toIso,
} from './fields.ts'
import type { ImportSlice } from './slice.ts'

/** A coupon of a member as the chain's systems send it. */
export const Coupon = item({
  couponNo: text(64, "the coupon's number, a string"),
  memberNo: text(64, "the member's number, a string"),
  name: text(200, "the coupon's name, as the customer knows it"),
  faceValueFen: optional(fen('what it is worth')),
  discount: optional(
    number('the share the customer pays, over 0 and at most 1: 0.88 for 8.8 折', {
      exclusiveMinimum: 0,
      maximum: 1,
    }),
  ),
  minSpendFen: optional(fen('the least spend')),
  issuedAt: moment(),
  expiresAt: moment(),
  status: oneOf(['issued', 'used', 'void']),
  usedAt: optional(moment()),
  orderNo: optional(text(64, "the order's number, a string")),
})

export const coupons: ImportSlice<typeof Coupon> = {
  schema: Coupon,
  keyField: 'couponNo',
  keyOf: (coupon) => coupon.couponNo,
  check: (coupon) => {
    const bad = badMoment(coupon, ['issuedAt', 'expiresAt', 'usedAt'])
    if (bad) return bad
    return Date.parse(coupon.expiresAt) < Date.parse(coupon.issuedAt)
      ? { field: 'expiresAt', remedy: 'a time that is not before issuedAt' }
      : undefined
  },
  locksMembers: 'shared',
  table: {
    name: 'coupon',
    key: 'coupon_no',
    stamped: true,
    ofMember: true,
    columns: [
      { name: 'member_no', type: 'text' },
      { name: 'name', type: 'text' },
      { name: 'face_value_fen', type: 'bigint' },
      { name: 'discount', type: 'double precision' },
      { name: 'min_spend_fen', type: 'bigint' },
      { name: 'issued_at', type: 'timestamptz(3)' },
      { name: 'expires_at', type: 'timestamptz(3)' },
      { name: 'status', type: 'coupon_status' },
      { name: 'used_at', type: 'timestamptz(3)' },
      { name: 'order_no', type: 'text' },
    ],
    derived: [
      {
        name: 'expires_day',
        // an end at midnight is the end of the day before
        sql: (zone) =>
          Prisma.sql`((r.expires_at - interval '1 millisecond') at time zone ${zone}::text)::date`,
      },
    ],
  },
  toRow: (coupon) => ({
    coupon_no: coupon.couponNo,
    member_no: coupon.memberNo,
    name: coupon.name,
    issued_at: toIso(coupon.issuedAt),
    expires_at: toIso(coupon.expiresAt),
    status: coupon.status,
    ...given('face_value_fen', coupon.faceValueFen, same),
    ...given('discount', coupon.discount, same),
    ...given('min_spend_fen', coupon.minSpendFen, same),
    ...given('used_at', coupon.usedAt, toIso),
    ...given('order_no', coupon.orderNo, same),
  }),
}
