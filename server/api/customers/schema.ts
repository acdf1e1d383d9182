import { Type, type Static } from 'typebox'
import { CONSENTS, HOLD_REASONS, TAG_DIMENSIONS } from '../../../domain/words.ts'
import { Cursor, Day, Fen, Id, Moment, nullable, oneOf, page } from '../shapes.ts'
import { TaskView } from '../tasks/schema.ts'

export const CustomerTagView = Type.Object({
  id: Id,
  name: Type.String(),
  dimension: oneOf(TAG_DIMENSIONS),
  groupName: Type.String(),
  origin: oneOf(['guide', 'rule', 'wecom']),
  originBy: nullable(Type.String()),
  addedAt: Moment,
  /** of an automatic tag: its rule, version and facts in one sentence */
  why: nullable(Type.String()),
})
export type CustomerTagView = Static<typeof CustomerTagView>

const TouchBrief = Type.Object({
  at: Moment,
  day: Day,
  name: Type.String(),
  channel: Type.String(),
})

/** Everything the sidebar shows of one customer, in one answer. */
export const CustomerProfile = Type.Object({
  id: Id,
  externalUserId: nullable(Type.String()),
  memberNo: nullable(Type.String()),
  name: Type.String(),
  wecomName: nullable(Type.String()),
  avatar: nullable(Type.String()),
  gender: nullable(oneOf(['male', 'female'])),
  /** masked: 138****1234; revealing is a call of its own and audited */
  mobile: nullable(Type.String()),
  /** month and day, "05-20"; the year is revealed by a call of its own and audited. A PATCH tells back what it wrote */
  birthday: nullable(Type.String()),
  lunarBirthday: Type.Boolean(),
  joinedAt: nullable(Moment),
  store: nullable(Type.Object({ storeNo: Type.String(), name: Type.String() })),
  /** why no member is joined yet: a code of docs/errors.md */
  matchIssue: nullable(Type.String()),
  /** the signed-in guide's own relation; null for those without one */
  relation: nullable(
    Type.Object({
      remark: nullable(Type.String()),
      addedAt: Moment,
      endedAt: nullable(Moment),
      endedBy: nullable(Type.String()),
      half: Type.Boolean(),
    }),
  ),
  /** guides with a live relation, oldest first */
  guides: Type.Array(Type.Object({ userid: Type.String(), name: Type.String() })),
  ownerGuide: nullable(Type.Object({ userid: Type.String(), name: Type.String() })),
  tier: Type.Object({
    code: Type.String(),
    name: Type.String(),
    colour: Type.String({ description: '#rrggbb' }),
    /** null where it held before tiers were kept, or came today */
    since: nullable(Day),
    flags: Type.Array(oneOf(['high_spend_low_frequency', 'low_spend_high_frequency'])),
    /** what is short of the next tier, null at the top */
    next: nullable(
      Type.Object({
        code: Type.String(),
        name: Type.String(),
        spendFen: Fen,
        orders: Type.Integer(),
        purchaseDays: Type.Optional(Type.Integer()),
        referrals: Type.Optional(Type.Integer()),
        points: Type.Optional(Type.Integer()),
      }),
    ),
    /** what is short of keeping this tier at the next monthly review, zeros when nothing is; null for the lowest */
    keep: nullable(
      Type.Object({
        reviewDay: Day,
        spendFen: Fen,
        orders: Type.Integer(),
        purchaseDays: Type.Optional(Type.Integer()),
        referrals: Type.Optional(Type.Integer()),
        points: Type.Optional(Type.Integer()),
      }),
    ),
  }),
  points: Type.Object({
    /** may be spent now */
    balance: Type.Integer(),
    /** earned, still in its refund window */
    pending: Type.Integer(),
    /** was taken in all without being there */
    shortfall: Type.Integer(),
    expiring: Type.Array(
      Type.Object({ points: Type.Integer(), expiresOn: Day, days: Type.Integer() }),
    ),
  }),
  coupons: Type.Array(
    Type.Object({
      couponNo: Type.String(),
      name: Type.String(),
      faceValueFen: nullable(Fen),
      discount: nullable(Type.Number()),
      minSpendFen: nullable(Fen),
      expiresOn: Day,
      days: Type.Integer(),
    }),
  ),
  value: Type.Object({
    spend365Fen: Fen,
    orders365: Type.Integer(),
    averageFen: Fen,
    /** the classes’ names, of the last night; null without a paid order in the window */
    rfm: nullable(Type.Object({ eight: Type.String(), five: Type.String() })),
  }),
  rhythm: nullable(
    Type.Object({
      cycleDays: Type.Number(),
      /** whose median it is */
      source: oneOf(['own', 'category', 'store', 'chain']),
      daysSince: Type.Integer(),
      /** daysSince ÷ cycleDays */
      factor: Type.Number(),
      /** the last purchase days, newest first, at most 12 */
      days: Type.Array(Day),
      /** how likely they still are a customer, of the last night; null where the chain is too small to tell */
      pAlive: nullable(Type.Number()),
    }),
  ),
  stage: oneOf(['new', 'active', 'sleeping', 'at_risk', 'lost', 'prospect']),
  tags: Type.Array(CustomerTagView),
  tasks: Type.Array(TaskView),
  consent: oneOf(CONSENTS),
  /** may this user contact this customer now */
  contact: Type.Object({
    ok: Type.Boolean(),
    why: nullable(oneOf(HOLD_REASONS)),
    until: nullable(Moment),
  }),
  lastTouchByMe: nullable(TouchBrief),
  lastTouchByOthers: nullable(TouchBrief),
})
export type CustomerProfile = Static<typeof CustomerProfile>

