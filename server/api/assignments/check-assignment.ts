import { nextDispatchTime } from '../../../domain/dispatch-hours.ts'
import { isoInZone } from '../../../domain/business-day.ts'
import { unknownVariables } from '../../../domain/words-template.ts'
import { PLAIN_VARIABLES } from '../../../domain/words-variables.ts'
import { badField } from '../../bad-field.ts'

/**
 * When an assignment is dispatched and due.
 *
 * @throws BAD_INPUT naming the field, with the next time that is allowed where it is not one
 */
export function checkTimes(
  given: { dueAt: string; dispatchAt?: string },
  now: Date,
  zone: string,
): { dueAt: Date; dispatchAt: Date } {
  const dueAt = new Date(given.dueAt)
  if (dueAt <= now)
    throw badField('dueAt', '已经过去：请选一个以后的时间。 It must be in the future.')
  const dispatchAt = given.dispatchAt === undefined ? now : new Date(given.dispatchAt)
  // what a page sent as “now” is a moment old when it arrives
  if (dispatchAt.getTime() < now.getTime() - 60_000)
    throw badField(
      'dispatchAt',
      '已经过去：请选以后的时间，或不填（马上派）。 Leave it out for now.',
    )
  const allowed = nextDispatchTime(dispatchAt, zone)
  if (allowed > dispatchAt)
    throw badField(
      'dispatchAt',
      `要在 07:00–23:00 之间，最早可以选 ${isoInZone(allowed, zone)}。 The next time is ${isoInZone(allowed, zone)}.`,
    )
  if (dispatchAt >= dueAt)
    throw badField('dueAt', '要晚于派发时间。 It must be after “dispatchAt”.')
  return { dueAt, dispatchAt: dispatchAt < now ? now : dispatchAt }
}

/** @throws BAD_INPUT naming the variable that there is not, and those there are */
export function checkWords(words: string | undefined): string | null {
  const [unknown] = unknownVariables(words ?? '')
  if (unknown !== undefined) {
    const known = PLAIN_VARIABLES.map((name) => `{${name}}`).join(' ')
    throw badField('words', `没有变量 {${unknown}}，可以用：${known}。 Use one of ${known}.`)
  }
  return words?.trim() || null
}

/** @throws BAD_INPUT for a text of blanks */
export function checkText(field: 'title' | 'instruction' | 'name', text: string): string {
  const trimmed = text.trim()
  if (trimmed === '') throw badField(field, '是空的，请写几个字。 It is empty.')
  return trimmed
}
