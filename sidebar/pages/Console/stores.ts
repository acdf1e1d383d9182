import { useQuery } from '@tanstack/vue-query'
import type { StoreList } from '../../../server/api/stores/schema.ts'
import { query } from '../../api.ts'
import { useApi } from '../../session.ts'
import { everyPage } from './every-page.ts'

/** names of stores change seldom */
const SELDOM = { staleTime: 300_000, refetchInterval: false } as const

/** The chain's stores with their regions. */
export function useStores() {
  const { call } = useApi()
  return useQuery({
    queryKey: ['stores'],
    queryFn: () => everyPage((cursor) => call<StoreList>('GET', `/api/stores${query({ cursor })}`)),
    ...SELDOM,
  })
}
