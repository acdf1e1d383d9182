import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { addMonths, endOfDay, isoInZone } from '../../domain/business-day.ts'
import { cutLength } from '../../domain/cut-text.ts'
import { dayText, whenText } from '../../domain/day-words.ts'
import { formatFen } from '../../domain/money.ts'
import { addressOf } from '../../domain/names.ts'

describe('formatFen', () => {
  it.each([
    [0, '¥0'],
    [5, '¥0.05'],
    [50, '¥0.50'],
    [32_000, '¥320'],
    [129_950, '¥1,299.50'],
    [123_456_789_01, '¥123,456,789.01'],
    [-32_050, '-¥320.50'],
  ])('%i is %s', (fen, text) => {
    expect(formatFen(fen)).toBe(text)
  })

  it('loses no fen', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), (fen) => {
        const [yuan, cents = ''] = formatFen(fen).replace(/[¥,]/g, '').split('.')
        expect(BigInt(`${yuan}${cents.padEnd(2, '0')}`)).toBe(BigInt(fen))
      }),
    )
  })
})

describe('addressOf', () => {
  it.each([
    ['张晓雯', null, 'female', '张女士'],
    ['欧阳娜', null, 'female', '欧阳女士'],
    ['李强', '阿强', 'male', '李先生'],
    ['张女士', null, 'female', '张女士'],
    ['张晓雯', null, null, '张晓雯'],
    ['Anna', null, 'female', 'Anna'],
    [null, '小雯🌸', 'female', '小雯🌸'],
    ['  ', null, null, null],
  ] as const)('%s, nickname %s, %s is called %s', (name, wecomName, gender, expected) => {
    expect(addressOf({ name, wecomName, gender })).toBe(expected)
  })
})

describe('days in words', () => {
  it.each([
    ['2026-11-22', '今天 11 月 22 日'],
    ['2026-11-23', '明天 11 月 23 日'],
    ['2026-11-24', '后天 11 月 24 日'],
    ['2026-11-25', '3 天后 11 月 25 日'],
    ['2026-11-21', '11 月 21 日'],
  ])('%s is %s', (day, text) => {
    expect(whenText(day, 'zh-CN', '2026-11-22')).toBe(text)
  })

  it('speak English too', () => {
    expect(whenText('2026-11-24', 'en', '2026-11-22')).toBe('in 2 days (24 Nov)')
    expect(whenText('2026-11-24', 'en')).toBe('on 24 Nov')
    expect(dayText('2026-01-02', 'en')).toBe('2 Jan')
  })
})

describe('cutLength', () => {
  it('keeps what fits, and never breaks a visible character', () => {
    expect(cutLength('张晓雯', 3)).toBe('张晓雯')
    expect(cutLength('张晓雯', 2)).toBe('张…')
    expect(cutLength('👨‍👩‍👧‍👦一家人', 5)).toBe('…')
  })
})

describe('days of the business time zone', () => {
  it('end at 23:59:59 there', () => {
    const end = endOfDay('2026-11-22', 'Asia/Shanghai')

    expect(isoInZone(end, 'Asia/Shanghai')).toBe('2026-11-22T23:59:59+08:00')
  })

  it.each([
    ['2026-11-30', 3, '2027-02-28'],
    ['2027-11-30', 3, '2028-02-29'],
    ['2026-08-31', 1, '2026-09-30'],
  ])('%s and %i months are %s', (day, months, expected) => {
    expect(addMonths(day, months)).toBe(expected)
  })
})
