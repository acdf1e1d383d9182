import { businessDay, type BusinessDay } from '../../domain/business-day.ts'
import type { Tier } from '../../domain/words.ts'
import { addressOf } from '../../domain/names.ts'
import { heldTier } from '../../domain/tier.ts'
import { tierName, type TierTable } from '../../domain/tier-table.ts'
import { Prisma, type Db } from '../../prisma/db.ts'
import { loadTiers } from '../rules/load-tiers.ts'
import { countedReferral } from '../rules/tier-sql.ts'
import type { TaskCardFacts, TaskLineFacts } from './render/task-card.ts'

/** A task's card, and whom it goes to. */
export interface TaskForCard extends TaskCardFacts {
  userid: string
  customerId: bigint
  diesAt: Date
}

interface LineRow {
  taskId: string
  kind: string
  facts: unknown
  name: string | null
  wecomName: string | null
  gender: 'male' | 'female' | null
  spend365: number
  orders365: number
  purchaseDays365: number
  referrals: number
  lastPurchaseDay: BusinessDay | null
  tier: Tier | null
}

interface Row extends LineRow {
  customerId: string
  userid: string
  urgent: boolean
  dueAt: Date
  diesAt: Date
  cardsBefore: number
  coupons: number
  points: number
}

/** Column `tier` of a customer aliased `c`: the kept one, for heldTier. */
export const keptTier = Prisma.sql`(
  select k.tier from customer_tier k where k.customer_id = c.id) as tier`

const lineColumns = Prisma.sql`
  t.id::text as "taskId", t.kind, t.facts, c.name, c.wecom_name as "wecomName", c.gender::text as gender,
  coalesce(s.spend_365_fen, 0)::float8 as "spend365", coalesce(s.orders_365, 0) as "orders365",
  coalesce(s.purchase_days_365, 0) as "purchaseDays365", ${referralsOf('c')}::int as referrals,
  s.last_purchase_day::text as "lastPurchaseDay", ${keptTier}`

/** What lines about some tasks show, by task id. */
export async function loadTaskLines(
  tx: Db,
  taskIds: readonly bigint[],
  options: { now: Date; zone: string },
): Promise<Map<bigint, TaskLineFacts>> {
  if (taskIds.length === 0) return new Map()
  const { table } = await loadTiers(tx)
  const today = businessDay(options.now, options.zone)
  const rows = await tx.$queryRaw<LineRow[]>(Prisma.sql`
    select ${lineColumns}
    from task t
    join customer c on c.id = t.customer_id
    left join customer_stats s on s.customer_id = c.id
    where t.id = any(${taskIds.map(String)}::bigint[])`)
  return new Map(rows.map((row) => [BigInt(row.taskId), toLine(row, table, today)]))
}

/**
 * What the cards of some tasks show, by task id. Tasks of employees who can't get app messages (not at work, or
 * outside the app's visible range) are left out.
 */
export async function loadTasksForCards(
  tx: Db,
  taskIds: readonly bigint[],
  options: { now: Date; zone: string },
): Promise<Map<bigint, TaskForCard>> {
  if (taskIds.length === 0) return new Map()
  const { table } = await loadTiers(tx)
  const today = businessDay(options.now, options.zone)
  const rows = await tx.$queryRaw<Row[]>(Prisma.sql`
    select ${lineColumns}, t.customer_id::text as "customerId", e.userid, t.urgent,
      t.due_at as "dueAt", t.dies_at as "diesAt",
      (select count(*) from outbox o where o.task_id = t.id and o.kind = 'app_message')::int as "cardsBefore",
      (select count(*) from coupon cp where cp.customer_id = c.id and cp.status = 'issued'
        and cp.expires_day >= ${today}::date)::int as coupons,
      (select coalesce(sum(l.remaining), 0)::float8 from points_lot l
        where l.customer_id = c.id and l.available_on <= ${today}::date and l.expires_on >= ${today}::date) as points
    from task t
    join customer c on c.id = t.customer_id
    join employee e on e.id = t.assignee_id
    left join customer_stats s on s.customer_id = c.id
    where t.id = any(${taskIds.map(String)}::bigint[]) and e.active and e.in_app`)
  return new Map(rows.map((row) => [BigInt(row.taskId), toCard(row, table, today)]))
}

/** Referred customers of a customer (alias) whose first order is paid and not refunded (domain-rules 1, gold). */
export function referralsOf(alias: 'c'): Prisma.Sql {
  return Prisma.sql`(
    select count(*) from customer r ${countedReferral}
    where r.referrer_member_no = ${Prisma.raw(alias)}.member_no)`
}

function toLine(row: LineRow, table: TierTable, today: BusinessDay): TaskLineFacts {
  const { tier } = heldTier(table, row.tier, { ...row, spend365Fen: row.spend365 }, today)
  return {
    kind: row.kind,
    facts: row.facts,
    customerName: addressOf(row) ?? '未留名客户',
    tierName: tierName(table, tier, 'zh-CN'),
  }
}

function toCard(row: Row, table: TierTable, today: BusinessDay): TaskForCard {
  return {
    ...toLine(row, table, today),
    taskId: BigInt(row.taskId),
    customerId: BigInt(row.customerId),
    userid: row.userid,
    nth: row.cardsBefore + 1,
    urgent: row.urgent,
    dueAt: row.dueAt,
    diesAt: row.diesAt,
    coupons: row.coupons,
    points: row.points,
  }
}
