import type pg from 'pg'
import type { SentOrder } from './history.ts'

const AT_ONCE = 20_000

/** How many orders are not kept as they were told last: missing, changed, of another customer, with other lines. */
export async function notAsTold(
  pool: pg.Pool,
  told: ReadonlyMap<string, SentOrder>,
): Promise<number> {
  await pool.query('create table told (item jsonb not null)')
  const all = [...told.values()]
  for (let at = 0; at < all.length; at += AT_ONCE) {
    await pool.query(`insert into told select * from jsonb_array_elements($1::jsonb)`, [
      JSON.stringify(all.slice(at, at + AT_ONCE)),
    ])
  }
  const { rows } = await pool.query<{ n: number }>(`
    with kept as (
      select o.*, (select coalesce(jsonb_agg(jsonb_build_object('sku', i.sku, 'category', i.category,
          'quantity', i.quantity, 'amountFen', i.amount_fen) order by i.line), '[]')
        from order_item i where i.order_id = o.id) as items
      from orders o
    )
    select count(*)::int as n from told t
    full join kept k on k.order_no = t.item ->> 'orderNo'
    left join customer c on c.member_no = t.item ->> 'memberNo'
    where (k.member_no, k.store_no, k.guide_userid, k.cashier_userid, k.amount_fen, k.refunded_fen, k.status::text,
        k.paid_at, k.paid_day, k.source_updated_at, k.items, k.customer_id)
      is distinct from (t.item ->> 'memberNo', t.item ->> 'storeNo', t.item ->> 'guideUserid',
        t.item ->> 'cashierUserid', (t.item ->> 'amountFen')::bigint, (t.item ->> 'refundedFen')::bigint,
        t.item ->> 'status', (t.item ->> 'paidAt')::timestamptz,
        ((t.item ->> 'paidAt')::timestamptz at time zone 'Asia/Shanghai')::date,
        (t.item ->> 'updatedAt')::timestamptz, t.item -> 'items', c.id)`)
  return rows[0]?.n ?? Number.NaN
}
