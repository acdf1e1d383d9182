import { Prisma } from '../../../prisma/db.ts'
import { scope } from '../../scope.ts'
import type { SignedIn } from '../../session.ts'
import { couponEntries } from './coupon-entries.ts'
import type { TIMELINE_TYPES } from './schema.ts'

/** One kind of entry: columns id, at, by, what, text, "amountFen", detail. */
export interface TimelineSource {
  type: (typeof TIMELINE_TYPES)[number]
  rows: Prisma.Sql
}

/** Where a customer's timeline comes from. Tasks are those of the person's scope only. */
export function timelineSources(
  user: SignedIn,
  customerId: bigint,
  at: { now: Date; zone: string },
): TimelineSource[] {
  const none = Prisma.sql`null::float8 as "amountFen"`
  return [
    {
      type: 'order',
      rows: Prisma.sql`
        select 'order:' || o.id as id, o.paid_at as at, helper.name as by, o.status::text as what,
          coalesce(st.name, o.store_no, '') as text, (o.amount_fen - o.refunded_fen)::float8 as "amountFen",
          json_build_object('orderNo', o.order_no, 'refundedFen', o.refunded_fen, 'items', coalesce((
            select json_agg(json_build_object('name', coalesce(i.name, i.sku), 'quantity', i.quantity,
              'amountFen', i.amount_fen) order by i.line)
            from (select * from order_item i where i.order_id = o.id order by i.line limit 20) i), '[]'::json)) as detail
        from orders o left join store st on st.store_no = o.store_no
          left join employee helper on helper.userid_key = lower(o.guide_userid)
        where o.customer_id = ${customerId}`,
    },
    { type: 'coupon', rows: couponEntries(customerId, at) },
    {
      type: 'touch',
      rows: Prisma.sql`
        select 'touch:' || t.id as id, t.at, e.name as by, t.result::text as what, t.text, ${none},
          json_build_object('channel', t.channel, 'taskId', t.task_id::text) as detail
        from touch t join employee e on e.id = t.employee_id where t.customer_id = ${customerId}`,
    },
    {
      type: 'tag',
      rows: Prisma.sql`
        select 'tag-added:' || ct.tag_id as id, ct.added_at as at,
          -- a rule's code is nobody's name: that it was a rule is in the detail
          case when ct.origin <> 'rule' then coalesce(e.name, ct.origin_by) end as by,
          'added' as what, t.name as text, ${none}, json_build_object('origin', ct.origin) as detail
        from customer_tag ct join tag t on t.id = ct.tag_id
          left join employee e on e.userid_key = lower(ct.origin_by)
        where ct.customer_id = ${customerId}
        union all
        select 'tag-removed:' || ct.tag_id, ct.removed_at,
          coalesce(e.name, case when ct.origin <> 'rule' then ct.removed_by end), 'removed', t.name,
          ${none}, json_build_object('origin', ct.origin)
        from customer_tag ct join tag t on t.id = ct.tag_id
          left join employee e on e.userid_key = lower(ct.removed_by)
        where ct.customer_id = ${customerId} and ct.removed_at is not null`,
    },
    {
      type: 'task',
      rows: Prisma.sql`
        select 'task:' || ev.id as id, ev.at, actor.name as by, ev.to_state::text as what, t.kind as text, ${none},
          json_build_object('taskId', t.id::text, 'via', ev.via, 'fromState', ev.from_state,
            'assignee', e.name, 'event', ev.detail) as detail
        from task t join task_event ev on ev.task_id = t.id join employee e on e.id = t.assignee_id
          left join employee actor on actor.userid_key = lower(ev.actor)
        where t.customer_id = ${customerId} and ${scope.tasks(user)}`,
    },
    {
      type: 'note',
      rows: Prisma.sql`
        select 'note:' || n.id as id, n.at, e.name as by, 'note' as what, n.text, ${none},
          '{}'::json as detail
        from note n join employee e on e.id = n.employee_id where n.customer_id = ${customerId}`,
    },
    {
      type: 'relation',
      rows: Prisma.sql`
        select 'relation-added:' || r.id as id, r.added_at as at, e.name as by, 'added' as what,
          coalesce(r.state, '') as text, ${none}, json_build_object('addWay', r.add_way) as detail
        from relation r join employee e on e.id = r.employee_id where r.customer_id = ${customerId}
        union all
        select 'relation-ended:' || r.id, r.ended_at, e.name, 'ended', coalesce(r.ended_by::text, ''), ${none},
          '{}'::json
        from relation r join employee e on e.id = r.employee_id
        where r.customer_id = ${customerId} and r.ended_at is not null`,
    },
  ]
}
