import { HANDOVER_LIMIT, IMPORTANT, type HandoverStrategy } from '../../domain/handover.ts'
import { Prisma } from '../../prisma/db.ts'
import type { Giver } from './handover.ts'
import type { Taker } from './takers.ts'

/**
 * Who takes each of a giver's customers, and who can't be handed over: common tables, the last of them
 * `planned(customer_id, spend_fen, via, why, to_id, important)`. Who is handed over: customers with a live relation,
 * those a giver who left the company has left behind, those the giver is the assigned guide of, those about whom they
 * have open tasks.
 *
 * The most valuable are dealt first, there and back again (dealTo in domain/handover.ts); by latest_order those whom a
 * taker assisted last are theirs, and only the others are dealt.
 */
export function plannedTables(
  giver: Giver,
  strategy: HandoverStrategy,
  takers: readonly Taker[],
  now: Date,
): Prisma.Sql {
  const since = new Date(now.getTime() - HANDOVER_LIMIT.days * 86_400_000)
  return Prisma.sql`
    taker as materialized (
      select t.id, lower(t.userid) as key, t.nth - 1 as nth
      from unnest(${takers.map(({ id }) => String(id))}::bigint[], ${takers.map(({ userid }) => userid)}::text[])
        with ordinality as t(id, userid, nth)
    ), mine as materialized (
      select customer_id, bool_or(related) as related, bool_or(resigned) as resigned from (
        select r.customer_id, true as related, false as resigned from relation r
        where r.employee_id = ${giver.id} and r.ended_at is null and not r.half
        union all
        select u.customer_id, true, true from unassigned_customer u where u.employee_id = ${giver.id}
        union all
        select c.id, false, false from customer c
        where c.guide_userid in (${giver.userid}, ${giver.userid.toLowerCase()})
        union all
        select t.customer_id, false, false from task t
        where t.assignee_id = ${giver.id} and t.state in ('open', 'in_progress')
      ) any_of group by customer_id
    ), judged as materialized (
      select m.customer_id, greatest(coalesce(s.spend_365_fen, 0), 0) as spend_fen,
        case when c.external_userid is null or not m.related then 'none'
          when m.resigned then 'resigned' else 'transfer' end as via,
        lower(s.last_guide_userid) as last_guide, lower(s.last_cashier_userid) as last_cashier,
        case when asked.is_open then 'in_transfer'
          when m.related and asked.times >= ${HANDOVER_LIMIT.times} then 'twice'
          when not exists (select 1 from taker) then 'no_taker' end as why
      from mine m
      join customer c on c.id = m.customer_id
      left join customer_stats s on s.customer_id = m.customer_id
      cross join lateral (
        select coalesce(bool_or(h.state in ('waiting', 'asking', 'asked')), false) as is_open,
          count(*) filter (where h.asked_at > ${since}) as times
        from handover_customer h where h.customer_id = m.customer_id
      ) asked
    ), known as (
      select j.*, case when j.why is null and ${strategy === 'latest_order'} then coalesce(
          (select t.id from taker t where t.key = j.last_guide),
          (select t.id from taker t where t.key = j.last_cashier)) end as known_id,
        (select count(*) from taker) as takers
      from judged j
    ), ranked as (
      select k.*, k.why is null and k.known_id is null as is_dealt,
        row_number() over (partition by k.why is null and k.known_id is null order by k.spend_fen desc, k.customer_id) - 1
          as nth,
        row_number() over (partition by k.why is null order by k.spend_fen desc, k.customer_id) as place,
        count(*) filter (where k.why is null) over () as going
      from known k
    ), planned as materialized (
      select r.customer_id, r.spend_fen, r.via, r.why,
        case when r.is_dealt then (select t.id from taker t where t.nth = case
          when (r.nth / r.takers) % 2 = 0 then r.nth % r.takers
          else r.takers - 1 - r.nth % r.takers end) else r.known_id end as to_id,
        r.why is null and r.spend_fen > 0
          and r.place <= least(${IMPORTANT.most}, ceil(${IMPORTANT.share}::float8 * r.going)) as important
      from ranked r
    )`
}
