import type { CustomerProfile } from '../server/api/customers/schema.ts'
import type { TaskView } from '../server/api/tasks/schema.ts'

/**
 * The vocabularies as the pages list them. Types come from the server's schemas, so a word that is new there
 * and missing in a list of messages here fails the type check.
 */
export type RuleKind = TaskView['kind']
export type TaskState = TaskView['state']
export type Stage = CustomerProfile['stage']
export type Consent = CustomerProfile['consent']
export type HoldReason = NonNullable<CustomerProfile['contact']['why']>
export type TagDimension = CustomerProfile['tags'][number]['dimension']

export const OUTCOMES = [
  'sent',
  'replied',
  'will_visit',
  'purchased',
  'no_answer',
  'other',
] as const
export type Outcome = (typeof OUTCOMES)[number]

export const DISMISS_REASONS = [
  'not_now',
  'already_talked',
  'wrong_person',
  'not_suitable',
  'other',
] as const
export type DismissReason = (typeof DISMISS_REASONS)[number]

export const TASK_BUCKETS = ['today', 'upcoming', 'overdue', 'done'] as const
export type TaskBucket = (typeof TASK_BUCKETS)[number]

export const CONSENTS = ['all', 'one_to_one', 'none'] as const satisfies readonly Consent[]

/** 来源 行为 生命周期 消费, in the order of domain-rules 13. */
export const TAG_DIMENSIONS = [
  'source',
  'behaviour',
  'lifecycle',
  'consumption',
] as const satisfies readonly TagDimension[]

export const TIMELINE_TYPES = ['order', 'touch', 'tag', 'task', 'note', 'relation'] as const
export type TimelineType = (typeof TIMELINE_TYPES)[number]
