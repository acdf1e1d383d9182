import type { Report, ReportName } from '../../../../server/api/reports/schema.ts'
import type { Api } from '../../../api.ts'

/** Which report, of which days and which store; an empty store is all. */
export interface ReportFilter {
  report: ReportName
  from: string
  to: string
  store: string
}

/** The reports page's own calls. */
export function reportCalls({ call }: Api) {
  return { report: (filter: ReportFilter) => call<Report>('GET', address(filter)) }
}

/** Where the same report is downloaded as CSV. */
export function reportCsv(filter: ReportFilter): string {
  return address(filter, 'csv')
}

function address({ report, from, to, store }: ReportFilter, format?: 'csv'): string {
  const params = new URLSearchParams({ from, to })
  if (store) params.set('store', store)
  if (format) params.set('format', format)
  return `/api/reports/${report}?${params}`
}
