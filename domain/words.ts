/** The product's fixed vocabularies, each written once (docs/glossary.md). */

/** Kinds of task that rules make; a rule file of the same name is in bot/rules. */
export const RULE_KINDS = [
  'birthday',
  'coupon_expiring',
  'points_expiring',
  'repurchase_overdue',
  'new_member',
  'first_purchase_thanks',
  'churn_warning',
  'tier_up',
  'tier_keep',
  'vip_care',
  'festival',
] as const
export type RuleKind = (typeof RULE_KINDS)[number]

/** Kinds of task a person may have: the rules' and what a manager assigns (domain-rules 8). */
export const TASK_KINDS = [...RULE_KINDS, 'follow_up'] as const
export type TaskKind = (typeof TASK_KINDS)[number]

/** Where an assignment is: waits for its time, is being made into tasks, is being worked on, due, or called off. */
export const ASSIGNMENT_STATES = ['scheduled', 'dispatching', 'open', 'over', 'cancelled'] as const

export const TASK_STATES = [
  'open',
  'in_progress',
  'done',
  'dismissed',
  'expired',
  'cancelled',
] as const
export type TaskState = (typeof TASK_STATES)[number]

/** What came of a task, as the guide says it. */
export const OUTCOMES = [
  'sent',
  'replied',
  'will_visit',
  'purchased',
  'no_answer',
  'other',
] as const
export type Outcome = (typeof OUTCOMES)[number]

/** Why a guide declines a task. */
export const DISMISS_REASONS = [
  'not_now',
  'already_talked',
  'wrong_person',
  'not_suitable',
  'other',
] as const
export type DismissReason = (typeof DISMISS_REASONS)[number]

export const CONSENTS = ['all', 'one_to_one', 'none'] as const
export type ConsentLevel = (typeof CONSENTS)[number]

/** Four dimensions of tags: 来源 行为 生命周期 消费 (domain-rules 13). */
export const TAG_DIMENSIONS = ['source', 'behaviour', 'lifecycle', 'consumption'] as const
export type TagDimension = (typeof TAG_DIMENSIONS)[number]

/** Code of a line of the chain's tier table (tier-table.ts): data, not a fixed vocabulary. */
export type Tier = string

/** Why a candidate is not a task, or a customer may not be contacted now (domain-rules 9 and 10). */
export const HOLD_REASONS = [
  'no_consent',
  'no_relation',
  'customer_day',
  'customer_week',
  'customer_month',
  'other_guide',
  'guide_day',
  'quiet_hours',
] as const
export type HoldReason = (typeof HOLD_REASONS)[number]

/** Languages people read; the first one is what guides and customers get where nothing else is said. */
export const LANGS = ['zh-CN', 'en'] as const
export type Lang = (typeof LANGS)[number]

/** Where a repurchase rhythm comes from: the customer's own, else the median of a group (domain-rules 6). */
export const CYCLE_SOURCES = ['own', 'category', 'store', 'chain'] as const
export type CycleSource = (typeof CYCLE_SOURCES)[number]

/** Lifecycle stages of a customer (domain-rules 7). */
export const STAGES = ['new', 'active', 'sleeping', 'at_risk', 'lost', 'prospect'] as const
export type Stage = (typeof STAGES)[number]

/** What the stages are called. */
export const STAGE_NAMES: Record<Stage, Record<Lang, string>> = {
  new: { 'zh-CN': '新会员', en: 'New member' },
  active: { 'zh-CN': '活跃', en: 'Active' },
  sleeping: { 'zh-CN': '沉睡', en: 'Sleeping' },
  at_risk: { 'zh-CN': '有流失风险', en: 'At risk' },
  lost: { 'zh-CN': '已流失', en: 'Lost' },
  prospect: { 'zh-CN': '还没买过', en: 'Never bought' },
}

/** Kinds of line in a member's points ledger (domain-rules 3). */
export const POINTS_KINDS = ['earn', 'spend', 'expire', 'adjust'] as const
export type PointsKind = (typeof POINTS_KINDS)[number]
