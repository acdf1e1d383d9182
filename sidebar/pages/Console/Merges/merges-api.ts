import type { CustomerLines } from '../../../../server/api/customer-list/schema.ts'
import type {
  DuplicatePage,
  DuplicateSign,
  MergePage,
  MergePair,
  MergePreview,
  MergeView,
  NewMerge,
} from '../../../../server/api/customer-merges/schema.ts'
import { query } from '../../../api.ts'
import { useApi } from '../../../session.ts'

/** Milliseconds that a look through all customers may take. */
const LONG = 35_000

/** The calls for making two customers one. */
export function useMergesApi() {
  const { call } = useApi()
  return {
    duplicates: (by: DuplicateSign, cursor: string | undefined) =>
      call<DuplicatePage>(
        'GET',
        `/api/customer-duplicates${query({ by, cursor })}`,
        undefined,
        LONG,
      ),
    search: (text: string) => call<CustomerLines>('POST', '/api/customers/search', { text }),
    preview: (pair: MergePair) => call<MergePreview>('POST', '/api/customer-merges/preview', pair),
    merge: (merge: NewMerge) => call<MergeView>('POST', '/api/customer-merges', merge),
    merges: (cursor: string | undefined) =>
      call<MergePage>('GET', `/api/customer-merges${query({ cursor })}`),
    undo: (id: string) => call<MergeView>('POST', `/api/customer-merges/${id}/undo`),
  }
}

export const mergesKeys = {
  all: ['merges'] as const,
  duplicates: (by: string) => ['merges', 'duplicates', by] as const,
  preview: (from: string, into: string) => ['merges', 'preview', from, into] as const,
  search: (text: string) => ['merges', 'search', text] as const,
  list: ['merges', 'list'] as const,
}
