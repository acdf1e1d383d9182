import { keptTier } from '../../../bot/messages/task-cards.ts'
import { Prisma } from '../../../prisma/db.ts'
import { scope } from '../../scope.ts'
import type { SignedIn } from '../../session.ts'
import { referrals } from '../tasks/task-row.ts'

/**
 * SELECT of what words may say of a customer without a task, as a NamedRow: the guide is the one with the oldest live
 * relation. No row for a customer outside the person's scope.
 */
export function customerWordsRow(user: SignedIn, customerId: string): Prisma.Sql {
  return Prisma.sql`
    select c.id::text as "customerId", c.name, c.wecom_name as "wecomName", c.gender::text as gender,
      coalesce(s.spend_365_fen, 0)::float8 as "spend365Fen", coalesce(s.orders_365, 0) as "orders365",
      coalesce(s.purchase_days_365, 0) as "purchaseDays365", ${referrals} as referrals,
      s.last_purchase_day::text as "lastPurchaseDay", ${keptTier}, s.main_category as "mainCategory",
      guide.name as "assigneeName", st.name as "storeName"
    from customer c
    left join customer_stats s on s.customer_id = c.id
    left join lateral (
      select e.name, e.store_no from relation r join employee e on e.id = r.employee_id
      where r.customer_id = c.id and r.ended_at is null order by r.added_at, r.id limit 1
    ) guide on true
    left join store st on st.store_no = guide.store_no
    where c.id = ${customerId}::bigint and ${scope.customers(user)}`
}
