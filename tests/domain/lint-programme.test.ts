import { describe, expect, it } from 'vitest'
import { lintProgramme } from '../../domain/lint-programme.ts'

const good = { startsOn: '2026-12-01', pointsPerYuan: 1 }
const TODAY = '2026-11-22'
const found = (programme: object, inForce: string | null = null) =>
  lintProgramme(programme, { today: TODAY, inForce }).map(
    ({ severity, code, field }) => `${severity} ${code} ${field}`,
  )

describe('the linter of the points programme', () => {
  it.each([
    ['as usual', {}, null, []],
    ['begins today', { startsOn: TODAY }, null, []],
    ['began yesterday', { startsOn: '2026-11-21' }, null, ['warning backdated startsOn']],
    ['began with the one in force', { startsOn: '2026-11-01' }, '2026-11-01', []],
    [
      'began the day before the one in force',
      { startsOn: '2026-10-31' },
      '2026-11-01',
      ['warning backdated startsOn'],
    ],
    [
      'begins later than the one in force',
      { startsOn: '2026-11-23' },
      TODAY,
      ['warning pause startsOn'],
    ],
    ['begins later than one that has not begun', { startsOn: '2026-12-05' }, '2026-12-01', []],
    [
      'gives nothing for spending',
      { pointsPerYuan: 0, signUpPoints: 10 },
      null,
      ['warning spend_gives_nothing pointsPerYuan'],
    ],
    [
      'is no better in the birthday month',
      { birthdayMonthFactor: 1 },
      null,
      ['warning plain_birthday birthdayMonthFactor'],
    ],
    ['a little better', { birthdayMonthFactor: 1.1 }, null, []],
    ['has no refund window', { pendingDays: 0 }, null, ['warning no_refund_window pendingDays']],
    ['has a day of it', { pendingDays: 1 }, null, []],
    ['lets wait 30 days', { pendingDays: 30 }, null, []],
    ['lets wait 31 days', { pendingDays: 31 }, null, ['warning long_pending pendingDays']],
    ['holds 60 days', { validDays: 60 }, null, []],
    ['holds 59 days', { validDays: 59 }, null, ['warning short_valid validDays']],
    ['ends before it may be spent', { validDays: 7 }, null, ['error unusable pendingDays']],
    [
      'has a cap of 0',
      { signUpPoints: 50, behaviourDailyCap: 0 },
      null,
      ['error unusable behaviourDailyCap'],
    ],
    ['takes off', { birthdayMonthFactor: 0.9 }, null, ['error unusable birthdayMonthFactor']],
  ])('%s', (_name, change, inForce, expected) => {
    expect(found({ ...good, ...change }, inForce)).toEqual(expected)
  })

  it('tells errors alone, in both languages', () => {
    const findings = lintProgramme(
      { ...good, pendingDays: 0, validDays: 0 },
      { today: TODAY, inForce: null },
    )

    expect(findings.map(({ message }) => message)).toEqual([
      { 'zh-CN': '请填 1 到 3650 之间的整数。', en: 'Write an integer from 1 to 3650.' },
    ])
  })
})
