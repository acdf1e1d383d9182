import type pg from 'pg'
import { candidatesOf } from '../../../bot/rules/holds-for.ts'
import { kindsOf, loadRules } from '../../../bot/rules/load-rules.ts'
import { assignees, whoIs } from '../../../bot/tasks/assignee.ts'
import { addDays } from '../../../domain/business-day.ts'
import { CONTACT_LIMITS } from '../../../domain/contact-limits.ts'
import { Prisma } from '../../../prisma/db.ts'
import type { Database } from '../../../prisma/db.ts'
import { CHAIN_DAY, CHAIN_ZONE } from '../chain.ts'

/** What the scan is measured against: the rules' own SQL and nothing around it. */
export interface RawScan {
  /** one INSERT…SELECT a rule into table task, with the assignee that its column demands; answers rows written */
  insert: () => Promise<number>
  /** one SELECT a rule that computes every column of every due row and sends none of them */
  select: () => Promise<number>
  close: () => void
}

/** The rules that the scan is measured by, so that figures of a year ago can be compared. */
export const MEASURED_KINDS = ['birthday', 'coupon_expiring', 'repurchase_overdue'] as const

/**
 * The three rules as plain SQL on one connection with PostgreSQL's own settings, each statement its own
 * transaction, as in psql. No limits, no waiting rows, no events, no messages, no search for what is there already
 * but the unique key.
 */
export async function openRawScan(db: Database): Promise<RawScan> {
  const client: pg.PoolClient = await db.pool.connect()
  const inForce = kindsOf(await loadRules(db.prisma))
  const now = new Date()
  const window = {
    day: CHAIN_DAY,
    since: addDays(CHAIN_DAY, -1),
    zone: CHAIN_ZONE,
    now,
    inForce,
    limits: CONTACT_LIMITS,
  }
  const rules = await loadRules(db.prisma, MEASURED_KINDS)
  const candidates = rules.map((one) => ({
    kind: one.rule.kind,
    version: one.version,
    sql: candidatesOf(one, window),
  }))
  return {
    insert: () =>
      sum(candidates, async ({ kind, version, sql }) => {
        const insert = Prisma.sql`
          insert into task (customer_id, kind, occurrence, rule_version, facts, assignee_id, assignee_rule, store_no,
            priority, urgent, scan_day, due_at, dies_at, trace_id, created_at, updated_at)
          with due as materialized (${sql}), who as (${whoIs(Prisma.sql`select distinct customer_id from due`)}), assigned as (${assignees})
          select customer_id, ${kind}, occurrence, ${version}, facts, employee_id, line, store_no,
            urgency, urgent, ${CHAIN_DAY}::date, due_at, dies_at, 'raw', ${now}, ${now}
          from due join assigned using (customer_id)
          on conflict (customer_id, kind, occurrence) do nothing`
        return (await client.query(insert.text, insert.values)).rowCount ?? 0
      }),
    select: () =>
      sum(candidates, async ({ sql }) => {
        const select = Prisma.sql`select count(due)::int as n from (${sql}) as due`
        const { rows } = await client.query<{ n: number }>(select.text, select.values)
        return rows[0]?.n ?? 0
      }),
    close: () => client.release(),
  }
}

async function sum<T>(list: readonly T[], count: (one: T) => Promise<number>): Promise<number> {
  let total = 0
  for (const one of list) total += await count(one)
  return total
}
