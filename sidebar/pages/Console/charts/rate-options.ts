import type { EChartsOption } from 'echarts'
import type { Rate } from '../../../../server/api/reports/schema.ts'
import { percent } from '../../../format/money.ts'
import type { Colours } from './colours.ts'
import { sharedOptions } from './shared-options.ts'

/** One series: its name, and a rate for each category; null where there is none. */
export interface RateSeries {
  name: string
  rates: readonly (Rate | null)[]
}

/** Bars of rates side by side, first category on top. */
export function rateBars(
  categories: readonly string[],
  series: readonly RateSeries[],
  colours: Colours,
): EChartsOption {
  return {
    ...shared(series, colours),
    grid: { left: 4, right: 16, top: 34, bottom: 4, containLabel: true },
    xAxis: percentAxis(colours),
    yAxis: {
      type: 'category',
      inverse: true,
      data: [...categories],
      axisLine: { lineStyle: { color: colours.line } },
      axisTick: { show: false },
      axisLabel: { color: colours.ink, width: 110, overflow: 'truncate' },
    },
    series: series.map(({ name, rates }) => ({
      type: 'bar',
      name,
      barMaxWidth: 14,
      cursor: 'pointer',
      data: rates.map(point),
    })),
  }
}

/** Lines of rates, a point for each day; a day without any is a gap. */
export function rateLines(
  days: readonly string[],
  series: readonly RateSeries[],
  colours: Colours,
): EChartsOption {
  return {
    ...shared(series, colours),
    grid: { left: 4, right: 20, top: 34, bottom: 4, containLabel: true },
    xAxis: {
      type: 'category',
      data: days.map((day) => day.slice(5)),
      boundaryGap: false,
      axisLine: { lineStyle: { color: colours.line } },
      axisTick: { show: false },
      axisLabel: { color: colours['ink-soft'] },
    },
    yAxis: percentAxis(colours),
    series: series.map(({ name, rates }) => ({
      type: 'line',
      name,
      // a month of days has no room for a dot each
      showSymbol: days.length <= 31,
      symbolSize: 6,
      lineStyle: { width: 2 },
      data: rates.map(point),
    })),
  }
}

/** @example point({ numerator: 1, denominator: 3, rate: 0.3333 }) // { value: 0.3333, of: '1 / 3' } */
function point(rate: Rate | null) {
  return rate === null || rate.rate === null
    ? { value: null, of: '' }
    : { value: rate.rate, of: `${rate.numerator} / ${rate.denominator}` }
}

function percentAxis(colours: Colours) {
  return {
    type: 'value' as const,
    min: 0,
    max: 1,
    axisLabel: { color: colours['ink-soft'], formatter: (rate: number) => `${rate * 100}%` },
    splitLine: { lineStyle: { color: colours.line } },
  }
}

function shared(series: readonly RateSeries[], colours: Colours): EChartsOption {
  return {
    ...sharedOptions(colours, ({ seriesName, data }) => `${seriesName ?? ''}  ${told(data)}`, true),
    legend: {
      data: series.map(({ name }) => name),
      left: 0,
      top: 0,
      itemWidth: 14,
      itemHeight: 8,
      textStyle: { color: colours.ink, fontSize: 14 },
    },
  }
}

function told(data: unknown): string {
  const { value, of } = data as ReturnType<typeof point>
  return value === null ? '–' : `${percent(value)}  (${of})`
}
