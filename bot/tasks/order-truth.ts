import type { RuleKind } from '../../domain/words.ts'
import { Prisma } from '../../prisma/db.ts'

/** Kinds of task that an order, or a refund, makes untrue (domain-rules 9). */
export const ABOUT_ORDERS = [
  'repurchase_overdue',
  'new_member',
  'first_purchase_thanks',
  'churn_warning',
  'tier_keep',
] as const satisfies readonly RuleKind[]

/**
 * Whether the customer's orders make a task, or a candidate that waits, untrue; SQL over its row and the customer's row
 * of customer_stats named `s`, which is missing where no order counts.
 *
 * @param row the name that the statement gives the task or the candidate
 */
export function isUntrue(row: 't' | 'h'): Prisma.Sql {
  const kind = Prisma.raw(`${row}.kind`)
  const facts = Prisma.raw(`${row}.facts`)
  const occurrence = Prisma.raw(`${row}.occurrence`)
  return Prisma.sql`
    case ${kind}
      when 'new_member' then s.last_order_no is not null
      when 'first_purchase_thanks' then s.first_purchase_day is distinct from left(${occurrence}, 10)::date
      -- countKeepGaps has counted it before
      when 'tier_keep' then (${facts} ->> 'spendFen')::bigint + (${facts} ->> 'orders')::int
        + (${facts} ->> 'purchaseDays')::int + (${facts} ->> 'referrals')::int
        + coalesce((${facts} ->> 'points')::bigint, 0) = 0
      -- a silence is over with the next order
      else s.last_order_no is distinct from coalesce(${facts} ->> 'lastOrder', ${occurrence})
    end`
}

/** Whether what makes it untrue is that the customer bought, and not that an order went away. */
export const hasBought = Prisma.sql`
  case t.kind
    when 'new_member' then true
    when 'first_purchase_thanks' then false
    when 'tier_keep' then true
    else coalesce(s.last_purchase_day >= (t.facts ->> 'lastPurchase')::date, false)
  end`
