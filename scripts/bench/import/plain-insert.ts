import type pg from 'pg'
import type { SentOrder } from './order-stream.ts'

const SHANGHAI_MS = 8 * 3_600_000

/** Rows of one batch by columns, as an INSERT from unnest takes them. */
export interface PlainBatch {
  orders: unknown[][]
  lines: unknown[][]
}

/**
 * The batch as the rows that will be stored: the customer's id and the business day are known beforehand, so that the
 * plain insert looks up and computes nothing.
 */
export function plainBatch(batch: readonly SentOrder[]): PlainBatch {
  const day = (moment: string) =>
    new Date(Date.parse(moment) + SHANGHAI_MS).toISOString().slice(0, 10)
  const lines = batch.flatMap((order) =>
    (order.items ?? []).map((line, at) => ({ ...line, orderNo: order.orderNo, at: at + 1 })),
  )
  return {
    orders: [
      batch.map((order) => order.orderNo),
      batch.map((order) => order.memberNo),
      batch.map((order) => Number(order.memberNo.slice(1)) + 1),
      batch.map((order) => order.storeNo),
      batch.map((order) => order.guideUserid),
      batch.map((order) => order.cashierUserid),
      batch.map((order) => order.paidAt),
      batch.map((order) => day(order.paidAt)),
      batch.map((order) => order.amountFen),
      batch.map((order) => order.refundedFen),
      batch.map((order) => order.status),
      batch.map((order) => order.updatedAt),
    ],
    lines: [
      lines.map((line) => line.orderNo),
      lines.map((line) => line.at),
      lines.map((line) => line.sku),
      lines.map((line) => line.name),
      lines.map((line) => line.category),
      lines.map((line) => line.quantity),
      lines.map((line) => line.amountFen),
    ],
  }
}

const ORDERS = `
  insert into orders (order_no, member_no, customer_id, store_no, guide_userid, cashier_userid, paid_at, paid_day,
    amount_fen, refunded_fen, status, source_updated_at)
  select * from unnest($1::text[], $2::text[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::timestamptz[],
    $8::date[], $9::bigint[], $10::bigint[], $11::order_status[], $12::timestamptz[])`

const ORDERS_AND_LINES = `
  with o as (${ORDERS} returning id, order_no)
  insert into order_item (order_id, line, sku, name, category, quantity, amount_fen)
  select o.id, l.line, l.sku, l.name, l.category, l.quantity, l.amount_fen
  from unnest($13::text[], $14::smallint[], $15::text[], $16::text[], $17::text[], $18::int[], $19::bigint[])
    as l(order_no, line, sku, name, category, quantity, amount_fen)
  join o using (order_no)`

/** Inserts a batch in one prepared statement, committed when it answers. */
export async function insertPlainly(client: pg.PoolClient, batch: PlainBatch): Promise<void> {
  const withLines = (batch.lines[0]?.length ?? 0) > 0
  await client.query({
    name: withLines ? 'plain_orders_and_lines' : 'plain_orders',
    text: withLines ? ORDERS_AND_LINES : ORDERS,
    values: withLines ? [...batch.orders, ...batch.lines] : batch.orders,
  })
}
