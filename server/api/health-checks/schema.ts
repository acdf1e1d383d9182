import { Type, type Static } from 'typebox'
import { CHECK_NAMES } from '../../doctor/check-names.ts'
import { Day, Moment, nullable, oneOf, page } from '../shapes.ts'

const Name = oneOf(CHECK_NAMES)

/** The things a set-up needs, in the order in which they are looked at. */
export const CheckList = page(
  Type.Object({ name: Name, title: Type.String(), about: Type.String() }),
)
export type CheckList = Static<typeof CheckList>

export const CheckParams = Type.Object({ name: Name })

/** How one of them is now. */
export const CheckAnswer = Type.Object({
  name: Name,
  ok: Type.Boolean(),
  found: Type.String(),
  remedy: nullable(Type.String()),
})
export type CheckAnswer = Static<typeof CheckAnswer>

/** One run of a daily job. */
export const NightRun = Type.Object({
  name: Type.String({ description: 'scan, reconcile' }),
  day: Day,
  enqueuedAt: Moment,
  finishedAt: nullable(Moment),
  /** what came of it, by name: tasks made, candidates held back, … */
  figures: Type.Array(Type.Object({ name: Type.String(), n: Type.Integer() })),
})
export const NightRuns = page(NightRun)
export type NightRuns = Static<typeof NightRuns>
