import { businessDay, type BusinessDay } from '../../domain/business-day.ts'
import { addressOf } from '../../domain/names.ts'
import { heldTier } from '../../domain/tier.ts'
import { tierName, type TierTable } from '../../domain/tier-table.ts'
import type { Tier } from '../../domain/words.ts'
import { Prisma, type Db } from '../../prisma/db.ts'
import type { CustomerBrief, TaskLine } from '../messages/render/task-list.ts'
import { loadTiers } from '../rules/load-tiers.ts'
import { keptTier, referralsOf } from '../messages/task-cards.ts'

interface CustomerRow {
  customerId: string
  name: string | null
  wecomName: string | null
  gender: 'male' | 'female' | null
  memberNo: string | null
  lastPurchaseDay: string | null
  spend365: number
  orders365: number
  purchaseDays365: number
  referrals: number
  tier: Tier | null
}

interface TaskRow extends CustomerRow {
  id: string
  kind: string
  facts: unknown
  urgent: boolean
}

const customerColumns = Prisma.sql`
  c.id::text as "customerId", c.name, c.wecom_name as "wecomName", c.gender::text as gender,
  c.member_no as "memberNo", s.last_purchase_day::text as "lastPurchaseDay",
  coalesce(s.spend_365_fen, 0)::float8 as "spend365", coalesce(s.orders_365, 0) as "orders365",
  coalesce(s.purchase_days_365, 0) as "purchaseDays365", ${referralsOf('c')}::int as referrals,
  ${keptTier}`

/** Tasks an employee may act on now, most pressing first; snoozed ones are not among them yet. */
export async function findTodayTasks(
  db: Db,
  input: { employeeId: bigint; now: Date; zone: string; limit?: number },
): Promise<{ tasks: TaskLine[]; total: number }> {
  const mine = Prisma.sql`
    t.assignee_id = ${input.employeeId} and t.state in ('open', 'in_progress') and t.dies_at > ${input.now}
    and (t.snoozed_until is null or t.snoozed_until <= ${input.now})`
  const rows = await db.$queryRaw<TaskRow[]>(Prisma.sql`
    select t.id::text as id, t.kind, t.facts, t.urgent, ${customerColumns}
    from task t join customer c on c.id = t.customer_id
    left join customer_stats s on s.customer_id = c.id
    where ${mine} order by t.urgent desc, t.priority desc, t.id limit ${input.limit ?? 10}::int`)
  const [count] = await db.$queryRaw<{ n: number }[]>(
    Prisma.sql`select count(*)::int as n from task t where ${mine}`,
  )
  const told = await tiersOn(db, input)
  return { tasks: rows.map((row) => toLine(row, told)), total: count?.n ?? 0 }
}

/**
 * Customers of an employee (live relations) whose name, nickname or remark contains a text, with their open tasks;
 * at most `limit`, exact names first.
 */
export async function findCustomersByName(
  db: Db,
  input: { employeeId: bigint; name: string; now: Date; zone: string; limit?: number },
): Promise<CustomerBrief[]> {
  const name = input.name.trim()
  if (name === '') return []
  const like = `%${name.replace(/[\\%_]/g, '\\$&')}%`
  const customers = await db.$queryRaw<CustomerRow[]>(Prisma.sql`
    select ${customerColumns}
    from relation r join customer c on c.id = r.customer_id
    left join customer_stats s on s.customer_id = c.id
    where r.employee_id = ${input.employeeId} and r.ended_at is null
      and (c.name ilike ${like} or c.wecom_name ilike ${like} or r.remark ilike ${like}
        or c.member_no = ${name})
    order by (${name} in (c.name, c.wecom_name, r.remark)) is true desc, c.id
    limit ${input.limit ?? 5}::int`)
  const tasks = await db.$queryRaw<TaskRow[]>(Prisma.sql`
    select t.id::text as id, t.kind, t.facts, t.urgent, ${customerColumns}
    from task t join customer c on c.id = t.customer_id
    left join customer_stats s on s.customer_id = c.id
    where t.customer_id = any(${customers.map(({ customerId }) => customerId)}::bigint[])
      and t.assignee_id = ${input.employeeId} and t.state in ('open', 'in_progress')
      and t.dies_at > ${input.now}
    order by t.urgent desc, t.priority desc, t.id`)
  const told = await tiersOn(db, input)
  return customers.map((row) => ({
    name: row.name ?? row.wecomName ?? '未留名客户',
    tierName: tierOfRow(row, told),
    memberNo: row.memberNo,
    lastPurchaseDay: row.lastPurchaseDay,
    spend365Fen: row.spend365,
    orders365: row.orders365,
    tasks: tasks
      .filter(({ customerId }) => customerId === row.customerId)
      .map((row) => toLine(row, told)),
  }))
}

function toLine(row: TaskRow, told: TiersOn): TaskLine {
  return {
    id: BigInt(row.id),
    kind: row.kind,
    facts: row.facts,
    urgent: row.urgent,
    customerName: addressOf(row) ?? '未留名客户',
    tierName: tierOfRow(row, told),
  }
}

interface TiersOn {
  table: TierTable
  today: BusinessDay
}

async function tiersOn(db: Db, { now, zone }: { now: Date; zone: string }): Promise<TiersOn> {
  return { table: (await loadTiers(db)).table, today: businessDay(now, zone) }
}

function tierOfRow(row: CustomerRow, { table, today }: TiersOn): string {
  const facts = { ...row, spend365Fen: row.spend365 }
  return tierName(table, heldTier(table, row.tier, facts, today).tier, 'zh-CN')
}
