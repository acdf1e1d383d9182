import { describe, expect, it } from 'vitest'
import { rateBars, rateLines } from '../../sidebar/pages/Console/charts/rate-options.ts'

const colours = {
  ink: '#000001',
  'ink-soft': '#000002',
  line: '#000003',
  card: '#000004',
  accent: '#000005',
  'accent-fill': '#000006',
  good: '#000007',
  warn: '#000008',
}
const half = { numerator: 1, denominator: 2, rate: 0.5 }
const nothing = { numerator: 0, denominator: 0, rate: null }

describe('pictures of rates', () => {
  it('draw from 0 to 100 %, so that two pictures can be compared', () => {
    const { xAxis } = rateBars(['西湖店'], [{ name: '执行率', rates: [half] }], colours)

    expect(xAxis).toMatchObject({ min: 0, max: 1 })
  })

  it('leave a gap for a day on which nothing was due: it was not 0 %', () => {
    const days = ['2026-11-20', '2026-11-21', '2026-11-22']

    const { series } = rateLines(days, [{ name: '执行率', rates: [half, null, nothing] }], colours)

    expect(series).toMatchObject([{ data: [{ value: 0.5 }, { value: null }, { value: null }] }])
  })

  it('tell numerator and denominator, in text that needs no markup', () => {
    const { tooltip } = rateBars(['西湖店'], [{ name: '执行率', rates: [half] }], colours)
    const { formatter, renderMode } = tooltip as {
      renderMode: string
      formatter: (shown: object[]) => string
    }

    const told = formatter([
      { name: '西湖店', seriesName: '执行率', data: { value: 0.5, of: '1 / 2' } },
    ])

    expect(renderMode).toBe('richText')
    expect(told).toBe('西湖店\n执行率  50.0%  (1 / 2)')
  })
})
