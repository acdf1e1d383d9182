import { Prisma } from '../../../prisma/db.ts'

/** days after a touch within which a used coupon is told with it (domain-rules 11: 7 d for a send) */
const AFTER_TOUCH_DAYS = 7

/**
 * A customer's coupons for the timeline: each once, in the state it has now, at the moment it came into it
 * (domain-rules 4). A used one has its order's net amount, where the order is known, and the last message sent to the
 * customer within the 7 days before: whose it was, and how many business days lie between. That a coupon follows a
 * message proves nothing about why it was used; the words only say what came after what.
 *
 * The chain sends no moment for a void coupon: it is the one at which we learned of it. A coupon used without a moment takes
 * its order's; without an order it is told at the one we learned of it, and with no message.
 */
export function couponEntries(
  customerId: bigint,
  { now, zone }: { now: Date; zone: string },
): Prisma.Sql {
  return Prisma.sql`
    select 'coupon:' || k.id as id,
      case
        when k.state = 'issued' then k.issued_at
        when k.state = 'expired' then k.expires_at
        when k.state = 'used' then coalesce(k.at, k.updated_at)
        else k.updated_at
      end as at,
      null::text as by, k.state as what, k.name as text, k.net as "amountFen",
      json_build_object('couponNo', k.coupon_no, 'orderNo', k.order_no, 'touch', (
        select json_build_object('by', e.name, 'at', t.at, 'channel', t.channel,
          'days', (k.at at time zone ${zone})::date - (t.at at time zone ${zone})::date)
        from touch t join employee e on e.id = t.employee_id
        where k.state = 'used' and t.customer_id = ${customerId} and t.result = 'sent' and t.channel <> 'welcome'
          and t.at <= k.at
          and (t.at at time zone ${zone})::date >= (k.at at time zone ${zone})::date - ${AFTER_TOUCH_DAYS}::int
        order by t.at desc limit 1)) as detail
    from (
      select cp.*, (o.amount_fen - o.refunded_fen)::float8 as net,
        case when cp.status = 'used' then coalesce(cp.used_at, o.paid_at) end as at,
        case
          when cp.status = 'issued' and cp.expires_at <= ${now} then 'expired'
          else cp.status::text
        end as state
      from coupon cp
      left join orders o on cp.status = 'used' and o.order_no = cp.order_no and o.customer_id = cp.customer_id
      where cp.customer_id = ${customerId}
    ) k`
}
