import { Prisma, type Db } from '../../../prisma/db.ts'
import type { BotDeps } from '../../deps.ts'
import type { Changes, CheckedItem } from './slice.ts'

/** The part of an order that its lines hang on. */
export interface OrderWithLines {
  orderNo: string
  updatedAt?: string | null
  items?:
    | {
        sku: string
        name?: string | null
        category?: string | null
        quantity: number
        amountFen: number
      }[]
    | null
}

/**
 * Writes the lines of a batch's orders: lines are replaced as a whole where an order brings any, kept where it
 * brings none. An order that is older than the stored one changes no line either.
 */
export async function writeOrderItems(
  tx: Db,
  _deps: BotDeps,
  batch: CheckedItem<OrderWithLines>[],
  changes: Changes,
): Promise<void> {
  const orders = batch
    .map(({ item }) => item)
    .filter((order) => order.items !== undefined)
    .map((order) => ({
      order_no: order.orderNo,
      updated_at: order.updatedAt ?? null,
      lines: (order.items ?? []).map((line) => [
        line.sku,
        line.name ?? null,
        line.category ?? null,
        line.quantity,
        line.amountFen,
      ]),
    }))
  if (orders.length === 0) return
  const wanted = Prisma.sql`
    select o.id, o.order_no, o.customer_id, r.lines
    from json_to_recordset(${JSON.stringify(orders)}::json) as r(order_no text, updated_at timestamptz(3), lines jsonb)
    join orders o on o.order_no = r.order_no
    where r.updated_at is null or o.source_updated_at is null or r.updated_at >= o.source_updated_at`
  const touched = await tx.$queryRaw<{ order_no: string; customer: string | null }[]>`
    with wanted as materialized (${wanted}), written as (
      insert into order_item as t (order_id, line, sku, name, category, quantity, amount_fen)
      select w.id, l.n, l.line->>0, l.line->>1, l.line->>2, (l.line->>3)::int, (l.line->>4)::bigint
      from wanted w, jsonb_array_elements(w.lines) with ordinality as l(line, n)
      order by w.id, l.n
      on conflict (order_id, line) do update set sku = excluded.sku, name = excluded.name,
        category = excluded.category, quantity = excluded.quantity, amount_fen = excluded.amount_fen
      where (t.sku, t.name, t.category, t.quantity, t.amount_fen) is distinct from
        (excluded.sku, excluded.name, excluded.category, excluded.quantity, excluded.amount_fen)
      returning t.order_id
    ), gone as (
      delete from order_item t using wanted w
      where t.order_id = w.id and t.line > jsonb_array_length(w.lines)
      returning t.order_id
    )
    select w.order_no, w.customer_id::text as customer from wanted w
    where w.id in (select order_id from written union select order_id from gone)`
  for (const { order_no, customer } of touched) {
    changes.changed.add(order_no)
    if (customer) changes.buyers.add(customer)
  }
}
