import type { ExceptionsReport, OverviewReport } from '../../../../server/api/reports/schema.ts'
import type { Api } from '../../../api.ts'

/** Which tasks: region and store may be empty, for those that have none; absent is all. */
export interface OverviewFilter {
  from: string
  to: string
  region?: string | undefined
  store?: string | undefined
}

/** The overview's own calls. */
export function overviewCalls({ call }: Api) {
  return {
    overview: (filter: OverviewFilter) =>
      call<OverviewReport>('GET', `/api/reports/overview?${search({ ...filter })}`),
    exceptions: ({ region, store }: OverviewFilter) =>
      call<ExceptionsReport>('GET', `/api/reports/exceptions?${search({ region, store })}`),
  }
}

/** Where the overview's places are downloaded as CSV. */
export function overviewCsv(filter: OverviewFilter): string {
  return `/api/reports/overview?${search({ ...filter, format: 'csv' })}`
}

function search(values: Record<string, string | undefined>): string {
  const params = new URLSearchParams()
  for (const [name, value] of Object.entries(values)) {
    if (value !== undefined) params.set(name, value)
  }
  return params.toString()
}
