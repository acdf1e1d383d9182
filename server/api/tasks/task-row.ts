import { keptTier, referralsOf } from '../../../bot/messages/task-cards.ts'
import { savedWordsOf } from '../../../bot/words/saved-words.ts'
import type { BusinessDay } from '../../../domain/business-day.ts'
import type { TaskKind, TaskState, Tier } from '../../../domain/words.ts'
import type { SavedWords } from '../../../domain/words-in-force.ts'
import { Prisma } from '../../../prisma/db.ts'

/** A task with what its view needs of customer and assignee, as JSON out of the database: times are ISO text. */
export interface TaskRow {
  id: string
  kind: TaskKind
  state: TaskState
  urgent: boolean
  customerId: string
  externalUserId: string | null
  name: string | null
  wecomName: string | null
  gender: 'male' | 'female' | null
  avatar: string | null
  spend365Fen: number
  orders365: number
  purchaseDays365: number
  referrals: number
  lastPurchaseDay: BusinessDay | null
  /** the kept tier; see heldTier */
  tier: Tier | null
  assigneeUserid: string
  assigneeName: string
  storeName: string | null
  assigneeRule: number
  ruleVersion: number
  facts: Record<string, unknown>
  mainCategory: string | null
  /** templates of its kind that are on; null: none */
  savedWords: SavedWords[] | null
  dueAt: string
  diesAt: string
  snoozedUntil: string | null
  closedAt: string | null
  closing: 'proven' | 'self_reported' | 'timed_out' | null
  closeReason: string | null
  outcome: string | null
  note: string | null
  createdAt: string
  touchedAt: string | null
}

/** Referred customers that count for gold, of a customer aliased `c`. */
export const referrals = Prisma.sql`(${referralsOf('c')})::int`

/** Columns of TaskRow from task `t`, customer `c` with customer_stats `s`, employee `e` and store `st`. */
export const taskColumns = Prisma.sql`
  t.id::text as id, t.kind, t.state, t.urgent,
  c.id::text as "customerId", c.external_userid as "externalUserId", c.name, c.wecom_name as "wecomName",
  c.gender, c.avatar,
  coalesce(s.spend_365_fen, 0)::float8 as "spend365Fen", coalesce(s.orders_365, 0) as "orders365",
  coalesce(s.purchase_days_365, 0) as "purchaseDays365", ${referrals} as referrals,
  s.last_purchase_day::text as "lastPurchaseDay", ${keptTier},
  e.userid as "assigneeUserid", e.name as "assigneeName", st.name as "storeName",
  t.assignee_rule as "assigneeRule", t.rule_version as "ruleVersion", t.facts,
  s.main_category as "mainCategory", ${savedWordsOf('t')} as "savedWords",
  t.due_at as "dueAt", t.dies_at as "diesAt", t.snoozed_until as "snoozedUntil", t.closed_at as "closedAt",
  t.closing, t.close_reason as "closeReason", t.outcome, t.note, t.created_at as "createdAt",
  (select max(touch.at) from touch
    where touch.customer_id = t.customer_id and touch.task_id = t.id and touch.result = 'sent') as "touchedAt"`

/** Joins that taskColumns reads, behind task `t` and customer `c`. */
export const taskJoins = Prisma.sql`
  left join customer_stats s on s.customer_id = c.id
  join employee e on e.id = t.assignee_id
  left join store st on st.store_no = e.store_no`
