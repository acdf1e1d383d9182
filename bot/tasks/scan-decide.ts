import { addDays, atTime, type BusinessDay } from '../../domain/business-day.ts'
import { touchWindows, type ContactLimits } from '../../domain/contact-limits.ts'
import { Prisma, type Db } from '../../prisma/db.ts'
import { assignees, whoIs } from './assignee.ts'

/** What a scan's decision depends on besides the candidates. */
export interface DecideOptions {
  day: BusinessDay
  zone: string
  /** HH:mm of the scan: 48 hours between two guides are counted to it, whenever it really runs */
  scanAt: string
  limits: ContactLimits
  /** the candidates are few, and a manager's: who gets them, see assigneesAmong */
  few?: { assignees: Prisma.Sql }
}

/**
 * Decides every candidate in one statement: who would get it, with which priority (value × urgency), and
 * whether it becomes a task now or waits, why and until when (domain-rules 9 and 10). In this order:
 *
 * 1. never without consent, never without somebody who may write;
 * 2. the customer's touches of 30 days: a window is full while its n-th newest touch is inside it; of several
 *    limits the one that holds longest is named;
 * 3. one new task a customer and day, the most pressing;
 * 4. so many new tasks a guide and day, the most pressing.
 */
export async function decideCandidates(tx: Db, options: DecideOptions): Promise<void> {
  const { day, zone, scanAt, limits, few } = options
  const [daily, weekly, monthly] = touchWindows(limits)
  const tomorrow = addDays(day, 1)
  await tx.$executeRaw(Prisma.sql`analyze scan_candidate (customer_id, kind)`)
  // after a large import the planner takes tables for small that are not; loops over them would take minutes
  if (!few) await tx.$executeRaw(Prisma.sql`set local enable_nestloop = off`)
  await tx.$executeRaw(Prisma.sql`
    insert into scan_decision
    with who as materialized (
      ${whoIs(Prisma.sql`select distinct customer_id from scan_candidate`)}
    ), assigned as materialized (
      ${few?.assignees ?? assignees}
    ), sent as (
      select t.customer_id, t.employee_id, t.at, (t.at at time zone ${zone})::date as day,
        row_number() over (partition by t.customer_id order by t.at desc) as nth
      from touch t join who using (customer_id)
      where t.result = 'sent' and t.channel <> 'welcome'
        and t.at >= ${atTime(addDays(day, -monthly.days), '00:00', zone)}
        and t.at < ${atTime(tomorrow, '00:00', zone)}
    ), touched as (
      select s.customer_id,
        max(s.day) filter (where s.nth = ${daily.touches}::int) + ${daily.days}::int as day_until,
        max(s.day) filter (where s.nth = ${weekly.touches}::int) + ${weekly.days}::int as week_until,
        max(s.day) filter (where s.nth = ${monthly.touches}::int) + ${monthly.days}::int as month_until,
        (max(s.at) filter (where s.employee_id <> a.employee_id)
          + make_interval(hours => ${limits.otherGuideHours}::int)) at time zone ${zone} as other_until
      from sent s left join assigned a using (customer_id)
      group by s.customer_id
    ), held as (
      select t.customer_id, longest.why, longest.until
      from touched t
      cross join lateral (
        select v.why, v.until
        from (values
          (1, ${monthly.why}, t.month_until),
          (2, ${weekly.why}, t.week_until),
          (3, ${daily.why}, t.day_until),
          (4, 'other_guide', case when ${limits.otherGuideHours}::int > 0
            then t.other_until::date + (t.other_until::time > ${scanAt}::time)::int end)
        ) as v(rank, why, until)
        where v.until > ${day}::date
        order by v.until desc, v.rank limit 1
      ) longest
    ), judged as (
      select c.*, a.employee_id, a.line, a.store_no,
        c.urgency * (1 + ln(1 + w.spend_fen / 100000.0))::float8 as priority,
        case
          when w.consent = 'none' then 'no_consent'
          when a.employee_id is null then 'no_relation'
          else held.why
        end as why,
        case when w.consent <> 'none' and a.employee_id is not null then held.until end as until
      from scan_candidate c
      join who w using (customer_id)
      left join assigned a using (customer_id)
      left join held using (customer_id)
    ), first_of_customer as (
      select j.*,
        case
          when j.why is not null then j.why
          when row_number() over (
            partition by j.customer_id, j.why is null order by j.urgent desc, j.priority desc, j.kind
          ) > 1 then 'customer_day'
          when exists (
            select 1 from task t where t.customer_id = j.customer_id and t.scan_day = ${day}::date
          ) then 'customer_day'
        end as why_customer
      from judged j
    ), given as (
      select assignee_id, count(*) as tasks from task where scan_day = ${day}::date group by 1
    ), first_of_guide as (
      select f.*,
        case
          when f.why_customer is not null then f.why_customer
          when coalesce(g.tasks, 0) + row_number() over (
            partition by f.employee_id, f.why_customer is null
            order by f.urgent desc, f.priority desc, f.customer_id
          ) > ${limits.tasksDay}::int then 'guide_day'
        end as why_guide
      from first_of_customer f left join given g on g.assignee_id = f.employee_id
    )
    select customer_id, kind, occurrence, rule_version, facts, priority, urgent, due_at, dies_at,
      employee_id, line, store_no, why_guide,
      case when why is null and why_guide is not null then ${tomorrow}::date else until end
    from first_of_guide`)
  await tx.$executeRaw(Prisma.sql`set local enable_nestloop to default`)
  await tx.$executeRaw(Prisma.sql`analyze scan_decision (customer_id, kind, why)`)
}
