import { Type, type Static } from 'typebox'
import { Filter } from '../../../bot/audience/filter-schema.ts'
import { ASSIGNMENT_STATES, TASK_STATES } from '../../../domain/words.ts'
import { Cursor, Id, Moment, nullable, oneOf, page } from '../shapes.ts'

const strict = { additionalProperties: false } as const

/** who gets the tasks: as the rules would choose, the customer’s store manager, or one guide */
const Assign = Type.String({
  pattern: '^(owner|store_manager|guide:.{1,64})$',
  description: 'owner, store_manager or guide:<userid>',
})

export const NewAssignment = Type.Object(
  {
    title: Type.String({ minLength: 1, maxLength: 40 }),
    instruction: Type.String({ minLength: 1, maxLength: 500 }),
    filter: Filter,
    words: Type.Optional(
      Type.String({
        maxLength: 1000,
        description: 'what the guide may send; {称呼} {导购} {门店} {等级} are filled in',
      }),
    ),
    templateId: Type.Optional(
      Type.String({ maxLength: 64, description: 'words of kind follow_up, instead of `words`' }),
    ),
    dueAt: Moment,
    dispatchAt: Type.Optional(Moment),
    assign: Assign,
    maxPerGuide: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000 })),
  },
  strict,
)
export type NewAssignment = Static<typeof NewAssignment>

export const AssignmentQuestion = Type.Object(
  {
    filter: Filter,
    assign: Assign,
    maxPerGuide: NewAssignment.properties.maxPerGuide,
  },
  strict,
)
export type AssignmentQuestion = Static<typeof AssignmentQuestion>

/** Who would get how many, before it is dispatched. */
export const AssignmentPreview = Type.Object({
  guides: Type.Integer(),
  /** who would get a task of one of them */
  customers: Type.Integer(),
  /** more than one guide may get, by `maxPerGuide` */
  beyondLimit: Type.Integer(),
  /** the ten with most customers, most first */
  most: Type.Array(
    Type.Object({
      userid: Type.String(),
      name: Type.String(),
      storeName: nullable(Type.String()),
      customers: Type.Integer(),
    }),
  ),
})
export type AssignmentPreview = Static<typeof AssignmentPreview>

const Person = Type.Object({ userid: Type.String(), name: Type.String() })

/** what of an assignment’s customers became what: tasks by state, and those without a task */
const Totals = Type.Object({
  customers: Type.Integer(),
  tasks: Type.Integer(),
  notStarted: Type.Integer(),
  inProgress: Type.Integer(),
  done: Type.Integer(),
  dismissed: Type.Integer(),
  expired: Type.Integer(),
  cancelled: Type.Integer(),
  notDispatched: Type.Integer(),
  /** customers with a task who paid an order after it was made */
  purchasedAfter: Type.Integer(),
})

const figures = {
  tasks: Type.Integer(),
  /** begun or ended by the guide */
  started: Type.Integer(),
  done: Type.Integer(),
  /** not ended when due: still open past it, or expired */
  overdue: Type.Integer(),
}

const changing = {
  state: oneOf(ASSIGNMENT_STATES),
  dispatch: Type.Object({ done: Type.Integer(), total: Type.Integer() }),
  totals: Totals,
  byStore: Type.Array(
    Type.Object({ storeNo: nullable(Type.String()), name: nullable(Type.String()), ...figures }),
  ),
  byGuide: Type.Array(
    Type.Object({
      userid: Type.String(),
      name: Type.String(),
      storeName: nullable(Type.String()),
      ...figures,
      pressedAt: nullable(Moment),
    }),
  ),
}

/** The changing parts of an assignment: what `progress` events carry. */
export const AssignmentProgress = Type.Object(changing)
export type AssignmentProgress = Static<typeof AssignmentProgress>

const fixed = {
  id: Id,
  title: Type.String(),
  createdBy: Person,
  createdAt: Moment,
  dispatchAt: Moment,
  dueAt: Moment,
}

/** An assignment and how far it is. */
export const AssignmentView = Type.Object({
  ...fixed,
  instruction: Type.String(),
  words: nullable(Type.String()),
  /** whose words the guides get instead */
  template: nullable(Type.Object({ id: Type.String(), name: Type.String() })),
  filter: Filter,
  assign: Assign,
  maxPerGuide: nullable(Type.Integer()),
  ...changing,
})
export type AssignmentView = Static<typeof AssignmentView>

/** A line of the list. */
export const AssignmentBrief = Type.Object({
  ...fixed,
  state: changing.state,
  dispatch: changing.dispatch,
  totals: Totals,
})
export type AssignmentBrief = Static<typeof AssignmentBrief>

export const AssignmentPage = page(AssignmentBrief)
export type AssignmentPage = Static<typeof AssignmentPage>
export const AssignmentQuery = Type.Object(
  { cursor: Type.Optional(Cursor), state: Type.Optional(oneOf(ASSIGNMENT_STATES)) },
  strict,
)
export type AssignmentQuery = Static<typeof AssignmentQuery>

export const AssignmentParams = Type.Object({ id: Id })

/** What may be with one customer: a task’s state, or no task (yet); `why` says why. */
export const CUSTOMER_STATES = [...TASK_STATES, 'not_dispatched'] as const

/** One customer of an assignment. */
export const AssignmentCustomer = Type.Object({
  customerId: Id,
  name: Type.String(),
  guide: nullable(Person),
  taskId: nullable(Id),
  state: oneOf(CUSTOMER_STATES),
  /**
   * why there is no task (no_consent, no_relation, customer_day, customer_week, customer_month, other_guide, guide_day,
   * guide_limit, guide_left), or why it was dismissed or cancelled; null where it is simply under way
   */
  why: nullable(Type.String()),
  /** the same as a phrase, in the language asked for; it says the next day it is tried again */
  whyText: nullable(Type.String()),
  touchedAt: nullable(Moment),
  outcome: nullable(Type.String()),
  purchasedAfter: Type.Boolean(),
})
export type AssignmentCustomer = Static<typeof AssignmentCustomer>

export const AssignmentCustomerPage = page(AssignmentCustomer)
export type AssignmentCustomerPage = Static<typeof AssignmentCustomerPage>
export const AssignmentCustomerQuery = Type.Object(
  {
    cursor: Type.Optional(Cursor),
    state: Type.Optional(oneOf(CUSTOMER_STATES)),
    guide: Type.Optional(Type.String({ minLength: 1, maxLength: 64, description: 'userid' })),
    format: Type.Optional(oneOf(['json', 'csv'])),
  },
  strict,
)
export type AssignmentCustomerQuery = Static<typeof AssignmentCustomerQuery>

/** Nothing named: everybody’s open tasks. */
export const PressBody = Type.Object(
  {
    guide: Type.Optional(Type.String({ maxLength: 64, description: 'userid' })),
    taskIds: Type.Optional(Type.Array(Id, { minItems: 1, maxItems: 200 })),
  },
  strict,
)
export type PressBody = Static<typeof PressBody>

export const PressAnswer = Type.Object({
  /** tasks moved to the top */
  pressed: Type.Integer(),
  /** guides who get a card */
  guides: Type.Integer(),
  /** guides who were pressed too lately: nothing happened for them, `again` is when it may */
  tooSoon: Type.Array(Type.Object({ userid: Type.String(), name: Type.String(), again: Moment })),
})
export type PressAnswer = Static<typeof PressAnswer>

export const RepeatBody = Type.Object({ dueAt: Moment, dispatchAt: Type.Optional(Moment) }, strict)
export type RepeatBody = Static<typeof RepeatBody>
