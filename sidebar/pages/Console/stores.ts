import { useQuery } from '@tanstack/vue-query'
import type { StoreView } from '../../../server/api/stores/schema.ts'
import { useApi } from '../../session.ts'

/** names of stores change seldom */
const SELDOM = { staleTime: 300_000, refetchInterval: false } as const

/** The chain's stores with their regions. */
export function useStores() {
  const { call } = useApi()
  return useQuery({
    queryKey: ['stores'],
    queryFn: () => call<{ items: StoreView[] }>('GET', '/api/stores'),
    ...SELDOM,
  })
}
