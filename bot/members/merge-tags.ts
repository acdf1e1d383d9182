import { Prisma, type Db } from '../../prisma/db.ts'

/** The tags that WeCom holds on live relations now. */
export interface TagsRead {
  pairs: { relationId: bigint; tagIds: bigint[] }[]
  /** when the read began: marks made since are not judged by it */
  readAt: Date
  now: Date
}

/**
 * Merges an edit made in the WeCom client into the customers' tags (domain-rules 13). WeCom tells no
 * difference, so what it holds now is compared with what it held (RelationTag): a tag that is new was put
 * on by a person, one that is gone was taken off by a person, and the person who acted last wins. A tag
 * that we are marking at this moment is left for the next read.
 *
 * @returns how many tags were put on or taken off customers
 */
export async function mergeTags(tx: Db, read: TagsRead): Promise<number> {
  if (read.pairs.length === 0) return 0
  const pairs = JSON.stringify(
    read.pairs.map((pair) => ({
      relation_id: String(pair.relationId),
      tag_ids: pair.tagIds.map(String),
    })),
  )
  const answer = await tx.$queryRaw<{ count: number }[]>(Prisma.sql`
    with pair as (
      select relation_id, tag_ids
      from json_to_recordset(${pairs}::json) as p(relation_id bigint, tag_ids json)
    ), held as (
      select relation_id, t::bigint as tag_id from pair, json_array_elements_text(tag_ids) as t
    ), marking as (${tagsBeingMarked(read.readAt)}
    ), put_on as (
      select r.customer_id, h.relation_id, h.tag_id, e.userid, b.tag_id is null as is_new
      from held h
      join relation r on r.id = h.relation_id
      join employee e on e.id = r.employee_id
      left join relation_tag b using (relation_id, tag_id)
      left join customer_tag c on c.customer_id = r.customer_id and c.tag_id = h.tag_id
      where (b.tag_id is null or c.tag_id is null)
        and not exists (select 1 from marking m
          where m.relation_id = h.relation_id and m.tag_id = h.tag_id)
    ), taken_off as (
      select r.customer_id, b.relation_id, b.tag_id
      from pair p
      join relation r on r.id = p.relation_id
      join relation_tag b on b.relation_id = p.relation_id
      where not exists (select 1 from held h
          where h.relation_id = b.relation_id and h.tag_id = b.tag_id)
        and not exists (select 1 from marking m
          where m.relation_id = b.relation_id and m.tag_id = b.tag_id)
    ), forgotten as (
      delete from relation_tag b using taken_off t
      where b.relation_id = t.relation_id and b.tag_id = t.tag_id
    ), remembered as (
      insert into relation_tag (relation_id, tag_id)
      select relation_id, tag_id from put_on on conflict do nothing
    ), added as (
      insert into customer_tag (customer_id, tag_id, origin, origin_by, added_at)
      select distinct on (customer_id, tag_id) customer_id, tag_id, 'wecom'::tag_origin, userid,
        ${read.now}::timestamptz
      from put_on order by customer_id, tag_id, relation_id
      on conflict (customer_id, tag_id) do update set
        origin = excluded.origin, origin_by = excluded.origin_by, added_at = excluded.added_at,
        evidence = null, expires_at = null, removed_at = null, removed_by = null, lapsed_at = null
      where customer_tag.removed_at is not null or customer_tag.origin = 'rule'
      returning 1
    ), removed as (
      update customer_tag c set removed_at = ${read.now}, removed_by = 'wecom'
      from (select distinct customer_id, tag_id from taken_off) t
      where c.customer_id = t.customer_id and c.tag_id = t.tag_id and c.removed_at is null
        and not exists (select 1 from put_on p
          where p.customer_id = t.customer_id and p.tag_id = t.tag_id and p.is_new)
      returning 1
    )
    select (select count(*) from added)::int + (select count(*) from removed)::int as count`)
  return answer[0]?.count ?? 0
}

/** Tags with a mark_tag call under way, or made since `readAt`: WeCom's answer may be from before or after it. */
function tagsBeingMarked(readAt: Date): Prisma.Sql {
  return Prisma.sql`
      select p.relation_id, t::bigint as tag_id
      from pair p
      join relation r on r.id = p.relation_id
      join outbox o on o.customer_id = r.customer_id and o.kind = 'mark_tag'
        and (o.state in ('pending', 'sending') or (o.state = 'sent' and o.sent_at >= ${readAt}))
        and (o.payload->>'relationId')::bigint = p.relation_id
      cross join lateral jsonb_array_elements_text((o.payload->'add') || (o.payload->'remove')) as t`
}
