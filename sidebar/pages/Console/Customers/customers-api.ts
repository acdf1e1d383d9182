import type { AudiencePreview } from '../../../../server/api/audiences/schema.ts'
import type {
  CustomerLines,
  CustomerSearch,
  ExportAnswer,
} from '../../../../server/api/customer-list/schema.ts'
import type { TiersView } from '../../../../server/api/tiers/schema.ts'
import type { Api } from '../../../api.ts'

export type Filter = NonNullable<CustomerSearch['filter']>

/** a count asks for a filter, also where none is wanted */
export const EVERYBODY: Filter = { or: [{ member: true }, { member: false }] }

/** a filter over all customers may take its time */
const COUNT_MS = 35_000

/** The calls of the page of customers. */
export function createCustomersApi({ call }: Api) {
  return {
    search: (search: CustomerSearch) =>
      call<CustomerLines>('POST', '/api/customers/search', search, COUNT_MS),
    count: (filter: Filter) =>
      call<AudiencePreview>('POST', '/api/audiences/preview', { filter }, COUNT_MS),
    beginExport: (search: Pick<CustomerSearch, 'filter' | 'text'>) =>
      call<ExportAnswer>('POST', '/api/customers/exports', search, COUNT_MS),
    tiers: () => call<TiersView>('GET', '/api/tiers'),
  }
}

export const customersKeys = {
  search: (search: CustomerSearch) => ['customer-list', search] as const,
  count: (filter: Filter) => ['customer-count', filter] as const,
  tiers: ['tiers'] as const,
}
