import { useQuery } from '@tanstack/vue-query'
import { computed } from 'vue'
import type { GuideList } from '../../../../server/api/guides/schema.ts'
import type { Me } from '../../../../server/api/me/schema.ts'
import { query } from '../../../api.ts'
import { useApi } from '../../../session.ts'
import { everyPage } from '../every-page.ts'
import { useStores } from '../stores.ts'
import type { ReportFilter } from './api.ts'

/** a list longer than this is no list to choose from */
const MOST_GUIDES = 200

/** Regions, stores and guides to choose from: one's own only, and within what is chosen already. */
export function useReportPlaces(me: () => Me, filter: () => ReportFilter) {
  const { call } = useApi()
  const known = useStores().data
  const team = useQuery({
    queryKey: ['guides'],
    queryFn: () => everyPage((cursor) => call<GuideList>('GET', `/api/guides${query({ cursor })}`)),
    staleTime: 300_000,
    refetchInterval: false,
  }).data

  const regionOf = computed(
    () => new Map(known.value?.items.map(({ storeNo, region }) => [storeNo, region ?? ''])),
  )
  const isWithin = (storeNo: string) => {
    const { region } = filter()
    return region === null || (regionOf.value.get(storeNo) ?? '') === region
  }
  const regions = computed(() =>
    [...new Set(me().stores.map(({ storeNo }) => regionOf.value.get(storeNo) ?? ''))]
      // stores of no region last
      .toSorted((a, b) => Number(a === '') - Number(b === '') || a.localeCompare(b)),
  )
  const stores = computed(() => me().stores.filter(({ storeNo }) => isWithin(storeNo)))
  const guides = computed(() => {
    const { store, guide } = filter()
    const within = (team.value?.items ?? []).filter(({ storeNo }) =>
      store ? storeNo === store : isWithin(storeNo ?? ''),
    )
    // a link may ask for somebody who has left since
    const missing =
      guide && within.every(({ userid }) => userid !== guide)
        ? [
            team.value?.items.find(({ userid }) => userid === guide) ?? {
              userid: guide,
              name: guide,
            },
          ]
        : []
    if (within.length > MOST_GUIDES && !guide) return null
    return [...missing, ...within]
  })
  return { regions, stores, guides }
}
