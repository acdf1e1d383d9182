import { Type, type Static } from 'typebox'
import { HANDOVER_STATES, HANDOVER_STRATEGIES, HANDOVER_WHYS } from '../../../domain/handover.ts'
import { Cursor, Fen, Id, Moment, nullable, oneOf, page } from '../shapes.ts'

const strict = { additionalProperties: false } as const
const Userid = Type.String({ minLength: 1, maxLength: 64, description: 'userid' })

/** Whose customers and to whom: `to` one colleague, else by a strategy. */
const whom = {
  from: Userid,
  to: Type.Optional(Userid),
  strategy: Type.Optional(
    Type.Unsafe<Exclude<(typeof HANDOVER_STRATEGIES)[number], 'to'>>({
      type: 'string',
      enum: HANDOVER_STRATEGIES.filter((strategy) => strategy !== 'to'),
      description:
        'even: shared among the guides of the giver’s store; store_manager; latest_order: to who assisted last, the others shared evenly',
    }),
  ),
}
export const HandoverWhom = Type.Object(whom, strict)
export type HandoverWhom = Static<typeof HandoverWhom>

export const NewHandover = Type.Object(
  {
    ...whom,
    message: Type.Optional(
      Type.String({ maxLength: 200, description: 'what WeCom tells each customer afterwards' }),
    ),
  },
  strict,
)
export type NewHandover = Static<typeof NewHandover>

const Person = Type.Object({ userid: Type.String(), name: Type.String() })
const WhyNot = oneOf(HANDOVER_WHYS)

/** What a handover would do. Nothing is written. */
export const HandoverPreview = Type.Object({
  from: Person,
  /** all of the giver's */
  customers: Type.Integer(),
  /** of them go: those WeCom is asked for, and those who change hands at once */
  asked: Type.Integer(),
  atOnce: Type.Integer(),
  /** open tasks that go along */
  tasks: Type.Integer(),
  takers: Type.Array(
    Type.Object({
      ...Person.properties,
      customers: Type.Integer(),
      spendFen: Fen,
      tasks: Type.Integer(),
      /** false: WeCom does not let them have customers (客户联系), so they get none */
      able: Type.Boolean(),
    }),
  ),
  /** why others can't be handed over, and how many */
  cannot: Type.Array(
    Type.Object({ why: WhyNot, whyText: Type.String(), customers: Type.Integer() }),
  ),
  /** the first of them, the most valuable first; `again` is when WeCom lets them go again */
  cannotFirst: Type.Array(
    Type.Object({
      customerId: Id,
      name: Type.String(),
      why: WhyNot,
      whyText: Type.String(),
      again: nullable(Moment),
    }),
  ),
  important: Type.Array(
    Type.Object({ customerId: Id, name: Type.String(), spendFen: Fen, to: Type.String() }),
  ),
})
export type HandoverPreview = Static<typeof HandoverPreview>

/** planning, asking WeCom, waiting for its 24 hours, over */
export const HANDOVER_STAGES = ['planning', 'asking', 'waiting', 'over'] as const

const Totals = Type.Object({
  customers: Type.Integer(),
  waiting: Type.Integer(),
  asked: Type.Integer(),
  done: Type.Integer(),
  refused: Type.Integer(),
  limit: Type.Integer(),
  impossible: Type.Integer(),
  /** open tasks that went along up to now */
  tasks: Type.Integer(),
})

const brief = {
  id: Id,
  from: Person,
  strategy: oneOf(HANDOVER_STRATEGIES),
  to: nullable(Person),
  createdBy: Person,
  createdAt: Moment,
  stage: oneOf(HANDOVER_STAGES),
  /** when WeCom completes those it was asked for last; null: nobody waits */
  completesAt: nullable(Moment),
  /** WeCom's code, where it takes no call at present: the set-up needs a person, then it goes on by itself */
  problem: nullable(Type.Integer()),
  totals: Totals,
}
export const HandoverBrief = Type.Object(brief)
export type HandoverBrief = Static<typeof HandoverBrief>

/** A handover and how far it is. */
export const HandoverView = Type.Object({
  ...brief,
  message: nullable(Type.String()),
  takers: Type.Array(
    Type.Object({
      ...Person.properties,
      customers: Type.Integer(),
      done: Type.Integer(),
      tasks: Type.Integer(),
    }),
  ),
})
export type HandoverView = Static<typeof HandoverView>

export const HandoverPage = page(HandoverBrief)
export type HandoverPage = Static<typeof HandoverPage>
export const HandoverQuery = Type.Object({ cursor: Type.Optional(Cursor) }, strict)
export type HandoverQuery = Static<typeof HandoverQuery>
export const HandoverParams = Type.Object({ id: Id })

/** One customer of a handover. */
export const HandoverCustomer = Type.Object({
  customerId: Id,
  name: Type.String(),
  to: nullable(Person),
  state: oneOf(HANDOVER_STATES),
  why: nullable(WhyNot),
  /** the same as a phrase, in the language asked for */
  whyText: nullable(Type.String()),
  important: Type.Boolean(),
  spendFen: Fen,
  askedAt: nullable(Moment),
  decidedAt: nullable(Moment),
  tasks: Type.Integer(),
})
export type HandoverCustomer = Static<typeof HandoverCustomer>
export const HandoverCustomerPage = page(HandoverCustomer)
export type HandoverCustomerPage = Static<typeof HandoverCustomerPage>
export const HandoverCustomerQuery = Type.Object(
  {
    cursor: Type.Optional(Cursor),
    state: Type.Optional(oneOf(HANDOVER_STATES)),
    format: Type.Optional(oneOf(['json', 'csv'])),
  },
  strict,
)
export type HandoverCustomerQuery = Static<typeof HandoverCustomerQuery>

/** Who is not at work any more and still has customers or open tasks, most customers first. */
export const NeededHandovers = page(
  Type.Object({
    ...Person.properties,
    storeName: nullable(Type.String()),
    customers: Type.Integer(),
    tasks: Type.Integer(),
    /** of the customers are being handed over */
    underWay: Type.Integer(),
  }),
)
export type NeededHandovers = Static<typeof NeededHandovers>
