import { businessDay } from '../../../domain/business-day.ts'
import { keptPlan, type Db } from '../../../prisma/db.ts'
import type { BotDeps } from '../../deps.ts'
import { counts } from '../../rules/counted-order.ts'
import { addFigures, figures, writeFigures } from '../stats-sql.ts'
import { numbers, texts } from './columns.ts'
import type { OrderWithLines } from './order-items.ts'
import type { CheckedItem, Inserted } from './slice.ts'

/** What is kept of an order; `orders.ts` has its schema. */
interface NewOrder extends OrderWithLines {
  memberNo: string
  storeNo?: string | null
  guideUserid?: string | null
  cashierUserid?: string | null
  paidAt: string
  amountFen: number
  refundedFen?: number | null
  status: string
}

/**
 * Keeps the orders of a batch that are new, with their lines, and adds them to the figures of their customers: all in
 * one statement. Most orders are new and later than the ones before, so that this is all there is to do; what is not
 * so simple is left to the caller and named. Customers are locked first, in the order of their ids, as
 * recomputeStats() does.
 */
export async function insertNewOrders(
  tx: Db,
  deps: BotDeps,
  batch: CheckedItem<NewOrder>[],
  now: Date,
): Promise<Inserted> {
  const orders = batch.map(({ item }) => item)
  const lines = orders.flatMap((order) =>
    (order.items ?? []).map((line, n) => ({ ...line, orderNo: order.orderNo, n: n + 1 })),
  )
  const today = businessDay(now, deps.zone)
  const rows = await tx.$queryRaw<
    { inserted: string[] | null; buyers: string[]; recount: string[] }[]
  >`${keptPlan(batch.length)}
    with r as materialized (
      select order_no, member_no, store_no, guide_userid, cashier_userid, to_timestamp(paid_ms / 1000) as paid_at,
        amount_fen, refunded_fen, status, to_timestamp(updated_ms / 1000) as source_updated_at
      from unnest(
        ${texts(orders, (order) => order.orderNo)}::text[],
        ${texts(orders, (order) => order.memberNo)}::text[],
        ${texts(orders, (order) => order.storeNo ?? null)}::text[],
        ${texts(orders, (order) => order.guideUserid ?? null)}::text[],
        ${texts(orders, (order) => order.cashierUserid ?? null)}::text[],
        ${numbers(orders, (order) => Date.parse(order.paidAt))}::float8[],
        ${numbers(orders, (order) => order.amountFen)}::bigint[],
        ${numbers(orders, (order) => order.refundedFen ?? 0)}::bigint[],
        ${texts(orders, (order) => order.status)}::order_status[],
        ${numbers(orders, (order) => (order.updatedAt ? Date.parse(order.updatedAt) : null))}::float8[]
      ) as r(order_no, member_no, store_no, guide_userid, cashier_userid, paid_ms, amount_fen, refunded_fen, status,
        updated_ms)
    ), c as materialized (
      select id, member_no from customer where member_no = any(${texts(orders, (order) => order.memberNo)}::text[])
      order by id for no key update
    ), o as (
      insert into orders (order_no, member_no, customer_id, store_no, guide_userid, cashier_userid, paid_at, paid_day,
        amount_fen, refunded_fen, status, source_updated_at, updated_at)
      select r.order_no, r.member_no, c.id, r.store_no, r.guide_userid, r.cashier_userid, r.paid_at,
        (r.paid_at at time zone ${deps.zone}::text)::date, r.amount_fen, r.refunded_fen, r.status,
        r.source_updated_at, ${now}::timestamptz
      from r left join c using (member_no) order by r.order_no
      on conflict (order_no) do nothing
      returning id, order_no, customer_id, store_no, guide_userid, cashier_userid, paid_at, paid_day, amount_fen,
        refunded_fen, status
    ), l as materialized (
      select * from unnest(
        ${texts(lines, (line) => line.orderNo)}::text[],
        ${numbers(lines, (line) => line.n)}::smallint[],
        ${texts(lines, (line) => line.sku)}::text[],
        ${texts(lines, (line) => line.name ?? null)}::text[],
        ${texts(lines, (line) => line.category ?? null)}::text[],
        ${numbers(lines, (line) => line.quantity)}::int[],
        ${numbers(lines, (line) => line.amountFen)}::bigint[]
      ) as l(order_no, line, sku, name, category, quantity, amount_fen)
    ), kept_lines as (
      insert into order_item (order_id, line, sku, name, category, quantity, amount_fen)
      select o.id, l.line, l.sku, l.name, l.category, l.quantity, l.amount_fen
      from l join o using (order_no) order by o.id, l.line
    ), paid as (
      select * from o where customer_id is not null and ${counts('o')}
    ), bought as (
      select p.customer_id, l.category, count(*)::int as times
      from l join paid p using (order_no) where l.category is not null group by 1, 2
    ), ${figures(today)}, added as (
      ${writeFigures(today)} ${addFigures(today)} returning s.customer_id
    )
    select case when (select count(*) from o) < ${orders.length} then array(select order_no from o) end as inserted,
      array(select customer_id::text from totals) as buyers,
      array(select customer_id::text from totals except select customer_id::text from added) as recount`
  const [done] = rows
  return {
    keys: new Set(done?.inserted ?? orders.map((order) => order.orderNo)),
    buyers: done?.buyers ?? [],
    recount: done?.recount ?? [],
  }
}
