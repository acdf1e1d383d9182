import { Prisma } from '../../prisma/db.ts'

/**
 * Who gets a customer's task (domain-rules 9): of the employees at work who have a live, confirmed relation
 * with the customer the first of 1 the guide of the last order, 2 its cashier, 3 the customer's assigned
 * guide, 4 the guide with the oldest relation, 5 the manager of the customer's store.
 *
 * A SELECT of customer_id, employee_id, line (1–5), store_no for the customers of a relation `who(customer_id)`;
 * those nobody can serve are missing. Userids are compared without case (wecom-protocol 0).
 */
export const assignees = Prisma.sql`
  select distinct on (w.customer_id)
    w.customer_id, e.id as employee_id, x.line, coalesce(e.store_no, c.store_no) as store_no
  from who w
  join customer c on c.id = w.customer_id
  left join customer_stats s on s.customer_id = w.customer_id
  join relation r on r.customer_id = w.customer_id and r.ended_at is null and not r.half
  join employee e on e.id = r.employee_id and e.active
  cross join lateral (
    select case
      when e.userid_key = lower(s.last_guide_userid) then 1
      when e.userid_key = lower(s.last_cashier_userid) then 2
      when e.userid_key = lower(c.guide_userid) then 3
      when e.role = 'guide' then 4
      when e.role = 'manager' and e.store_no = c.store_no then 5
    end as line
  ) x
  where x.line is not null
  order by w.customer_id, x.line, r.added_at, r.id`
