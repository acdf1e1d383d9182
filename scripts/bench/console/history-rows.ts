import { CHAIN_DAY } from '../chain.ts'

const DAYS = 365

/** evenly in [0, 1), always the same for the same numbers */
const chance = (n: string, salt: number) =>
  `((hashint8extended(${n}, ${salt}) & 9007199254740991)::float8 / 9007199254740992)`
const dayOf = (n: string, salt: number) =>
  `(date '${CHAIN_DAY}' - 30 - floor(${chance(n, salt)} * ${DAYS - 30})::int)`

/**
 * A year of what a chain's reports are about, a statement for each table: a task for each customer on average, two of
 * three of them done, half of them with a message; two moves of class a customer, a tier move for every fifth.
 */
export function historyRows(): { what: string; sql: string }[] {
  const kinds = `(array['birthday', 'coupon_expiring', 'repurchase_overdue', 'points_expiring', 'new_member'])`
  return [
    {
      what: 'tasks of a year',
      sql: `
        insert into task (customer_id, kind, occurrence, rule_version, facts, state, assignee_id, assignee_rule, store_no,
          priority, scan_day, due_at, dies_at, closed_at, closing, outcome, trace_id, created_at, updated_at)
        select m.id, ${kinds}[1 + m.id % 5], 'H' || m.n, 1, '{}', m.state::task_state, e.id, 3, e.store_no, 0.5, m.day,
          m.at + interval '2 days', m.at + interval '7 days', m.at + interval '1 day', 'self_reported',
          case when m.state = 'done' then 'sent' end, 'bench', m.at, m.at + interval '1 day'
        from (
          select c.id, n, ${dayOf('c.id * 4 + n', 201)} as day, c.guide_userid,
            (${dayOf('c.id * 4 + n', 201)} + time '09:00') at time zone 'Asia/Shanghai' as at,
            case when ${chance('c.id * 4 + n', 202)} < 0.66 then 'done' when ${chance('c.id * 4 + n', 202)} < 0.9 then 'expired' else 'cancelled' end as state
          from customer c cross join generate_series(1, 2) n
          where c.external_userid is not null and ${chance('c.id * 4 + n', 203)} < 0.55
        ) m join employee e on e.userid_key = m.guide_userid
        order by m.day, m.id`,
    },
    {
      what: 'messages of a year',
      sql: `
        insert into touch (customer_id, employee_id, task_id, channel, text, result, at)
        select customer_id, assignee_id, id, 'sidebar', '好一阵没见您了，最近都好吗？',
          case when id % 50 = 0 then 'failed' else 'sent' end::touch_result, created_at + interval '3 hours'
        from task where occurrence like 'H%' and state = 'done' and ${chance('id', 204)} < 0.75 order by created_at`,
    },
    {
      what: 'what the tasks know of them',
      sql: `
        update task t set sent_at = s.at from touch s where s.task_id = t.id and s.result = 'sent'`,
    },
    {
      what: 'moves of classes',
      sql: `
        insert into class_change (customer_id, day, what, before, after)
        select k.customer_id, ${dayOf('k.customer_id * 4 + n', 205)}, case when n = 1 then 'rfm' else 'five' end,
          case when n = 1 then (array['111', '101', '011', '001'])[1 + k.customer_id % 4] else (array['high_value', 'growth_potential', 'untapped_potential', 'low_frequency'])[1 + k.customer_id % 4] end,
          case when n = 1 then k.rfm else k.five end
        from customer_class k cross join generate_series(1, 2) n
        where k.rfm is not null on conflict do nothing`,
    },
    {
      what: 'moves of tiers',
      sql: `
        insert into tier_change (customer_id, day, before, after, reason, facts)
        select customer_id, ${dayOf('customer_id', 206)}, 'iron', tier, 'upgrade', '{}' from customer_tier
        where ${chance('customer_id', 207)} < 0.2`,
    },
  ]
}
