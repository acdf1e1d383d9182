import { Type, type Static } from 'typebox'
import { IMPORT_KINDS } from '../../../bot/members/import/kinds.ts'
import { TASK_KINDS, TASK_STATES } from '../../../domain/words.ts'
import { Cursor, Id, Moment, nullable, oneOf, page } from '../shapes.ts'

/** A row that was not taken, or a doubt about one that was. */
const Remark = Type.Object({
  index: Type.Integer({ description: 'position of the row, from 0' }),
  id: nullable(Type.String({ description: "the row's natural key" })),
  code: Type.String(),
  message: Type.String({ description: 'which field, and what to write' }),
})

export const ImportAnswer = Type.Object({
  accepted: Type.Integer({ description: 'rows that changed something' }),
  unchanged: Type.Integer({ description: 'rows that said nothing new' }),
  rejected: Type.Array(Remark),
  warnings: Type.Array(Remark),
})

const StreamRemark = Type.Intersect([
  Remark,
  Type.Object({ line: Type.Integer({ description: 'line of the stream, from 1' }) }),
])

export const StreamAnswer = Type.Object({
  accepted: Type.Integer(),
  unchanged: Type.Integer(),
  rejected: Type.Array(StreamRemark, { description: 'the first 1000' }),
  rejectedTotal: Type.Integer(),
  warnings: Type.Array(StreamRemark, { description: 'the first 1000' }),
  warningsTotal: Type.Integer(),
})
export type StreamAnswer = Static<typeof StreamAnswer>

export const ImportKindParams = Type.Object({ kind: oneOf(IMPORT_KINDS) })

/** What a warehouse asks: what changed since, in pages. */
export const SinceQuery = Type.Object(
  {
    updatedAfter: Type.Optional(Moment),
    cursor: Type.Optional(Cursor),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, default: 200 })),
  },
  { additionalProperties: false },
)
export type SinceQuery = Static<typeof SinceQuery>

export const OpenTask = Type.Object({
  id: Id,
  kind: oneOf(TASK_KINDS),
  memberNo: nullable(Type.String()),
  externalUserId: nullable(Type.String()),
  guideUserid: Type.String(),
  status: oneOf(TASK_STATES),
  reason: Type.String(),
  facts: Type.Record(Type.String(), Type.Unknown()),
  dueAt: Moment,
  createdAt: Moment,
  updatedAt: Moment,
})
export type OpenTask = Static<typeof OpenTask>
export const OpenTaskPage = page(OpenTask)

export const OpenTouch = Type.Object({
  id: Id,
  memberNo: nullable(Type.String()),
  externalUserId: nullable(Type.String()),
  guideUserid: Type.String(),
  taskId: nullable(Id),
  templateId: nullable(Type.String()),
  variant: nullable(Type.String()),
  channel: Type.String(),
  text: Type.String(),
  result: oneOf(['sent', 'cancelled', 'failed']),
  at: Moment,
})
export type OpenTouch = Static<typeof OpenTouch>
export const OpenTouchPage = page(OpenTouch)
