/**
 * The profile's data as one would write it by hand for `pg`, the access check in it: customer $1, as the guide with
 * userid $2 may see them, on day $3. What follows from the data (tier, rhythm, stage, reasons) is left out.
 */
export const BARE_STATEMENT = `
  select c.id::text, c.external_userid, c.member_no, c.name, c.wecom_name, c.avatar, c.gender, c.mobile_enc, c.birth_year,
    c.birthday_md, c.birthday_lunar, c.joined_at, c.match_issue, c.consent,
    jsonb_build_object('storeNo', st.store_no, 'name', st.name) as store,
    jsonb_build_object('userid', owner.userid, 'name', owner.name) as owner_guide,
    jsonb_build_object('remark', mine.remark, 'addedAt', mine.added_at, 'half', mine.half) as relation,
    s.spend_365_fen::float8, s.orders_365, s.purchase_days, s.purchase_days_365, s.last_purchase_day, s.cycle_days,
    s.main_category, s.last_store_no, guides.list as guides, tags.list as tags, coupons.list as coupons,
    points.list as points, days.list as days, tasks.list as tasks, touches.list as touches,
    (select count(*) from customer r
      cross join lateral (select o.status, o.refunded_fen from orders o where o.customer_id = r.id order by o.paid_at, o.id limit 1) o
      where r.referrer_member_no = c.member_no and r.id <> c.id and o.status = 'paid' and o.refunded_fen = 0)::int as referrals
  from customer c
  join relation mine on mine.customer_id = c.id and mine.ended_at is null
  join employee me on me.id = mine.employee_id and me.userid_key = $2 and me.active
  left join customer_stats s on s.customer_id = c.id
  left join store st on st.store_no = c.store_no
  left join employee owner on owner.userid_key = lower(c.guide_userid)
  left join lateral (
    select jsonb_agg(jsonb_build_object('userid', e.userid, 'name', e.name) order by r.added_at) as list
    from relation r join employee e on e.id = r.employee_id
    where r.customer_id = c.id and r.ended_at is null) guides on true
  left join lateral (
    select jsonb_agg(jsonb_build_object('id', t.id::text, 'name', t.name, 'dimension', g.dimension, 'groupName', g.name,
      'origin', ct.origin, 'originBy', ct.origin_by, 'addedAt', ct.added_at) order by g.sort_order desc, t.sort_order desc) as list
    from customer_tag ct join tag t on t.id = ct.tag_id join tag_group g on g.id = t.group_id
    where ct.customer_id = c.id and ct.removed_at is null and t.deleted_at is null) tags on true
  left join lateral (
    select jsonb_agg(jsonb_build_object('couponNo', k.coupon_no, 'name', k.name, 'faceValueFen', k.face_value_fen,
      'discount', k.discount, 'minSpendFen', k.min_spend_fen, 'expiresOn', k.expires_day) order by k.expires_day) as list
    from coupon k where k.customer_id = c.id and k.status = 'issued' and k.expires_day >= $3::date) coupons on true
  left join lateral (
    select jsonb_agg(jsonb_build_object('remaining', l.remaining, 'availableOn', l.available_on, 'expiresOn', l.expires_on)
      order by l.expires_on) as list
    from points_lot l where l.customer_id = c.id and l.remaining > 0 and l.expires_on >= $3::date) points on true
  left join lateral (
    select jsonb_agg(jsonb_build_object('day', d.paid_day, 'spendFen', d.spend, 'orders', d.n) order by d.paid_day desc) as list
    from (select paid_day, sum(amount_fen - refunded_fen)::float8 as spend, count(*) as n
      from orders o where o.customer_id = c.id and o.status = 'paid' and o.paid_day <= $3::date group by paid_day) d) days on true
  left join lateral (
    select jsonb_agg(jsonb_build_object('id', t.id::text, 'kind', t.kind, 'state', t.state, 'urgent', t.urgent, 'facts', t.facts,
      'dueAt', t.due_at, 'diesAt', t.dies_at, 'createdAt', t.created_at, 'assignee', me.userid) order by t.priority desc) as list
    from task t where t.customer_id = c.id and t.assignee_id = me.id and t.state in ('open', 'in_progress')) tasks on true
  left join lateral (
    select jsonb_agg(jsonb_build_object('at', x.at, 'channel', x.channel, 'name', x.name, 'mine', x.mine) order by x.at desc) as list
    from (select touch.at, touch.channel, e.name, touch.employee_id = me.id as mine
      from touch join employee e on e.id = touch.employee_id
      where touch.customer_id = c.id and touch.result = 'sent' order by touch.at desc limit 50) x) touches on true
  where c.id = $1`
