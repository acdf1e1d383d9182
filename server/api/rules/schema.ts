import { Type, type Static } from 'typebox'
import { RULE_KINDS } from '../../../domain/words.ts'
import { Day, Id, Moment, nullable, oneOf, page } from '../shapes.ts'

const Numbers = Type.Record(Type.String(), Type.Unknown(), {
  description: 'the rule’s numbers by name; GET tells their schema',
})

/** Where a rule holds: in every store of these regions, also in those that open later, and in these stores. */
export const RuleStores = Type.Object(
  {
    regions: Type.Array(Type.String({ minLength: 1, maxLength: 100 }), { maxItems: 1000 }),
    storeNos: Type.Array(Type.String({ minLength: 1, maxLength: 64 }), { maxItems: 10_000 }),
  },
  { additionalProperties: false },
)
export type RuleStores = Static<typeof RuleStores>

/** null: in all stores, and for customers of none */
const AllOrStores = Type.Union([RuleStores, Type.Null()])

export const RuleParams = Type.Object({ kind: oneOf(RULE_KINDS) })

export const Finding = Type.Object({
  severity: oneOf(['error', 'warning']),
  code: Type.String(),
  field: nullable(Type.String()),
  message: Type.String(),
})
export type Finding = Static<typeof Finding>

export const RuleBrief = Type.Object({
  kind: oneOf(RULE_KINDS),
  label: Type.String(),
  version: Type.Integer(),
  enabled: Type.Boolean(),
  params: Numbers,
  /** the stores it holds for; null: all, and customers of none */
  stores: nullable(RuleStores),
})
export type RuleBrief = Static<typeof RuleBrief>
/** All kinds: one page. */
export const RuleList = page(RuleBrief)

export const RuleView = Type.Object({
  ...RuleBrief.properties,
  defaults: Numbers,
  /** JSON schema of the numbers, with their bounds */
  schema: Type.Record(Type.String(), Type.Unknown()),
  findings: Type.Array(Finding),
  /** newest first, at most 50; version 1 is the product's own */
  history: Type.Array(
    Type.Object({
      version: Type.Integer(),
      enabled: Type.Boolean(),
      params: Numbers,
      stores: nullable(RuleStores),
      /** userid, and who that is */
      by: nullable(Type.String()),
      byName: nullable(Type.String()),
      at: Moment,
    }),
  ),
})
export type RuleView = Static<typeof RuleView>

export const RuleChange = Type.Object(
  {
    /** the version that was edited: where another one was saved meanwhile, this one is refused */
    version: Type.Optional(Type.Integer({ minimum: 1 })),
    enabled: Type.Optional(Type.Boolean()),
    /** those that are left out stay as they are */
    params: Type.Optional(Numbers),
    /** left out: it stays where it holds */
    stores: Type.Optional(AllOrStores),
  },
  { additionalProperties: false },
)
export type RuleChange = Static<typeof RuleChange>

export const LintQuestion = Type.Object(
  { params: Type.Optional(Numbers), stores: Type.Optional(AllOrStores) },
  { additionalProperties: false },
)
export type LintQuestion = Static<typeof LintQuestion>
export const LintAnswer = Type.Object({
  findings: Type.Array(Finding),
  /** how many customers the rule finds in a week, of how many; null where its numbers can't be used */
  found: nullable(Type.Object({ customers: Type.Integer(), of: Type.Integer() })),
})
export type LintAnswer = Static<typeof LintAnswer>

export const DryRunQuestion = Type.Object(
  {
    /** default: the next morning that is scanned */
    date: Type.Optional(Day),
    enabled: Type.Optional(Type.Boolean()),
    params: Type.Optional(Numbers),
    stores: Type.Optional(AllOrStores),
  },
  { additionalProperties: false },
)
export type DryRunQuestion = Static<typeof DryRunQuestion>

const Count = Type.Integer({ minimum: 0 })

export const DryRunAnswer = Type.Object({
  date: Day,
  /** with the numbers given: new tasks of the kind, and waiting ones by reason */
  after: Type.Object({
    created: Count,
    heldBack: Count,
    heldBackBy: Type.Record(Type.String(), Count),
  }),
  /** with the rule in force */
  before: Type.Object({ created: Count, heldBack: Count }),
  /** customers who get a task of the kind with the one, and not with the other */
  gained: Count,
  lost: Count,
  /** tasks of other kinds that come (or go, negative) with it: a customer gets one new task a day, a guide twenty */
  otherKinds: Type.Integer(),
  byStore: Type.Array(
    Type.Object({
      storeNo: Type.String(),
      name: nullable(Type.String()),
      created: Count,
      before: Count,
    }),
  ),
  samples: Type.Array(
    Type.Object({
      customerId: Id,
      name: Type.String(),
      guide: Type.String(),
      reason: Type.String(),
      /** not with the rule in force */
      isNew: Type.Boolean(),
    }),
  ),
})
export type DryRunAnswer = Static<typeof DryRunAnswer>
