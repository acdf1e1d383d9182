import { computed, shallowRef, watch } from 'vue'
import { useRoute, useRouter, type LocationQuery } from 'vue-router'
import type { CustomerSort } from '../../../../server/api/customer-list/schema.ts'
import type { Filter } from './customers-api.ts'
import { readFilterText, writeFilterText } from './filter-text.ts'
import { readQuickFilter, type QuickFilter } from './quick-filter.ts'

export const SORTS: readonly CustomerSort[] = ['recent', 'spend', 'newest']

/** what of the address is the list's; everything else is left as it is */
const NAMES = ['store', 'tier', 'stage', 'last', 'sort', 'where']

/**
 * Which customers the list shows, and in which order. It stands in the address, so that a link shows the same to somebody
 * else, as far as their own scope goes. A word that is searched for does not: it may be somebody's number, and addresses
 * are written to logs.
 */
export function useCustomersAddress() {
  const route = useRoute()
  const router = useRouter()
  const query = shallowRef<LocationQuery>(route.query)
  /** conditions that no address has room for */
  const long = shallowRef<Filter | null>(null)
  watch(
    () => route.query,
    (next) => {
      // not of the page that is being gone to
      if (!route.params['id']) query.value = next
    },
  )

  const text = (name: string): string => {
    const value = query.value[name]
    return typeof value === 'string' ? value : ''
  }

  /** Changes some of it; what is empty leaves the address. */
  function put(changes: Record<string, string>): void {
    const next = { ...query.value, ...changes }
    query.value = Object.fromEntries(Object.entries(next).filter(([, value]) => value !== ''))
    void router.replace({ query: query.value })
  }

  const quick = computed<QuickFilter>({
    get: () => readQuickFilter(text),
    set: (chosen) => put({ ...chosen }),
  })
  const sort = computed<CustomerSort>({
    get: () => SORTS.find((name) => name === text('sort')) ?? 'recent',
    set: (name) => put({ sort: name === 'recent' ? '' : name }),
  })
  const where = computed<Filter | null>({
    get: () => long.value ?? (text('where') ? readFilterText(text('where')) : null),
    set: (filter) => {
      const written = filter === null ? '' : writeFilterText(filter)
      long.value = written === null ? filter : null
      put({ where: written ?? '' })
    },
  })

  return {
    quick,
    sort,
    where,
    /** the conditions hold, but a link has no room for them */
    isTooLong: computed(() => long.value !== null),
    /** the address had conditions that can't be read */
    isBroken: computed(() => text('where') !== '' && readFilterText(text('where')) === null),
    clear() {
      long.value = null
      put(Object.fromEntries(NAMES.filter((name) => name !== 'sort').map((name) => [name, ''])))
    },
  }
}
