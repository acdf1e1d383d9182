import type { EChartsOption } from 'echarts'
import type { ReportLine, ReportTable } from '../../../../server/api/reports/schema.ts'
import { lineText } from './line-text.ts'
import type { Colours } from '../charts/colours.ts'
import { sharedOptions } from '../charts/shared-options.ts'

/** A report's table as a picture: bars, first line on top, or a line over the days of `days`. */
export function tableOption(
  { chart, label, lines }: ReportTable,
  days: readonly string[],
  colours: Colours,
): EChartsOption {
  const byKey = new Map(lines.map((line) => [line.key, line]))
  const categories =
    chart === 'lines' ? days.map((day) => day.slice(5)) : lines.map((line) => line.label)
  const data =
    chart === 'lines'
      ? // a day without a line had none
        days.map((day) => point(byKey.get(day)) ?? { value: 0, told: '0' })
      : lines.map(point)
  const category = {
    type: 'category' as const,
    data: categories,
    axisLine: { lineStyle: { color: colours.line } },
    axisTick: { show: false },
    axisLabel: {
      color: colours.ink,
      ...(chart === 'bars' && { width: 130, overflow: 'truncate' as const }),
    },
  }
  const value = {
    type: 'value' as const,
    min: 0,
    ...(isShare(lines) ? { max: 1 } : { minInterval: 1 }),
    axisLabel: {
      color: colours['ink-soft'],
      ...(isShare(lines) && { formatter: (share: number) => `${share * 100}%` }),
    },
    splitLine: { lineStyle: { color: colours.line } },
  }
  return {
    ...sharedOptions(colours, ({ name, data: shown }) => `${name}  ${told(shown)}`),
    grid: { left: 4, right: 24, top: 12, bottom: 4, containLabel: true },
    xAxis: chart === 'lines' ? { ...category, boundaryGap: false } : value,
    yAxis: chart === 'lines' ? value : { ...category, inverse: true },
    series:
      chart === 'lines'
        ? [
            {
              type: 'line',
              name: label,
              data,
              showSymbol: days.length <= 31,
              lineStyle: { width: 2 },
            },
          ]
        : [{ type: 'bar', name: label, data, barMaxWidth: 18 }],
  }
}

const isShare = (lines: readonly ReportLine[]) => lines.some(({ unit }) => unit === 'share')

function point(line: ReportLine | undefined) {
  if (!line) return null
  const { value, of } = lineText(line)
  return {
    value: line.unit === 'count' ? line.numerator : line.rate,
    told: of ? `${value}  (${of})` : value,
  }
}

function told(data: unknown): string {
  return (data as ReturnType<typeof point>)?.told ?? '–'
}
