import type { TaskQuery } from '../server/api/tasks/schema.ts'
import type { TimelineEntry } from '../server/api/customers/schema.ts'

/** The product's vocabularies as the pages use them; a word that is new there and unsaid here fails the type check. */
import { STAGE_NAMES, STAGES, type Lang, type Stage } from '../domain/words.ts'

export { CONSENTS, DISMISS_REASONS, OUTCOMES, TAG_DIMENSIONS } from '../domain/words.ts'
export type {
  ConsentLevel as Consent,
  DismissReason,
  HoldReason,
  Outcome,
  RuleKind,
  TaskKind,
  Stage,
  TagDimension,
  TaskState,
} from '../domain/words.ts'

/** The stages' names in one language. */
export function stageNames(lang: Lang): Record<Stage, string> {
  // a name for each of the stages
  return Object.fromEntries(STAGES.map((stage) => [stage, STAGE_NAMES[stage][lang]])) as Record<
    Stage,
    string
  >
}

export type TaskBucket = TaskQuery['bucket']
export const TASK_BUCKETS = [
  'today',
  'upcoming',
  'overdue',
  'done',
] as const satisfies readonly TaskBucket[]

export type TimelineType = TimelineEntry['type']
export const TIMELINE_TYPES = [
  'order',
  'coupon',
  'touch',
  'tag',
  'task',
  'note',
  'relation',
] as const satisfies readonly TimelineType[]
