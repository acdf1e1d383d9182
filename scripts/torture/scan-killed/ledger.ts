import type { BusinessDay } from '../../../domain/business-day.ts'
import type { Database } from '../../../prisma/db.ts'

/** Takes away everything that scans wrote; what is older stays. */
export async function forgetScans(db: Database): Promise<void> {
  await db.pool.query(`delete from task where trace_id <> 'bench'`)
  await db.pool.query('truncate held_back, outbox')
  await db.pool.query(`delete from daily_run`)
  await db.pool.query(
    'select graphile_worker.complete_jobs(array_agg(id)) from graphile_worker.jobs',
  )
}

/** Whether a scan has left anything. */
export async function wroteSomething(db: Database): Promise<boolean> {
  const { rows } = await db.pool.query<{ some: boolean }>(`
    select exists (select from task where trace_id <> 'bench') or exists (select from held_back)
      or exists (select from outbox) or exists (select from daily_run) as some`)
  return rows[0]?.some ?? false
}

/**
 * Everything a scan wrote as one number: tasks, their events, who waits and why, the messages word for word, the
 * marks of the day. Numbers that a sequence gave are replaced by what they stand for.
 */
export async function written(db: Database): Promise<string> {
  const { rows } = await db.pool.query<{ hash: string }>(`
    with made as (
      select *, customer_id || ':' || kind || ':' || occurrence as name from task where trace_id <> 'bench'
    ), lines as (
      select concat_ws('|', 'task', name, facts, state, assignee_id, assignee_rule, store_no, priority, urgent,
        scan_day, due_at, dies_at, rule_version) as line from made
      union all
      select concat_ws('|', 'event', name, e.at, e.actor, e.via, e.from_state, e.to_state, e.detail)
      from task_event e join made on made.id = e.task_id
      union all
      select concat_ws('|', 'held', customer_id, kind, occurrence, why, until, assignee_id, facts, scan_day, resolved_at)
      from held_back
      union all
      select concat_ws('|', 'message', o.kind, replace(o.dedupe_key, o.task_id::text, name), o.recipient,
        replace(o.payload::text, coalesce(o.task_id::text, 'none'), coalesce(name, '')), o.state, o.not_before, o.not_after)
      from outbox o left join made on made.id = o.task_id
      union all
      select concat_ws('|', 'run', name, day, summary) from daily_run
    )
    select count(*) || ' ' || md5(string_agg(line, E'\\n' order by line collate "C")) as hash from lines`)
  return rows[0]?.hash ?? ''
}

/** How many tasks, first events, and messages to a guide or about a task there are beyond the first. */
export async function doubled(db: Database): Promise<number> {
  const { rows } = await db.pool.query<{ n: number }>(`
    with counted as (
      select count(*) - 1 as more from task group by customer_id, kind, occurrence
      union all
      select count(*) - 1 from task where trace_id <> 'bench' group by customer_id, scan_day
      union all
      select count(*) - 1 from task_event where from_state is null group by task_id
      union all
      select count(*) - 1 from outbox where dedupe_key like 'digest:%' group by recipient, not_before::date
      union all
      select count(*) - 1 from outbox where task_id is not null group by task_id, recipient
    )
    select coalesce(sum(more), 0)::int as n from counted`)
  return rows[0]?.n ?? 0
}

/** Customer and kind of every task that lives on a day, and of whoever waits for one. */
export async function alive(db: Database, day: BusinessDay): Promise<Set<string>> {
  const { rows } = await db.pool.query<{ who: string }>(
    `select customer_id || ':' || kind as who from task where state = 'open' and dies_at > $1::date and trace_id <> 'bench'
     union
     select customer_id || ':' || kind from held_back where resolved_at is null`,
    [day],
  )
  return new Set(rows.map(({ who }) => who))
}
