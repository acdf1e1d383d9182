import { Type, type Static } from 'typebox'
import { Day, nullable } from '../shapes.ts'

/** A rate with what it was made of (domain-rules 12). */
const Rate = Type.Object({
  numerator: Type.Integer(),
  denominator: Type.Integer(),
  rate: nullable(Type.Number()),
})

export const ExecutionQuery = Type.Object({
  from: Day,
  to: Day,
  store: Type.Optional(Type.String({ maxLength: 64 })),
  guide: Type.Optional(Type.String({ maxLength: 64 })),
  format: Type.Optional(Type.Unsafe<'json' | 'csv'>({ type: 'string', enum: ['json', 'csv'] })),
})

/** Who did what with the tasks of a period, by guide; days are days of the scan that made the tasks. */
export const ExecutionReport = Type.Object({
  period: Type.Object({ from: Day, to: Day }),
  /** 执行率: tasks acted on ÷ tasks given */
  execution: Rate,
  /** 完成率: tasks completed ÷ tasks due */
  completion: Rate,
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
      sent: Type.Integer(),
      purchasedAfter: Type.Integer(),
    }),
  ),
})
export type ExecutionReport = Static<typeof ExecutionReport>