export const TIMELINE_TYPES = [
  'order',
  'coupon',
  'touch',
  'tag',
  'task',
  'note',
  'relation',
] as const

export const TimelineEntry = Type.Object({
  /** unique over all types */
  id: Type.String(),
  type: oneOf(TIMELINE_TYPES),
  at: Moment,
  /** userid or name of who did it, null for the customer or the system */
  by: nullable(Type.String()),
  /**
   * what happened: paid, refunded, cancelled / issued, used, expired, void / sent, … / added, removed / task states /
   * note / added, ended
   */
  what: Type.String(),
  /** tag name, note text, message text, task kind, store name, coupon name … */
  text: Type.String(),
  amountFen: nullable(Fen),
  /** order items, task reason, the touch before a coupon was used and the like */
  detail: Type.Record(Type.String(), Type.Unknown()),
})
export type TimelineEntry = Static<typeof TimelineEntry>

export const TimelineQuery = Type.Object({
  cursor: Type.Optional(Cursor),
  /** comma-separated; all when missing */
  types: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
})
export const TimelinePage = page(TimelineEntry)
export type TimelinePage = Static<typeof TimelinePage>

export const TagChange = Type.Object(
  {
    add: Type.Array(Id, { maxItems: 50, uniqueItems: true }),
    remove: Type.Array(Id, { maxItems: 50, uniqueItems: true }),
  },
  { additionalProperties: false },
)
export const TagsAnswer = Type.Object({ tags: Type.Array(CustomerTagView) })
export type TagsAnswer = Static<typeof TagsAnswer>

export const CustomerChange = Type.Object(
  {
    /** YYYY-MM-DD or MM-DD */
    birthday: Type.Optional(Type.String({ maxLength: 10 })),
    /** with birthday: it is of the Chinese calendar; false when left out */
    lunarBirthday: Type.Optional(Type.Boolean()),
    /** the guide's remark in WeCom, ≤ 20 characters */
    remark: Type.Optional(Type.String({ maxLength: 20 })),
    note: Type.Optional(Type.String({ minLength: 1, maxLength: 1000, pattern: '\\S' })),
  },
  { additionalProperties: false, minProperties: 1 },
)
export const NewNote = Type.Object(
  { text: Type.String({ minLength: 1, maxLength: 1000, pattern: '\\S' }) },
  { additionalProperties: false },
)
export const ConsentChange = Type.Object(
  { consent: oneOf(CONSENTS), source: Type.String({ minLength: 1, maxLength: 100 }) },
  { additionalProperties: false },
)

/** The full number, after its reveal was written down; null where none is known. */
export const RevealedMobile = Type.Object({ mobile: nullable(Type.String()) })
export type RevealedMobile = Static<typeof RevealedMobile>

/** The birthday as far as it is known, "1990-05-20" or "05-20", after its reveal was written down. */
export const RevealedBirthday = Type.Object({ birthday: nullable(Type.String()) })
export type RevealedBirthday = Static<typeof RevealedBirthday>
