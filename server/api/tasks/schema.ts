import { Type, type Static } from 'typebox'
import {
  DISMISS_REASONS,
  OUTCOMES,
  RULE_KINDS,
  TASK_KINDS,
  TASK_STATES,
} from '../../../domain/words.ts'
import { Day, Id, Moment, Cursor, nullable, oneOf, page } from '../shapes.ts'

export const TASK_BUCKETS = ['today', 'upcoming', 'overdue', 'done'] as const

/** A guide's to-do about one customer, with why. */
export const TaskView = Type.Object({
  id: Id,
  kind: oneOf(TASK_KINDS),
  state: oneOf(TASK_STATES),
  urgent: Type.Boolean(),
  customer: Type.Object({
    id: Id,
    externalUserId: nullable(Type.String()),
    name: Type.String(),
    avatar: nullable(Type.String()),
    /** its name in the language asked for */
    tier: Type.String(),
  }),
  assignee: Type.Object({ userid: Type.String(), name: Type.String() }),
  /** which line of domain-rules 9 chose the assignee, 1–5; 6: an assignment names them */
  assigneeRule: Type.Integer(),
  /** one sentence with its numbers, in the language asked for */
  reason: Type.String(),
  /** a few words that make it stand out: that it may be left, for instance */
  mark: nullable(Type.String()),
  rule: Type.Object({ kind: Type.String(), version: Type.Integer() }),
  facts: Type.Record(Type.String(), Type.Unknown()),
  /** suggested words, ready to send */
  words: Type.String(),
  /** the template they are of, and which of its variants this customer sees; for POST /api/touches */
  templateId: nullable(Type.String()),
  variant: nullable(Type.String()),
  dueAt: Moment,
  diesAt: Moment,
  snoozedUntil: nullable(Moment),
  closedAt: nullable(Moment),
  closing: nullable(oneOf(['proven', 'self_reported', 'timed_out'])),
  closeReason: nullable(Type.String()),
  outcome: nullable(Type.String()),
  note: nullable(Type.String()),
  createdAt: Moment,
  /** when its customer was last contacted for it */
  touchedAt: nullable(Moment),
})
export type TaskView = Static<typeof TaskView>

export const TaskQuery = Type.Object({
  bucket: oneOf(TASK_BUCKETS),
  cursor: Type.Optional(Cursor),
  /** managers: one guide's tasks only */
  guide: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
  /** headquarters: the tasks of one store's people only */
  store: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
  /** only the signed-in person's own tasks, also for managers */
  mine: Type.Optional(Type.Boolean()),
})

export const WaitingQuery = Type.Object({
  cursor: Type.Optional(Cursor),
  /** only the signed-in person's own candidates, also for managers */
  mine: Type.Optional(Type.Boolean()),
})

export type TaskQuery = Static<typeof TaskQuery>

/** One page of tasks; counts tell the four tabs, progress the header. */
export const TaskPage = Type.Intersect([
  page(TaskView),
  Type.Object({
    counts: Type.Object({
      today: Type.Integer(),
      upcoming: Type.Integer(),
      overdue: Type.Integer(),
      done: Type.Integer(),
    }),
    progress: Type.Object({ day: Day, done: Type.Integer(), total: Type.Integer() }),
    /** candidates held back by limits: `items` page lists them at GET /api/tasks/waiting */
    waiting: Type.Integer(),
  }),
])
export type TaskPage = Static<typeof TaskPage>

/** A candidate that waits: why, and from which day it may become a task. */
export const WaitingView = Type.Object({
  id: Id,
  kind: oneOf(RULE_KINDS),
  customer: Type.Object({ id: Id, name: Type.String() }),
  why: Type.String(),
  until: nullable(Day),
  reason: Type.String(),
})
export type WaitingView = Static<typeof WaitingView>

export const DoneBody = Type.Object(
  { outcome: oneOf(OUTCOMES), note: Type.Optional(Type.String({ maxLength: 500 })) },
  { additionalProperties: false },
)
export const SnoozeBody = Type.Object({ until: Moment }, { additionalProperties: false })
export const DismissBody = Type.Object(
  { reason: oneOf(DISMISS_REASONS) },
  { additionalProperties: false },
)
