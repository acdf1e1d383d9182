import type { CustomerFilter } from '../../../../domain/customer-filter.ts'
import { unknownVariables } from '../../../../domain/words-template.ts'
import type { NewAssignment } from '../../../../server/api/assignments/schema.ts'
import { addDays, atHour, wallClock } from '../../../time/day.ts'

/** The hours an assignment may go out at (domain/dispatch-hours.ts), and be due at; the last one ends at 23:00. */
export const HOURS = Array.from({ length: 16 }, (_, i) => i + 7)
const FIRST_HOUR = 7
const CLOSING_HOUR = 23
const MOST_PER_GUIDE = 1000
/** recommended due (domain-rules 9) */
const DUE_IN_DAYS = 2
const DUE_HOUR = 20

/** A day and an hour, in the business time zone. */
export interface Slot {
  day: string
  hour: number
}

/** When it goes out (null: now) and when it is due. */
export interface Times {
  dispatch: Slot | null
  due: Slot
}

/** A new assignment as it is typed in. */
export interface Draft extends Times {
  title: string
  instruction: string
  words: string
  /** of words that are used instead of one's own; empty: none */
  templateId: string
  assign: 'owner' | 'store_manager' | 'guide'
  /** userid, of assign “guide” */
  guide: string
  maxPerGuide: string
}

export type DraftProblem =
  | 'noTitle'
  | 'noInstruction'
  | 'unknownVariable'
  | 'noGuide'
  | 'badLimit'
  | 'tooEarly'
  | 'dispatchPast'
  | 'dueBeforeDispatch'

/** Fields as the API names them. */
export type DraftField =
  'title' | 'instruction' | 'words' | 'assign' | 'maxPerGuide' | 'dispatchAt' | 'dueAt'

/** Whether guides may be given work at this moment. */
export function isOpenHour(now: Date, zone: string): boolean {
  const { hour } = wallClock(now, zone)
  return hour >= FIRST_HOUR && hour < CLOSING_HOUR
}

/**
 * Now and two days later; outside the hours, the next morning.
 * @example newTimes(new Date('2026-11-22T15:30:00Z'), 'Asia/Shanghai')
 *   // { dispatch: { day: '2026-11-23', hour: 7 }, due: { day: '2026-11-25', hour: 20 } }
 */
export function newTimes(now: Date, zone: string): Times {
  const dispatch = isOpenHour(now, zone) ? null : nextSlot(now, zone)
  const day = dispatch?.day ?? wallClock(now, zone).day
  return { dispatch, due: { day: addDays(day, DUE_IN_DAYS), hour: DUE_HOUR } }
}

/** The next full hour that is open. */
export function nextSlot(now: Date, zone: string): Slot {
  const { day, hour } = wallClock(now, zone)
  const next = hour + 1
  if (next < FIRST_HOUR) return { day, hour: FIRST_HOUR }
  return next < CLOSING_HOUR ? { day, hour: next } : { day: addDays(day, 1), hour: FIRST_HOUR }
}

/** What stands in the way of its times. */
export function checkTimes(
  { dispatch, due }: Times,
  now: Date,
  zone: string,
): Partial<Record<'dispatchAt' | 'dueAt', DraftProblem>> {
  const at = dispatch ? momentOf(dispatch, zone) : now
  return {
    ...(dispatch === null && !isOpenHour(now, zone) && { dispatchAt: 'tooEarly' as const }),
    ...(!(at >= now) && { dispatchAt: 'dispatchPast' as const }),
    ...(!(momentOf(due, zone) > at) && { dueAt: 'dueBeforeDispatch' as const }),
  }
}

/** What stands in the way of a draft, by field. */
export function checkDraft(
  draft: Draft,
  now: Date,
  zone: string,
): Partial<Record<DraftField, DraftProblem>> {
  return {
    ...(draft.title.trim() === '' && { title: 'noTitle' as const }),
    ...(draft.instruction.trim() === '' && { instruction: 'noInstruction' as const }),
    ...(draft.templateId === '' &&
      unknownVariables(draft.words).length > 0 && { words: 'unknownVariable' as const }),
    ...(draft.assign === 'guide' && draft.guide === '' && { assign: 'noGuide' as const }),
    ...(!isLimit(draft.maxPerGuide) && { maxPerGuide: 'badLimit' as const }),
    ...checkTimes(draft, now, zone),
  }
}

/** Times as the API takes them; “now” is left out. */
export function timesBody(
  { dispatch, due }: Times,
  zone: string,
): Pick<NewAssignment, 'dueAt' | 'dispatchAt'> {
  return {
    dueAt: momentOf(due, zone).toISOString(),
    ...(dispatch && { dispatchAt: momentOf(dispatch, zone).toISOString() }),
  }
}

/** Whom a draft goes to and how many at most, as the API takes it; null while that is not chosen. */
export function whomBody(
  draft: Pick<Draft, 'assign' | 'guide' | 'maxPerGuide'>,
): Pick<NewAssignment, 'assign' | 'maxPerGuide'> | null {
  const { assign, maxPerGuide } = draft
  if ((assign === 'guide' && draft.guide === '') || !isLimit(maxPerGuide)) return null
  return {
    assign: assign === 'guide' ? `guide:${draft.guide}` : assign,
    ...(maxPerGuide.trim() !== '' && { maxPerGuide: Number(maxPerGuide) }),
  }
}

/** Empty: no limit. */
function isLimit(text: string): boolean {
  const limit = Number(text)
  return text.trim() === '' || (Number.isInteger(limit) && limit >= 1 && limit <= MOST_PER_GUIDE)
}

/** A draft without problems as the API takes it. */
export function assignmentBody(draft: Draft, filter: CustomerFilter, zone: string): NewAssignment {
  const words = draft.words.trim()
  return {
    title: draft.title.trim(),
    instruction: draft.instruction.trim(),
    filter,
    assign: draft.assign,
    ...whomBody(draft),
    ...(draft.templateId === '' ? words !== '' && { words } : { templateId: draft.templateId }),
    ...timesBody(draft, zone),
  }
}

/** An unreadable day, such as an emptied field, is no moment (Invalid Date). */
export function momentOf({ day, hour }: Slot, zone: string): Date {
  return day === '' ? new Date(Number.NaN) : atHour(day, hour, zone)
}
