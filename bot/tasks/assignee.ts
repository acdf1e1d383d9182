import { Prisma } from '../../prisma/db.ts'

/**
 * What is known of customers when a task of theirs is decided, each read once: the body of `who`, which `assignees`
 * reads. Columns customer_id, store_no, consent, spend_fen (365 days), and the userids that domain-rules 9 asks for
 * in lower case, as they are compared (wecom-protocol 0).
 *
 * @param customerIds a SELECT of distinct customer_id
 */
export function whoIs(customerIds: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`
    select c.id as customer_id, c.store_no, c.consent, lower(c.guide_userid) as guide,
      lower(s.last_guide_userid) as last_guide, lower(s.last_cashier_userid) as last_cashier,
      greatest(coalesce(s.spend_365_fen, 0), 0) as spend_fen
    from (${customerIds}) asked
    join customer c on c.id = asked.customer_id
    left join customer_stats s on s.customer_id = asked.customer_id`
}

/** Who gets a customer's task of a rule: of everybody, see assigneesAmong. */
export const assignees = assigneesAmong(Prisma.sql`true`)

/**
 * Who gets a customer's task (domain-rules 9): of the employees at work who have a live, confirmed relation
 * with the customer the first of 1 the guide of the last order, 2 its cashier, 3 the customer's assigned
 * guide, 4 the guide with the oldest relation, 5 the manager of the customer's store.
 *
 * A SELECT of customer_id, employee_id, line (1–5), store_no for the customers of `who`, see whoIs; those nobody
 * can serve are missing.
 *
 * @param among condition on the employee `e` and the customer's `w`
 * @param otherwise the line of somebody to whom none of the five applies; left out: they don't get it
 */
export function assigneesAmong(among: Prisma.Sql, otherwise: 6 | null = null): Prisma.Sql {
  return Prisma.sql`
  select distinct on (w.customer_id)
    w.customer_id, e.id as employee_id, x.line, coalesce(e.store_no, w.store_no) as store_no
  from who w
  join relation r on r.customer_id = w.customer_id and r.ended_at is null and not r.half
  join employee e on e.id = r.employee_id and e.active
  cross join lateral (
    select case
      when e.userid_key = w.last_guide then 1
      when e.userid_key = w.last_cashier then 2
      when e.userid_key = w.guide then 3
      when e.role = 'guide' then 4
      when e.role = 'manager' and e.store_no = w.store_no then 5
      else ${otherwise}::int
    end as line
  ) x
  where x.line is not null and ${among}
  order by w.customer_id, x.line, r.added_at, r.id`
}
