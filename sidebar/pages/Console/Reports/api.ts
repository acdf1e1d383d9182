import type { Report, ReportName } from '../../../../server/api/reports/schema.ts'
import type { Api } from '../../../api.ts'

/** Which report, of which days and whom; an empty store or guide is all, a region of null is all. */
export interface ReportFilter {
  report: ReportName
  from: string
  to: string
  /** empty: stores without one */
  region: string | null
  store: string
  guide: string
}

/** The reports page's own calls. */
export function reportCalls({ call }: Api) {
  return { report: (filter: ReportFilter) => call<Report>('GET', address(filter)) }
}

/** Where the same report is downloaded as CSV. */
export function reportCsv(filter: ReportFilter): string {
  return address(filter, 'csv')
}

function address({ report, from, to, region, store, guide }: ReportFilter, format?: 'csv'): string {
  const params = new URLSearchParams({ from, to })
  if (region !== null) params.set('region', region)
  if (store) params.set('store', store)
  if (guide) params.set('guide', guide)
  if (format) params.set('format', format)
  return `/api/reports/${report}?${params}`
}
