import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { nextDispatchTime } from '../../domain/dispatch-hours.ts'
import { nextPress } from '../../domain/press-limits.ts'
import { fillWords, unknownVariables } from '../../domain/words-template.ts'
import { PLAIN_VARIABLES } from '../../domain/words-variables.ts'

const ZONE = 'Asia/Shanghai'
const at = (local: string) => new Date(`${local}+08:00`)

describe('nextDispatchTime', () => {
  it.each([
    ['2026-11-22T00:00:00', '2026-11-22T07:00:00'],
    ['2026-11-22T06:59:59', '2026-11-22T07:00:00'],
    ['2026-11-22T07:00:00', '2026-11-22T07:00:00'],
    ['2026-11-22T22:59:59', '2026-11-22T22:59:59'],
    ['2026-11-22T23:00:00', '2026-11-23T07:00:00'],
    ['2026-12-31T23:59:59', '2027-01-01T07:00:00'],
  ])('%s may be dispatched at %s', (asked, allowed) => {
    expect(nextDispatchTime(at(asked), ZONE)).toEqual(at(allowed))
  })

  it('never names a time that is not allowed itself, nor one before what was asked', () => {
    fc.assert(
      fc.property(
        fc.date({ min: at('2026-01-01T00:00'), max: at('2028-01-01T00:00'), noInvalidDate: true }),
        (asked) => {
          const allowed = nextDispatchTime(asked, ZONE)
          expect(nextDispatchTime(allowed, ZONE)).toEqual(allowed)
          expect(allowed.getTime()).toBeGreaterThanOrEqual(asked.getTime())
        },
      ),
    )
  })
})

describe('nextPress', () => {
  const bounds = { startOfDay: at('2026-11-22T00:00'), nextDay: at('2026-11-23T00:00') }
  const next = (presses: string[], now: string) =>
    nextPress(
      presses.map((time) => at(`2026-11-22T${time}`)),
      at(`2026-11-22T${now}`),
      bounds,
    )

  it.each([
    ['who was never pressed', [], '10:00', null],
    ['within the hour', ['10:00'], '10:59:59', '2026-11-22T11:00'],
    ['after an hour', ['10:00'], '11:00', null],
    ['after two today', ['09:00', '10:00'], '11:00', null],
    ['after three today', ['09:00', '10:00', '11:00'], '20:00', '2026-11-23T00:00'],
    [
      'after three, the last within the hour of midnight',
      ['09:00', '10:00', '23:30'],
      '23:40',
      '2026-11-23T00:30',
    ],
  ])('%s', (_who, presses, now, again) => {
    expect(next(presses, now)).toEqual(again && at(again))
  })

  it('does not count yesterday’s', () => {
    const yesterday = ['20:00', '21:00', '22:00'].map((time) => at(`2026-11-21T${time}`))
    expect(nextPress(yesterday, at('2026-11-22T08:00'), bounds)).toBeNull()
  })
})

describe('words with variables', () => {
  const values = { 称呼: '张女士', 导购: '小王', 门店: '静安店', 等级: '金' }

  it.each([
    ['{称呼}，我是{门店}的{导购}', '张女士，我是静安店的小王'],
    ['{等级}{等级}', '金金'],
    ['没有变量', '没有变量'],
    ['半个 {称呼', '半个 {称呼'],
    ['{}', '{}'],
  ])('%s reads %s', (template, text) => {
    expect(fillWords(template, values)).toBe(text)
  })

  it('fills a name that looks like a variable in as it is', () => {
    expect(fillWords('{称呼}', { ...values, 称呼: '{导购}' })).toBe('{导购}')
  })

  it('names each unknown variable once', () => {
    expect(unknownVariables('{生日}{称呼}{积分}{生日}{}')).toEqual(['生日', '积分', ''])
  })

  it('leaves nothing between braces where all variables are known', () => {
    const part = fc.oneof(
      fc.constantFrom(...PLAIN_VARIABLES.map((name) => `{${name}}`)),
      fc.stringMatching(/^[^{}]*$/),
    )
    fc.assert(
      fc.property(fc.array(part), (parts) => {
        const template = parts.join('')
        expect(unknownVariables(template)).toEqual([])
        expect(fillWords(template, values)).not.toMatch(/[{}]/)
      }),
    )
  })
})
