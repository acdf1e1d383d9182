import { Type, type Static } from 'typebox'
import { Filter } from '../../../bot/audience/filter-schema.ts'
import { CONSENTS, STAGES } from '../../../domain/words.ts'
import { Cursor, Day, Fen, Id, nullable, oneOf, page } from '../shapes.ts'

/** newest: by when they came into the system; recent: by their last purchase; spend: by what they spent in 365 days */
export const CUSTOMER_SORTS = ['newest', 'recent', 'spend'] as const
export type CustomerSort = (typeof CUSTOMER_SORTS)[number]

/** Which customers are meant. A body, because a search may hold a mobile number, and addresses are logged. */
export const CustomerSearch = Type.Object(
  {
    filter: Type.Optional(Filter),
    /** a part of the name, a member number, or a whole mobile number */
    text: Type.Optional(Type.String({ maxLength: 64 })),
    sort: Type.Optional(oneOf(CUSTOMER_SORTS)),
    cursor: Type.Optional(Cursor),
  },
  { additionalProperties: false },
)
export type CustomerSearch = Static<typeof CustomerSearch>

/** A customer in a list. */
export const CustomerLine = Type.Object({
  id: Id,
  name: Type.String(),
  memberNo: nullable(Type.String()),
  storeName: nullable(Type.String()),
  /** the guide the chain assigned, else the one with the oldest live relation */
  guideName: nullable(Type.String()),
  tier: Type.Object({ code: Type.String(), name: Type.String(), colour: Type.String() }),
  stage: nullable(oneOf(STAGES)),
  /** names of the eight and the five classes */
  rfm: nullable(Type.Object({ eight: Type.String(), five: Type.String() })),
  lastPurchase: nullable(Day),
  orders365: Type.Integer(),
  spend365Fen: Fen,
  /** median days between purchases */
  cycleDays: nullable(Type.Number()),
  pAlive: nullable(Type.Number()),
  points: Type.Integer(),
  consent: oneOf(CONSENTS),
  joinedOn: nullable(Day),
})
export type CustomerLine = Static<typeof CustomerLine>

export const CustomerLines = page(CustomerLine)
export type CustomerLines = Static<typeof CustomerLines>

export const NewExport = Type.Object(
  {
    filter: Type.Optional(Filter),
    text: Type.Optional(Type.String({ maxLength: 64 })),
  },
  { additionalProperties: false },
)

/** Where an export is fetched, by the same person, for an hour. */
export const ExportAnswer = Type.Object({ id: Id, url: Type.String() })
export type ExportAnswer = Static<typeof ExportAnswer>
