import { Type, type Static } from 'typebox'
import { TASK_KINDS } from '../../../domain/words.ts'
import { Day, Id, nullable, oneOf } from '../shapes.ts'

/** What can be asked of a customer beside the kinds of task. */
export const CLASS_KINDS = ['tier', 'rfm', 'stage', 'rhythm'] as const

export const WhyQuery = Type.Object({
  /** a kind of task, or what the customer is told to be */
  kind: oneOf([...TASK_KINDS, ...CLASS_KINDS]),
})

/** Why there is a task or none, or why a customer is what they are: for people one sentence, for programs the numbers. */
export const WhyAnswer = Type.Object({
  kind: Type.String(),
  label: Type.String(),
  /**
   * of a kind of task: `open` there is one · `closed` there was one for the same occasion · `held_back` it waits ·
   * `next_scan` the next morning makes it · `not_due` the rule does not hold · `off` the rule makes nothing now · `not_here` it
   * does not hold for the customer's store.
   * of anything else `is`
   */
  status: oneOf(['open', 'closed', 'held_back', 'next_scan', 'not_due', 'off', 'not_here', 'is']),
  sentence: Type.String(),
  /** which rule says it and with which numbers; null for what is no rule's */
  rule: nullable(
    Type.Object({ version: Type.Integer(), params: Type.Record(Type.String(), Type.Unknown()) }),
  ),
  /** what was compared */
  facts: nullable(Type.Record(Type.String(), Type.Unknown())),
  /** the day from which it may be otherwise, where that is known */
  until: nullable(Day),
  taskId: nullable(Id),
})
export type WhyAnswer = Static<typeof WhyAnswer>
