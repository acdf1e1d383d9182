import { atTime, endOfDay, type BusinessDay } from '../../domain/business-day.ts'
import type { RuleKind } from '../../domain/words.ts'
import { Prisma, type Db } from '../../prisma/db.ts'
import type { RuleInForce } from '../rules/load-rules.ts'
import { scannedName } from './scan-window.ts'

/** What every row a scan writes has in common. */
export interface ScanStamp {
  day: BusinessDay
  zone: string
  now: Date
  traceId: string
}

/**
 * Makes the tasks that were decided, each with its first event.
 *
 * @param by who made them, and from where
 * @returns how many of each kind
 */
export async function writeTasks(
  tx: Db,
  stamp: ScanStamp,
  by: { actor: string; via: string } = { actor: 'system', via: 'scan' },
): Promise<{ kind: string; n: number }[]> {
  return await tx.$queryRaw<{ kind: string; n: number }[]>(Prisma.sql`
    with made as (
      insert into task (customer_id, kind, occurrence, rule_version, facts, assignee_id, assignee_rule, store_no,
        priority, urgent, scan_day, due_at, dies_at, trace_id, created_at, updated_at)
      select customer_id, kind, occurrence, rule_version, facts, assignee_id, assignee_rule, store_no,
        priority, urgent, ${stamp.day}::date, due_at, dies_at, ${stamp.traceId}, ${stamp.now}, ${stamp.now}
      from scan_decision where why is null
      on conflict (customer_id, kind, occurrence) do nothing
      returning id, kind
    ), logged as (
      insert into task_event (task_id, at, actor, via, to_state)
      select id, ${stamp.now}, ${by.actor}, ${by.via}, 'open' from made
    )
    select kind, count(*)::int as n from made group by kind order by kind`)
}

/**
 * Keeps what waits, with its reason and its next allowed day; only rows that changed are written. What became a
 * task or is no longer true is marked resolved. Rows of later scans are left alone.
 */
export async function writeHeldBack(
  tx: Db,
  kinds: readonly RuleKind[],
  stamp: ScanStamp,
): Promise<void> {
  await tx.$executeRaw(Prisma.sql`
    insert into held_back as held
      (customer_id, kind, occurrence, why, until, assignee_id, facts, scan_day, updated_at)
    select d.customer_id, d.kind, d.occurrence, d.why, d.until, d.assignee_id, d.facts, ${stamp.day}::date, ${stamp.now}
    from scan_decision d
    left join held_back h on h.customer_id = d.customer_id and h.kind = d.kind and h.occurrence = d.occurrence
    where d.why is not null and (h.id is null or (h.scan_day <= ${stamp.day}::date and (
      h.resolved_at is not null
      or (h.why, h.until, h.assignee_id) is distinct from (d.why, d.until, d.assignee_id))))
    on conflict (customer_id, kind, occurrence) do update set
      why = excluded.why, until = excluded.until, assignee_id = excluded.assignee_id, facts = excluded.facts,
      scan_day = excluded.scan_day, updated_at = excluded.updated_at, resolved_at = null`)
  await tx.$executeRaw(Prisma.sql`
    update held_back h set resolved_at = ${stamp.now}, updated_at = ${stamp.now}
    where h.resolved_at is null and h.kind = any(${[...kinds]}::text[]) and h.scan_day <= ${stamp.day}::date
      and not exists (
        select 1 from scan_decision d
        where d.customer_id = h.customer_id and d.kind = h.kind and d.occurrence = h.occurrence
          and d.why is not null)`)
}

/** What is due on the scanned day is urgent from now on; a birthday's words become those of the day. */
export async function pressDueTasks(tx: Db, stamp: ScanStamp): Promise<void> {
  await tx.$executeRaw(Prisma.sql`
    with pressed as (
      update task set urgent = true, updated_at = ${stamp.now},
        facts = case when kind = 'birthday' then facts || '{"daysUntil": 0}' else facts end
      where state in ('open', 'in_progress') and not urgent
        and due_at between ${atTime(stamp.day, '00:00', stamp.zone)} and ${endOfDay(stamp.day, stamp.zone)}
      returning id, state
    )
    insert into task_event (task_id, at, actor, via, from_state, to_state, detail)
    select id, ${stamp.now}, 'system', 'scan', state, state, '{"urgent": true}' from pressed`)
}

/**
 * Older tasks nobody has begun, of customers who got one now that takes their place: the coupon task that lists all
 * coupons, the next step of an activation.
 */
export async function findSuperseded(
  tx: Db,
  day: BusinessDay,
  rules: readonly RuleInForce[],
): Promise<bigint[]> {
  const pairs = rules.flatMap(({ rule }) => rule.supersedes.map((old) => [rule.kind, old] as const))
  const rows = await tx.$queryRaw<{ id: string }[]>(Prisma.sql`
    select t.id::text as id from scan_decision d
    join unnest(${pairs.map(([kind]) => kind)}::text[], ${pairs.map(([, old]) => old)}::text[])
      as pair(kind, old) on pair.kind = d.kind
    join task t on t.customer_id = d.customer_id and t.kind = pair.old
    where d.why is null and t.state = 'open' and t.scan_day < ${day}::date
    order by t.id`)
  return rows.map(({ id }) => BigInt(id))
}

/** Notes that the kinds were scanned as of the day; a second scan of the day writes nothing. */
export async function markScanned(
  tx: Db,
  kinds: readonly RuleKind[],
  stamp: ScanStamp,
  summary: object | null,
): Promise<void> {
  await tx.$executeRaw(Prisma.sql`
    insert into daily_run (name, day, enqueued_at, finished_at)
    select name, ${stamp.day}::date, ${stamp.now}, ${stamp.now}
    from unnest(${kinds.map(scannedName)}::text[]) as name
    on conflict (name, day) do nothing`)
  if (!summary) return
  await tx.$executeRaw(Prisma.sql`
    update daily_run set finished_at = ${stamp.now}, summary = ${JSON.stringify(summary)}::jsonb
    where name = 'scan' and day = ${stamp.day}::date and finished_at is null`)
}
