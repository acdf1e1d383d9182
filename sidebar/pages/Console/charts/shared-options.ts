import type { EChartsOption } from 'echarts'
import type { Colours } from './colours.ts'

const FONT = { fontFamily: 'system-ui, PingFang SC, Microsoft YaHei, Noto Sans CJK SC, sans-serif' }

/** One point under the pointer. */
interface Shown {
  name: string
  seriesName?: string | undefined
  data: unknown
}

/**
 * What all our pictures have in common: colours, type, and what is told under the pointer.
 *
 * @param tell a point in one line of text
 * @param isTitled the category stands above the lines
 */
export function sharedOptions(
  colours: Colours,
  tell: (point: Shown) => string,
  isTitled = false,
): EChartsOption {
  return {
    color: [colours['accent-fill'], colours.good],
    textStyle: { ...FONT, fontSize: 14 },
    animationDuration: 200,
    tooltip: {
      trigger: 'axis',
      // the page's CSP forbids styles in markup
      renderMode: 'richText',
      backgroundColor: colours.card,
      borderColor: colours.line,
      textStyle: { ...FONT, color: colours.ink, fontSize: 14 },
      formatter: (shown) => {
        const points: Shown[] = Array.isArray(shown) ? shown : [shown]
        const lines = points.map(tell)
        return [...(isTitled ? [points[0]?.name ?? ''] : []), ...lines].join('\n')
      },
    },
  }
}
