import { Prisma, type Db } from '../../prisma/db.ts'
import { candidatesOf } from '../rules/holds-for.ts'
import type { RuleInForce } from '../rules/load-rules.ts'
import type { ScanWindow } from '../rules/rule.ts'
import { scanSince } from './scan-window.ts'

/**
 * Makes the two tables that live as long as the scan's transaction: what rules find, and what becomes of it. And
 * gives its statements the memory to sort and join in: they run once a day, over all customers.
 */
export async function createScanTables(tx: Db): Promise<void> {
  await tx.$executeRaw(Prisma.sql`set local work_mem = '64MB'`)
  await tx.$executeRaw(Prisma.sql`
    create temp table scan_candidate (
      customer_id bigint, kind text, occurrence text, rule_version int, facts jsonb,
      urgency float8, urgent boolean, due_at timestamptz, dies_at timestamptz
    ) on commit drop`)
  await tx.$executeRaw(Prisma.sql`
    create temp table scan_decision (
      customer_id bigint, kind text, occurrence text, rule_version int, facts jsonb,
      priority float8, urgent boolean, due_at timestamptz, dies_at timestamptz,
      assignee_id bigint, assignee_rule smallint, store_no text, why text, until date
    ) on commit drop`)
}

/**
 * One statement over all customers: what a rule finds for a day, in the stores it holds for, and is not a task yet.
 *
 * @returns how many it finds that are tasks already
 */
export async function findCandidates(
  tx: Db,
  inForce: RuleInForce,
  scan: Omit<ScanWindow, 'since'>,
): Promise<number> {
  const { rule, version } = inForce
  const since = await scanSince(tx, rule.kind, scan.day)
  const [row] = await tx.$queryRaw<{ existing: number }[]>(Prisma.sql`
    with found as materialized (
      ${candidatesOf(inForce, { ...scan, since })}
    ), fresh as (
      insert into scan_candidate
      select f.customer_id, ${rule.kind}, f.occurrence, ${version}::int, f.facts,
        f.urgency, f.urgent, f.due_at, f.dies_at
      from found f
      where not exists (
        select 1 from task t
        where t.customer_id = f.customer_id and t.kind = ${rule.kind} and t.occurrence = f.occurrence)
      returning 1
    )
    select ((select count(*) from found) - (select count(*) from fresh))::int as existing`)
  return row?.existing ?? 0
}
