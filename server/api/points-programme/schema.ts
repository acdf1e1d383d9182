import { Type, type Static } from 'typebox'
import { Finding } from '../rules/schema.ts'
import { Day, Fen, Moment, nullable } from '../shapes.ts'

const Count = Type.Integer({ minimum: 0 })

/** The numbers of a programme, domain/points-programme.ts; the linter tells their bounds. */
const Params = Type.Object({
  /** orders paid and members joined before this day earn nothing */
  startsOn: Day,
  pointsPerYuan: Type.Number(),
  signUpPoints: Type.Number(),
  referralPoints: Type.Number(),
  behaviourDailyCap: Type.Number(),
  birthdayMonthFactor: Type.Number(),
  pendingDays: Type.Number(),
  validDays: Type.Number(),
})

export const ProgrammeView = Type.Object({
  /** 0: the chain never had one, and `params` are what one could begin with */
  version: Count,
  /** false: nothing new is given; refunds still take theirs back */
  enabled: Type.Boolean(),
  params: Params,
  findings: Type.Array(Finding),
  /** newest first, at most 50 */
  history: Type.Array(
    Type.Object({
      version: Type.Integer(),
      enabled: Type.Boolean(),
      params: Params,
      by: Type.String(),
      byName: nullable(Type.String()),
      at: Moment,
    }),
  ),
})
export type ProgrammeView = Static<typeof ProgrammeView>

/** numbers by name; the linter says what is wrong with each */
const Given = Type.Record(Type.String(), Type.Unknown())

export const ProgrammeQuestion = Type.Object(
  {
    enabled: Type.Optional(Type.Boolean()),
    /** those that are left out stay as they are */
    params: Type.Optional(Given),
  },
  { additionalProperties: false },
)
export type ProgrammeQuestion = Static<typeof ProgrammeQuestion>

export const ProgrammeChange = Type.Object(
  {
    /** the version that was edited: where another one was saved meanwhile, this one is refused */
    version: Count,
    ...ProgrammeQuestion.properties,
  },
  { additionalProperties: false },
)
export type ProgrammeChange = Static<typeof ProgrammeChange>

export const ProgrammeLinted = Type.Object({ findings: Type.Array(Finding) })
export type ProgrammeLinted = Static<typeof ProgrammeLinted>

const MonthPoints = Type.Object({
  spend: Count,
  /** joining and bringing friends, each day’s cap respected */
  behaviour: Count,
  /** members who get any */
  members: Count,
})

export const ProgrammeTried = Type.Object({
  /** the month that was tried: the last whole one */
  from: Day,
  to: Day,
  netFen: Fen,
  after: MonthPoints,
  before: MonthPoints,
  /** customers whose figures would give a higher tier, or a lower one; null where no tier asks for points */
  tiers: nullable(Type.Object({ up: Count, down: Count })),
})
export type ProgrammeTried = Static<typeof ProgrammeTried>
