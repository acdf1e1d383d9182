import { Type, type Static } from 'typebox'
import { OUTBOX_KINDS } from '../../../bot/messages/outbox.ts'
import { USELESS } from '../../../bot/messages/failed-sends.ts'
import { Cursor, Id, Moment, nullable, oneOf, page } from '../shapes.ts'

const Kind = oneOf(OUTBOX_KINDS)

/** One call to WeCom, or to a subscriber, that ended without success. */
export const FailedSend = Type.Object({
  id: Id,
  kind: Kind,
  guide: nullable(Type.String({ description: 'whose message or customer it is about' })),
  customer: nullable(Type.Object({ id: Id, name: Type.String() })),
  dueAt: Moment,
  attempts: Type.Integer(),
  errcode: nullable(Type.Integer()),
  says: Type.String({ description: 'what the errcode means' }),
  remedy: Type.String(),
  /** for who runs the server: the last error as it came, without data of people */
  technical: nullable(Type.String()),
  unsure: Type.Boolean({ description: 'it may have been sent all the same' }),
  useless: nullable(oneOf(USELESS)),
})
export type FailedSend = Static<typeof FailedSend>

export const FailedSendPage = page(FailedSend)
export type FailedSendPage = Static<typeof FailedSendPage>
export const FailedSendQuery = Type.Object(
  { cursor: Type.Optional(Cursor), kind: Type.Optional(Kind) },
  { additionalProperties: false },
)
export type FailedSendQuery = Static<typeof FailedSendQuery>

/** How many failed, kind by kind. */
export const FailedSendCounts = Type.Object({
  items: Type.Array(
    Type.Object({
      kind: Kind,
      failed: Type.Integer(),
      retryable: Type.Integer({ description: 'of them: may be tried again at once' }),
      unsure: Type.Integer({ description: 'of them: tried again only where that is asked for' }),
    }),
  ),
})
export type FailedSendCounts = Static<typeof FailedSendCounts>

const evenIfUnsure = Type.Optional(
  Type.Boolean({ description: 'also what may have been sent: it may arrive twice' }),
)
export const RetryOne = Type.Object({ evenIfUnsure }, { additionalProperties: false })
export const RetryKind = Type.Object({ kind: Kind, evenIfUnsure }, { additionalProperties: false })
export type RetryKind = Static<typeof RetryKind>

/** How many were started again; 0 where somebody was faster. */
export const Retried = Type.Object({ retried: Type.Integer() })
export type Retried = Static<typeof Retried>
export const FailedSendParams = Type.Object({ id: Id })
