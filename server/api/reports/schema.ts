import { Type, type Static } from 'typebox'
import { HOLD_REASONS, RULE_KINDS } from '../../../domain/words.ts'
import { Day, nullable, oneOf } from '../shapes.ts'

/** A rate with what it was made of (domain-rules 12). */
const Rate = Type.Object({
  numerator: Type.Integer(),
  denominator: Type.Integer(),
  rate: nullable(Type.Number()),
})
export type Rate = Static<typeof Rate>

const Period = Type.Object({ from: Day, to: Day })

export const ExecutionQuery = Type.Object({
  from: Day,
  to: Day,
  store: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
  guide: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
  format: Type.Optional(oneOf(['json', 'csv'])),
})

export const ReportQuery = Type.Object({
  ...ExecutionQuery.properties,
  region: Type.Optional(
    Type.String({ maxLength: 64, description: 'empty: stores without a region, and no store' }),
  ),
})

/** Who did what with the tasks of a period, by guide; days are days of the scan that made the tasks. */
export const ExecutionReport = Type.Object({
  period: Period,
  /** 执行率: tasks acted on ÷ tasks given */
  execution: Rate,
  /** 完成率: tasks completed ÷ tasks due */
  completion: Rate,
  /** tasks that a message went out for ÷ tasks given */
  sentOfGiven: Rate,
  /** tasks whose customer paid an order after the message, within 7 days ÷ tasks that a message went out for */
  purchasedOfSent: Rate,
  /** tasks whose customer paid an order after the touch, within 7 days */
  purchasedAfter: Type.Integer(),
  guides: Type.Array(
    Type.Object({
      userid: Type.String(),
      name: Type.String(),
      storeNo: nullable(Type.String()),
      storeName: nullable(Type.String()),
      execution: Rate,
      completion: Rate,
      sentOfGiven: Rate,
      purchasedOfSent: Rate,
      sent: Type.Integer(),
      purchasedAfter: Type.Integer(),
    }),
  ),
})
export type ExecutionReport = Static<typeof ExecutionReport>

export const OverviewQuery = Type.Object({
  from: Day,
  to: Day,
  region: Type.Optional(
    Type.String({ maxLength: 64, description: 'empty: stores without a region' }),
  ),
  store: Type.Optional(
    Type.String({ maxLength: 64, description: 'empty: guides without a store' }),
  ),
  format: Type.Optional(oneOf(['json', 'csv'])),
})
export type OverviewQuery = Static<typeof OverviewQuery>

const Counts = {
  execution: Rate,
  completion: Rate,
  sent: Type.Integer(),
  purchasedAfter: Type.Integer(),
}

/** How a period's tasks go: in all, by day, by kind, and one level down: region, store or guide. */
export const OverviewReport = Type.Object({
  period: Period,
  ...Counts,
  byDay: Type.Array(Type.Object({ day: Day, execution: Rate, completion: Rate })),
  byKind: Type.Array(Type.Object({ kind: oneOf(RULE_KINDS), execution: Rate, completion: Rate })),
  /** what `places` are */
  level: oneOf(['region', 'store', 'guide']),
  /** lowest execution first; key is the region, store number or userid, empty for none */
  places: Type.Array(Type.Object({ key: Type.String(), name: nullable(Type.String()), ...Counts })),
})
export type OverviewReport = Static<typeof OverviewReport>
export type Place = OverviewReport['places'][number]

export const ExceptionsQuery = Type.Object({
  region: Type.Optional(Type.String({ maxLength: 64 })),
  store: Type.Optional(Type.String({ maxLength: 64 })),
})

/** What stands in the way today. */
export const ExceptionsReport = Type.Object({
  day: Day,
  /** guides with tasks of today's scan who have begun none ÷ guides with tasks of it */
  notStarted: Rate,
  /** of those, at most 20, most tasks first */
  guides: Type.Array(
    Type.Object({
      userid: Type.String(),
      name: Type.String(),
      storeName: nullable(Type.String()),
      tasks: Type.Integer(),
    }),
  ),
  /** candidates that wait, by reason */
  heldBack: Type.Array(Type.Object({ why: oneOf(HOLD_REASONS), candidates: Type.Integer() })),
  /** today's messages that WeCom refused for good, by kind and its errcode; touches that failed in a guide's client */
  failed: Type.Array(
    Type.Object({
      kind: Type.String(),
      errcode: nullable(Type.Integer()),
      messages: Type.Integer(),
    }),
  ),
})
export type ExceptionsReport = Static<typeof ExceptionsReport>

/** The reports beside execution, in the order of the page. */
export const REPORT_NAMES = [
  'tiers',
  'repurchase',
  'growth',
  'coupons',
  'outreach',
  'fatigue',
  'rfm',
] as const
export type ReportName = (typeof REPORT_NAMES)[number]

export const ReportParams = Type.Object({ report: oneOf(REPORT_NAMES) })

const ReportLine = Type.Object({
  key: Type.String(),
  /** in the reader's language */
  label: Type.String(),
  /** what the label says, where it does not by itself */
  means: Type.Optional(Type.String()),
  /**
   * share: numerator ÷ denominator; shareOfFen: both are money; count: the numerator alone; fenEach: fen for each of the
   * denominator; perThousand: for each thousand of it
   */
  unit: oneOf(['share', 'shareOfFen', 'count', 'fenEach', 'perThousand']),
  numerator: Type.Integer(),
  denominator: nullable(Type.Integer()),
  rate: nullable(Type.Number()),
})
export type ReportLine = Static<typeof ReportLine>

const ReportTable = Type.Object({
  code: Type.String(),
  label: Type.String(),
  /** how it is best drawn; lines: the keys are days, a day without a line is 0 */
  chart: oneOf(['bars', 'lines']),
  lines: Type.Array(ReportLine),
})
export type ReportTable = Static<typeof ReportTable>

/** Figures of a period with what they were made of (domain-rules 12), and tables behind them. */
export const Report = Type.Object({
  report: oneOf(REPORT_NAMES),
  label: Type.String(),
  period: Period,
  figures: Type.Array(ReportLine),
  tables: Type.Array(ReportTable),
  /** how it was told, in sentences of the reader's language */
  notes: Type.Array(Type.String()),
})
export type Report = Static<typeof Report>
