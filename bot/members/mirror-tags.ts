import { randomUUID } from 'node:crypto'
import { Prisma, type Db } from '../../prisma/db.ts'
import { addToOutbox } from '../messages/outbox.ts'

interface MarkRow {
  relation_id: string
  customer_id: bigint
  userid: string
  external_userid: string
  add: string[] | null
  remove: string[] | null
}

/**
 * Brings WeCom's tags into step with ours: for every live, whole relation of these customers one mark_tag
 * row with what its guide's side lacks or has too much (domain-rules 13: our tags hang on the customer,
 * WeCom's on the relation). What a waiting row will do counts as done, so nothing is asked for twice.
 * Tags that WeCom holds and we know nothing of are never taken off.
 *
 * @returns how many relations get a call
 */
export async function mirrorTags(
  tx: Db,
  input: {
    customerIds: bigint[]
    now: Date
    traceId: string
    /** when the nth of the calls is made, from 0; at once where it is missing */
    startAt?: (nth: number) => Date
  },
): Promise<number> {
  if (input.customerIds.length === 0) return 0
  const rows = await tx.$queryRaw<MarkRow[]>(Prisma.sql`
    -- nobody need wait in the queue whose differences are told now
    with told as (
      delete from tag_mirror_queue where customer_id = any(${input.customerIds}::bigint[])
    ), side as (
      select r.id as relation_id, r.customer_id, e.userid, c.external_userid
      from relation r
      join employee e on e.id = r.employee_id and e.active and e.in_app
      join customer c on c.id = r.customer_id and c.external_userid is not null
      where r.customer_id = any(${input.customerIds}::bigint[])
        and r.ended_at is null and not r.half
    ), marking as (
      select distinct on (relation_id, tag_id) relation_id, tag_id, puts_on
      from (
        select o.id, (o.payload->>'relationId')::bigint as relation_id, t::bigint as tag_id, puts_on
        from outbox o
        cross join lateral (
          select t, true as puts_on from jsonb_array_elements_text(o.payload->'add') as t
          union all
          select t, false from jsonb_array_elements_text(o.payload->'remove') as t
        ) as tags
        where o.customer_id = any(${input.customerIds}::bigint[])
          and o.state in ('pending', 'sending') and o.kind = 'mark_tag'
      ) as calls
      order by relation_id, tag_id, id desc
    ), difference as (
      select s.relation_id, ct.tag_id, ct.removed_at is null as puts_on
      from side s
      join customer_tag ct on ct.customer_id = s.customer_id
        and (ct.removed_at is not null or ct.expires_at is null or ct.expires_at > ${input.now})
      join tag t on t.id = ct.tag_id and t.deleted_at is null
      join tag_group g on g.id = t.group_id and g.deleted_at is null and g.strategy_id is null
      left join relation_tag b on b.relation_id = s.relation_id and b.tag_id = ct.tag_id
      left join marking m on m.relation_id = s.relation_id and m.tag_id = ct.tag_id
      where coalesce(m.puts_on, b.tag_id is not null) <> (ct.removed_at is null)
    )
    select s.relation_id::text, s.customer_id, s.userid, s.external_userid,
      array_agg(d.tag_id::text order by d.tag_id) filter (where d.puts_on) as add,
      array_agg(d.tag_id::text order by d.tag_id) filter (where not d.puts_on) as remove
    from side s join difference d using (relation_id)
    group by s.relation_id, s.customer_id, s.userid, s.external_userid
    order by s.relation_id`)
  return addToOutbox(
    tx,
    input.now,
    rows.map((row, nth) => ({
      kind: 'mark_tag',
      // made in the transaction that makes the difference: running again finds no difference
      dedupeKey: `mark_tag:${row.relation_id}:${randomUUID()}`,
      payload: {
        relationId: row.relation_id,
        userid: row.userid,
        externalUserId: row.external_userid,
        add: row.add ?? [],
        remove: row.remove ?? [],
      },
      ...(input.startAt && { notBefore: input.startAt(nth) }),
      customerId: row.customer_id,
      traceId: input.traceId,
    })),
  )
}
