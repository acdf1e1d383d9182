import type { ReportLine } from '../../../../server/api/reports/schema.ts'
import { percent, yuan } from '../../../format/money.ts'

/**
 * A line's value as people read it, and what it was made of, null for a plain number.
 * @example lineText({ …, unit: 'share', numerator: 1, denominator: 3, rate: 0.3333 }) // { value: '33.3%', of: '1 / 3' }
 */
export function lineText({ unit, numerator, denominator, rate }: ReportLine): {
  value: string
  of: string | null
} {
  const whole = (value: number | null) => (value ?? 0).toLocaleString('en-US')
  switch (unit) {
    case 'count':
      return { value: whole(numerator), of: null }
    case 'share':
      return { value: percent(rate), of: `${whole(numerator)} / ${whole(denominator)}` }
    case 'shareOfFen':
      return { value: percent(rate), of: `${yuan(numerator)} / ${yuan(denominator ?? 0)}` }
    case 'perThousand':
      return {
        value: rate === null ? '–' : `${rate.toFixed(1)}‰`,
        of: `${whole(numerator)} / ${whole(denominator)}`,
      }
    case 'fenEach':
      return {
        value: rate === null ? '–' : yuan(rate),
        of: `${yuan(numerator)} / ${whole(denominator)}`,
      }
  }
}
