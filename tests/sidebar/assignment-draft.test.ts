import { describe, expect, it } from 'vitest'
import {
  assignmentBody,
  checkDraft,
  checkTimes,
  HOURS,
  isOpenHour,
  momentOf,
  newTimes,
  type Draft,
} from '../../sidebar/pages/Console/Assignments/draft.ts'
import { pressAgainAt } from '../../sidebar/pages/Console/Assignments/press-again.ts'

const ZONE = 'Asia/Shanghai'
const at = (time: string) => new Date(`2026-11-22T${time}:00+08:00`)
const draft: Draft = {
  title: '换季邀约',
  instruction: '请她来试大衣',
  words: '',
  templateId: '',
  assign: 'owner',
  guide: '',
  maxPerGuide: '',
  ...newTimes(at('10:00'), ZONE),
}

describe('when an assignment goes out', () => {
  it.each([
    ['06:59', false, { day: '2026-11-22', hour: 7 }],
    ['07:00', true, null],
    ['22:59', true, null],
    ['23:00', false, { day: '2026-11-23', hour: 7 }],
    ['23:59', false, { day: '2026-11-23', hour: 7 }],
  ])('at %s is now: %s, else %j', (time, open, dispatch) => {
    expect(isOpenHour(at(time), ZONE)).toBe(open)
    expect(newTimes(at(time), ZONE).dispatch).toEqual(dispatch)
    expect(checkTimes(newTimes(at(time), ZONE), at(time), ZONE)).toEqual({})
  })

  it('is an hour from seven on, the last one ends at eleven at night', () => {
    expect([HOURS[0], HOURS.at(-1)]).toEqual([7, 22])
    for (const hour of HOURS) {
      expect(isOpenHour(momentOf({ day: '2026-11-22', hour }, ZONE), ZONE)).toBe(true)
    }
  })

  it('is due two days later', () => {
    expect(newTimes(at('10:00'), ZONE).due).toEqual({ day: '2026-11-24', hour: 20 })
  })

  const due = { day: '2026-11-22', hour: 12 }
  it.each([
    [
      'now at night',
      { dispatch: null, due: { day: '2026-11-24', hour: 9 } },
      '23:00',
      { dispatchAt: 'tooEarly' },
    ],
    [
      'an hour that is past',
      { dispatch: { day: '2026-11-22', hour: 9 }, due },
      '09:01',
      { dispatchAt: 'dispatchPast' },
    ],
    ['this very minute', { dispatch: { day: '2026-11-22', hour: 9 }, due }, '09:00', {}],
    [
      'due when it goes out',
      { dispatch: { day: '2026-11-22', hour: 12 }, due },
      '09:00',
      { dueAt: 'dueBeforeDispatch' },
    ],
    ['due an hour later', { dispatch: { day: '2026-11-22', hour: 11 }, due }, '09:00', {}],
    [
      'an emptied day',
      { dispatch: { day: '', hour: 11 }, due: { day: '', hour: 9 } },
      '09:00',
      { dispatchAt: 'dispatchPast', dueAt: 'dueBeforeDispatch' },
    ],
  ])('with %s is checked', (_, times, now, problems) => {
    expect(checkTimes(times, at(now), ZONE)).toEqual(problems)
  })
})

describe('a draft', () => {
  it.each<[Partial<Draft>, object]>([
    [{}, {}],
    [{ title: ' ' }, { title: 'noTitle' }],
    [{ instruction: '' }, { instruction: 'noInstruction' }],
    [{ words: '{称呼}您好' }, {}],
    [{ words: '{生日}快乐' }, { words: 'unknownVariable' }],
    [{ words: '{生日}快乐', templateId: 'abcdefabcdef' }, {}],
    [{ assign: 'guide' }, { assign: 'noGuide' }],
    [{ assign: 'guide', guide: 'limin' }, {}],
    [{ maxPerGuide: '0' }, { maxPerGuide: 'badLimit' }],
    [{ maxPerGuide: '1' }, {}],
    [{ maxPerGuide: '1000' }, {}],
    [{ maxPerGuide: '1001' }, { maxPerGuide: 'badLimit' }],
    [{ maxPerGuide: '2.5' }, { maxPerGuide: 'badLimit' }],
  ])('with %j has the problems %j', (part, problems) => {
    expect(checkDraft({ ...draft, ...part }, at('10:00'), ZONE)).toEqual(problems)
  })

  it('is sent without what was left empty', () => {
    expect(assignmentBody(draft, { member: true }, ZONE)).toEqual({
      title: '换季邀约',
      instruction: '请她来试大衣',
      filter: { member: true },
      assign: 'owner',
      dueAt: '2026-11-24T12:00:00.000Z',
    })
  })
})

describe('pressAgainAt', () => {
  const now = new Date('2026-11-22T03:00:00Z')
  it.each([
    ['never pressed', null, undefined, null],
    ['an hour ago', '2026-11-22T02:00:00Z', undefined, null],
    [
      'a minute less than an hour ago',
      '2026-11-22T02:01:00Z',
      undefined,
      '2026-11-22T03:01:00.000Z',
    ],
    [
      'three times today',
      '2026-11-22T01:00:00Z',
      '2026-11-23T01:00:00Z',
      '2026-11-23T01:00:00.000Z',
    ],
    ['refused till a while ago', null, '2026-11-22T02:59:00Z', null],
  ])('%s', (_, pressedAt, refusedUntil, again) => {
    expect(pressAgainAt(pressedAt, refusedUntil, now)).toBe(again)
  })
})
