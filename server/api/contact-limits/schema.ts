import { Type, type Static } from 'typebox'
import { Day, Moment, nullable } from '../shapes.ts'

const Count = Type.Integer({ minimum: 0 })

/** The limits of domain/contact-limits.ts, whole numbers; what can't be used is named with its bounds. */
const Limits = Type.Object({
  touchesDay: Type.Integer(),
  touchesWeek: Type.Integer(),
  touchesMonth: Type.Integer(),
  otherGuideHours: Type.Integer(),
  quietFromHour: Type.Integer(),
  quietUntilHour: Type.Integer(),
  tasksDay: Type.Integer(),
})

export const LimitsView = Type.Object({
  /** 0: the product's own */
  version: Count,
  limits: Limits,
  /** newest first, at most 50 */
  history: Type.Array(
    Type.Object({
      version: Type.Integer(),
      limits: Limits,
      by: Type.String(),
      byName: nullable(Type.String()),
      at: Moment,
    }),
  ),
})
export type LimitsView = Static<typeof LimitsView>

export const LimitsQuestion = Type.Object(
  {
    /** those that are left out stay as they are */
    limits: Type.Record(Type.String(), Type.Unknown()),
  },
  { additionalProperties: false },
)
export type LimitsQuestion = Static<typeof LimitsQuestion>

export const LimitsChange = Type.Object(
  {
    /** the version that was edited: where another one was saved meanwhile, this one is refused */
    version: Count,
    ...LimitsQuestion.properties,
  },
  { additionalProperties: false },
)
export type LimitsChange = Static<typeof LimitsChange>

const Morning = Type.Object({
  /** new tasks */
  created: Count,
  /** guides who get any */
  guides: Count,
  /** tasks that wait, by reason */
  heldBack: Type.Record(Type.String(), Count),
})

export const LimitsTried = Type.Object({
  /** the morning that was tried */
  date: Day,
  after: Morning,
  before: Morning,
})
export type LimitsTried = Static<typeof LimitsTried>
