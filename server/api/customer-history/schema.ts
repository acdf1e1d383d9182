import { Type, type Static } from 'typebox'
import { CONSENTS, TASK_KINDS } from '../../../domain/words.ts'
import { Day, Fen, Id, Moment, nullable, oneOf } from '../shapes.ts'
import { TaskView } from '../tasks/schema.ts'

/** Why a tier changed: up at once, at a review, the membership ended, the table has the tier no more, a duplicate’s was higher. */
export const TIER_CHANGE_REASONS = ['upgrade', 'review', 'end', 'table', 'merge'] as const

/** What a class change is about: the eight classes, the five, or the stage. */
export const CLASS_CHANGE_KINDS = ['rfm', 'five', 'stage'] as const

/** What became of a customer over time, for managers: of each kind the newest 50. */
export const CustomerHistory = Type.Object({
  /** all guides they had or have in WeCom: live ones first, then the last ended first */
  relations: Type.Array(
    Type.Object({
      userid: Type.String(),
      name: Type.String(),
      storeName: nullable(Type.String()),
      addedAt: Moment,
      endedAt: nullable(Moment),
      endedBy: nullable(oneOf(['customer', 'guide', 'transfer', 'missing'])),
      /** added by the customer, not confirmed by the guide yet */
      half: Type.Boolean(),
    }),
  ),
  /** what the customer said about being contacted */
  consents: Type.Array(
    Type.Object({
      consent: oneOf(CONSENTS),
      source: Type.String(),
      by: Type.String(),
      at: Moment,
    }),
  ),
  tierChanges: Type.Array(
    Type.Object({
      day: Day,
      /** names of today’s table; a code that it has no more stays a code */
      before: Type.String(),
      after: Type.String(),
      reason: oneOf(TIER_CHANGE_REASONS),
    }),
  ),
  classChanges: Type.Array(
    Type.Object({
      day: Day,
      what: oneOf(CLASS_CHANGE_KINDS),
      before: nullable(Type.String()),
      after: nullable(Type.String()),
    }),
  ),
  /** lots of points with something left, by their end */
  lots: Type.Array(
    Type.Object({
      points: Type.Integer(),
      remaining: Type.Integer(),
      availableOn: Day,
      expiresOn: Day,
    }),
  ),
  coupons: Type.Array(
    Type.Object({
      couponNo: Type.String(),
      name: Type.String(),
      faceValueFen: nullable(Fen),
      state: oneOf(['issued', 'used', 'expired', 'void']),
      expiresOn: Day,
      usedAt: nullable(Moment),
    }),
  ),
  /** of one’s scope, open ones first */
  tasks: Type.Array(TaskView),
  /** what was not made a task, and why; those still waiting first */
  held: Type.Array(
    Type.Object({
      id: Id,
      kind: oneOf(TASK_KINDS),
      /** why it waits, as a phrase */
      why: Type.String(),
      /** why there would be a task: the rule’s sentence */
      reason: Type.String(),
      day: Day,
      /** from when it may become a task; null when only a change of facts helps */
      until: nullable(Day),
      resolvedAt: nullable(Moment),
    }),
  ),
})
export type CustomerHistory = Static<typeof CustomerHistory>
