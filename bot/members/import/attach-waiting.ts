import type { Db } from '../../../prisma/db.ts'

/**
 * Gives members the orders, coupons and points that came before them, in one statement.
 *
 * @param memberIds our ids of customers that have a member number
 * @returns ids of those who got orders, and of those who got points, as text
 */
export async function attachWaiting(
  tx: Db,
  memberIds: bigint[],
  now: Date,
): Promise<{ buyers: string[]; earners: string[] }> {
  if (memberIds.length === 0) return { buyers: [], earners: [] }
  const [got] = await tx.$queryRaw<{ buyers: string[]; earners: string[] }[]>`
    with members as materialized (
      select id, member_no from customer where id = any(${memberIds}::bigint[])
    ), bought as (
      update orders t set customer_id = m.id, updated_at = ${now}::timestamptz from members m
      where t.member_no = m.member_no and t.customer_id is null
      returning m.id
    ), got as (
      update coupon t set customer_id = m.id, updated_at = ${now}::timestamptz from members m
      where t.member_no = m.member_no and t.customer_id is null
    ), earned as (
      update points_entry t set customer_id = m.id from members m
      where t.member_no = m.member_no and t.customer_id is null
      returning m.id
    )
    select array(select distinct id::text from bought) as buyers,
      array(select distinct id::text from earned) as earners`
  return got ?? { buyers: [], earners: [] }
}
