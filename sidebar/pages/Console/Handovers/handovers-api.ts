import type {
  HandoverCustomerPage,
  HandoverCustomerQuery,
  HandoverPage,
  HandoverPreview,
  HandoverView,
  HandoverWhom,
  NeededHandovers,
  NewHandover,
} from '../../../../server/api/handovers/schema.ts'
import type { GuideList } from '../../../../server/api/guides/schema.ts'
import { query } from '../../../api.ts'
import { useApi } from '../../../session.ts'
import { everyPage } from '../every-page.ts'

export type CustomerState = NonNullable<HandoverCustomerQuery['state']>

/** The calls of the handovers' pages. */
export function useHandoversApi() {
  const { call } = useApi()
  return {
    list: (cursor: string | undefined) =>
      call<HandoverPage>('GET', `/api/handovers${query({ cursor })}`),
    needed: () => call<NeededHandovers>('GET', '/api/handovers/needed'),
    guides: () => everyPage((cursor) => call<GuideList>('GET', `/api/guides${query({ cursor })}`)),
    one: (id: string) => call<HandoverView>('GET', addressOf(id)),
    customers: (id: string, state: CustomerState | '', cursor: string | undefined) =>
      call<HandoverCustomerPage>(
        'GET',
        `${addressOf(id)}/customers${query({ state: state || undefined, cursor })}`,
      ),
    preview: (whom: HandoverWhom) => call<HandoverPreview>('POST', '/api/handovers/preview', whom),
    create: (body: NewHandover) => call<HandoverView>('POST', '/api/handovers', body),
  }
}

/** Where the same customers are downloaded as CSV. */
export function customersCsv(id: string, state: CustomerState | ''): string {
  return `${addressOf(id)}/customers${query({ state: state || undefined, format: 'csv' })}`
}

function addressOf(id: string): string {
  return `/api/handovers/${encodeURIComponent(id)}`
}

/** Names of what vue-query keeps of handovers. */
export const handoverKeys = {
  all: ['handovers'] as const,
  list: ['handovers', 'list'] as const,
  needed: ['handovers', 'needed'] as const,
  one: (id: string) => ['handovers', 'one', id] as const,
  customers: (id: string, state: string) => ['handovers', 'customers', id, state] as const,
}
